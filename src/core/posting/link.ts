import { type Refusal, refusal } from '../refusal.ts'
import type { DocumentId, ReceiptId } from '../ids.ts'
import type { PostedOperation, PostingContext } from './types.ts'
import { Refused } from './step.ts'
import type { Receipt } from '../receipt/receipt.ts'
import type { OperationOf } from '../receipt/operations.ts'

/** Tells an earlier receipt of the same till which sale it was for (M11): no money moves. */

type Known = Pick<PostingContext, 'linkTargets' | 'tillId'>

/** A receipt and the sale that it was for. */
export interface Link {
  receiptId: ReceiptId
  documentId: DocumentId
}

/** Refuses the whole receipt where a link cannot be done; a fact that is more than its links goes without that one (O6). */
export function postLink(
  { receiptId }: OperationOf<'link'>,
  receipt: Receipt,
  context: PostingContext,
): PostedOperation[] {
  if (context.fact && receipt.operations.some(({ kind }) => kind !== 'link')) return []
  const fault = linkFault(receiptId, context)
  if (fault) throw new Refused(fault)
  // An ask and its promise have become one id before this.
  const repeated = receipt.operations.filter((one) => one.kind === 'link' && one.receiptId === receiptId)
  if (repeated.length > 1 || !receipt.sale?.documentId) throw new Refused(refusal('link_not_possible'))
  return []
}

function linkFault(receiptId: ReceiptId, { linkTargets, tillId }: Known): Refusal | null {
  const target = linkTargets.get(receiptId)
  if (!target) return refusal('receipt_unknown')
  if (target.tillId !== tillId) return refusal('receipt_of_other_till')
  return target.isFree ? null : refusal('link_not_possible')
}

/** The links of a posted receipt that are done. */
export function linksOf({ operations, sale }: Receipt, known: Known): Link[] {
  const documentId = sale?.documentId
  if (!documentId) return []
  const named = operations.flatMap((one) => (one.kind === 'link' ? one.receiptId : []))
  return [...new Set(named)]
    .filter((receiptId) => linkFault(receiptId, known) === null)
    .map((receiptId) => ({ receiptId, documentId }))
}
