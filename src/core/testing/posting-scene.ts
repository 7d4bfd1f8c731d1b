import { randomUUID } from 'node:crypto'
import { programmeOf } from './builders.ts'
import type { Card, OthersHolds } from '../card/card.ts'
import type { CardId, EmployeeId, HoldId, JournalId, ReceiptId, TillId } from '../ids.ts'
import { kopecks } from '../money.ts'
import { post } from '../posting/post.ts'
import type { PostingContext, RedeemLeft, VoidTarget } from '../posting/types.ts'
import type { Operation } from '../receipt/operations.ts'
import type { Receipt } from '../receipt/receipt.ts'
import { wireVersion } from '../receipt/version.ts'

const today = '2026-10-02'
const tillId = 'T'.repeat(43) as TillId
export const holdId = randomUUID() as HoldId
export const saleId = randomUUID() as ReceiptId

export const cardOf = (
  rest: Partial<Omit<Card, 'paidKopecks' | 'grantedKopecks'>> & { paid?: number; granted?: number } = {},
): Card => {
  const { paid = 100, granted = 50, ...others } = rest
  return {
    id: randomUUID() as CardId,
    last4: '4821',
    status: 'active',
    paidKopecks: kopecks(paid),
    grantedKopecks: kopecks(granted),
    expiresOn: null,
    ...others,
  }
}
export const receiptOf = (operations: Operation[], mode: Receipt['mode'] = 'ask'): Receipt => ({
  version: wireVersion,
  id: randomUUID() as ReceiptId,
  mode,
  grantId: null,
  standsFor: null,
  place: { journal: 'J'.repeat(43) as JournalId, seq: 1 },
  author: { kind: 'employee', employeeId: randomUUID() as EmployeeId, session: null, stamp: null },
  door: 'checkout',
  approvals: [],
  reason: null,
  storeId: null,
  happenedAtMs: 0,
  sale: null,
  operations,
})
export const contextOf = (cards: Card[], rest: Partial<PostingContext> = {}): PostingContext => ({
  programme: programmeOf(),
  tillId,
  cards: new Map(cards.map((card) => [card.id, card])),
  others: new Map(),
  saleGone: false,
  ownHolds: new Map(),
  grant: null,
  fact: null,
  today,
  sale: null,
  redeemsLeft: [],
  voidTargets: new Map(),
  linkTargets: new Map(),
  ...rest,
})
export const held = (card: Card, heldKopecks: number, reserved = false) =>
  new Map<CardId, OthersHolds>([[card.id, { heldKopecks: kopecks(heldKopecks), reserved }]])
/** The hold of this till, fit for the operations which name it. */
export const heldBy = (operations: readonly Operation[]): PostingContext['ownHolds'] =>
  new Map(
    operations.flatMap((one) =>
      (one.kind === 'load' || one.kind === 'redeem') && one.proof.holdId === holdId
        ? [[one.proof.holdId, { cardId: one.cardId, purpose: one.kind, amountKopecks: kopecks(1_000_000) }]]
        : [],
    ),
  )
export const leftOf = (card: Card, paid: number, granted: number, loss = 0): RedeemLeft => ({
  receiptId: saleId,
  cardId: card.id,
  paidKopecks: kopecks(paid),
  grantedKopecks: kopecks(granted),
  lossKopecks: kopecks(loss),
})
export const targetOf = (rest: Partial<VoidTarget> = {}) =>
  new Map<ReceiptId, VoidTarget>([
    [
      saleId,
      {
        tillId,
        posted: null,
        waits: false,
        voided: false,
        isVoid: false,
        refunded: false,
        sale: 'none',
        ...rest,
      },
    ],
  ])
/** The code of a refusal or a hold, or the entries as `account amount`. */
function verdict(receipt: Receipt, context: PostingContext): string | string[] {
  const posting = post(receipt, context)
  switch (posting.status) {
    case 'refused':
      return posting.refusal.possibleKopecks === null
        ? posting.refusal.code
        : `${posting.refusal.code} ${posting.refusal.possibleKopecks}`
    case 'in_review':
      return `in_review ${posting.code}`
    case 'posted':
      return posting.operations.flatMap(({ entries }) =>
        entries.map((e) => `${e.account} ${e.amountKopecks}`),
      )
  }
}
export const ask = (operations: Operation[], cards: Card[], rest: Partial<PostingContext> = {}) =>
  verdict(receiptOf(operations), contextOf(cards, rest))
export const promise = (operations: Operation[], cards: Card[], rest: Partial<PostingContext> = {}) =>
  verdict(receiptOf(operations, 'promise'), contextOf(cards, { ownHolds: heldBy(operations), ...rest }))
