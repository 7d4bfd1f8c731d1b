import * as v from 'valibot'
import { Entered } from '../card/proof.ts'
import { SealedNumber } from '../card/sealed-number.ts'
import { LocalDate } from '../card/validity.ts'
import { CardId, DocumentId, HoldId, ProductId, ProgrammeId, ReceiptId, Uuid } from '../ids.ts'
import { AmountKopecks, PartKopecks } from '../money.ts'
import type { OperationKind } from './kinds.ts'
import { Int } from '../shape.ts'

/**
 * What can be done to one card. A till only writes these; the server alone reads them from others, so their shapes are no
 * part of the widget. Those after `Unblock` cannot be posted yet (`post` answers `not_allowed`): they stand here so that no
 * stored shape changes when their rules come.
 */

/**
 * Why the till may speak for this card (T1): its number was shown for this very receipt, or a look-up by the number made the
 * hold. One of the two is always there.
 */
export const NumberProof = v.pipe(
  v.strictObject({
    sealed: v.nullable(SealedNumber),
    holdId: v.nullable(HoldId),
    /** The code under the scratch field, sealed as the number is (T16). */
    secondCode: v.nullable(SealedNumber),
  }),
  v.check(({ sealed, holdId }) => sealed !== null || holdId !== null),
)
export type NumberProof = v.InferOutput<typeof NumberProof>

const Last4 = v.pipe(v.string(), v.regex(/^\d{4}$/))

/** The document in MoySklad that one operation belongs to, by what was known of it then: one of the three names. */
export const OperationDocument = v.pipe(
  v.strictObject({
    kind: v.picklist(['sale', 'return', 'order']),
    id: v.nullable(DocumentId),
    syncId: v.nullable(Uuid),
    /** SHA-256 of what a register told of a document that was not saved yet, hex. */
    digest: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
    /** Which of its rows, from 0; null for the whole. */
    row: v.nullable(v.pipe(Int, v.minValue(0), v.maxValue(9_999))),
  }),
  v.check(({ id, syncId, digest }) => [id, syncId, digest].some((name) => name !== null)),
)
export type OperationDocument = v.InferOutput<typeof OperationDocument>

/** Null where the document is the receipt's own sale. */
const document = v.nullable(OperationDocument)

/** A new card becomes known and stays unsold. Made by the server alone: it alone may see the number. */
const Issue = v.strictObject({
  kind: v.literal('issue'),
  cardId: CardId,
  programmeId: ProgrammeId,
  /** Keyed hash of the number, hex (L9). */
  numberHash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  last4: Last4,
  /** How tills find the card in their book, hex (O7). */
  bookTag: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
})

/** A card that was sold before Podarok came starts with the balance that it had. */
const Open = v.strictObject({
  kind: v.literal('open'),
  cardId: CardId,
  paidKopecks: PartKopecks,
  grantedKopecks: PartKopecks,
  expiresOn: v.nullable(LocalDate),
})

/** What is said of a card that lay before the person. */
const shown = {
  entered: Entered,
  /** A promise with a hold stands on it; one without stands on the receipt's grant. */
  proof: NumberProof,
  /** The last four digits as the person has read them on the card; null where nobody was asked (T16). */
  lastFourSeen: v.nullable(Last4),
}

const Load = v.strictObject({
  kind: v.literal('load'),
  cardId: CardId,
  productId: ProductId,
  faceKopecks: AmountKopecks,
  /** What the buyer paid for the certificate, after the row's discount. */
  paidKopecks: PartKopecks,
  ...shown,
  document,
})

const Redeem = v.strictObject({
  kind: v.literal('redeem'),
  cardId: CardId,
  amountKopecks: AmountKopecks,
  ...shown,
  document,
})

/** Money goes back to cards that paid (C7). */
const Refund = v.strictObject({
  kind: v.literal('refund'),
  basis: v.variant('kind', [
    /** A return in MoySklad: the server finds the cards, their order and parts. */
    v.strictObject({
      kind: v.literal('document'),
      document: OperationDocument,
      /** Null for all of it. */
      amountKopecks: v.nullable(AmountKopecks),
    }),
    /** A person names the receipt in which the card paid; the receipt's reason says why. */
    v.strictObject({
      kind: v.literal('manager'),
      receiptId: ReceiptId,
      cardId: CardId,
      amountKopecks: AmountKopecks,
    }),
  ]),
})

/**
 * A whole receipt is undone (C8). `unanswered`: the till never showed its outcome, the cashier gave up waiting;
 * `cancelled`: it was done and is to be undone, which needs the sale to be gone from MoySklad.
 */
const Void = v.strictObject({
  kind: v.literal('void'),
  receiptId: ReceiptId,
  because: v.picklist(['unanswered', 'cancelled']),
})

/**
 * A receipt that was committed without a document belongs to the sale that this receipt names (M11). Moves no money: it
 * keeps the sale from being charged a second time.
 */
