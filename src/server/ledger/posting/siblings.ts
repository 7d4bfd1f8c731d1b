import type { AccountId, ReceiptId, TillId } from '../../../core/ids.ts'
import type { AppliedOutcome, FinalOutcome } from '../../../core/receipt/outcome.ts'
import type { Receipt } from '../../../core/receipt/receipt.ts'
import type { Query, Tx } from '../../db/db.ts'
import { caseInReview, caseState, closeSettled } from '../cases/cases.ts'
import { releaseHoldsOf } from '../cards/holds.ts'
import { findReceipt, standingFor, type StoredReceipt, textOf } from './receipts.ts'

/**
 * An ask that was not answered in time and the promises made in its stead are one business (J2): the books have it once,
 * whichever arrives first, and where it waits for a human it has one case. Its till's row is locked, so its members
 * cannot pass each other. What says that it stands for another receipt is one with it whatever their modes are: a till of
 * ours makes promises for asks alone, and the books do not rest on that.
 */
async function siblingsOf(
  query: Query,
  accountId: AccountId,
  { id, standsFor }: Pick<StoredReceipt, 'id' | 'standsFor'>,
  tillId: TillId | null,
): Promise<StoredReceipt[]> {
  const first = standsFor === null ? null : await findReceipt(query, accountId, standsFor)
  const all = [...(first ? [first] : []), ...(await standingFor(query, accountId, standsFor ?? id))]
  return all.filter((one) => one.tillId === tillId && one.id !== id)
}

/** What a receipt has come to: itself, the member of its business that did the work, or what a human had posted for it. */
export interface Standing {
  stored: StoredReceipt
  /** It is in review, and nobody has decided it. */
  waits: boolean
}

async function standingOf(query: Query, accountId: AccountId, named: StoredReceipt): Promise<Standing> {
  if (named.appliedBy) {
    return { stored: (await findReceipt(query, accountId, named.appliedBy)) ?? named, waits: false }
  }
  const asItIs = { stored: named, waits: false }
  if (named.outcome.status !== 'in_review') return asItIs
  // A receipt in review together with its sibling shares the sibling's case.
  for (const one of [named, ...(await siblingsOf(query, accountId, named, named.tillId))]) {
    const caseId = caseInReview(one)
    const found = caseId && (await caseState(query, accountId, caseId))
    if (!found) continue
    const posted = found.receiptId && (await findReceipt(query, accountId, found.receiptId))
    return { stored: posted || one, waits: found.closedAtMs === null }
  }
  return asItIs
}

/** The receipt that did the work: an ask and its promise are one (J2), as are one in review and its decision (O6). */
export async function findDoer(query: Query, accountId: AccountId, id: ReceiptId): Promise<Standing | null> {
  const named = await findReceipt(query, accountId, id)
  return named && standingOf(query, accountId, named)
}

/** The till whose business a receipt is: what a human had posted belongs to the till that had promised it. */
export async function tillOf(
  query: Query,
  accountId: AccountId,
  { tillId, mode, standsFor }: StoredReceipt,
): Promise<TillId | null> {
  if (tillId !== null || mode === null || standsFor === null) return tillId
  return (await findReceipt(query, accountId, standsFor))?.tillId ?? null
}

export interface BySibling {
  outcome: FinalOutcome
  /** It is in review with a sibling, and so needs no case of its own. */
  isShared: boolean
}

/**
 * @param appliedBefore what this server had answered before it was restored (J7), where it had applied the receipt
 * @returns what a sibling has settled already, or null: this receipt is to be decided on its own
 */
export async function settledBySibling(
  query: Query,
  accountId: AccountId,
  receipt: Receipt,
  tillId: TillId | null,
  appliedBefore: AppliedOutcome | null = null,
): Promise<BySibling | null> {
  if (tillId === null) return null
  for (const sibling of await siblingsOf(query, accountId, receipt, tillId)) {
    if (sibling.mode === null || sibling.appliedBy) continue
    const { stored } = await standingOf(query, accountId, sibling)
    const { outcome } = stored
    if (outcome.status === 'refused') continue
    // The cashier undid the ask and then gave the goods away all the same: the promise stands alone, unless the ask had settled it first.
    if (stored.voidedBy && receipt.mode === 'promise' && appliedBefore?.by !== stored.id) continue
    const said = textOf(stored)
    if (!said || substance(said) !== substance(receipt)) {
      return { outcome: { status: 'in_review', code: 'receipt_conflict' }, isShared: false }
    }
    // What waits for a human, or was dismissed by one, is not moved by another name.
    if (outcome.status === 'in_review') return { outcome, isShared: true }
    return { outcome: { ...outcome, by: stored.id }, isShared: false }
  }
  return null
}

/** What a receipt is about; a promise names holds that its ask did not need. */
function substance(receipt: Receipt): string {
  return JSON.stringify(
    receipt.operations.map((operation) =>
      operation.kind === 'load' || operation.kind === 'redeem'
        ? { ...operation, proof: { ...operation.proof, holdId: null }, entered: null }
        : operation,
    ),
  )
}

/** Its till has undone what waited: nobody needs to decide it any more, nobody can have it posted, and its money is free (C8). */
export async function closeUndone(tx: Tx, accountId: AccountId, id: ReceiptId, nowMs: number): Promise<void> {
  const undone = await findReceipt(tx, accountId, id)
  const caseId = undone && caseInReview(undone)
  if (!caseId || !(await closeSettled(tx, accountId, caseId, 'undone', nowMs))) {
    throw new Error(`receipt ${id} was undone while it waited, and its case was closed already`)
  }
  const receipt = textOf(undone)
  if (receipt) await releaseHoldsOf(tx, accountId, undone.tillId, receipt, nowMs)
}
