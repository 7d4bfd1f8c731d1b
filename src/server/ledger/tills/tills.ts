import * as v from 'valibot'
import type { TillId } from '../../../core/ids.ts'
import { type AccountId } from '../../../core/ids.ts'
import { TillState } from '../../../core/wire/tills.ts'
import type { Query, Tx } from '../../db/db.ts'
import { parseFirst } from '../../db/rows.ts'
import { Int, parseShape } from '../../../core/shape.ts'

const TillRow = v.object({ ordinal: Int, state: TillState })
export type Till = v.InferOutput<typeof TillRow>

const Count = v.object({ tills: Int })

const tillSql = 'select ordinal, state from till where account_id = $1 and id = $2'

export async function findTill(query: Query, accountId: AccountId, id: TillId): Promise<Till | null> {
  return parseFirst(TillRow, await query.all(tillSql, [accountId, id]))
}

/** First of all locks, so that records of one till are decided one after another. */
export async function lockTill(tx: Tx, accountId: AccountId, id: TillId): Promise<Till | null> {
  return parseFirst(TillRow, await tx.lock(tillSql, [accountId, id]))
}

/** Makes a till known under the id of its first journal, and locks it; the same again changes nothing. */
export async function addTill(tx: Tx, accountId: AccountId, id: TillId, nowMs: number): Promise<void> {
  if (await lockTill(tx, accountId, id)) return
  // Registrations of one account wait for each other here: a race for the highest ordinal would only be lost often.
  await tx.run(
    `insert into account (account_id, tills) values ($1, 1)
      on conflict (account_id) do update set tills = account.tills + 1`,
    [accountId],
  )
  const [row] = await tx.all('select tills from account where account_id = $1', [accountId])
  await tx.run('insert into till (account_id, id, ordinal, made_at_ms) values ($1, $2, $3, $4)', [
    accountId,
    id,
    parseShape(Count, row).tills,
    nowMs,
  ])
}

export async function setTillState(
  tx: Tx,
  accountId: AccountId,
  id: TillId,
  state: TillState,
): Promise<void> {
  await tx.run('update till set state = $3 where account_id = $1 and id = $2', [accountId, id, state])
}

/** A fork shuts out a till that works; shut out by a manager, or told to start anew, is stronger. */
export async function quarantine(tx: Tx, accountId: AccountId, id: TillId): Promise<void> {
  await tx.run(
    `update till set state = 'quarantined' where account_id = $1 and id = $2 and state = 'active'`,
    [accountId, id],
  )
}
