import * as z from 'zod/mini'
import { DocumentId, DraftId, GrantId, Moment, ReceiptId, StoreId, TillId } from '../ids.ts'
import { Kopecks } from '../money.ts'
import { Approval, Author, Door, Reason } from './author.ts'
import { Operation } from './operations.ts'
import { wireVersion } from './version.ts'

/** A sale with more operations than this is no sale that a person made. */
export const operationsMax = 120

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
