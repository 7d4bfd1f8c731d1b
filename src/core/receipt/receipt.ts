import * as z from 'zod/mini'
import {
  CardId,
  DocumentId,
  DraftId,
  GrantId,
  HoldId,
  Moment,
  ProductId,
  ProgrammeId,
  ReceiptId,
  StoreId,
  TillId,
} from '../ids.ts'
import { AmountKopecks, Kopecks, PartKopecks } from '../money.ts'
import { Entered } from '../card/proof.ts'
import { SealedNumber } from '../card/sealed-number.ts'
import { LocalDate } from '../card/validity.ts'
import { Approval, Author, Door, Reason } from './author.ts'
import type { OperationKind } from './kinds.ts'
import { wireVersion } from './version.ts'

/** A sale with more operations than this is no sale that a person made. */
export const operationsMax = 120

/** A new card becomes known and stays unsold. Made by the server alone: it alone may see the number. */
const Issue = z.strictObject({
  kind: z.literal('issue'),
  cardId: CardId,
  programmeId: ProgrammeId,
  /** Keyed hash of the number, hex (L9). */
  numberHash: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  last4: z.string().check(z.regex(/^\d{4}$/)),
  /** How tills find the card in their book, hex (O7). */
  bookTag: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
})

/** A card that was sold before Podarok came starts with the balance that it had. */
const Open = z.strictObject({
  kind: z.literal('open'),
  cardId: CardId,
  paidKopecks: PartKopecks,
  grantedKopecks: PartKopecks,
  expiresOn: z.nullable(LocalDate),
})

const Load = z.strictObject({
  kind: z.literal('load'),
  cardId: CardId,
  productId: ProductId,
  faceKopecks: AmountKopecks,
  /** What the buyer paid for the certificate, after the row's discount. */
  paidKopecks: PartKopecks,
  holdId: z.nullable(HoldId),
  entered: Entered,
  number: z.nullable(SealedNumber),
})

const Redeem = z.strictObject({
  kind: z.literal('redeem'),
  cardId: CardId,
  amountKopecks: AmountKopecks,
  /** Null for an ask, and for a promise that stands on the receipt's grant. */
  holdId: z.nullable(HoldId),
  entered: Entered,
  /** What was scanned, sealed to the server: the proof that the card lay before the cashier. */
  number: z.nullable(SealedNumber),
})

/** Money goes back to a card that paid in the receipt named (C7). */
const Refund = z.strictObject({
  kind: z.literal('refund'),
  cardId: CardId,
  amountKopecks: AmountKopecks,
  saleReceiptId: ReceiptId,
})

/**
 * A whole receipt is undone (C8). `unanswered`: the till never showed its outcome, the cashier gave up waiting;
 * `cancelled`: it was done and is to be undone, which needs the sale to be gone from MoySklad.
 */
const Void = z.strictObject({
  kind: z.literal('void'),
  receiptId: ReceiptId,
  because: z.enum(['unanswered', 'cancelled']),
})

/**
 * A receipt that was committed without a document belongs to the sale that this receipt names (M11). Moves no money: it
 * keeps the sale from being charged a second time.
 */
const Link = z.strictObject({ kind: z.literal('link'), receiptId: ReceiptId })

const Block = z.strictObject({ kind: z.literal('block'), cardId: CardId })
const Unblock = z.strictObject({ kind: z.literal('unblock'), cardId: CardId })

export const Operation = z.discriminatedUnion('kind', [
  Issue,
  Open,
  Load,
  Redeem,
  Refund,
  Void,
  Link,
  Block,
  Unblock,
])
export type Operation = z.infer<typeof Operation>
export type OperationOf<K extends OperationKind> = Extract<Operation, { kind: K }>

/** What one person decided in one go: the operations stand or fall together. */
export const Receipt = z.strictObject({
  version: z.literal(wireVersion),
  id: ReceiptId,
  /** An ask waits for the server; a promise was already made to the buyer on the strength of holds or a grant (J1). */
  mode: z.enum(['ask', 'promise']),
  /** What a promise stands on where it names no hold (O3). */
  grantId: z.nullable(GrantId),
  /** The unanswered ask that this promise stands for (J2): the two are applied once. */
  standsFor: z.nullable(ReceiptId),
  /** Null for receipts that the server makes itself (imports). */
  till: z.nullable(
    z.strictObject({
      id: TillId,
      epoch: z.int().check(z.minimum(1)),
      seq: z.int().check(z.minimum(1)),
    }),
  ),
  author: Author,
  door: Door,
  approvals: z.array(Approval).check(z.maxLength(3)),
  /** Null where the operations say it all. */
  reason: z.nullable(Reason),
  storeId: z.nullable(StoreId),
  happenedAtMs: Moment,
  sale: z.nullable(
    z.strictObject({
      documentId: z.nullable(DocumentId),
      draftId: z.nullable(DraftId),
      sumKopecks: Kopecks,
    }),
  ),
  operations: z.array(Operation).check(z.minLength(1), z.maxLength(operationsMax)),
})
export type Receipt = z.infer<typeof Receipt>

/** Operations of a cashier; the rest belong to managers and imports (A3). */
export const cashierOperations: ReadonlySet<OperationKind> = new Set([
  'load',
  'redeem',
  'refund',
  'void',
  'link',
])
