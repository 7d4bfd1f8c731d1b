import { expect, it } from 'vitest'
import { wireVersion } from '../../core/receipt/version.ts'
import type { Receipt } from '../../core/receipt/receipt.ts'
import type { FinalOutcome } from '../../core/receipt/outcome.ts'
import type { RecordState } from '../journal/records.ts'
import { shiftOf } from './shift.ts'
import { redeemReceipt } from '../testing/builders.ts'

const inReview: FinalOutcome = { status: 'in_review', code: 'promise_refused' }

function state(outcome: FinalOutcome | null, rest: Partial<Receipt> = {}): RecordState {
  const place = { journal: 'J'.repeat(43) as never, seq: 1 }
  const receipt = { version: wireVersion, ...redeemReceipt(), ...rest, place }
  const record = { ordinal: 1, seq: 1, id: receipt.id, receipt: JSON.stringify(receipt), recordedAtMs: 1 }
  return { record: { ...record, faces: [] }, outcome }
}

it('[J8] what a human has decided waits for nobody, and counts where it was booked', () => {
  const states = [state(inReview), state(inReview), state(inReview)]
  const [booked, dropped] = states.map(({ record }) => record.id)
  const before = shiftOf(states, new Map())
  expect(before).toMatchObject({ inReview: 3, charged: { cards: 0 } })
  const after = shiftOf(
    states,
    new Map([
      [booked!, { choice: 'apply' }],
      [dropped!, { choice: 'dismiss' }],
    ]),
  )
  expect(after).toMatchObject({ inReview: 1, charged: { cards: 1 } })
})

it('[J12] an ask, the promise in its place and its undoing are one unsent operation', () => {
  const ask = state(null)
  const promise = state(null, { mode: 'promise', standsFor: ask.record.id })
  const undoing = (of: RecordState) =>
    state(null, {
      operations: [{ kind: 'void', receiptId: of.record.id, because: 'unanswered' }],
    })
  expect(shiftOf([ask], new Map()).unsent).toBe(1)
  expect(shiftOf([undoing(promise), promise, ask], new Map()).unsent).toBe(1)
  expect(shiftOf([undoing(ask), ask, state(null)], new Map()).unsent).toBe(2)
})
