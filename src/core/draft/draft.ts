import * as v from 'valibot'
import { CardId, DocumentId, DraftId, EmployeeId, HoldId, Moment, ProductId, ReceiptId } from '../ids.ts'
import { AmountKopecks, Kopecks, sumKopecks } from '../money.ts'
import type { Programme } from '../card/programme.ts'
import type { RefusalCode } from '../refusal.ts'
import type { Operation } from '../receipt/operations.ts'
import { Entered } from '../card/proof.ts'
import { SealedNumber } from '../card/sealed-number.ts'
import type { Done } from '../sale/done.ts'
import { certificatesOf, payableByCard, Sale } from '../sale/sale.ts'
import { redeemCardsMax } from '../sale/split.ts'
import { LocalDate } from '../card/validity.ts'

/** A new card chosen for one certificate of the sale. */
export const DraftLoad = v.strictObject({
  cardId: CardId,
  last4: v.string(),
  number: v.nullable(SealedNumber),
  /** Null for a card out of the book: a promise then stands on the till's grant (O3). */
  holdId: v.nullable(HoldId),
  /** Until this moment of the till's clock, which follows the server's, it may promise on the hold (O2). */
  useUntilMs: Moment,
  entered: Entered,
  productId: ProductId,
  faceKopecks: AmountKopecks,
  paidKopecks: Kopecks,
})
export type DraftLoad = v.InferOutput<typeof DraftLoad>

/** A card that is to pay. */
export const DraftRedeem = v.strictObject({
  cardId: CardId,
  last4: v.string(),
  number: v.nullable(SealedNumber),
  holdId: v.nullable(HoldId),
  useUntilMs: Moment,
  entered: Entered,
  amountKopecks: AmountKopecks,
  /** What the hold covers: a promise cannot be larger. */
  heldKopecks: Kopecks,
  /** What could be taken from the card when it was scanned. */
  availableKopecks: Kopecks,
  expiresOn: v.nullable(LocalDate),
  /** The cashier pressed «Списать»: without it the card was only looked at. */
  confirmed: v.boolean(),
})
export type DraftRedeem = v.InferOutput<typeof DraftRedeem>

/** A receipt that was committed without a document, and what cards did in it. */
export const DraftLink = v.strictObject({
  receiptId: ReceiptId,
  redeemedKopecks: Kopecks,
  loads: v.array(v.strictObject({ cardId: CardId, productId: ProductId, paidKopecks: Kopecks })),
})
export type DraftLink = v.InferOutput<typeof DraftLink>

/**
 * A receipt that is being prepared while MoySklad's document is not saved yet (M2). Its `receiptId` is chosen at the
 * start, so that two frames that both commit it make one receipt.
 *
 * preparing → prepared (every card confirmed) → committed | dropped
 */
export const Draft = v.strictObject({
  id: DraftId,
  receiptId: ReceiptId,
  employeeId: EmployeeId,
  /** The saved sale it was begun in: it can be no other's. Null for one that was begun in the form of a new sale. */
  documentId: v.nullable(DocumentId),
  /** By the till's clock. */
  createdAtMs: Moment,
  updatedAtMs: Moment,
  /**
   * The newest moment that the server had told the till when the draft was begun; 0 for none. What the server had read by
   * then is older than the draft: one clock says so, the server's (M3).
   */
  heardMs: Moment,
  /** The form's own moment, `YYYY-MM-DD HH:mm`, as MoySklad will store it. */
  documentMoment: v.nullable(v.string()),
  sale: Sale,
  loads: v.array(DraftLoad),
  redeems: v.array(DraftRedeem),
  /** Receipts without a document that the cashier has said are this sale's (M11). */
  links: v.array(DraftLink),
})
export type Draft = v.InferOutput<typeof Draft>

export const cardsOf = (draft: Draft | null): (DraftLoad | DraftRedeem)[] =>
  draft ? [...draft.loads, ...draft.redeems] : []

export const hasCard = (draft: Draft | null, cardId: CardId | undefined): boolean =>
  cardsOf(draft).some((one) => one.cardId === cardId)

/** Cards that were only scanned, without «Списать», were for looking at. A new card needs no press to be sold. */
export const isDecidedAbout = ({ loads, redeems }: Draft): boolean =>
  loads.length > 0 || redeems.some((redeem) => redeem.confirmed)

export function draftIsEmpty(draft: Draft): boolean {
  return draft.loads.length === 0 && draft.redeems.length === 0 && draft.links.length === 0
}

/** Nothing of the draft waits for the cashier's press any more. */
export function draftIsPrepared(draft: Draft): boolean {
  return !draftIsEmpty(draft) && draft.redeems.every((redeem) => redeem.confirmed)
}

/** With what cards did in the receipts that the draft links to the sale (M11). */
export function withLinks(done: Done, draft: Draft | null): Done {
  const links = draft?.links ?? []
  return {
    loads: [...done.loads, ...links.flatMap((link) => link.loads)],
    redeemedKopecks: sumKopecks([done.redeemedKopecks, ...links.map((link) => link.redeemedKopecks)]),
  }
}

export function redeemTotal(draft: Draft): Kopecks {
  return sumKopecks(draft.redeems.map((redeem) => redeem.amountKopecks))
}

export function loadTotal(draft: Draft): Kopecks {
  return sumKopecks(draft.loads.map((load) => load.faceKopecks))
}

/**
 * Whether the till may promise this draft without the line at the moment given: every card on a hold that may still be
 * used (O2), the others on its grant (O3), none by a typed number (O5).
 *
 * @param onGrant whether the till's grant has room for what stands on no hold
 */
