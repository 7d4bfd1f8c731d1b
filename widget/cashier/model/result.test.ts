import { describe, expect, it } from 'vitest'
import type { JournalRecord } from '../../../src/client/journal/database.ts'
import type { RecordState } from '../../../src/client/journal/records.ts'
import { redeemReceipt, uuid } from '../../../src/client/testing/builders.ts'
import type { DocumentId } from '../../../src/core/ids.ts'
import { kopecks } from '../../../src/core/money.ts'
import type { FinalOutcome } from '../../../src/core/receipt/outcome.ts'
import type { Receipt } from '../../../src/core/receipt/receipt.ts'
import { wireVersion } from '../../../src/core/receipt/version.ts'
import { effectsOf, isUndoneSince, resultsOf, statusOf } from './result.ts'

const applied = (by: string | null = null): FinalOutcome => ({
  status: 'applied',
  by: by as never,
  postedAtMs: 1,
  effects: by
    ? []
    : [
        {
          cardId: uuid() as never,
          last4: '4821',
          changeKopecks: -1,
          balanceKopecks: 0 as never,
          expiresOn: null,
          lossKopecks: 0 as never,
        },
      ],
  frozen: false,
})
const refused: FinalOutcome = {
  status: 'refused',
  refusal: { code: 'insufficient_funds', cardId: null, possibleKopecks: null },
}

let seq = 0
function state(parts: Partial<Receipt>, outcome: FinalOutcome | null): RecordState {
  const place = { journal: 'J'.repeat(43) as never, seq: ++seq }
  const receipt: Receipt = { version: wireVersion, ...redeemReceipt(), ...parts, place }
  const record: JournalRecord = {
    ordinal: 1,
    seq,
    id: receipt.id,
    receipt: JSON.stringify(receipt),
    recordedAtMs: 1,
    faces: [],
  }
  return { record, outcome }
}

const idOf = ({ record }: RecordState) => record.id
const promiseOf = (ask: RecordState, outcome: FinalOutcome | null) =>
  state({ mode: 'promise', standsFor: idOf(ask) }, outcome)
const voidOf = (of: RecordState, outcome: FinalOutcome | null) =>
  state({ operations: [{ kind: 'void', receiptId: idOf(of), because: 'unanswered' }] }, outcome)

/** The status of the one result of records given oldest first. */
function statusAfter(...states: RecordState[]) {
  const results = resultsOf(states.toReversed())
  expect(results).toHaveLength(1)
  return statusOf(results[0]!)
}

describe('results', () => {
  it('[J1] an ask shows success only when the server said applied', () => {
    expect(statusAfter(state({}, null))).toBe('waiting')
    expect(statusAfter(state({}, applied()))).toBe('done')
    expect(statusAfter(state({}, refused))).toBe('refused')
  })

  it('[J1] a promise is one from the start', () => {
    expect(statusAfter(state({ mode: 'promise' }, null))).toBe('promised')
    expect(statusAfter(state({ mode: 'promise' }, { status: 'in_review', code: 'promise_refused' }))).toBe(
      'in_review',
    )
  })

  it('[J2] an ask and the promise in its place are one thing to the cashier', () => {
    const ask = state({}, null)
    expect(statusAfter(ask, promiseOf(ask, null))).toBe('promised')
    const answered = state({}, applied())
    expect(statusAfter(answered, promiseOf(answered, null))).toBe('done')
    const no = state({}, refused)
    expect(statusAfter(no, promiseOf(no, null))).toBe('promised')
    expect(statusAfter(no, promiseOf(no, applied()))).toBe('done')
  })

  it('[M11] [C8] a link falls with the receipt that made it, whichever name its undoing gave', () => {
    const documentId = uuid() as DocumentId
    const sale = { draftId: null, sumKopecks: kopecks(500) }
    const free = () => state({ mode: 'promise', sale: { ...sale, documentId: null } }, applied())
    const linking = (one: RecordState, parts: Partial<Receipt> = {}) =>
      state(
        {
          operations: [{ kind: 'link', receiptId: idOf(one) }],
          sale: { ...sale, documentId },
          ...parts,
        },
        applied(),
      )
    const saleAfter = (...states: RecordState[]) => resultsOf(states.toReversed()).at(-1)!.documentId
    const one = free()
    const ask = linking(one)
    const promise = linking(one, { mode: 'promise', standsFor: idOf(ask) })
    expect(saleAfter(one, ask)).toBe(documentId)
    expect(saleAfter(one, ask, voidOf(ask, applied()))).toBeNull()
    expect(saleAfter(one, ask, voidOf(ask, refused))).toBe(documentId)
    for (const named of [ask, promise]) {
      expect(saleAfter(one, ask, promise, voidOf(named, applied()))).toBeNull()
    }
  })

  it('[J2] the effects shown are those of the twin that did the work', () => {
    const ask = state({}, refused)
    const promise = promiseOf(ask, applied())
    const [result] = resultsOf([promise, ask])
    expect(effectsOf(result!)).toHaveLength(1)
    const done = state({}, applied())
    const [other] = resultsOf([promiseOf(done, applied(idOf(done))), done])
    expect(effectsOf(other!)).toHaveLength(1)
  })

  it('[J2] [C8] what was given up or cancelled is no success any more, unless the cancel was refused', () => {
    const ask = state({}, applied())
    expect(statusAfter(ask, voidOf(ask, null))).toBe('cancelling')
    expect(statusAfter(ask, voidOf(ask, applied()))).toBe('cancelled')
    expect(statusAfter(ask, voidOf(ask, refused))).toBe('done')
    expect(statusAfter(ask, voidOf(ask, applied()), voidOf(ask, refused))).toBe('cancelled')
  })
})

it('[C8] a refused cancel is said only until another one has done it', () => {
  const done = state({}, applied())
  const failed = voidOf(done, refused)
  expect(isUndoneSince(failed, resultsOf([failed, done]))).toBe(false)
  const again = voidOf(done, applied())
  expect(isUndoneSince(failed, resultsOf([again, failed, done]))).toBe(true)
  const other = state({}, applied())
  expect(isUndoneSince(failed, resultsOf([voidOf(other, applied()), other, failed, done]))).toBe(false)
})
