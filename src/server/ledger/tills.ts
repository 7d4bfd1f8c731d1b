import * as z from 'zod/mini'
import type { AccountId, TillId } from '../../core/ids.ts'
import { TillState } from '../../core/wire-tills.ts'
import type { Query, Tx } from '../db/db.ts'
import { parseFirst } from './rows.ts'

const TillRow = z.object({ ordinal: z.int(), epoch: z.int(), headSeq: z.int(), state: TillState })
export type Till = z.infer<typeof TillRow>

const tillColumns = 'ordinal, epoch, head_seq as "headSeq", state'
const Count = z.object({ tills: z.int() })
const Seq = z.object({ seq: z.nullable(z.int()) })

export const tillName = (ordinal: number) => `Касса ${ordinal}`

export async function findTill(query: Query, accountId: AccountId, id: TillId): Promise<Till | null> {
  const rows = await query.all(`select ${tillColumns} from till where account_id = $1 and id = $2`, [
    accountId,
    id,
  ])
  return parseFirst(TillRow, rows)
}

/** First of all locks, so that records of one till are decided one after another. */
export async function lockTill(tx: Tx, accountId: AccountId, id: TillId): Promise<Till | null> {
  const rows = await tx.lock(`select ${tillColumns} from till where account_id = $1 and id = $2`, [
    accountId,
    id,
  ])
  return parseFirst(TillRow, rows)
}

/** Makes the till known, or tells it that its storage began anew: a higher epoch starts with an empty head (J3). */
export async function registerTill(
  tx: Tx,
  accountId: AccountId,
  id: TillId,
  epoch: number,
  nowMs: number,
): Promise<Till> {
  const known = await lockTill(tx, accountId, id)
  if (!known) {
    const till = { ordinal: await nextOrdinal(tx, accountId), epoch, headSeq: 0, state: 'active' as const }
    await tx.run(
      'insert into till (account_id, id, ordinal, epoch, head_seq, made_at_ms) values ($1, $2, $3, $4, 0, $5)',
      [accountId, id, till.ordinal, epoch, nowMs],
    )
    return till
  }
  if (epoch <= known.epoch) return known
  await setHead(tx, accountId, id, epoch, 0)
  return { ...known, epoch, headSeq: 0 }
}

/** Registrations of one account wait for each other here: a race for the highest ordinal would only be lost often. */
async function nextOrdinal(tx: Tx, accountId: AccountId): Promise<number> {
  await tx.run(
    `insert into account (account_id, tills) values ($1, 1)
      on conflict (account_id) do update set tills = account.tills + 1`,
    [accountId],
  )
  const [row] = await tx.all('select tills from account where account_id = $1', [accountId])
  return z.parse(Count, row).tills
}

/** Moves the head over a stored record; a record of an older epoch leaves it alone (J7). @returns where it stands */
export async function advanceHead(
  tx: Tx,
  accountId: AccountId,
  id: TillId,
  till: Till,
  epoch: number,
  seq: number,
): Promise<{ epoch: number; seq: number }> {
  if (epoch < till.epoch || (epoch === till.epoch && seq <= till.headSeq)) {
    return { epoch: till.epoch, seq: till.headSeq }
  }
  await setHead(tx, accountId, id, epoch, seq)
  return { epoch, seq }
}

async function setHead(tx: Tx, accountId: AccountId, id: TillId, epoch: number, seq: number): Promise<void> {
  await tx.run('update till set epoch = $3, head_seq = $4 where account_id = $1 and id = $2', [
    accountId,
    id,
    epoch,
    seq,
  ])
}

/** The highest stored `seq` of an epoch, 0 for none. */
export async function headOf(query: Query, accountId: AccountId, id: TillId, epoch: number): Promise<number> {
  const till = await findTill(query, accountId, id)
  if (till?.epoch === epoch) return till.headSeq
  const rows = await query.all(
    'select max(seq) as seq from receipt where account_id = $1 and till_id = $2 and epoch = $3',
    [accountId, id, epoch],
  )
  return parseFirst(Seq, rows)?.seq ?? 0
}
