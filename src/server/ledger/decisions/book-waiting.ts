import * as v from 'valibot'
import { AccountId, ReceiptId, TillId } from '../../../core/ids.ts'
import type { Author } from '../../../core/receipt/author.ts'
import { AppliedOutcome } from '../../../core/receipt/outcome.ts'
import { Int, parseShape } from '../../../core/shape.ts'
import type { Db, Query, Tx } from '../../db/db.ts'
import { parseRows } from '../../db/rows.ts'
import { caseId, caseInReview, caseState, closeCase, closeSettled, subjectOf } from '../cases/cases.ts'
import { receiptIdFrom } from '../own-receipt.ts'
import { findReceipt, textOf } from '../posting/receipts.ts'
import { lockTill } from '../tills/tills.ts'
import { type Means, NotPossible, postWaiting } from './post-own.ts'

/**
 * After a restore the tills bring their records in any order (J7). What had been applied and cannot be booked as it was, since
 * another till has not told yet what it rests on, waits in review. Here it is tried again, the oldest first, until nothing
 * more can be booked; its cases close by themselves. What never fits a person decides.
 */

const WaitingRow = v.object({
  accountId: AccountId,
  id: ReceiptId,
  tillId: TillId,
  seq: Int,
  before: v.string(),
})
type Waiting = Pick<v.InferOutput<typeof WaitingRow>, 'accountId' | 'id' | 'tillId'>

/** @returns how many were booked */
export async function bookWaiting(db: Db, means: Means): Promise<number> {
  let [booked, before] = [0, -1]
  while (booked > before) {
    before = booked
    for (const one of await db.read(waitingReceipts)) if (await bookOne(db, one, means)) booked++
  }
  return booked
}

/** Receipts that had been applied and wait, in the order in which they had been posted. */
async function waitingReceipts(query: Query): Promise<Waiting[]> {
  const rows = await query.all(
    `select r.account_id as "accountId", r.id, r.till_id as "tillId", r.seq, r.applied_before as "before" from cases c
      join receipt r on r.account_id = c.account_id and r.id = c.receipt_id
      where c.closed_at_ms is null and c.kind in ('promise_refused', 'card_unknown', 'card_sold_twice')
        and r.applied_before is not null and r.till_id is not null`,
  )
  const waiting = parseRows(WaitingRow, rows).map(({ before, ...one }) => ({
    ...one,
    postedAtMs: parseShape(AppliedOutcome, JSON.parse(before)).postedAtMs,
  }))
  // Records of one batch may have been posted in one millisecond: those of a till have their numbers.
  return waiting.sort((a, b) => a.postedAtMs - b.postedAtMs || a.seq - b.seq)
}

/** @returns whether it was booked */
async function bookOne(db: Db, one: Waiting, means: Means): Promise<boolean> {
  try {
    return await db.write((tx) => tryAgain(tx, one, means))
  } catch (error) {
    if (error instanceof NotPossible) return false
    throw error
  }
}

async function tryAgain(tx: Tx, { accountId, id, tillId }: Waiting, means: Means): Promise<boolean> {
  await lockTill(tx, accountId, tillId)
  const stored = await findReceipt(tx, accountId, id)
  const receipt = stored && textOf(stored)
  const waitsIn = stored && caseInReview(stored)
  if (!receipt || !waitsIn || (await caseState(tx, accountId, waitsIn))?.closedAtMs !== null) return false
  const said = {
    // Follows from the receipt: it is posted once.
    id: receiptIdFrom(`booked:${id}`),
    author: withoutSession(receipt.author),
    door: receipt.door,
    mayLose: false,
  }
  const receiptId = await postWaiting(tx, accountId, { stored, receipt }, said, means)
  const end = { choice: 'closed' as const, note: 'booked_again', decidedBy: null, receiptId }
  await closeCase(tx, accountId, waitsIn, end, means.nowMs)
  await closeSettled(tx, accountId, caseId('outcome_changed', subjectOf(stored)), 'booked_again', means.nowMs)
  return true
}

/** The one who did it is its author; the session belongs to the till's own record. */
const withoutSession = (author: Author): Author =>
  author.kind === 'employee' ? { ...author, session: null, stamp: null } : author
