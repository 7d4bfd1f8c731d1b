import { describe, expect, test } from 'vitest'
import type { BookEntry } from '../../core/card/book.ts'
import type { CardId, ReceiptId } from '../../core/ids.ts'
import { kopecks } from '../../core/money.ts'
import { refusal } from '../../core/refusal.ts'
import type { FinalOutcome } from '../../core/receipt/outcome.ts'
import type { Operation } from '../../core/receipt/operations.ts'
import { certificateId, load, redeem, undo } from '../../core/testing/builders.ts'
import { receiptOf } from '../../core/testing/posting-scene.ts'
import type { RecordState } from '../journal/records.ts'
import { besideBook } from './beside-book.ts'

const mine = 'c0000000-0000-4000-8000-000000000001' as CardId
const another = 'c0000000-0000-4000-8000-000000000002' as CardId
const asOfMs = 1_000
const entry = (rest: Partial<BookEntry> = {}): BookEntry => ({
  ...{ tag: '00'.repeat(8), cardId: mine, last4: '0001', state: 'active', expiresOn: null },
  ...{ availableKopecks: kopecks(100) },
  ...rest,
})
let n = 0
function recorded(
  operations: Operation[],
  outcome: FinalOutcome | null = null,
  { standsFor = null, cards = [mine] }: { standsFor?: ReceiptId | null; cards?: CardId[] } = {},
): RecordState {
  const seq = ++n
  const receipt = { ...receiptOf(operations), standsFor }
  const faces = cards.map((id) => ({
    cardId: id,
    last4: '0001',
    entered: 'scanned' as const,
    useUntilMs: null,
  }))
  const record = {
    ordinal: 1,
    seq,
    id: receipt.id,
    receipt: JSON.stringify(receipt),
    recordedAtMs: seq,
    faces,
  }
  return { record, outcome }
}
const applied = (postedAtMs: number): FinalOutcome => ({
  ...{ status: 'applied', by: null, postedAtMs, effects: [], frozen: false },
})
const left = (states: RecordState[], of = entry()) => besideBook(of, states, asOfMs).availableKopecks

describe('[O3] what this till has done since the book was read', () => {
  test('a payment that is not sent yet is taken off, and never more than there is', () => {
    expect(left([recorded([redeem(mine, 60)])])).toBe(40)
    const twice = [recorded([redeem(mine, 60)]), recorded([redeem(mine, 60)])]
    expect(besideBook(entry(), twice, asOfMs)).toMatchObject({ state: 'used_up', availableKopecks: 0 })
    expect(besideBook(entry({ state: 'blocked' }), twice, asOfMs).state).toBe('blocked')
  })
  test('what was posted counts until the book tells of that moment', () => {
    const paid = [redeem(mine, 60)]
    expect(left([recorded(paid, applied(asOfMs + 1))])).toBe(40)
    expect(left([recorded(paid, applied(asOfMs))])).toBe(100)
  })
  test('what is in review may still be posted; what was refused will not', () => {
    const paid = [redeem(mine, 60)]
    expect(left([recorded(paid, { status: 'in_review', code: 'grant_exceeded' })])).toBe(40)
    expect(left([recorded(paid, { status: 'refused', refusal: refusal('card_blocked', mine) })])).toBe(100)
  })
  test('[J2] an ask and the promise in its stead are one payment, and one that was given up is none', () => {
    const ask = recorded([redeem(mine, 60)])
    expect(left([ask, recorded([redeem(mine, 60)], null, { standsFor: ask.record.id })])).toBe(40)
    expect(left([ask, recorded([undo(ask.record.id)])])).toBe(100)
  })
  test('other cards are let alone, also in one receipt', () => {
    const both = recorded([redeem(mine, 10), redeem(another, 50)], null, { cards: [mine, another] })
    expect(left([both, recorded([redeem(another, 60)], null, { cards: [another] })])).toBe(90)
  })
})

test('[O4] a card that was sold here is not sold again, and pays when the line is back', () => {
  const unsold = entry({ state: 'unsold', availableKopecks: kopecks(0) })
  const sold = recorded([load(mine, certificateId, 3_000)])
  expect(besideBook(unsold, [sold], asOfMs)).toMatchObject({
    state: 'active',
    availableKopecks: 0,
    soldHere: true,
  })
  expect(besideBook(unsold, [], asOfMs)).toMatchObject({ state: 'unsold', soldHere: false })
})
