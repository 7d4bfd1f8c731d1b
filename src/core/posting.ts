import {
  availableOf,
  balanceOf,
  type Card,
  type CardStatus,
  loadBar,
  noHolds,
  type OthersHolds,
  redeemBar,
} from './card.ts'
import type { CardId, ReceiptId } from './ids.ts'
import { type Kopecks, kopecks, minKopecks, sumKopecks, zeroKopecks } from './money.ts'
import { type CaseCode, type Refusal, refusal } from './outcome.ts'
import { unassigned } from './draft.ts'
import { certificateOf, creditOfLoad, type Programme } from './programme.ts'
import type { Operation, OperationOf, Receipt } from './receipt.ts'
import { certificatesOf, payableByCard, type Sale } from './sale.ts'
import { redeemCardsMax } from './split.ts'
import { expiryAfterLoad, expiryAfterReturn } from './validity.ts'

/**
 * From a receipt and the cards it touches to the postings of the ledger, or to a refusal. Pure: the server calls it
 * inside its transaction with locked rows, tests and the till call it with plain objects.
 */

/** Accounts of the ledger (L1). `card_paid` and `card_granted` exist per card. */
export type EntryAccount = 'card_paid' | 'card_granted' | 'sold' | 'granted' | 'redeemed' | 'opening' | 'loss'

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
  /** Null when it was refused: then there is nothing to undo. */
  posted: { entries: Entry[]; kinds: Operation['kind'][]; wasUnsold: ReadonlySet<CardId> } | null
  voided: boolean
  /** Something came back on it already, so the whole can no longer be undone. */
  refunded: boolean
  /** What MoySklad says of the sale it belonged to. */
  sale: 'none' | 'gone' | 'stands' | 'unchecked'
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
  redeemsLeft: readonly RedeemLeft[]
  voidTargets: ReadonlyMap<ReceiptId, VoidTarget>
}

export type Posting =
  | { status: 'posted'; operations: PostedOperation[]; shortfall: boolean }
  | { status: 'refused'; refusal: Refusal }
  | { status: 'held'; code: CaseCode }

class Refused extends Error {
  readonly refusal: Refusal
  constructor(refused: Refusal) {
    super(refused.code)
    this.refusal = refused
  }
}

class Held extends Error {
  readonly code: CaseCode
  constructor(code: CaseCode) {
    super(code)
    this.code = code
  }
}

/** Decides a whole receipt: every operation posts or none does. Never throws for bad input. */
export function post(receipt: Receipt, context: PostingContext): Posting {
  const working = new Map(context.cards)
  const done: PostedOperation[] = []
  try {
    checkTogether(receipt)
    if (receipt.mode === 'ask' && context.saleGone) throw new Refused(refusal('sale_gone'))
    if (receipt.mode === 'ask' && context.sale) checkSale(receipt, context.sale, context.programme)
    for (const operation of receipt.operations) {
      for (const posted of postOperation(operation, receipt, context, working)) {
        working.set(posted.cardId, posted.after)
        done.push(posted)
      }
    }
  } catch (error) {
    if (error instanceof Held) return { status: 'held', code: error.code }
    if (!(error instanceof Refused)) throw error
    // A promise was made to a buyer who has left with the goods: it cannot be refused any more, a human decides.
    if (receipt.mode === 'promise') return { status: 'held', code: caseOf(error.refusal) }
    return { status: 'refused', refusal: error.refusal }
  }
  return { status: 'posted', operations: done, shortfall: done.some((posted) => posted.lossKopecks > 0) }
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

/** The till checks the same before the sale is saved, but validation there may be skipped: the server decides (C5). */
function checkSale(
  receipt: Receipt,
  { sale, redeemedKopecks, loaded }: SaleContext,
  programme: Programme,
): void {
  const redeems = receipt.operations.filter((operation) => operation.kind === 'redeem')
  const room = kopecks(Math.max(0, payableByCard(programme, sale) - redeemedKopecks))
  if (redeems.length > 0 && sumKopecks(redeems.map((redeem) => redeem.amountKopecks)) > room) {
    throw new Refused(refusal('above_payable', null, room))
  }
  const { slots, problem } = certificatesOf(programme, sale)
  const loads = receipt.operations.filter((operation) => operation.kind === 'load')
  for (const { productId, cardId } of loads) {
    const sold = slots.filter((slot) => slot.productId === productId).length
    const wanted = loads.filter((load) => load.productId === productId).length + (loaded.get(productId) ?? 0)
    if (problem) throw new Refused(refusal(problem, cardId))
    if (wanted > sold) throw new Refused(refusal('certificate_not_in_sale', cardId))
  }
  // What was paid for a certificate is what its row says, not what the till says.
  const astray = unassigned(loads, slots)[0]
  if (astray) throw new Refused(refusal('certificate_not_in_sale', astray.cardId))
}

type Working = ReadonlyMap<CardId, Card>

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
    case 'block':
      return [postStatus(operation, working, 'active', 'blocked')]
    case 'unblock':
      return [postStatus(operation, working, 'blocked', 'active')]
  }
}

