import { POINTS, type DeclaredPage, type Descriptor, type WidgetPoint } from './points.ts'

/** Reads what the application's descriptor says about its widgets and popups. Throws when it makes no sense. */
export function parseDescriptor(xml: string): Descriptor {
  const document = new DOMParser().parseFromString(xml, 'application/xml')
  if (document.getElementsByTagName('parsererror').length > 0) throw new Error('The descriptor is not XML.')
  const popups = [...(blockOf(document, 'popups')?.children ?? [])].map(
    (element) => [textOf(element, 'name'), readPage(element, 'popup')] as const,
  )
  const granted = popups.length > 0 ? ['popups'] : []
  // Buttons name the points too, and the order of the blocks is free.
  const widgets = blockOf(document, 'widgets')
  return {
    widgets: new Map(
      POINTS.flatMap((point) => {
        const element = widgets?.getElementsByTagName(point)[0]
        return element === undefined ? [] : [[point, readWidget(element, ...granted)] as const]
      }),
    ),
    popups: new Map(popups),
  }
}

function blockOf(document: Document, name: string): Element | undefined {
  return [...document.documentElement.children].find((block) => block.localName === name)
}

function readWidget(element: Element, ...granted: readonly string[]): WidgetPoint {
  const height = /^(\d+)px$/.exec(textOf(element, 'fixed'))?.[1]
  if (height === undefined) throw new Error(`The descriptor names no height for ${element.localName}.`)
  return { ...readPage(element, ...granted), heightPx: Number(height) }
}

function readPage(element: Element, ...granted: readonly string[]): DeclaredPage {
  const sourceUrl = textOf(element, 'sourceUrl')
  if (sourceUrl === '') throw new Error(`The descriptor names no address for ${element.localName}.`)
  const declared = ['supports', 'uses'].flatMap((block) => [
    ...(element.getElementsByTagName(block)[0]?.getElementsByTagName('*') ?? []),
  ])
  return { sourceUrl, protocols: new Set([...declared.map(({ localName }) => localName), ...granted]) }
}

function textOf(element: Element, name: string): string {
  return element.getElementsByTagName(name)[0]?.textContent?.trim() ?? ''
}
