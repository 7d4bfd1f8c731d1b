import * as v from 'valibot'
import { DocumentId, DraftId, GrantId, JournalId, Moment, ReceiptId, StoreId } from '../ids.ts'
import { Kopecks } from '../money.ts'
import { Approval, Author, Door, Reason } from './author.ts'
import { Operation } from './operations.ts'
import { wireVersion } from './version.ts'
import { Int } from '../shape.ts'

/** A sale with more operations than this is no sale that a person made. */
export const operationsMax = 120

/** What one person decided in one go: the operations stand or fall together. */
export const Receipt = v.strictObject({
  version: v.literal(wireVersion),
  id: ReceiptId,
  /** An ask waits for the server; a promise was already made to the buyer on the strength of holds or a grant (J1). */
  mode: v.picklist(['ask', 'promise']),
  /** What a promise stands on where it names no hold (O3). */
  grantId: v.nullable(GrantId),
  /** The unanswered ask that this promise stands for (J2): the two are applied once. */
  standsFor: v.nullable(ReceiptId),
  /** Null for receipts that the server makes itself (imports). */
  place: v.nullable(v.strictObject({ journal: JournalId, seq: v.pipe(Int, v.minValue(1)) })),
  author: Author,
  door: Door,
  approvals: v.pipe(v.array(Approval), v.maxLength(3)),
  /** Null where the operations say it all. */
  reason: v.nullable(Reason),
  storeId: v.nullable(StoreId),
  happenedAtMs: Moment,
  sale: v.nullable(
    v.strictObject({
      documentId: v.nullable(DocumentId),
      draftId: v.nullable(DraftId),
      sumKopecks: Kopecks,
    }),
  ),
  operations: v.pipe(v.array(Operation), v.minLength(1), v.maxLength(operationsMax)),
})
export type Receipt = v.InferOutput<typeof Receipt>