function cardFor(cardId: CardId, working: Working): Card {
  const card = working.get(cardId)
  if (!card) throw new Refused(refusal('card_unknown', cardId))
  return card
}

function posted(
  operation: Operation,
  before: Card | null,
  after: Card,
  entries: Entry[],
  lossKopecks = zeroKopecks,
): PostedOperation {
  return {
    operation,
    cardId: after.id,
    entries: entries.filter((entry) => entry.amountKopecks !== 0),
    before,
    after,
    lossKopecks,
  }
}

function postIssue(operation: OperationOf<'issue'>, working: Working): PostedOperation {
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

function postOpen(operation: OperationOf<'open'>, working: Working): PostedOperation {
  const card = cardFor(operation.cardId, working)
  if (card.status !== 'unsold') throw new Refused(refusal('card_sold', card.id))
  const { paidKopecks, grantedKopecks, expiresOn } = operation
  return posted(operation, card, { ...card, status: 'active', paidKopecks, grantedKopecks, expiresOn }, [
    { account: 'card_paid', cardId: card.id, amountKopecks: paidKopecks },
    { account: 'card_granted', cardId: card.id, amountKopecks: grantedKopecks },
    { account: 'opening', cardId: card.id, amountKopecks: -(paidKopecks + grantedKopecks) },
  ])
}

function postLoad(
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
  requireHold(operation, receipt, context)
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
 * A promise stands on a hold that its own till took at the scan, for this card and at least this sum (O2, O4), and never
 * on a typed number (O5). Whether the hold still lives is not asked: what the card lacks by now is booked as a loss.
 */
function requireHold(
  operation: OperationOf<'load' | 'redeem'>,
  receipt: Receipt,
  { ownHolds }: PostingContext,
): void {
  if (receipt.mode === 'ask') return
  const hold = operation.holdId === null ? undefined : ownHolds.get(operation.holdId)
  const fits =
    hold?.cardId === operation.cardId &&
    hold.purpose === operation.kind &&
    (operation.kind === 'load' || operation.amountKopecks <= hold.amountKopecks)
  if (!fits || operation.entered === 'typed') throw new Held('promise_without_hold')
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

function postRedeem(
  operation: OperationOf<'redeem'>,
  receipt: Receipt,
  context: PostingContext,
  working: Working,
): PostedOperation {
  const card = cardFor(operation.cardId, working)
  const others = context.others.get(card.id) ?? noHolds
  requireHold(operation, receipt, context)
  const available = availableOf(card, others)
  let taken = operation.amountKopecks
  if (receipt.mode === 'ask') {
    const bar = redeemBar(card, others, context.today)
    if (bar) throw new Refused(bar)
    if (operation.amountKopecks > available)
      throw new Refused(refusal('insufficient_funds', card.id, available))
  } else {
    // The goods are gone (O6): what the card still has is taken, whatever became of the card meanwhile; the rest is a loss.
    taken = minKopecks(operation.amountKopecks, available)
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
  )
}

/** A return repays a booked loss first, then the granted part, then the paid part: spending in reverse (C4, C7). */
function postRefund(
  operation: OperationOf<'refund'>,
  receipt: Receipt,
  context: PostingContext,
  working: Working,
): PostedOperation {
  if (receipt.mode === 'promise') throw new Refused(refusal('promise_impossible', operation.cardId))
  const card = cardFor(operation.cardId, working)
  const left = context.redeemsLeft.find(
    (redeem) => redeem.receiptId === operation.saleReceiptId && redeem.cardId === card.id,
  )
  if (!left) throw new Refused(refusal('refund_not_of_sale', card.id))
  const repeated = receipt.operations.filter(
    (other) =>
      other.kind === 'refund' && other.cardId === card.id && other.saleReceiptId === operation.saleReceiptId,
  )
  if (repeated.length > 1) throw new Refused(refusal('card_twice', card.id))
  const open = kopecks(left.paidKopecks + left.grantedKopecks + left.lossKopecks)
  if (operation.amountKopecks > open) throw new Refused(refusal('refund_above_paid', card.id, open))
  if (card.status === 'annulled' || card.status === 'unsold')
    throw new Refused(refusal('card_annulled', card.id))
  const loss = minKopecks(left.lossKopecks, operation.amountKopecks)
  const granted = minKopecks(left.grantedKopecks, kopecks(operation.amountKopecks - loss))
  const paid = kopecks(operation.amountKopecks - loss - granted)
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
    { account: 'redeemed', cardId: card.id, amountKopecks: -operation.amountKopecks },
  ])
}

/** Kinds that a void may undo; card stock and blocks have their own ways back. */
const voidable: ReadonlySet<Operation['kind']> = new Set(['load', 'redeem', 'refund'])

/** Counter-entries to what was really posted (C8, C14), card by card. */
function postVoid(
  operation: OperationOf<'void'>,
  receipt: Receipt,
  context: PostingContext,
  working: Working,
): PostedOperation[] {
  if (receipt.mode === 'promise') throw new Refused(refusal('promise_impossible'))
  if (receipt.operations.length > 1) throw new Refused(refusal('void_not_possible'))
  const target = context.voidTargets.get(operation.receiptId)
  if (!target) throw new Refused(refusal('receipt_unknown'))
  if (target.tillId !== (receipt.till?.id ?? null)) throw new Refused(refusal('receipt_of_other_till'))
  if (target.posted === null) return []
  if (target.voided) throw new Refused(refusal('void_twice'))
  if (target.refunded || target.posted.kinds.some((kind) => !voidable.has(kind))) {
    throw new Refused(refusal('void_not_possible'))
  }
  if (operation.because === 'cancelled' && target.sale === 'stands') throw new Refused(refusal('sale_exists'))
  if (operation.because === 'cancelled' && target.sale === 'unchecked')
    throw new Refused(refusal('sale_unchecked'))
  const { entries, wasUnsold } = target.posted
  const cardIds = [...new Set(entries.map((entry) => entry.cardId))]
  return cardIds.map((cardId) => voidCard(operation, cardId, entries, wasUnsold, context, working))
}

function voidCard(
  operation: OperationOf<'void'>,
  cardId: CardId,
  entries: readonly Entry[],
  wasUnsold: ReadonlySet<CardId>,
  context: PostingContext,
  working: Working,
): PostedOperation {
  const card = cardFor(cardId, working)
  const others = context.others.get(cardId) ?? noHolds
  const back = entries.filter((entry) => entry.cardId === cardId)
  const total = (accounts: EntryAccount[]) =>
    back.reduce((sum, entry) => (accounts.includes(entry.account) ? sum + entry.amountKopecks : sum), 0)
  const credited = total(['card_paid', 'card_granted'])
  let paid = card.paidKopecks - total(['card_paid'])
  let granted = card.grantedKopecks - total(['card_granted'])
  if (credited > 0) {
    if (availableOf(card, others) < credited)
      throw new Refused(refusal('load_spent', cardId, availableOf(card, others)))
    // Other spending may have eaten the part that this load brought; the whole is there, so the other part gives way.
    if (paid < 0) [paid, granted] = [0, granted + paid]
    if (granted < 0) [paid, granted] = [paid + granted, 0]
  }
  const empty = wasUnsold.has(cardId) && paid + granted === 0 && card.status === 'active'
  const after: Card = {
    ...card,
    status: empty ? 'unsold' : card.status,
    paidKopecks: kopecks(paid),
    grantedKopecks: kopecks(granted),
    expiresOn: empty
      ? null
      : credited < 0
        ? expiryAfterReturn(card.expiresOn, context.today)
        : card.expiresOn,
  }
  const rest = back.filter((entry) => entry.account !== 'card_paid' && entry.account !== 'card_granted')
  return posted(operation, card, after, [
    { account: 'card_paid', cardId, amountKopecks: paid - card.paidKopecks },
    { account: 'card_granted', cardId, amountKopecks: granted - card.grantedKopecks },
    ...rest.map((entry) => ({ ...entry, amountKopecks: -entry.amountKopecks })),
  ])
}

function postStatus(
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
