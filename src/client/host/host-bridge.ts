import {
  HostMessage,
  type HostMessageOf,
  validationMessageMax,
  type WidgetMessage,
} from '../../core/host/host-messages.ts'
import type { HostDoor } from './host-door.ts'
import { tryShape } from '../../core/shape.ts'

/**
 * The conversation with MoySklad's page over `postMessage`.
 *
 * silent ── Open ──▶ talking. Nothing is sent before the first `Open`: it tells the origin that answers go to (A4).
 */
export interface HostBridge {
  /** Takes over the messages, the ones that came before included. */
  listen(listener: HostListener): void
  /** Lifts the loader off the frame; only `*.edit` declares it. */
  openFeedback(openId: number): void
  /** The verdict on one Change, never on "the last one": a late check must not approve a newer state (M5). */
  verdict(changeId: number, fault: string | null): void
  close(): void
}

export interface HostListener {
  /** @param turn of the message's coming, in the order of its browser tab */
  open(message: HostMessageOf<'Open'>, turn: number): void
  change(message: HostMessageOf<'Change'>): void
  save(message: HostMessageOf<'Save'>): void
}

export interface HostBridgeDeps {
  window: Pick<Window, 'parent'>
  /** Lets in only what MoySklad's page says. */
  door: HostDoor
  /** A message of an unknown shape, for the log. */
  onDropped(reason: 'shape', origin: string): void
  onHostError(
    errors: readonly { code?: number | null | undefined; error?: string | null | undefined }[],
  ): void
}

/** Nothing of a message is acted upon before its shape is checked here. */
export function connectHost(deps: HostBridgeDeps): HostBridge {
  const { window, door } = deps
  let listener: HostListener | null = null
  let origin: string | null = null
  let lastMessageId = 0

  function receive(event: MessageEvent, turn: number): void {
    const parsed = tryShape(HostMessage, event.data)
    if (!parsed.success) return deps.onDropped('shape', event.origin)
    dispatch(parsed.data, event.origin, turn)
  }

  function dispatch(message: HostMessage, from: string, turn: number): void {
    switch (message.name) {
      case 'Open':
        origin = from
        return listener?.open(message, turn)
      case 'Change':
        return listener?.change(message)
      case 'Save':
        return listener?.save(message)
      case 'InvalidMessageError':
        return deps.onHostError(message.errors)
    }
  }

  function send(message: WidgetMessage): void {
    if (origin === null) throw new Error('the host has not opened this widget')
    window.parent.postMessage(message, origin)
  }

  return {
    listen(next) {
      listener = next
      door.takeOver(receive)
    },
    openFeedback: (openId) => send({ name: 'OpenFeedback', correlationId: openId }),
    verdict(changeId, fault) {
      const head = {
        name: 'ValidationFeedback' as const,
        messageId: ++lastMessageId,
        correlationId: changeId,
      }
      send(fault === null ? { ...head, valid: true } : { ...head, valid: false, message: shorten(fault) })
    },
    close: () => door.close(),
  }
}

/** The host answers a longer text with an error, and then nobody can save. */
function shorten(text: string): string {
  return text.length <= validationMessageMax ? text : `${text.slice(0, validationMessageMax - 1)}…`
}