const Link = v.strictObject({ kind: v.literal('link'), receiptId: ReceiptId })

const Block = v.strictObject({ kind: v.literal('block'), cardId: CardId })
const Unblock = v.strictObject({ kind: v.literal('unblock'), cardId: CardId })

/** A certificate is taken back: what is left of its paid part is owed to the buyer, the card closes (C9). */
const Cashout = v.strictObject({
  kind: v.literal('cashout'),
  cardId: CardId,
  /** Null where the card is not at hand: then the reason says why. */
  proof: v.nullable(NumberProof),
  document,
})

/** What is owed for a certificate is paid out, at once or in parts (C9). */
const Payout = v.strictObject({
  kind: v.literal('payout'),
  cardId: CardId,
  /** The receipt that took the certificate back. */
  receiptId: ReceiptId,
  amountKopecks: AmountKopecks,
  way: v.picklist(['cash', 'bank']),
  document,
})

/** A lost or spoilt card: everything on it moves to another one, and it is closed (C10). */
const Transfer = v.strictObject({
  kind: v.literal('transfer'),
  cardId: CardId,
  toCardId: CardId,
  /** Of the card that it moves to: that one is at hand. */
  proof: NumberProof,
})

const Signed = v.pipe(Int, v.minValue(-10_000_000_000), v.maxValue(10_000_000_000))
const Adjust = v.strictObject({
  kind: v.literal('adjust'),
  cardId: CardId,
  paidKopecks: Signed,
  grantedKopecks: Signed,
})
const Annul = v.strictObject({ kind: v.literal('annul'), cardId: CardId })
const Expire = v.strictObject({ kind: v.literal('expire'), cardId: CardId })
const Extend = v.strictObject({
  kind: v.literal('extend'),
  cardId: CardId,
  /** Null for no end. */
  expiresOn: v.nullable(LocalDate),
})

/** What a receipt loaded may be spent, although its sale was not read (T2). */
const Thaw = v.strictObject({ kind: v.literal('thaw'), cardId: CardId, receiptId: ReceiptId })

const MovedIn = v.strictObject({
  kind: v.literal('moved_in'),
  cardId: CardId,
  from: v.picklist(['kilbil']),
  paidKopecks: PartKopecks,
  grantedKopecks: PartKopecks,
  expiresOn: v.nullable(LocalDate),
})

export const Operation = v.variant('kind', [
  Issue,
  Open,
  Load,
  Redeem,
  Refund,
  Void,
  Link,
  Block,
  Unblock,
  Cashout,
  Payout,
  Transfer,
  Adjust,
  Annul,
  Expire,
  Extend,
  Thaw,
  MovedIn,
])
export type Operation = v.InferOutput<typeof Operation>
export type OperationOf<K extends OperationKind> = Extract<Operation, { kind: K }>

/** The one card that an operation names; null where it names none, or another way to find it. */
export function cardIdOf(operation: Operation): CardId | null {
  if (operation.kind === 'refund') return operation.basis.kind === 'manager' ? operation.basis.cardId : null
  return 'cardId' in operation ? operation.cardId : null
}

/** The earlier receipt that an operation is about. */
export function targetOf(operation: Operation): ReceiptId | null {
  switch (operation.kind) {
    case 'void':
    case 'link':
    case 'payout':
    case 'thaw':
      return operation.receiptId
    case 'refund':
      return operation.basis.kind === 'manager' ? operation.basis.receiptId : null
    case 'issue':
    case 'open':
    case 'load':
    case 'redeem':
    case 'block':
    case 'unblock':
    case 'cashout':
    case 'transfer':
    case 'adjust':
    case 'annul':
    case 'expire':
    case 'extend':
    case 'moved_in':
      return null
  }
}

/** The card that lay before the person, and what proves it (T1); null where none had to lie there. */
export function shownCardOf(operation: Operation): { cardId: CardId; proof: NumberProof } | null {
  switch (operation.kind) {
    case 'load':
    case 'redeem':
      return operation
    case 'cashout': {
      const { cardId, proof } = operation
      return proof && { cardId, proof }
    }
    case 'transfer':
      return { cardId: operation.toCardId, proof: operation.proof }
    case 'issue':
    case 'open':
    case 'refund':
    case 'void':
    case 'link':
    case 'block':
    case 'unblock':
    case 'payout':
    case 'adjust':
    case 'annul':
    case 'expire':
    case 'extend':
    case 'thaw':
    case 'moved_in':
      return null
  }
}

/** What a till may ask for; the rest belong to managers and imports (A3). */
const ofCashiers = ['load', 'redeem', 'refund', 'void', 'link'] as const satisfies OperationKind[]
export type CashierOperation = (typeof ofCashiers)[number]
export const cashierOperations: ReadonlySet<OperationKind> = new Set(ofCashiers)

/** What needs the server's answer (O5): a promise of one waits for a person, and nobody can book it. */
export const neverPromised: ReadonlySet<OperationKind> = new Set<OperationKind>(['refund', 'void'])
