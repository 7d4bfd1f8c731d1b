import type { AccountId, ReceiptId } from '../../../core/ids.ts'
import type { Receipt } from '../../../core/receipt/receipt.ts'
import type { Tx } from '../../db/db.ts'
import { type KnownFact, noSaleFacts } from '../arrival.ts'
import { ownArrival, ownReceipt } from '../own-receipt.ts'
import { applyReceipt } from '../posting/apply-receipt.ts'
import type { StoredReceipt } from '../posting/receipts.ts'
import { settledBySibling } from '../posting/siblings.ts'
import type { Programmes } from '../programmes.ts'

/** Receipts that the server makes about a receipt of a till. */

export interface Means {
  programmes: Programmes
  nowMs: number
}

/** Thrown inside the transaction, so that nothing of what cannot be carried out stays. */
export class NotPossible extends Error {
  override name = 'NotPossible'
}

/** The receipt that it is about. */
export interface Original {
  stored: StoredReceipt
  receipt: Receipt
}

type Said = Pick<Receipt, 'id' | 'author' | 'door'>

/** @throws NotPossible when the books do not take it */
export async function postOwn(
  tx: Tx,
  accountId: AccountId,
  { stored, receipt: { happenedAtMs, sale } }: Original,
  {
    mode,
    standsFor,
    fact,
    ...said
  }: Said & Pick<Receipt, 'operations' | 'standsFor' | 'mode'> & { fact: KnownFact | null },
  { programmes, nowMs }: Means,
): Promise<ReceiptId> {
  // Of its draft too: what that holds is there for it, and is let go with it.
  const receipt = ownReceipt({ ...said, happenedAtMs }, { mode, standsFor, sale })
  const arrival = ownArrival(accountId, receipt, { actsFor: stored.tillId, fact })
  const { outcome } = await applyReceipt(tx, arrival, noSaleFacts, { programmes, nowMs })
  if (outcome.status !== 'applied') throw new NotPossible()
  return receipt.id
}

/**
 * Posts what waits in review as the fact that it is; its till is locked.
 *
 * @throws NotPossible when the books do not take it
 */
export async function postWaiting(
  tx: Tx,
  accountId: AccountId,
  original: Original,
  { mayLose, ...said }: Said & Pick<KnownFact, 'mayLose'>,
  means: Means,
): Promise<ReceiptId> {
  const { stored, receipt } = original
  const { operations, id, mode } = receipt
  // After a restore its ask may have been applied, and it waits all the same, as it had before (J7): booked once is enough (J2).
  const bySibling = await settledBySibling(tx, accountId, receipt, stored.tillId)
  if (bySibling?.outcome.status === 'applied') throw new NotPossible()
  const fact = { before: stored.appliedBefore, mayLose }
  return postOwn(tx, accountId, original, { ...said, operations, standsFor: id, mode, fact }, means)
}
