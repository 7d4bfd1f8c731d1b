import * as z from 'zod/mini'
import { SaleDocument } from '../draft/draft.ts'
import { CardId, DocumentId, Moment, ProductId, ReceiptId } from '../ids.ts'
import { Kopecks } from '../money.ts'
import { Outcome } from '../receipt/outcome.ts'

/**
 * Receipts as a till is told of them (M12). No answer carries a seal or a session, and none an id of another till, its
 * receipts or their cards (T1, T7): with such ids somebody could go on.
 */

export const ToldOperation = z.strictObject({
  /** An `OperationKind`; a till knows some of them and shows the others by their name. */
  kind: z.string(),
  /** Null where the receipt did nothing. */
  last4: z.nullable(z.string()),
  /** The certificate that was sold. */
  productId: z.nullable(ProductId),
  /** What the card paid or got back, or the face value that it was sold with. */
  amountKopecks: z.nullable(Kopecks),
  /** What the buyer paid for the certificate. */
  paidKopecks: z.nullable(Kopecks),
  /** These are told to the till whose receipt it is: the card, the receipt that it is about, and why that was undone. */
  cardId: z.nullable(CardId),
  receiptId: z.nullable(ReceiptId),
  because: z.nullable(z.enum(['unanswered', 'cancelled'])),
})
export type ToldOperation = z.infer<typeof ToldOperation>

export const ToldReceipt = z.strictObject({
  /** The till that did it, by its number; null for the server. */
  till: z.nullable(z.int()),
  happenedAtMs: Moment,
  /** It was applied by itself, and nothing has undone it. */
  stands: z.boolean(),
  undone: z.boolean(),
  operations: z.array(ToldOperation),
  /** What the till whose receipt it is needs to go on with it; null for all others. */
  own: z.nullable(
    z.strictObject({
      id: ReceiptId,
      mode: z.enum(['ask', 'promise']),
      standsFor: z.nullable(ReceiptId),
      documentId: z.nullable(DocumentId),
      outcome: Outcome,
    }),
  ),
})
export type ToldReceipt = z.infer<typeof ToldReceipt>

export const SaleAnswer = z.strictObject({
  document: z.nullable(SaleDocument),
  receipts: z.array(ToldReceipt),
})
export type SaleAnswer = z.infer<typeof SaleAnswer>

/** The last receipts of the till that asks, newest first: `own` is told of each. */
export const OperationsAnswer = z.strictObject({ receipts: z.array(ToldReceipt) })
