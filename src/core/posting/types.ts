import type { Card, OthersHolds } from '../card/card.ts'
import type { Programme } from '../card/programme.ts'
import type { CardId, ReceiptId } from '../ids.ts'
import type { Kopecks } from '../money.ts'
import type { EntryAccount, OperationKind } from '../receipt/kinds.ts'
import type { CaseCode, CaseKind } from '../receipt/outcome.ts'
import type { Refusal } from '../refusal.ts'
import type { Operation } from '../receipt/operations.ts'
import type { Done } from '../sale/done.ts'
import type { Sale } from '../sale/sale.ts'

/** What a decision is made of: the ledger's facts that go in, and the postings that come out. */

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

/** A card that a receipt touched which is to be undone. */
export interface CardBefore {
  cardId: CardId
  /** The receipt loads it, and nothing else that stands has loaded it, opened it or paid with it: without it the card is unsold. */
  isOnlySale: boolean
  /** Its last day without the receipt; null for none that anything else has given it. */
  dayWithout: string | null
}

/** A receipt that a `void` names, as it was really posted. */
export interface VoidTarget {
  tillId: string | null
  /** Null when it was refused or is in review: then there is nothing to undo. */
  posted: {
    entries: Entry[]
    kinds: OperationKind[]
    cards: CardBefore[]
  } | null
  /** It is in review. Undoing it closes the case, and is allowed as undoing an applied one is. */
  waits: boolean
  voided: boolean
  /** The target is itself a void. Voids cannot be voided. */
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
  done: Done
}

/**
 * That a receipt is known to have happened: the server itself had applied it before it was restored, or a manager has decided
 * so. It is booked as a promise is (O6), whatever it stands on.
 */
interface Fact {
  /** What the server had booked as a loss when it applied the receipt before it was restored, by card (J7). */
  lossesBefore: ReadonlyMap<CardId, Kopecks>
  /**
   * What a card lacks beyond that is a loss as well, as a person has decided. Otherwise the receipt waits: after a restore the
   * money may be in a record that another till has still to bring.
   */
  mayLose: boolean
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
  /** Null for what is still to be decided. */
  fact: Fact | null
  redeemsLeft: readonly RedeemLeft[]
  voidTargets: ReadonlyMap<ReceiptId, VoidTarget>
  linkTargets: ReadonlyMap<ReceiptId, LinkTarget>
}

export type Posting =
  | { status: 'posted'; operations: PostedOperation[] }
  | { status: 'refused'; refusal: Refusal }
  | { status: 'in_review'; code: CaseCode }
