import { orNoConnection, type Api } from './model/api.ts'
import type { HostMessage } from './protocol/host-messages.ts'
import type { FramePort } from './protocol/host-window.ts'
import type { Point, WidgetPoint, WidgetPoints } from './protocol/points.ts'

/** Attributes of a widget's frame, by MoySklad's vendor documentation. */
const SANDBOX = 'allow-forms allow-scripts allow-same-origin allow-popups allow-modals allow-downloads'
const ALLOW = 'clipboard-read; clipboard-write'
const LOAD_WITHIN_MS = 30_000

export type FrameSettings = {
  readonly container: HTMLElement
  readonly points: WidgetPoints
  readonly api: Api
  readonly appUid: string
  readonly appId: string
  readonly userLocale: string
  readonly employeeId: string
}

/**
 * The frames themselves. They are made by hand and not by the view library, because moving or re-creating a frame loads
 * it again, and the platform loads each one once per tab.
 */
export function createFrames(settings: FrameSettings) {
  const { container, points, api } = settings
  const elements = new Map<Point, HTMLIFrameElement>()
  let shown: Point | null = null

  function applyVisibility(): void {
    for (const [point, element] of elements) element.hidden = point !== shown
  }

  function replaceElement(point: Point, widget: WidgetPoint): HTMLIFrameElement {
    elements.get(point)?.remove()
    const frame = document.createElement('iframe')
    frame.title = `Подарок: ${point}`
    frame.dataset['testid'] = point.endsWith('.create') ? 'widget-create' : 'widget-edit'
    frame.setAttribute('sandbox', SANDBOX)
    frame.setAttribute('allow', ALLOW)
    frame.setAttribute('scrolling', 'no')
    frame.width = '400'
    frame.height = String(widget.heightPx)
    elements.set(point, frame)
    applyVisibility()
    return frame
  }

  return {
    show(point: Point | null): void {
      shown = point
      applyVisibility()
    },

    async load(point: Point): Promise<FramePort | null> {
      const widget = points.get(point)
      if (widget === undefined) return null
      // Null when the checkout's own server is away too: then no frame can be opened at all.
      const issued = await orNoConnection(api.contextKey(settings.employeeId))
      if (issued === null) return null
      const { contextKey } = issued
      const source = new URL(widget.sourceUrl)
      const { appUid, appId, userLocale } = settings
      source.search = new URLSearchParams({ contextKey, appUid, appId, userLocale }).toString()

      const frame = replaceElement(point, widget)
      const loaded = new Promise<boolean>((resolve) => {
        frame.addEventListener('load', () => resolve(true), { once: true })
        setTimeout(() => resolve(false), LOAD_WITHIN_MS)
      })
      frame.src = source.href
      container.append(frame)
      if (!(await loaded)) return null
      // `load` fires for the browser's own error page as well, and a cross-site frame cannot be looked into. The line
      // knows what it answered to this very address, so it is asked instead of being probed by a second request.
      const { status } = await api.frameLoad(contextKey)
      if (status === null || status >= 400 || frame.contentWindow === null) return null
      const { contentWindow } = frame
      return {
        window: contentWindow,
        post: (message: HostMessage) => contentWindow.postMessage(message, source.origin),
      }
    },
  }
}
