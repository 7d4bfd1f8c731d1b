import type { Tab } from '../tab.ts'

/**
 * Where MoySklad's messages come in. It is open before anything else of the app is there, since `Open` may come while
 * the page still loads, and it lets in only what comes from the page around us (A4). It reads nothing: whoever takes
 * over parses.
 *
 * keeping ── takeOver ──▶ passing on
 */
export interface HostDoor {
  /**
   * Passes on every message from now on, after the ones that came before, each with its turn: what was kept for seconds
   * has come before what other frames of the tab did meanwhile (M3).
   */
  takeOver(receive: (event: MessageEvent, turn: number) => void): void
  close(): void
}

export interface HostDoorDeps {
  window: Pick<Window, 'addEventListener' | 'removeEventListener' | 'parent'>
  /** Origins that may be MoySklad's page. The platform names none, so the list is the server's configuration. */
  origins: readonly string[]
  tab: Pick<Tab, 'turn'>
  /** A message of a wrong window or a wrong origin, for the log. */
  onDropped(reason: 'source' | 'origin', origin: string): void
}

export function openHostDoor(deps: HostDoorDeps): HostDoor {
  const { window, origins, tab } = deps
  const early: [MessageEvent, number][] = []
  let pass = (event: MessageEvent, turn: number): void => void early.push([event, turn])

  function receive(event: MessageEvent): void {
    if (event.source !== window.parent) deps.onDropped('source', event.origin)
    else if (!origins.some((origin) => isOrigin(origin, event.origin))) deps.onDropped('origin', event.origin)
    else pass(event, tab.turn())
  }

  window.addEventListener('message', receive)
  return {
    takeOver(next) {
      pass = next
      for (const [event, turn] of early.splice(0)) next(event, turn)
    },
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
