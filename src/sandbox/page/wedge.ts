import { isTextField, typeLikeWedge } from './wedge-keys.ts'
import { type ScanOrder, wedgeReady } from './wire/wedge-wire.ts'

/** Keys of one scan take about 110 ms; a frame that has not typed them by then is not there. */
const TYPED_WITHIN_MS = 3_000

/**
 * Where the keys of a scan went: into the widget, into a field of the checkout page, nowhere because no field has the
 * cursor, or nowhere because the scanner's frame could not be loaded through the line.
 */
export type Landing = 'widget' | 'field' | 'nowhere' | 'cut'

export type Wedge = ReturnType<typeof createWedge>

/**
 * A wedge scanner without the device: its keys go to whatever has the cursor, as the keys of a device do. One trap of the
 * device is left out: where no field has the cursor, its Enter would press the button that was pressed last.
 */
export function createWedge(widgetUrl: string, container: HTMLElement) {
  let frame: HTMLIFrameElement | null = null
  let ready = false

  function load(): void {
    if (ready) return
    frame?.remove()
    frame = document.createElement('iframe')
    frame.hidden = true
    frame.title = 'Сканер песочницы'
    frame.src = `${widgetUrl}/sandbox/wedge-frame.html`
    container.append(frame)
  }

  function scanInto(widget: HTMLIFrameElement, digits: string): Promise<Landing> {
    const target = ready ? frame?.contentWindow : null
    if (!target) {
      load()
      return Promise.resolve('cut')
    }
    let place = 0
    while (window[place] !== widget.contentWindow) place += 1
    const { port1, port2 } = new MessageChannel()
    const order: ScanOrder = { frame: place, digits }
    target.postMessage(order, widgetUrl, [port2])
    return new Promise((resolve) => {
      port1.onmessage = () => resolve('widget')
      setTimeout(() => resolve('cut'), TYPED_WITHIN_MS)
    })
  }

  return {
    /** For each loaded frame of the widget: the line is there now, if it was not before. */
    load,

    /** @returns whether the message was the scanner's own */
    receive(source: unknown, data: unknown): boolean {
      if (frame === null || source !== frame.contentWindow) return false
      ready = data === wedgeReady
      return true
    },

    async scan(digits: string): Promise<Landing> {
      const at = document.activeElement
      if (at instanceof HTMLIFrameElement) return scanInto(at, digits)
      if (!isTextField(at, window)) return 'nowhere'
      await typeLikeWedge(document, digits)
      return 'field'
    },
  }
}
