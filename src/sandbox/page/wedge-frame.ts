import { typeLikeWedge } from './wedge-keys.ts'
import { type ScanOrder, wedgeReady } from './wire/wedge-wire.ts'

/**
 * The part of the scanner that has the widget's origin and stands beside the widget in the checkout page. A page cannot
 * send keys into a frame of another site, but a frame of the widget's own origin can, and the widget is served as it is:
 * there is no script of the sandbox in it.
 */
addEventListener('message', (event: MessageEvent<ScanOrder>) => {
  if (event.source !== parent) return
  const { frame, digits } = event.data
  const [port] = event.ports
  const widget = parent[frame]
  if (widget === undefined || port === undefined) throw new Error('An order without its frame or port.')
  // A frame that shows the browser's error page is of no origin and cannot be looked into: the order has no answer.
  void typeLikeWedge(widget.document, digits).then(() => port.postMessage('typed'))
})
parent.postMessage(wedgeReady, '*')
