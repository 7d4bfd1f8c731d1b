import * as v from 'valibot'
import type { Draft } from '../../../core/draft/draft.ts'
import { type AccountId, type DraftId, TillId } from '../../../core/ids.ts'
import type { Query, Tx } from '../../db/db.ts'
import { parseFirst } from '../../db/rows.ts'
import { Int } from '../../../core/shape.ts'

const DraftRow = v.object({
  tillId: TillId,
  body: v.string(),
  updatedAtMs: Int,
  droppedAtMs: v.nullable(Int),
})

async function lockDraft(tx: Tx, accountId: AccountId, id: DraftId) {
  const rows = await tx.lock(
    `select till_id as "tillId", body, updated_at_ms as "updatedAtMs", dropped_at_ms as "droppedAtMs"
      from draft where account_id = $1 and id = $2`,
    [accountId, id],
  )
  return parseFirst(DraftRow, rows)
}

/**
 * Keeps the newest copy of a draft. An older copy that arrives late and a draft that was dropped change nothing.
 *
 * @returns `taken` when another till has a draft of this id
 */
export async function storeDraft(
  tx: Tx,
  accountId: AccountId,
  tillId: TillId,
  draft: Draft,
): Promise<'stored' | 'older' | 'taken'> {
  const known = await lockDraft(tx, accountId, draft.id)
  if (!known) {
    await tx.run(
      `insert into draft (account_id, id, till_id, receipt_id, body, updated_at_ms)
        values ($1, $2, $3, $4, $5, $6)`,
      [accountId, draft.id, tillId, draft.receiptId, JSON.stringify(draft), draft.updatedAtMs],
    )
    return 'stored'
  }
  if (known.tillId !== tillId) return 'taken'
  if (known.droppedAtMs !== null || known.updatedAtMs > draft.updatedAtMs) return 'older'
  await tx.run(
    `update draft set receipt_id = $3, body = $4, updated_at_ms = $5, swept_at_ms = null
      where account_id = $1 and id = $2`,
    [accountId, draft.id, draft.receiptId, JSON.stringify(draft), draft.updatedAtMs],
  )
  return 'stored'
}

/** Forgets a draft of this till; a copy of it that arrives later is not taken any more. */
export async function dropDraft(
  tx: Tx,
  accountId: AccountId,
  tillId: TillId,
  id: DraftId,
  nowMs: number,
): Promise<void> {
  await tx.run(
    `update draft set dropped_at_ms = $4
      where account_id = $1 and id = $2 and till_id = $3 and dropped_at_ms is null`,
    [accountId, id, tillId, nowMs],
  )
}

const One = v.object({ one: Int })

/** Whether a receipt was made of the draft, whatever became of it. */
export async function isCommitted(query: Query, accountId: AccountId, id: DraftId): Promise<boolean> {
  const rows = await query.all(
    'select 1 as one from receipt where account_id = $1 and draft_id = $2 limit 1',
    [accountId, id],
  )
  return parseFirst(One, rows) !== null
}
