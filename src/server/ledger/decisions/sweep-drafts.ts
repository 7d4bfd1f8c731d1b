import * as v from 'valibot'
import { Draft, draftIsPrepared, loadTotal, redeemTotal } from '../../../core/draft/draft.ts'
import { AccountId, DraftId, TillId } from '../../../core/ids.ts'
import type { Db, Query, Tx } from '../../db/db.ts'
import { caseId, closeSettled, openCase } from '../cases/cases.ts'
import { isCommitted } from './drafts.ts'
import { keepDraftHolds } from '../cards/holds.ts'
import { draftWaits } from '../posting/receipts.ts'
import { parseFirst, parseRows } from '../../db/rows.ts'
import { lockTill } from '../tills/tills.ts'
import { parseShape } from '../../../core/shape.ts'

/**
 * A prepared draft whose sale has not come is not forgotten (M3): its cards were confirmed before a buyer, and the sale may
 * have been saved where we did not see it. It becomes a case, its money stays held until that is decided, and the case
 * closes by itself when the receipt comes after all. One whose receipt waits in review keeps its money held as well (O2).
 */

/** A cashier saves a sale within minutes; one who has no line tells of it within the same shift as a rule. */
export const unmatchedAfterMs = 3_600_000
/** One round looks at so many; the rest has its turn in the next one. */
const roundMax = 200

const DraftRow = v.object({ accountId: AccountId, id: DraftId, tillId: TillId })
const BodyRow = v.object({ body: v.string() })

const subjectOf = (draft: { tillId: TillId; id: DraftId }) => `${draft.tillId}:${draft.id}`
type DraftKey = v.InferOutput<typeof DraftRow>

/** @returns how many cases it opened and closed */
export async function sweepDrafts(db: Db, nowMs: number): Promise<{ opened: number; closed: number }> {
  const { quiet, waiting, reviewed } = await db.read(async (query) => ({
    quiet: await quietDrafts(query, nowMs),
    waiting: await waitingDrafts(query),
    reviewed: await reviewedDrafts(query),
  }))
  let [opened, closed] = [0, 0]
  for (const draft of waiting) if (await db.write((tx) => keepOrClose(tx, draft, nowMs))) closed++
  for (const draft of quiet) if (await db.write((tx) => look(tx, draft, nowMs))) opened++
  for (const draft of reviewed) await db.write((tx) => keepReviewed(tx, draft, nowMs))
  return { opened, closed }
}

/** Drafts that nobody has touched for long enough, and that were not looked at since. */
async function quietDrafts(query: Query, nowMs: number): Promise<DraftKey[]> {
  const rows = await query.all(
    `select account_id as "accountId", id, till_id as "tillId" from draft
      where dropped_at_ms is null and swept_at_ms is null and updated_at_ms < $1
      order by updated_at_ms limit ${roundMax}`,
    [nowMs - unmatchedAfterMs],
  )
  return parseRows(DraftRow, rows)
}

/** Drafts whose case is open. */
async function waitingDrafts(query: Query): Promise<DraftKey[]> {
  const rows = await query.all(
    `select d.account_id as "accountId", d.id, d.till_id as "tillId" from cases c
      join draft d on d.account_id = c.account_id and d.id = c.draft_id
      where c.kind = 'draft_unmatched' and c.closed_at_ms is null`,
  )
  return parseRows(DraftRow, rows)
}

/** Drafts that ended in a receipt which waits for a human. */
async function reviewedDrafts(query: Query): Promise<DraftKey[]> {
  const rows = await query.all(
    `select distinct r.account_id as "accountId", r.draft_id as id, r.till_id as "tillId" from cases c
      join receipt r on r.account_id = c.account_id and r.id = c.receipt_id
      where c.closed_at_ms is null and r.status = 'in_review' and r.draft_id is not null and r.till_id is not null`,
  )
  return parseRows(DraftRow, rows)
}

async function keepReviewed(tx: Tx, { accountId, id, tillId }: DraftKey, nowMs: number): Promise<void> {
  await lockTill(tx, accountId, tillId)
  if (await draftWaits(tx, accountId, id)) await keepDraftHolds(tx, accountId, tillId, id, nowMs)
}

/** @returns whether a case was opened */
async function look(tx: Tx, key: DraftKey, nowMs: number): Promise<boolean> {
  const { accountId, id, tillId } = key
  await lockTill(tx, accountId, tillId)
  const rows = await tx.lock(
    `select body from draft where account_id = $1 and id = $2 and dropped_at_ms is null and updated_at_ms < $3`,
    [accountId, id, nowMs - unmatchedAfterMs],
  )
  const row = parseFirst(BodyRow, rows)
  if (!row) return false
  await tx.run('update draft set swept_at_ms = $3 where account_id = $1 and id = $2', [accountId, id, nowMs])
  const draft = parseShape(Draft, JSON.parse(row.body))
  const isHeld = draft.redeems.length + draft.loads.length > 0
  if (!isHeld || !draftIsPrepared(draft) || (await isCommitted(tx, accountId, id))) return false
  const evidence = { draftId: id, sumKopecks: draft.sale.sumKopecks, loadKopecks: loadTotal(draft) }
  await openCase(
    tx,
    {
      accountId,
      kind: 'draft_unmatched',
      subject: subjectOf(key),
      receiptId: null,
      tillId,
      draftId: id,
      employeeId: draft.employeeId,
      amountKopecks: redeemTotal(draft),
      happenedAtMs: draft.updatedAtMs,
      evidence,
      body: null,
    },
    nowMs,
  )
  await keepDraftHolds(tx, accountId, tillId, id, nowMs)
  return true
}

/** @returns whether its case was closed */
async function keepOrClose(tx: Tx, key: DraftKey, nowMs: number): Promise<boolean> {
  const { accountId, id, tillId } = key
  await lockTill(tx, accountId, tillId)
  const dropped = await tx.all(
    'select 1 as one from draft where account_id = $1 and id = $2 and dropped_at_ms is not null',
    [accountId, id],
  )
  const why = (await isCommitted(tx, accountId, id))
    ? 'receipt_came'
    : dropped.length > 0
      ? 'draft_dropped'
      : null
  if (why === null) {
    await keepDraftHolds(tx, accountId, tillId, id, nowMs)
    return false
  }
  return closeSettled(tx, accountId, caseId('draft_unmatched', subjectOf(key)), why, nowMs)
}
