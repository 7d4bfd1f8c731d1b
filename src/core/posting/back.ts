import { availableOf, type Card, noHolds } from '../card/card.ts'
import { kopecks, minKopecks } from '../money.ts'
import { refusal } from '../refusal.ts'
import type { CardBefore, Entry, PostedOperation, PostingContext } from './types.ts'
import { cardFor, posted, Refused, type Working } from './step.ts'
import type { EntryAccount, OperationKind } from '../receipt/kinds.ts'
import type { Receipt } from '../receipt/receipt.ts'
import type { OperationOf } from '../receipt/operations.ts'
import { expiryAfterReturn } from '../card/validity.ts'

/** What comes back: a return repays cards (C7), a void undoes a whole receipt (C8); both by counter-entries (C14). */

/** A return repays a booked loss first, then the granted part, then the paid part: spending in reverse (C4, C7). */
export function postRefund(
  operation: OperationOf<'refund'>,
  receipt: Receipt,
  context: PostingContext,
  working: Working,
): PostedOperation {
  const { basis } = operation
  // No returns are read yet, so none stands behind it (T3).
  if (basis.kind === 'document') throw new Refused(refusal('return_unread'))
  const { receiptId, amountKopecks } = basis
  const card = cardFor(basis.cardId, working)
  const left = context.redeemsLeft.find(
    (redeem) => redeem.receiptId === receiptId && redeem.cardId === card.id,
  )
  if (!left) throw new Refused(refusal('refund_not_of_sale', card.id))
  const repeated = receipt.operations.filter(
    (other) =>
      other.kind === 'refund' &&
      other.basis.kind === 'manager' &&
      other.basis.cardId === card.id &&
      other.basis.receiptId === receiptId,
  )
  if (repeated.length > 1) throw new Refused(refusal('card_twice', card.id))
  const open = kopecks(left.paidKopecks + left.grantedKopecks + left.lossKopecks)
  if (amountKopecks > open) throw new Refused(refusal('refund_above_paid', card.id, open))
  if (card.status === 'annulled' || card.status === 'unsold')
    throw new Refused(refusal('card_annulled', card.id))
  const loss = minKopecks(left.lossKopecks, amountKopecks)
  const granted = minKopecks(left.grantedKopecks, kopecks(amountKopecks - loss))
  const paid = kopecks(amountKopecks - loss - granted)
  const after: Card = {
    ...card,
    paidKopecks: kopecks(card.paidKopecks + paid),
    grantedKopecks: kopecks(card.grantedKopecks + granted),
    expiresOn: paid + granted > 0 ? expiryAfterReturn(card.expiresOn, context.today) : card.expiresOn,
  }
  return posted(operation, card, after, [
    { account: 'loss', cardId: card.id, amountKopecks: loss },
    { account: 'card_granted', cardId: card.id, amountKopecks: granted },
    { account: 'card_paid', cardId: card.id, amountKopecks: paid },
    { account: 'redeemed', cardId: card.id, amountKopecks: -amountKopecks },
  ])
}

/** Kinds that a void may undo; card stock and blocks have their own ways back. What is not built has to be thought of. */
const voidable: Record<OperationKind, boolean> = {
  load: true,
  redeem: true,
  refund: true,
  issue: false,
  open: false,
  void: false,
  cashout: false,
  transfer: false,
  adjust: false,
  annul: false,
  expire: false,
  extend: false,
  block: false,
  unblock: false,
  // It posts nothing to undo: the receipt that it named is free again.
  link: true,
  thaw: false,
  payout: false,
  moved_in: false,
}

/** Counter-entries to what was really posted (C8, C14), card by card. */
export function postVoid(
  operation: OperationOf<'void'>,
  receipt: Receipt,
  context: PostingContext,
  working: Working,
): PostedOperation[] {
  if (receipt.operations.length > 1) throw new Refused(refusal('void_not_possible'))
  const target = context.voidTargets.get(operation.receiptId)
  if (!target) throw new Refused(refusal('receipt_unknown'))
  if (target.tillId !== context.tillId) throw new Refused(refusal('receipt_of_other_till'))
  if (target.voided) throw new Refused(refusal('void_twice'))
  if (target.posted === null && !target.waits) return []
  if (target.isVoid || target.refunded || target.posted?.kinds.some((kind) => !voidable[kind])) {
    throw new Refused(refusal('void_not_possible'))
  }
  // What has happened is not asked of MoySklad again.
  if (operation.because === 'cancelled' && !context.fact) {
    if (target.sale === 'stands') throw new Refused(refusal('sale_exists'))
    if (target.sale === 'unchecked') throw new Refused(refusal('sale_unchecked'))
  }
  if (target.posted === null) return []
  const { entries, cards } = target.posted
  return cards.map((one) => voidCard(operation, one, entries, context, working))
}

function voidCard(
  operation: OperationOf<'void'>,
  { cardId, isOnlySale, dayWithout }: CardBefore,
  entries: readonly Entry[],
  context: PostingContext,
  working: Working,
): PostedOperation {
  const card = cardFor(cardId, working)
  const others = context.others.get(cardId) ?? noHolds
  const back = entries.filter((entry) => entry.cardId === cardId)
  const total = (accounts: EntryAccount[]) =>
    back.reduce((sum, entry) => (accounts.includes(entry.account) ? sum + entry.amountKopecks : sum), 0)
  const credited = total(['card_paid', 'card_granted'])
  if (credited > 0 && availableOf(card, others) < credited)
    throw new Refused(refusal('load_spent', cardId, availableOf(card, others)))
  let paid = card.paidKopecks - total(['card_paid'])
  let granted = card.grantedKopecks - total(['card_granted'])
  // Other spending may have eaten the part that this receipt brought; the whole is there, so the other part gives way.
  if (paid < 0) [paid, granted] = [0, granted + paid]
  if (granted < 0) [paid, granted] = [paid + granted, 0]
  const day = dayWithout ?? card.expiresOn
  const empty = isOnlySale && paid + granted === 0 && card.status === 'active'
  const after: Card = {
    ...card,
    status: empty ? 'unsold' : card.status,
    paidKopecks: kopecks(paid),
    grantedKopecks: kopecks(granted),
    expiresOn: empty ? null : credited < 0 ? expiryAfterReturn(day, context.today) : day,
  }
  const rest = back.filter((entry) => entry.account !== 'card_paid' && entry.account !== 'card_granted')
  return posted(operation, card, after, [
    { account: 'card_paid', cardId, amountKopecks: paid - card.paidKopecks },
    { account: 'card_granted', cardId, amountKopecks: granted - card.grantedKopecks },
    ...rest.map((entry) => ({ ...entry, amountKopecks: -entry.amountKopecks })),
  ])
}
