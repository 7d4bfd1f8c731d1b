import { readHostMessage, validationMessage } from '../../core/host/host-messages.ts'
import type { HostDoor } from './host-door.ts'
import type { HostListener, HostPort } from './host-port.ts'
import { UserContext } from './user-context.ts'

export interface EmbeddedHost extends HostPort {
  /** Who is at the screen: a token for one exchange by the server within a minute (A1); null where the page gives none. */
  userToken(): Promise<string | null>
}

export interface HostBridgeDeps {
  window: Pick<Window, 'setTimeout'>
  /** Lets in only what MoySklad's page says. */
  door: HostDoor
  /** A message of an unknown shape that asks for no answer, for the log. */
  onDropped(reason: 'shape', origin: string): void
  onHostError(errors: unknown): void
}

/**
 * The conversation of an embedded frame with MoySklad's page over `postMessage`. Nothing of a message is acted upon before
 * it is read here.
 */
export function connectHost(deps: HostBridgeDeps): EmbeddedHost {
  const { door } = deps
  const userContext = new UserContext(deps)

  function receive(listener: HostListener, { data, origin }: MessageEvent, turn: number): void {
    const message = readHostMessage(data)
    switch (message?.name) {
      case 'Open':
        userContext.opened()
        return listener.open(message, turn)
      case 'Change':
        return listener.change(message)
      case 'Save':
        return listener.save(message)
      case 'UserContextResponse':
        return userContext.answered(message.correlationId, message.token)
      case 'InvalidMessageError':
        userContext.answered(message.correlationId, null)
        return deps.onHostError(message.errors)
      default:
        return deps.onDropped('shape', origin)
    }
  }

  return {
    listen: (listener) => door.takeOver((event, turn) => receive(listener, event, turn)),
    openFeedback: (openId) => door.openFeedback(openId),
    verdict: (changeId, fault) => door.verdict(changeId, fault === null ? null : validationMessage(fault)),
    userToken: () => userContext.ask(),
    close: () => door.close(),
  }
}
