import { orNoConnection, type Api } from './model/api.ts'
import type { HostMessage } from './protocol/host-messages.ts'
import type { FramePort } from './protocol/frame-store.ts'
import { CREATE, EDIT, isPoint, pageOf, RETURN, type Descriptor, type Place } from './protocol/points.ts'

/** Attributes of the frame of a widget or a popup, by MoySklad's vendor documentation. */
const SANDBOX = 'allow-forms allow-scripts allow-same-origin allow-popups allow-modals allow-downloads'
const ALLOW = 'clipboard-read; clipboard-write'
/** The points in the words of the sandbox's own tests. */
export const NAMES: ReadonlyMap<Place, string> = new Map([
  [CREATE, 'create'],
  [EDIT, 'edit'],
  [RETURN, 'return'],
])
/** The application's page has come by the line in this browser. */
const ONCE_LOADED = 'application-once-loaded'
const LOAD_WITHIN_MS = 30_000

export type FrameSettings = {
  /** Where the frames of the widgets live. */
  readonly panel: HTMLElement
  readonly popup: HTMLElement
  readonly descriptor: Descriptor
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
  const { panel, popup, descriptor, api } = settings
  const elements = new Map<Place, HTMLIFrameElement>()
  /** At most one of the panel and one of the popups. */
  let shown: readonly (Place | null)[] = []

  function applyVisibility(): void {
    for (const [place, element] of elements) element.hidden = !shown.includes(place)
  }

  function replaceElement(place: Place): HTMLIFrameElement {
    elements.get(place)?.remove()
    const frame = document.createElement('iframe')
    frame.title = `Подарок: ${place}`
    frame.dataset['testid'] = isPoint(place) ? `widget-${NAMES.get(place)}` : place.replace(' ', '-')
    frame.setAttribute('sandbox', SANDBOX)
    frame.setAttribute('allow', ALLOW)
    frame.setAttribute('scrolling', 'no')
    if (isPoint(place)) {
      frame.width = '400'
      frame.height = String(descriptor.widgets.get(place)?.heightPx)
    }
    elements.set(place, frame)
    applyVisibility()
    return frame
  }

  return {
    show(...places: readonly (Place | null)[]): void {
      shown = places
      applyVisibility()
    },

    async load(place: Place): Promise<FramePort | null> {
      const page = pageOf(descriptor, place)
      if (page === undefined) return null
      // Null when the checkout's own server is away too: then no frame can be opened at all.
      const issued = await orNoConnection(api.contextKey(settings.employeeId))
      if (issued === null) return null
      const { contextKey } = issued
      const source = new URL(page.sourceUrl)
      const { appUid, appId, userLocale } = settings
      source.search = new URLSearchParams({ contextKey, appUid, appId, userLocale }).toString()

      const frame = replaceElement(place)
      const loaded = new Promise<boolean>((resolve) => {
        frame.addEventListener('load', () => resolve(true), { once: true })
        setTimeout(() => resolve(false), LOAD_WITHIN_MS)
      })
      frame.src = source.href
      const container = isPoint(place) ? panel : popup
      container.append(frame)
      if (!(await loaded)) return null
      // `load` fires for the browser's own error page as well, and a cross-site frame cannot be looked into. The line
      // knows what it answered to this very address, so it is asked instead of being probed by a second request.
      const { status } = await api.frameLoad(contextKey)
      const { contentWindow } = frame
      if ((status ?? 0) >= 400 || contentWindow === null) return null
      // Where nothing came by the line, a service worker of the application may have opened its page all the same, if that
      // was ever here before; the frame itself will tell.
      if (status === null && localStorage.getItem(ONCE_LOADED) === null) return null
      localStorage.setItem(ONCE_LOADED, 'yes')
      return {
        window: contentWindow,
        loaded: status !== null,
        post: (message: HostMessage) => contentWindow.postMessage(message, source.origin),
      }
    },
  }
}
