import type { Signal } from '@preact/signals-core'
import type { Notice } from './notice.ts'
import type { TillPort } from './till-port.ts'
import type { Decisions } from './decisions.ts'
import { isUnsentPromise, type Result } from './result.ts'

export interface UndoDeps {
  till: Pick<TillPort, 'line' | 'voidReceipt'>
  decisions: Pick<Decisions, 'decide'>
  notice: Signal<Notice | null>
}

/** Undoes what was done (C8), which needs the line; a promise that was not sent yet is sent together with its undoing. */
export function undo(result: Result, { till, decisions, notice }: UndoDeps): Promise<void> {
  if (isUnsentPromise(result)) {
    const { record } = result.promise ?? result
    return decisions.decide(result, 'promised', () => till.voidReceipt(record, 'unanswered'))
  }
  if (till.line.reachable === false) {
    notice.value = { kind: 'undo_offline' }
    return Promise.resolve()
  }
  // Where a promise took the ask's place, whichever of the two was applied is the one to undo.
  const byPromise = result.promise?.outcome?.status === 'applied' && result.promise.outcome.by === null
  const record = byPromise && result.promise ? result.promise.record : result.record
  return decisions.decide(result, 'done', () => till.voidReceipt(record, 'cancelled'))
}
