import * as v from 'valibot'
import type { AccountId, EmployeeId } from '../../../core/ids.ts'
import { OfflinePolicy } from '../../../core/receipt/grant.ts'
import type { Query, Tx } from '../../db/db.ts'
import { parseFirst } from '../../db/rows.ts'
import { Int, parseShape } from '../../../core/shape.ts'

const Stored = v.object({ version: Int, body: v.string() })

async function newest(query: Query, accountId: AccountId) {
  const rows = await query.all(
    'select version, body from offline_policy where account_id = $1 order by version desc limit 1',
    [accountId],
  )
  return parseFirst(Stored, rows)
}

/** What the owner allows offline, or null before they have decided anything (O1). */
export async function currentPolicy(query: Query, accountId: AccountId): Promise<OfflinePolicy | null> {
  const stored = await newest(query, accountId)
  return stored && parseShape(OfflinePolicy, JSON.parse(stored.body))
}

/** Sets a new policy; the old versions stay (L2). */
export async function savePolicy(
  tx: Tx,
  accountId: AccountId,
  policy: OfflinePolicy,
  by: EmployeeId,
  nowMs: number,
): Promise<void> {
  const version = (await newest(tx, accountId))?.version ?? 0
  await tx.run(
    'insert into offline_policy (account_id, version, body, set_by, set_at_ms) values ($1, $2, $3, $4, $5)',
    [accountId, version + 1, JSON.stringify(policy), by, nowMs],
  )
}
