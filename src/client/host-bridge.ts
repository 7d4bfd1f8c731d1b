import * as z from 'zod/mini'
import {
  HostMessage,
  type HostMessageOf,
  validationMessageMax,
  type WidgetMessage,
} from '../core/host-messages.ts'

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
  window: Pick<Window, 'addEventListener' | 'removeEventListener' | 'parent' | 'setTimeout' | 'clearTimeout'>
  /** Origins that may be MoySklad's page. The platform names none, so the list is the server's configuration. */
  origins: readonly string[]
  /** A message that was dropped, for the log: a wrong window, a wrong origin, an unknown shape. */
  onDropped(reason: 'source' | 'origin' | 'shape', origin: string): void
  onHostError(
    errors: readonly { code?: number | null | undefined; error?: string | null | undefined }[],
  ): void
}

/** The platform gives no limit for its answers, so the bridge has its own. */
export const requestTimeoutMs = 10_000

/** Attach this before anything else: `Open` may come while the page is still starting. */
export function connectHost(deps: HostBridgeDeps): HostBridge {
  const { window, origins } = deps
  const early: MessageEvent[] = []
  const waiting = new Map<number, { done: () => void; fail: (error: Error) => void; timer: number }>()
  let listener: HostListener | null = null
  let origin: string | null = null
  let lastMessageId = 0

  function receive(event: MessageEvent): void {
    if (event.source !== window.parent) return deps.onDropped('source', event.origin)
    if (!origins.some((origin) => isOrigin(origin, event.origin)))
      return deps.onDropped('origin', event.origin)
    if (!listener) return void early.push(event)
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
      case 'ShowDialogResponse':
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

  window.addEventListener('message', receive)

  return {
    listen(next) {
      listener = next
      for (const event of early.splice(0)) receive(event)
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
      window.removeEventListener('message', receive)
      for (const messageId of [...waiting.keys()]) settle(messageId, new Error('the bridge was closed'))
    },
  }
}

/** A configured origin may have a star for one or more names of hosts, as in a content security policy. */
function isOrigin(configured: string, actual: string): boolean {
  const star = configured.indexOf('*.')
  if (star < 0) return configured === actual
  const [before, after] = [configured.slice(0, star), configured.slice(star + 1)]
  return actual.startsWith(before) && actual.endsWith(after) && /^[\w.-]+$/.test(actual.slice(before.length))
}

/** The host answers a longer text with an error, and then nobody can save. */
function shorten(text: string): string {
  return text.length <= validationMessageMax ? text : `${text.slice(0, validationMessageMax - 1)}…`
}
