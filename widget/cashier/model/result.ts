import type { RecordState } from '../../../src/client/journal/records.ts'
import { receiptOf } from '../../../src/client/journal/records.ts'
import type { JournalRecord } from '../../../src/client/journal/database.ts'
import { sumKopecks } from '../../../src/core/money.ts'
import type { DocumentId } from '../../../src/core/ids.ts'
import type { FinalOutcome } from '../../../src/core/receipt/outcome.ts'
import type { Receipt } from '../../../src/core/receipt/receipt.ts'

/**
 * A receipt with what was done about it since: the promise that took its place and the receipt that undid it are
 * records of their own, and a person sees the three as one.
 */
export interface Result {
  record: JournalRecord
  receipt: Receipt
  outcome: FinalOutcome | null
  promise: RecordState | null
  undo: RecordState | null
  /** The sale that it was for: committed with it, or found since (M11). */
  documentId: DocumentId | null
}

export type ResultStatus =
  /** An ask is on its way: nobody may act on it yet. */
  | 'waiting'
  /** The till has given its word, the server has not answered. */
  | 'promised'
  | 'done'
  | 'refused'
  | 'in_review'
  | 'cancelling'
  | 'cancelled'

export const isVoid = ({ record }: RecordState): boolean =>
  receiptOf(record).operations.some((operation) => operation.kind === 'void')

/** Whether a later cancel did what this refused one could not. */
export function isUndoneSince({ record }: RecordState, results: readonly Result[]): boolean {
  const targets = receiptOf(record).operations.flatMap((one) => (one.kind === 'void' ? one.receiptId : []))
  return results.some(
    ({ undo, receipt, promise }) =>
      undo !== null &&
      undo.record.id !== record.id &&
      targets.some((id) => id === receipt.id || id === promise?.record.id),
  )
}

/** Puts records, newest first, together into results, newest first. */
export function resultsOf(states: readonly RecordState[]): Result[] {
  const results: Result[] = []
  const promises = new Map<string, RecordState>()
  const undos = new Map<string, RecordState>()
  const links = new Map<string, DocumentId>()
  for (const state of states) {
    const receipt = receiptOf(state.record)
    const documentId = receipt.sale?.documentId ?? null
    // What undid it came after it, so it is known by now; it names the ask or the promise.
    const sibling = receipt.standsFor ?? promises.get(receipt.id)?.record.id ?? ''
    const undo = undos.get(receipt.id) ?? undos.get(sibling) ?? null
    for (const one of receipt.operations) {
      // A link falls with the receipt that made it (M11).
      if (one.kind !== 'link' || !documentId || state.outcome?.status === 'refused') continue
      if (undo?.outcome?.status !== 'applied') links.set(one.receiptId, documentId)
    }
    const undone = receipt.operations.find((operation) => operation.kind === 'void')
    if (undone) {
      // A refused cancel changes nothing; an older one may have worked.
      if (state.outcome?.status !== 'refused') undos.set(undone.receiptId, state)
    } else if (receipt.standsFor) {
      promises.set(receipt.standsFor, state)
      // One of links alone only tells where others belong.
    } else if (receipt.operations.some((one) => one.kind !== 'link')) {
      const { id } = receipt
      results.push({
        record: state.record,
        receipt,
        outcome: state.outcome,
        promise: promises.get(id) ?? null,
        undo,
        documentId: documentId ?? links.get(id) ?? links.get(sibling) ?? null,
      })
    }
  }
  return results
}

export function statusOf({ receipt, outcome, promise, undo }: Result): ResultStatus {
  if (undo) return undo.outcome?.status === 'applied' ? 'cancelled' : 'cancelling'
  const decisive = outcome?.status === 'applied' ? outcome : (promise?.outcome ?? (promise ? null : outcome))
  if (decisive === null) return promise || receipt.mode === 'promise' ? 'promised' : 'waiting'
  switch (decisive.status) {
    case 'applied':
      return 'done'
    case 'refused':
      return 'refused'
    case 'in_review':
      return 'in_review'
  }
}

/** Records without an outcome beside those that are counted already: a person counts operations, not records (J12). */
export function doubledIn(results: readonly Result[]): number {
  return results.reduce((sum, { outcome, promise, undo }) => {
    const unsettled = [outcome, promise && promise.outcome, undo && undo.outcome]
    const waiting = [true, promise !== null, undo !== null].filter((is, at) => is && unsettled[at] === null)
    return sum + Math.max(0, waiting.length - 1)
  }, 0)
}

/** Whether the till may still take it back without asking: it has given its word, and the server knows nothing of it. */
export const isUnsentPromise = (result: Result): boolean =>
  statusOf(result) === 'promised' && result.outcome === null && (result.promise?.outcome ?? null) === null

/** What the server posted for a result, by itself or by the promise that took its place. */
export function effectsOf({ outcome, promise }: Result) {
  for (const one of [outcome, promise?.outcome ?? null]) {
    if (one?.status === 'applied' && one.effects.length > 0) return one.effects
  }
  return []
}

/** The parts of a receipt that a person is told about. */
export function summaryOf({ receipt, record }: Pick<Result, 'receipt' | 'record'>) {
  const loads = receipt.operations.filter((operation) => operation.kind === 'load')
  const redeems = receipt.operations.filter((operation) => operation.kind === 'redeem')
  return {
    loads,
    redeems,
    redeemedKopecks: sumKopecks(redeems.map((redeem) => redeem.amountKopecks)),
    last4Of: (cardId: string) => record.faces.find((face) => face.cardId === cardId)?.last4 ?? '',
  }
}

/** Whether one of them has sold the card. */
export const isSold = (cardId: string, results: readonly Result[]): boolean =>
  results.some(
    (one) =>
      ['done', 'promised'].includes(statusOf(one)) &&
      summaryOf(one).loads.some((load) => load.cardId === cardId),
  )

/** A refused ask whose promise went out in its place is not the last word: the promise's own end is (J2). */
export function isOvertaken(id: string, results: readonly Result[]): boolean {
  return results.some((result) => result.record.id === id && result.promise !== null)
}
