import * as v from 'valibot'
import type { AccountId } from '../../core/ids.ts'
import type { Query, Tx } from '../db/db.ts'
import { parseFirst } from '../db/rows.ts'
import { Int } from '../../core/shape.ts'

const SealKeyRow = v.object({
  id: v.string(),
  publicKey: v.string(),
  secret: v.string(),
  madeAtMs: Int,
})
/** A key that tills seal card numbers to; `secret` is encrypted (A7). */
export type SealKeyRow = v.InferOutput<typeof SealKeyRow>

const columns = 'id, public_key as "publicKey", secret, made_at_ms as "madeAtMs"'

export async function newestSealKey(query: Query, accountId: AccountId): Promise<SealKeyRow | null> {
  const rows = await query.all(
    `select ${columns} from seal_key where account_id = $1 order by made_at_ms desc, id limit 1`,
    [accountId],
  )
  return parseFirst(SealKeyRow, rows)
}

/** Old keys are kept for ever: a record sealed to one may come after a year. */
export async function findSealKey(
  query: Query,
  accountId: AccountId,
  id: string,
): Promise<SealKeyRow | null> {
  const rows = await query.all(`select ${columns} from seal_key where account_id = $1 and id = $2`, [
    accountId,
    id,
  ])
  return parseFirst(SealKeyRow, rows)
}

export async function insertSealKey(tx: Tx, accountId: AccountId, key: SealKeyRow): Promise<void> {
  await tx.run(
    'insert into seal_key (account_id, id, public_key, secret, made_at_ms) values ($1, $2, $3, $4, $5)',
    [accountId, key.id, key.publicKey, key.secret, key.madeAtMs],
  )
}
