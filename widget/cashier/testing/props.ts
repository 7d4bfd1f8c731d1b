import type { RecordState } from '../../../src/client/journal/records.ts'
import {
  draftOperations,
  type Draft,
  type DraftLoad,
  type DraftRedeem,
} from '../../../src/core/draft/draft.ts'
import type { CardId, HoldId, ReceiptId } from '../../../src/core/ids.ts'
import { kopecks } from '../../../src/core/money.ts'
import type { FinalOutcome } from '../../../src/core/receipt/outcome.ts'
import { certificateId, faceKopecks, goodsSale } from '../../../src/core/testing/builders.ts'
import type { CardView } from '../../../src/core/wire/cards.ts'
import { type Result, resultsOf } from '../model/result.ts'
import { employeeId } from './fake-till.ts'

/** What components are shown with, one at a time; what a test does not say is what is usual. */

const idOf = (last4: string) => `c0000000-0000-4000-8000-00000000${last4}`
/** 08:00 UTC of some day. */
export const atMs = 1_800_000_000_000

/** A name or a text as people read it: any space is a space. */
export const said = (text: string) =>
  new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ /g, '\\s')}$`)

const common = (last4: string) => ({
  cardId: idOf(last4) as CardId,
  last4,
  number: null,
  holdId: idOf('0000') as HoldId,
  useUntilMs: atMs + 900_000,
  entered: 'scanned' as const,
})

export const payer = (last4: string, amount: number, rest: Partial<DraftRedeem> = {}): DraftRedeem => ({
  ...common(last4),
  amountKopecks: kopecks(amount),
  heldKopecks: kopecks(amount),
  availableKopecks: kopecks(150_000),
  expiresOn: null,
  confirmed: true,
  ...rest,
})

export const soldCard = (last4: string): DraftLoad => ({
  ...common(last4),
  productId: certificateId,
  faceKopecks: kopecks(faceKopecks),
  paidKopecks: kopecks(faceKopecks),
})

export const draftOf = (rest: Partial<Draft> = {}): Draft => ({
  id: idOf('0001') as never,
  receiptId: idOf('0002') as ReceiptId,
  employeeId,
  documentId: null,
  createdAtMs: atMs,
  updatedAtMs: atMs,
  heardMs: 0,
  documentMoment: null,
  sale: goodsSale(34_900),
  loads: [],
  redeems: [],
  links: [],
  ...rest,
})

export const cardOf = (last4: string, rest: Partial<CardView> = {}): CardView => ({
  id: idOf(last4) as CardId,
  last4,
  state: 'active',
  balanceKopecks: kopecks(150_000),
  grantedKopecks: kopecks(0),
  availableKopecks: kopecks(150_000),
  expiresOn: null,
  heldBy: null,
  ...rest,
})

/** What a draft has become. */
export function recordOf(draft: Draft, outcome: FinalOutcome | null, mode = 'ask'): RecordState {
  const { receiptId: id, loads, redeems } = draft
  const sale = { documentId: idOf('0003'), draftId: draft.id, sumKopecks: draft.sale.sumKopecks }
  const operations = draftOperations(draft)
  const receipt = { id, mode, standsFor: null, sale, happenedAtMs: atMs, operations }
  return {
    record: {
      ordinal: 1,
      seq: 1,
      id,
      receipt: JSON.stringify(receipt),
      recordedAtMs: atMs,
      faces: [...loads, ...redeems],
    },
    outcome,
  }
}

/** A record that undoes another one. */
export function voidOf(
  { record }: RecordState,
  because: 'unanswered' | 'cancelled',
  outcome: FinalOutcome | null,
): RecordState {
  const id = idOf('0004') as ReceiptId
  const operations = [{ kind: 'void', receiptId: record.id, because }]
  const receipt = { id, mode: 'ask', standsFor: null, sale: null, happenedAtMs: atMs, operations }
  return { record: { ...record, id, seq: 2, receipt: JSON.stringify(receipt) }, outcome }
}

/** @param states newest first */
export const resultOf = (...states: RecordState[]): Result => resultsOf(states)[0]!

export const applied = (balances: Record<string, number> = {}, loss = 0): FinalOutcome => ({
  status: 'applied',
  by: null,
  postedAtMs: atMs,
  effects: Object.entries(balances).map(([last4, balance]) => ({
    cardId: idOf(last4) as CardId,
    last4,
    changeKopecks: 0,
    balanceKopecks: kopecks(balance),
    expiresOn: null,
    lossKopecks: kopecks(loss),
  })),
  frozen: false,
})
