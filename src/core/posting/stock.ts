import type { Card, CardStatus } from '../card/card.ts'
import { zeroKopecks } from '../money.ts'
import { refusal } from '../refusal.ts'
import type { PostedOperation } from './types.ts'
import { cardFor, posted, Refused, type Working } from './step.ts'
import type { OperationOf } from '../receipt/operations.ts'

/** A card becomes known, starts with the balance it had elsewhere, is blocked and let go again. */

export function postIssue(operation: OperationOf<'issue'>, working: Working): PostedOperation {
  if (working.has(operation.cardId)) throw new Refused(refusal('card_sold', operation.cardId))
  const card: Card = {
    id: operation.cardId,
    last4: operation.last4,
    status: 'unsold',
    paidKopecks: zeroKopecks,
    grantedKopecks: zeroKopecks,
    expiresOn: null,
  }
  return posted(operation, null, card, [])
}

export function postOpen(operation: OperationOf<'open'>, working: Working): PostedOperation {
  const card = cardFor(operation.cardId, working)
  if (card.status !== 'unsold') throw new Refused(refusal('card_sold', card.id))
  const { paidKopecks, grantedKopecks, expiresOn } = operation
  return posted(operation, card, { ...card, status: 'active', paidKopecks, grantedKopecks, expiresOn }, [
    { account: 'card_paid', cardId: card.id, amountKopecks: paidKopecks },
    { account: 'card_granted', cardId: card.id, amountKopecks: grantedKopecks },
    { account: 'opening', cardId: card.id, amountKopecks: -(paidKopecks + grantedKopecks) },
  ])
}

export function postStatus(
  operation: OperationOf<'block' | 'unblock'>,
  working: Working,
  from: CardStatus,
  to: CardStatus,
): PostedOperation {
  const card = cardFor(operation.cardId, working)
  if (card.status !== from)
    throw new Refused(refusal(card.status === 'blocked' ? 'card_blocked' : 'not_allowed', card.id))
  return posted(operation, card, { ...card, status: to }, [])
}
