import { refusal } from '../refusal.ts'
import type { PostedOperation, PostingContext } from './types.ts'
import { Refused } from './step.ts'
import type { Receipt } from '../receipt/receipt.ts'
import type { OperationOf } from '../receipt/operations.ts'

/** Tells an earlier receipt of the same till which sale it was for (M11): no money moves. */
export function postLink(
  operation: OperationOf<'link'>,
  receipt: Receipt,
  { linkTargets, tillId }: PostingContext,
): PostedOperation[] {
  const target = linkTargets.get(operation.receiptId)
  if (!target) throw new Refused(refusal('receipt_unknown'))
  if (target.tillId !== tillId) throw new Refused(refusal('receipt_of_other_till'))
  // An ask and its promise have become one id before this.
  const repeated = receipt.operations.filter(
    (other) => other.kind === 'link' && other.receiptId === operation.receiptId,
  )
  if (!target.isFree || repeated.length > 1 || !receipt.sale?.documentId) {
    throw new Refused(refusal('link_not_possible'))
  }
  return []
}
