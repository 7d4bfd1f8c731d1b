import { availableOf, balanceOf, type Card, loadBar, noHolds, redeemBar } from '../card/card.ts'
import { type Kopecks, kopecks, minKopecks, zeroKopecks } from '../money.ts'
import { type CaseKind } from '../receipt/outcome.ts'
import { refusal } from '../refusal.ts'
import type { PostedOperation, PostingContext } from './types.ts'
import { cardFor, InReview, posted, Refused, type Working } from './step.ts'
import { certificateOf, creditOfLoad } from '../card/programme.ts'
import type { Receipt } from '../receipt/receipt.ts'
import type { OperationOf } from '../receipt/operations.ts'
import { expiryAfterLoad, isExpired } from '../card/validity.ts'

/** What a sale does: a certificate is sold and loads a card (C2), a card pays (C4). */

export function postLoad(
  operation: OperationOf<'load'>,
  receipt: Receipt,
  context: PostingContext,
  working: Working,
): PostedOperation {
  const { programme, today } = context
  const card = cardFor(operation.cardId, working)
  const certificate = certificateOf(programme, operation.productId)
  if (!certificate) throw new Refused(refusal('certificate_unknown', card.id))
  // A promise with a face value that the owner has changed since waits for a human like any other that cannot be posted.
  if (certificate.faceKopecks !== operation.faceKopecks) {
    throw new Refused(refusal('certificate_unknown', card.id))
  }
  if (programme.creditBase === 'face' && operation.paidKopecks !== operation.faceKopecks) {
    throw new Refused(refusal('certificate_discounted', card.id))
  }
  requireGrounds(operation, receipt, context)
  const bar = loadBar(programme, card, context.others.get(card.id) ?? noHolds, today)
  if (bar) throw new Refused(bar)
  const credit = creditOfLoad(programme, operation.faceKopecks, operation.paidKopecks)
  const after: Card = {
    ...card,
    status: 'active',
    paidKopecks: kopecks(card.paidKopecks + credit.paidKopecks),
    grantedKopecks: kopecks(card.grantedKopecks + credit.grantedKopecks),
    expiresOn: expiryAfterLoad(programme.validity, today, card.expiresOn, card.status === 'active'),
  }
  if (programme.balanceMaxKopecks !== null && balanceOf(after) > programme.balanceMaxKopecks) {
    const room = Math.max(0, programme.balanceMaxKopecks - balanceOf(card))
    throw new Refused(refusal('above_balance_max', card.id, kopecks(room)))
  }
  return posted(operation, card, after, [
    { account: 'card_paid', cardId: card.id, amountKopecks: credit.paidKopecks },
    { account: 'card_granted', cardId: card.id, amountKopecks: credit.grantedKopecks },
    { account: 'sold', cardId: card.id, amountKopecks: -credit.paidKopecks },
    { account: 'granted', cardId: card.id, amountKopecks: -credit.grantedKopecks },
  ])
}

/**
 * A promise stands on a hold that its own till took at the scan, for this card and at least this sum (O2, O4), or on the
 * till's grant (O3), and never on a typed number (O5). Whether the hold still lives is not asked: what the card lacks by
 * now is booked as a loss.
 */
function requireGrounds(
  operation: OperationOf<'load' | 'redeem'>,
  receipt: Receipt,
  { ownHolds, grant, fact }: PostingContext,
): void {
  if (receipt.mode === 'ask' || fact) return
  if (operation.entered === 'typed') throw new InReview('promise_without_hold')
  if (operation.proof.holdId === null) {
    if (grant !== 'charged') throw new InReview(grant ?? 'promise_without_hold')
    return
  }
  const hold = ownHolds.get(operation.proof.holdId)
  const fits =
    hold?.cardId === operation.cardId &&
    hold.purpose === operation.kind &&
    (operation.kind === 'load' || operation.amountKopecks <= hold.amountKopecks)
  if (!fits) throw new InReview('promise_without_hold')
}

function takeFrom(card: Card, amount: Kopecks): { paid: Kopecks; granted: Kopecks; after: Card } {
  const paid = minKopecks(card.paidKopecks, amount)
  const granted = kopecks(amount - paid)
  return {
    paid,
    granted,
    after: {
      ...card,
      paidKopecks: kopecks(card.paidKopecks - paid),
      grantedKopecks: kopecks(card.grantedKopecks - granted),
    },
  }
}

export function postRedeem(
  operation: OperationOf<'redeem'>,
  receipt: Receipt,
  context: PostingContext,
  working: Working,
): PostedOperation {
  const card = cardFor(operation.cardId, working)
  const { fact } = context
  const others = context.others.get(card.id) ?? noHolds
  requireGrounds(operation, receipt, context)
  const available = availableOf(card, others)
  let taken = operation.amountKopecks
  if (receipt.mode === 'ask' && !fact) {
    const bar = redeemBar(card, others, context.today)
    if (bar) throw new Refused(bar)
    if (operation.amountKopecks > available)
      throw new Refused(refusal('insufficient_funds', card.id, available))
  } else {
    // The goods are gone (O6): what the card still has is taken, whatever became of the card meanwhile; the rest is a loss.
    const lost = fact?.lossesBefore.get(card.id) ?? zeroKopecks
    const wanted = kopecks(Math.max(0, operation.amountKopecks - lost))
    if (fact && !fact.mayLose && wanted > available) throw new InReview('promise_refused')
    taken = minKopecks(wanted, available)
  }
  const loss = kopecks(operation.amountKopecks - taken)
  const part = takeFrom(card, taken)
  return posted(
    operation,
    card,
    loss > 0 && part.after.status === 'active' ? { ...part.after, status: 'blocked' } : part.after,
    [
      { account: 'card_paid', cardId: card.id, amountKopecks: -part.paid },
      { account: 'card_granted', cardId: card.id, amountKopecks: -part.granted },
      { account: 'loss', cardId: card.id, amountKopecks: -loss },
      { account: 'redeemed', cardId: card.id, amountKopecks: operation.amountKopecks },
    ],
    loss,
    receipt.mode === 'ask' && !fact ? [] : casesOf(card, loss, context.today),
  )
}

/** What a human must know of a payment that was promised: the goods are gone whatever became of the card (O6). */
function casesOf(card: Card, loss: Kopecks, today: string): CaseKind[] {
  const cases: CaseKind[] = []
  if (loss > 0) cases.push('shortfall')
  if (card.status === 'blocked') cases.push('card_blocked_meanwhile')
  if (isExpired(card.expiresOn, today)) cases.push('card_expired_meanwhile')
  return cases
}
