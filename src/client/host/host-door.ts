import type { WidgetMessage } from '../../core/host/host-messages.ts'
import type { Tab } from '../tab.ts'

/**
 * Where MoySklad's messages come in and our answers go out. It is open before anything else of the app is there, since
 * `Open` may come while the page still loads, and it lets in only what comes from the page around us (A4).
 *
 * alone ── takeOver ──▶ passing on. Whoever takes over parses and answers. While the door is alone it keeps what comes and
 * answers by itself, or no plain sale of the shop could be saved until the rest is there (M4).
 */
export interface HostDoor {
  /**
   * Passes on every message from now on, after the ones that came before, each with its turn: what was kept for seconds
   * has come before what other frames of the tab did meanwhile (M3).
   */
  takeOver(receive: (event: MessageEvent, turn: number) => void): void
  /** Once for each `Open`: the host takes a second one for an error. */
  openFeedback(openId: number): void
  /** A later verdict on the same Change overrides the earlier one. @param fault a `validationMessage` */
  verdict(changeId: number, fault: string | null): void
  /** Asks who is at the screen. @returns the number of the question, which its answer names */
  askUser(): number
  close(): void
}

export interface HostDoorDeps {
  window: Pick<Window, 'addEventListener' | 'removeEventListener' | 'parent' | 'setTimeout'>
  /** Origins that may be MoySklad's page. The platform names none, so the list is the server's configuration. */
  origins: readonly string[]
  tab: Pick<Tab, 'turn'>
  /** Another document is shown, and nobody has taken over yet. */
  onOpen(): void
  /** Why the document must not be saved, asked while nobody has taken over. */
  fault(): string | null
  /** A message of a wrong window or a wrong origin, for the log. */
  onDropped(reason: 'source' | 'origin', origin: string): void
}

/** The host waits 3 s for a verdict, and then nobody can save; half of them the app has, to come and to judge. */
const aloneMs = 1_500

export function openHostDoor(deps: HostDoorDeps): HostDoor {
  const { window, origins, tab } = deps
  const early: [MessageEvent, number][] = []
  const uncovered = new Set<number>()
  let pass: ((event: MessageEvent, turn: number) => void) | null = null
  /** Where the page around us is from. Were it to become another one, this frame would go with it. */
  let host: string | null = null
  let lastMessageId = 0

  function receive(event: MessageEvent): void {
    const { origin } = event
    if (event.source !== window.parent) return deps.onDropped('source', origin)
    if (!origins.some((one) => isOrigin(one, origin))) return deps.onDropped('origin', origin)
    host = origin
    if (pass) return pass(event, tab.turn())
    early.push([event, tab.turn()])
    answer(event.data)
  }

  /** Alone, and by hand: schemas are not there yet. */
  function answer(data: unknown): void {
    const { name, messageId, extensionPoint } = Object(data) as Record<string, unknown>
    if (!Number.isSafeInteger(messageId)) return
    const id = messageId as number
    if (name === 'Open') {
      deps.onOpen()
      // No document was shown here before: the first screen may be seen at once.
      if (extensionPoint === 'document.retaildemand.edit') openFeedback(id)
    }
    if (name === 'Change') window.setTimeout(() => pass ?? verdict(id, deps.fault()), aloneMs)
  }

  function send(message: WidgetMessage): void {
    if (host === null) throw new Error('nobody to answer')
    window.parent.postMessage(message, host)
  }

  function openFeedback(openId: number): void {
    if (uncovered.has(openId)) return
    send({ name: 'OpenFeedback', correlationId: openId })
    uncovered.add(openId)
  }

  function verdict(changeId: number, fault: string | null): void {
    send({
      name: 'ValidationFeedback',
      messageId: ++lastMessageId,
      correlationId: changeId,
      valid: fault === null,
      ...(fault !== null && { message: fault }),
    })
  }

  function askUser(): number {
    send({ name: 'UserContextRequest', messageId: ++lastMessageId })
    return lastMessageId
  }

  window.addEventListener('message', receive)
  return {
    takeOver(next) {
      pass = next
      for (const [event, turn] of early.splice(0)) next(event, turn)
    },
    openFeedback,
    verdict,
    askUser,
    close: () => window.removeEventListener('message', receive),
  }
}

/** A configured origin may have a star for one or more names of hosts, as in a content security policy. */
function isOrigin(configured: string, actual: string): boolean {
  const star = configured.indexOf('*.')
  if (star < 0) return configured === actual
  const [before, after] = [configured.slice(0, star), configured.slice(star + 1)]
  return actual.startsWith(before) && actual.endsWith(after) && /^[\w.-]+$/.test(actual.slice(before.length))
}
