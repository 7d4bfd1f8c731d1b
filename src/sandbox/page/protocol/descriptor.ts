import { POINTS, type WidgetPoint, type WidgetPoints } from './points.ts'

/** Reads what the application's descriptor says about the widgets of a sale. Throws when it makes no sense. */
export function parseDescriptor(xml: string): WidgetPoints {
  const document = new DOMParser().parseFromString(xml, 'application/xml')
  if (document.getElementsByTagName('parsererror').length > 0) throw new Error('The descriptor is not XML.')
  return new Map(
    POINTS.flatMap((point) => {
      const element = document.getElementsByTagName(point)[0]
      return element === undefined ? [] : [[point, readWidget(point, element)] as const]
    }),
  )
}

function readWidget(point: string, element: Element): WidgetPoint {
  const sourceUrl = textOf(element, 'sourceUrl')
  const height = /^(\d+)px$/.exec(textOf(element, 'fixed'))?.[1]
  if (sourceUrl === '' || height === undefined) {
    throw new Error(`The descriptor names no address or height for ${point}.`)
  }
  const declared = ['supports', 'uses'].flatMap((block) => [
    ...(element.getElementsByTagName(block)[0]?.getElementsByTagName('*') ?? []),
  ])
  return {
    sourceUrl,
    heightPx: Number(height),
    protocols: new Set(declared.map((protocol) => protocol.localName)),
  }
}

function textOf(element: Element, name: string): string {
  return element.getElementsByTagName(name)[0]?.textContent?.trim() ?? ''
}
