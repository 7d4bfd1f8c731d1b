import type { Card, OthersHolds } from '../card/card.ts'
import type { CardId, ReceiptId } from '../ids.ts'
import type { Kopecks } from '../money.ts'
import { type CaseCode, type CaseKind, type Refusal, refusal } from '../receipt/outcome.ts'
import { postRefund, postVoid } from './back.ts'
import { postLink } from './link.ts'
import { postLoad, postRedeem } from './forward.ts'
import { checkSale } from './sale-check.ts'
import { InReview, Refused, type Working } from './step.ts'
import { postIssue, postOpen, postStatus } from './stock.ts'
import type { Programme } from '../card/programme.ts'
import type { EntryAccount, OperationKind } from '../receipt/kinds.ts'
import type { Operation, Receipt } from '../receipt/receipt.ts'
import type { Sale } from '../sale/sale.ts'
import { redeemCardsMax } from '../sale/split.ts'

/**
 * From a receipt and the cards it touches to the postings of the ledger, or to a refusal. Pure: the server calls it
 * inside its transaction with locked rows, tests and the till call it with plain objects.
 */

export interface Entry {
  account: EntryAccount
  /** The card whose money moves; on the other accounts, the card that it moved for. */
  cardId: CardId
  /** Signed: a card's plus is its balance growing; all entries of a receipt sum to zero. */
  amountKopecks: number
}

/** The entries of one operation and the card as it stands after them. */
export interface PostedOperation {
  operation: Operation
  cardId: CardId
  entries: Entry[]
  /** Null for a card that this operation made. */
  before: Card | null
  after: Card
  lossKopecks: Kopecks
  /** What a human must look at although it was posted. */
  cases: CaseKind[]
}

/** What a redeem of an earlier receipt really posted and what has come back of it since (C7). */
export interface RedeemLeft {
  receiptId: ReceiptId
  cardId: CardId
  paidKopecks: Kopecks
  grantedKopecks: Kopecks
  lossKopecks: Kopecks
}

/** A receipt that a `void` names, as it was really posted. */
export interface VoidTarget {
  tillId: string | null
  /** Null when it was refused or is in review: then there is nothing to undo. */
  posted: {
    entries: Entry[]
    operations: { kind: OperationKind; cardId: CardId; wasUnsold: boolean }[]
  } | null
  /** It is in review and nobody has decided it yet: undoing it settles it, so it needs what undoing an applied one needs. */
  waits: boolean
  voided: boolean
  /** It is a void itself, whatever it found to undo: what was cancelled stays so. */
  isVoid: boolean
  /** Something came back on it already, so the whole can no longer be undone. */
  refunded: boolean
  /** What MoySklad says of the sale it belonged to. */
  sale: 'none' | 'gone' | 'stands' | 'unchecked'
}

/** A receipt that a `link` names. */
export interface LinkTarget {
  tillId: string | null
  /** It stands, and no document is known for it yet. */
  isFree: boolean
}

/** The document in MoySklad that a receipt names, and what cards have done for it before. */
export interface SaleContext {
  sale: Sale
  redeemedKopecks: Kopecks
  /** Cards already loaded, by certificate product. */
  loaded: ReadonlyMap<string, number>
}

/** A hold as it was taken at the scan (O2). */
export interface OwnHold {
  cardId: CardId
  purpose: 'redeem' | 'load'
  amountKopecks: Kopecks
}

export interface PostingContext {
  programme: Programme
  /** The till whose business it is; null where the server acts for none. */
  tillId: string | null
  /** The cards that the receipt touches, those of a voided receipt included; an absent one is unknown. */
  cards: ReadonlyMap<CardId, Card>
  others: ReadonlyMap<CardId, OthersHolds>
  today: string
  /** Null when the receipt names no document, or when MoySklad could not be asked. */
  sale: SaleContext | null
  /** MoySklad said that the document is deleted or not posted (M5). */
  saleGone: boolean
  /** Holds of this very till that the receipt names, live or over. */
  ownHolds: ReadonlyMap<string, OwnHold>
  /** Whether the grant that a promise names carries it; null where it names none. */
  grant: 'charged' | CaseCode | null
  /**
   * It is known to have happened: the server itself had applied it before it was set back, or a manager has decided so.
   * It is booked as a promise is (O6), whatever it stands on.
   */
  isFact: boolean
  redeemsLeft: readonly RedeemLeft[]
  voidTargets: ReadonlyMap<ReceiptId, VoidTarget>
  linkTargets: ReadonlyMap<ReceiptId, LinkTarget>
}

export type Posting =
  | { status: 'posted'; operations: PostedOperation[] }
  | { status: 'refused'; refusal: Refusal }
  | { status: 'in_review'; code: CaseCode }

/** Decides a whole receipt: every operation posts or none does. Never throws for bad input. */
export function post(receipt: Receipt, context: PostingContext): Posting {
  const working = new Map(context.cards)
  const done: PostedOperation[] = []
  try {
    checkTogether(receipt)
    const isOpen = receipt.mode === 'ask' && !context.isFact
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
    if (receipt.mode === 'promise' || context.isFact)
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

/** Rules that need only the receipt (C5, C6). */
function checkTogether(receipt: Receipt): void {
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
  }
}
