import { type CaseCode } from '../receipt/outcome.ts'
import { type Refusal, refusal } from '../refusal.ts'
import { postRefund, postVoid } from './back.ts'
import { postLink } from './link.ts'
import { postLoad, postRedeem } from './forward.ts'
import { checkSale } from './sale-check.ts'
import { InReview, Refused, type Working } from './step.ts'
import { postIssue, postOpen, postStatus } from './stock.ts'
import { cardIdOf, neverPromised, type Operation } from '../receipt/operations.ts'
import type { Receipt } from '../receipt/receipt.ts'
import { redeemCardsMax } from '../sale/split.ts'
import type { PostedOperation, PostingContext, Posting } from './types.ts'

/**
 * From a receipt and the cards it touches to the postings of the ledger, or to a refusal. Pure: the server calls it
 * inside its transaction with locked rows, tests and the till call it with plain objects.
 */

/** Decides a whole receipt: every operation posts or none does. Never throws for bad input. */
export function post(receipt: Receipt, context: PostingContext): Posting {
  const working = new Map(context.cards)
  const done: PostedOperation[] = []
  try {
    checkTogether(receipt)
    const isOpen = receipt.mode === 'ask' && !context.fact
    if (isOpen && context.saleGone) throw new Refused(refusal('sale_gone'))
    if (isOpen && context.sale) checkSale(receipt, context.sale, context.programme)
    for (const operation of receipt.operations) {
      for (const posted of postOperation(operation, receipt, context, working)) {
        working.set(posted.cardId, posted.after)
        done.push(posted)
      }
    }
  } catch (error) {
    if (error instanceof InReview) return { status: 'in_review', code: error.code }
    if (!(error instanceof Refused)) throw error
    // A promise was made to a buyer who has left with the goods: it cannot be refused any more, a human decides.
    if (receipt.mode === 'promise' || context.fact)
      return { status: 'in_review', code: caseOf(error.refusal) }
    return { status: 'refused', refusal: error.refusal }
  }
  return { status: 'posted', operations: done }
}

function caseOf(refused: Refusal): CaseCode {
  switch (refused.code) {
    case 'card_unknown':
      return 'card_unknown'
    case 'card_sold':
      return 'card_sold_twice'
    default:
      return 'promise_refused'
  }
}

/** Rules that need only the receipt (C5, C6, O5). */
function checkTogether(receipt: Receipt): void {
  const impossible = receipt.operations.find(({ kind }) => neverPromised.has(kind))
  if (receipt.mode === 'promise' && impossible)
    throw new Refused(refusal('promise_impossible', cardIdOf(impossible)))
  const redeemed = receipt.operations.filter((operation) => operation.kind === 'redeem').map((o) => o.cardId)
  const loaded = receipt.operations.filter((operation) => operation.kind === 'load').map((o) => o.cardId)
  if (redeemed.length > redeemCardsMax) throw new Refused(refusal('too_many_cards'))
  for (const cards of [redeemed, loaded]) {
    const twice = cards.find((cardId, index) => cards.indexOf(cardId) !== index)
    if (twice) throw new Refused(refusal('card_twice', twice))
  }
  const both = redeemed.find((cardId) => loaded.includes(cardId))
  if (both) throw new Refused(refusal('card_loaded_here', both))
}

function postOperation(
  operation: Operation,
  receipt: Receipt,
  context: PostingContext,
  working: Working,
): PostedOperation[] {
  switch (operation.kind) {
    case 'issue':
      return [postIssue(operation, working)]
    case 'open':
      return [postOpen(operation, working)]
    case 'load':
      return [postLoad(operation, receipt, context, working)]
    case 'redeem':
      return [postRedeem(operation, receipt, context, working)]
    case 'refund':
      return [postRefund(operation, receipt, context, working)]
    case 'void':
      return postVoid(operation, receipt, context, working)
    case 'link':
      return postLink(operation, receipt, context)
    case 'block':
      return [postStatus(operation, working, 'active', 'blocked')]
    case 'unblock':
      return [postStatus(operation, working, 'blocked', 'active')]
    // Their rules are not built.
    case 'cashout':
    case 'payout':
    case 'transfer':
    case 'adjust':
    case 'annul':
    case 'expire':
    case 'extend':
    case 'thaw':
    case 'moved_in':
      throw new Refused(refusal('not_allowed', operation.cardId))
  }
}