export function mayPromise(draft: Draft, nowMs: number, onGrant: boolean): boolean {
  const live = ({
    useUntilMs,
    holdId,
    entered,
  }: {
    useUntilMs: number
    holdId: string | null
    entered: Entered
  }) => entered === 'scanned' && (holdId === null ? onGrant : nowMs < useUntilMs)
  return (
    draft.loads.every(live) &&
    draft.redeems.every(
      (redeem) => live(redeem) && (redeem.holdId === null || redeem.amountKopecks <= redeem.heldKopecks),
    )
  )
}

/** What an operation says of the card that a cashier had before them. */
export const shownBy = (holdId: HoldId | null, entered: Entered, sealed: SealedNumber | null) => ({
  entered,
  proof: { sealed, holdId, secondCode: null },
  lastFourSeen: null,
  document: null,
})

export function draftOperations(draft: Draft): Operation[] {
  const loads = draft.loads.map(
    ({ cardId, productId, faceKopecks, paidKopecks, holdId, entered, number }): Operation => ({
      kind: 'load',
      cardId,
      productId,
      faceKopecks,
      paidKopecks,
      ...shownBy(holdId, entered, number),
    }),
  )
  const redeems = draft.redeems.map(({ cardId, amountKopecks, holdId, entered, number }): Operation => ({
    kind: 'redeem',
    cardId,
    amountKopecks,
    ...shownBy(holdId, entered, number),
  }))
  const links = draft.links.map(({ receiptId }): Operation => ({ kind: 'link', receiptId }))
  return [...loads, ...redeems, ...links]
}

/** Why MoySklad must not save the sale as it stands (M2); the words are in widget/cashier/words and fit 100 characters. */
export type SaleFault =
  | { code: 'certificate_without_card'; name: string }
  | { code: 'cards_missing'; needed: number; scanned: number }
  | { code: 'cards_spare' }
  /** A card was sold in this sale, and its certificate's row has gone or was changed since. */
  | { code: 'sold_certificate_gone' }
  | { code: 'above_payable'; amountKopecks: Kopecks; payableKopecks: Kopecks }
  /** Cards have paid more for this sale than it is worth now. */
  | { code: 'paid_above_sale'; paidKopecks: Kopecks; payableKopecks: Kopecks }
  | { code: 'redeem_unconfirmed' }
  | { code: Extract<RefusalCode, 'certificate_fraction' | 'certificate_discounted' | 'too_many_cards'> }

/** The cards of a sale. */
export interface SaleCards {
  /** At work already. */
  done: Done
  /** Chosen in a draft. */
  loads: readonly Slotted[]
  redeems: readonly Pick<DraftRedeem, 'amountKopecks' | 'confirmed'>[]
}

/**
 * Compares a sale with its cards.
 *
 * @returns the first fault, or null when the sale may be saved; a sale with no certificates and no cards always may.
 */
export function saleFault(programme: Programme, sale: Sale, cards: SaleCards): SaleFault | null {
  const { done, loads, redeems } = cards
  const { slots, problem } = certificatesOf(programme, sale)
  if (problem) return { code: problem }
  if (unassigned(done.loads, slots).length > 0) return { code: 'sold_certificate_gone' }
  const free = openSlots(slots, done.loads)
  const open = openSlots(free, loads)
  if (open.length > 0) {
    return slots.length === 1
      ? { code: 'certificate_without_card', name: open[0]!.name }
      : { code: 'cards_missing', needed: slots.length, scanned: slots.length - open.length }
  }
  if (loads.length > free.length) return { code: 'cards_spare' }
  if (redeems.length > redeemCardsMax) return { code: 'too_many_cards' }
  const payableKopecks = payableByCard(programme, sale)
  const paidKopecks = done.redeemedKopecks
  if (paidKopecks > payableKopecks) return { code: 'paid_above_sale', paidKopecks, payableKopecks }
  const amountKopecks = sumKopecks([paidKopecks, ...redeems.map((redeem) => redeem.amountKopecks)])
  if (amountKopecks > payableKopecks) return { code: 'above_payable', amountKopecks, payableKopecks }
  if (redeems.some((redeem) => !redeem.confirmed)) return { code: 'redeem_unconfirmed' }
  return null
}

/** A certificate or the card for it. */
type Slotted = { productId: string; paidKopecks: Kopecks }

/** Loads that no certificate of the sale wants any more (its row was changed or deleted). */
export function unassigned<L extends Slotted>(loads: readonly L[], slots: readonly Slotted[]): L[] {
  const free = [...slots]
  return loads.filter((load) => {
    const at = free.findIndex(
      (slot) => slot.productId === load.productId && slot.paidKopecks === load.paidKopecks,
    )
    if (at < 0) return true
    free.splice(at, 1)
    return false
  })
}

/** The certificates of a sale that have no card yet. */
export function openSlots<S extends Slotted>(slots: readonly S[], loads: readonly Slotted[]): S[] {
  return unassigned(slots, loads)
}

/** A sale as MoySklad stored it. */
export const SaleDocument = v.strictObject({
  id: DocumentId,
  name: v.string(),
  /** `YYYY-MM-DD HH:mm` */
  moment: v.string(),
  /** By MoySklad's clock: it says which of two sales is the older one, and nothing of our moments. */
  createdAtMs: Moment,
  employeeId: v.nullable(EmployeeId),
  applicable: v.boolean(),
  sale: Sale,
})
export type SaleDocument = v.InferOutput<typeof SaleDocument>
