import * as z from 'zod/mini'
import type { AccountId } from '../../core/ids.ts'
import { Receipt } from '../../core/receipt.ts'
import type { FinalOutcome } from '../../core/outcome.ts'
import type { Query } from '../db/db.ts'
import { findReceipt, promisesFor, type StoredReceipt } from './receipts.ts'

/**
 * An ask that was not answered in time and the promise made in its stead are one business, applied once whichever
 * arrives first (J2). The till's row is locked, so the two cannot pass each other.
 *
 * @returns the outcome that the other one has settled already, or null: this receipt is to be decided on its own
 */
export async function settledByTwin(
  query: Query,
  accountId: AccountId,
  receipt: Receipt,
): Promise<FinalOutcome | null> {
  for (const twin of await twinsOf(query, accountId, receipt)) {
    if (twin.tillId !== receipt.till?.id || twin.mode === null || twin.appliedBy) continue
    const { outcome } = twin
    // A promise waits for a human, so its ask must not move the money meanwhile.
    if (outcome.status === 'held' && twin.mode === 'promise') return outcome
    if (outcome.status !== 'applied') continue
    // The cashier undid the ask and then gave the goods away all the same: the promise stands alone.
    if (twin.voidedBy && receipt.mode === 'promise') continue
    if (substance(z.parse(Receipt, JSON.parse(twin.body))) !== substance(receipt)) {
      return { status: 'held', code: 'receipt_conflict' }
    }
    return { ...outcome, by: twin.id }
  }
  return null
}

async function twinsOf(query: Query, accountId: AccountId, receipt: Receipt): Promise<StoredReceipt[]> {
  if (receipt.mode === 'ask') return promisesFor(query, accountId, receipt.id)
  if (receipt.standsFor === null) return []
  const ask = await findReceipt(query, accountId, receipt.standsFor)
  const others = await promisesFor(query, accountId, receipt.standsFor)
  return ask?.mode === 'ask' ? [ask, ...others] : others
}

/** What a receipt is about; a promise names holds that its ask did not need. */
function substance(receipt: Receipt): string {
  return JSON.stringify(
    receipt.operations.map((operation) =>
      operation.kind === 'load' || operation.kind === 'redeem'
        ? { ...operation, holdId: null, entered: null }
        : operation,
    ),
  )
}
