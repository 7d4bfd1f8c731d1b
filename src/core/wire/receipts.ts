import * as v from 'valibot'
import { SaleDocument } from '../draft/draft.ts'
import { CardId, DocumentId, Moment, ProductId, ReceiptId } from '../ids.ts'
import { Kopecks } from '../money.ts'
import { Outcome } from '../receipt/outcome.ts'
import { Int } from '../shape.ts'

/**
 * Receipts as a till is told of them (M12). No answer carries a seal or a session, and none an id of another till, its
 * receipts or their cards (T1, T7): with such ids somebody could go on.
 */

export const ToldOperation = v.strictObject({
  /** An `OperationKind`; a till knows some of them and shows the others by their name. */
  kind: v.string(),
  /** Null where the receipt did nothing. */
  last4: v.nullable(v.string()),
  /** The certificate that was sold. */
  productId: v.nullable(ProductId),
  /** What the card paid or got back, or the face value that it was sold with. */
  amountKopecks: v.nullable(Kopecks),
  /** Of what a card paid: the part that has come back to it since (C7). Null for all else. */
  returnedKopecks: v.nullable(Kopecks),
  /** What the buyer paid for the certificate. */
  paidKopecks: v.nullable(Kopecks),
  /** These are told to the till whose receipt it is: the card, the receipt that it is about, and why that was undone. */
  cardId: v.nullable(CardId),
  receiptId: v.nullable(ReceiptId),
  because: v.nullable(v.picklist(['unanswered', 'cancelled'])),
})
export type ToldOperation = v.InferOutput<typeof ToldOperation>

export const ToldReceipt = v.strictObject({
  /** The till that did it, by its number; null for the server. */
  till: v.nullable(Int),
  /** What the employee who did it is called; null for everybody else. */
  employee: v.nullable(v.string()),
  /** The number of its sale, as people read it; null for none, and for one that the server has never read. */
  saleName: v.nullable(v.string()),
  happenedAtMs: Moment,
  /** It was applied by itself, and nothing has undone it. */
  stands: v.boolean(),
  undone: v.boolean(),
  operations: v.array(ToldOperation),
  /** What the till whose receipt it is needs to go on with it; null for all others. */
  own: v.nullable(
    v.strictObject({
      id: ReceiptId,
      mode: v.picklist(['ask', 'promise']),
      standsFor: v.nullable(ReceiptId),
      documentId: v.nullable(DocumentId),
      outcome: Outcome,
    }),
  ),
})
export type ToldReceipt = v.InferOutput<typeof ToldReceipt>

export const SaleAnswer = v.strictObject({
  /** MoySklad gave an answer that could be read. Where it did not, nothing is known of the document. */
  read: v.boolean(),
  /** Null where MoySklad has no such sale. */
  document: v.nullable(SaleDocument),
  receipts: v.array(ToldReceipt),
})
export type SaleAnswer = v.InferOutput<typeof SaleAnswer>

/** The last receipts of the till that asks, newest first: `own` is told of each. */
export const OperationsAnswer = v.strictObject({ receipts: v.array(ToldReceipt) })
