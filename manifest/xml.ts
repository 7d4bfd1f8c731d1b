/** The little of XML that a descriptor needs: elements, attributes and text; no mixed content, no comments. */
export type XmlElement = {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  readonly text: string
}

export function el(name: string, ...children: readonly XmlElement[]): XmlElement {
  return { name, attributes: {}, children, text: '' }
}

export function textEl(name: string, text: string): XmlElement {
  return { name, attributes: {}, children: [], text }
}

export function withAttributes(
  element: XmlElement,
  attributes: Readonly<Record<string, string>>,
): XmlElement {
  return { ...element, attributes: { ...element.attributes, ...attributes } }
}

export function renderXml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${renderElement(root, 0)}`
}

function renderElement(element: XmlElement, depth: number): string {
  const indent = '  '.repeat(depth)
  const attributes = Object.entries(element.attributes)
    .map(([name, value]) => ` ${name}="${escapeXml(value)}"`)
    .join('')
  const open = `${indent}<${element.name}${attributes}`
  if (element.children.length > 0) {
    const inner = element.children.map((child) => renderElement(child, depth + 1)).join('')
    return `${open}>\n${inner}${indent}</${element.name}>\n`
  }
  return element.text === '' ? `${open}/>\n` : `${open}>${escapeXml(element.text)}</${element.name}>\n`
}

function escapeXml(value: string): string {
  return value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}
