import * as z from 'zod/mini'
import {
  HostMessage,
  type HostMessageOf,
  validationMessageMax,
  type WidgetMessage,
} from '../../core/host/host-messages.ts'
import type { HostDoor } from './host-door.ts'

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
  /** Opens a page of MoySklad. Rejects after `requestTimeoutMs` without an answer. */
  navigate(path: string): Promise<void>
  close(): void
}

export interface HostListener {
  open(message: HostMessageOf<'Open'>): void
  change(message: HostMessageOf<'Change'>): void
  save(message: HostMessageOf<'Save'>): void
}

export interface HostBridgeDeps {
  window: Pick<Window, 'parent' | 'setTimeout' | 'clearTimeout'>
  /** Lets in only what MoySklad's page says. */
  door: HostDoor
  /** A message of an unknown shape, for the log. */
  onDropped(reason: 'shape', origin: string): void
  onHostError(
    errors: readonly { code?: number | null | undefined; error?: string | null | undefined }[],
  ): void
}

/** The platform gives no limit for its answers, so the bridge has its own. */
export const requestTimeoutMs = 10_000

/** Nothing of a message is acted upon before its shape is checked here. */
export function connectHost(deps: HostBridgeDeps): HostBridge {
  const { window, door } = deps
  const waiting = new Map<number, { done: () => void; fail: (error: Error) => void; timer: number }>()
  let listener: HostListener | null = null
  let origin: string | null = null
  let lastMessageId = 0

  function receive(event: MessageEvent): void {
    const parsed = z.safeParse(HostMessage, event.data)
    if (!parsed.success) return deps.onDropped('shape', event.origin)
    dispatch(parsed.data, event.origin)
  }

  function dispatch(message: HostMessage, from: string): void {
    switch (message.name) {
      case 'Open':
        origin = from
        return listener?.open(message)
      case 'Change':
        return listener?.change(message)
      case 'Save':
        return listener?.save(message)
      case 'NavigateResponse':
        return settle(message.correlationId, null)
      case 'InvalidMessageError':
        deps.onHostError(message.errors)
        if (typeof message.correlationId === 'number') {
          settle(message.correlationId, new Error(message.errors[0]?.error ?? 'the host refused the message'))
        }
    }
  }

  function settle(messageId: number, error: Error | null): void {
    const call = waiting.get(messageId)
    if (!call) return
    waiting.delete(messageId)
    window.clearTimeout(call.timer)
    if (error) call.fail(error)
    else call.done()
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
    navigate(path) {
      const messageId = ++lastMessageId
      return new Promise((done, fail) => {
        const timer = window.setTimeout(
          () => settle(messageId, new Error('the host did not answer')),
          requestTimeoutMs,
        )
        waiting.set(messageId, { done, fail, timer })
        send({ name: 'NavigateRequest', messageId, path, target: 'blank' })
      })
    },
    close() {
      door.close()
      for (const messageId of [...waiting.keys()]) settle(messageId, new Error('the bridge was closed'))
    },
  }
}

/** The host answers a longer text with an error, and then nobody can save. */
function shorten(text: string): string {
  return text.length <= validationMessageMax ? text : `${text.slice(0, validationMessageMax - 1)}…`
}
