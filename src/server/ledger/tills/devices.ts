import * as v from 'valibot'
import type { AccountId, TillId } from '../../../core/ids.ts'
import type { Query, Tx } from '../../db/db.ts'
import { parseFirst, parseRows } from '../../db/rows.ts'

const DeviceRow = v.object({ publicKey: v.string(), madeAtMs: v.pipe(v.number(), v.safeInteger()) })
export type DeviceRow = v.InferOutput<typeof DeviceRow>

/** The key of a till's epoch, or null when the server never heard of it. */
export async function deviceKey(
  query: Query,
  accountId: AccountId,
  tillId: TillId,
  epoch: number,
): Promise<DeviceRow | null> {
  const rows = await query.all(
    `select public_key as "publicKey", made_at_ms as "madeAtMs" from device
      where account_id = $1 and till_id = $2 and epoch = $3`,
    [accountId, tillId, epoch],
  )
  return parseFirst(DeviceRow, rows)
}

const KeyRow = v.object({ publicKey: v.string() })

/** All keys that sign for an epoch of a till: its own, and those of its copies. */
export async function signingKeys(
  query: Query,
  accountId: AccountId,
  tillId: TillId,
  epoch: number,
): Promise<string[]> {
  const rows = await query.all(
    `select public_key as "publicKey" from device where account_id = $1 and till_id = $2 and epoch = $3
      union all
      select public_key from branch_key where account_id = $1 and till_id = $2 and epoch = $3`,
    [accountId, tillId, epoch],
  )
  return parseRows(KeyRow, rows).map(({ publicKey }) => publicKey)
}

/**
 * Takes a second key for an epoch. Two copies of a till have begun it, each for itself, and the server was set back to before
 * it knew the first, or has never heard of it. What each has written under its key is still due (J8): where the numbers meet
 * the journal forks.
 */
export async function registerBranch(
  tx: Tx,
  accountId: AccountId,
  tillId: TillId,
  { epoch, publicKey }: { epoch: number; publicKey: string },
  nowMs: number,
): Promise<DeviceRow> {
  await tx.run(
    `insert into branch_key (account_id, till_id, epoch, public_key, made_at_ms) values ($1, $2, $3, $4, $5)
      on conflict do nothing`,
    [accountId, tillId, epoch, publicKey, nowMs],
  )
  return { publicKey, madeAtMs: nowMs }
}

/** @returns null when the epoch has another key: a key never changes, a new one begins a new epoch (J3) */
export async function registerDevice(
  tx: Tx,
  accountId: AccountId,
  tillId: TillId,
  device: { epoch: number; publicKey: string },
  nowMs: number,
): Promise<DeviceRow | null> {
  await tx.run(
    `insert into device (account_id, till_id, epoch, public_key, made_at_ms) values ($1, $2, $3, $4, $5)
      on conflict do nothing`,
    [accountId, tillId, device.epoch, device.publicKey, nowMs],
  )
  const stored = await deviceKey(tx, accountId, tillId, device.epoch)
  return stored?.publicKey === device.publicKey ? stored : null
}
