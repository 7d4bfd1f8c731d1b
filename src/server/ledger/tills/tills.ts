import * as v from 'valibot'
import type { AccountId, TillId } from '../../../core/ids.ts'
import { TillState } from '../../../core/wire/tills.ts'
import type { Query, Tx } from '../../db/db.ts'
import { casesOfTill } from '../cases/cases.ts'
import { deviceKey } from './devices.ts'
import type { TillPlace } from '../arrival.ts'
import { parseFirst } from '../../db/rows.ts'
import { parseShape } from '../../../core/shape.ts'

const TillRow = v.object({
  ordinal: v.pipe(v.number(), v.safeInteger()),
  epoch: v.pipe(v.number(), v.safeInteger()),
  headSeq: v.pipe(v.number(), v.safeInteger()),
  state: TillState,
  /** When the epoch began; 0 where that is not known. */
  epochAtMs: v.pipe(v.number(), v.safeInteger()),
})
export type Till = v.InferOutput<typeof TillRow>

const tillColumns = 'ordinal, epoch, head_seq as "headSeq", state, epoch_at_ms as "epochAtMs"'
const Count = v.object({ tills: v.pipe(v.number(), v.safeInteger()) })
const Seq = v.object({ seq: v.nullable(v.pipe(v.number(), v.safeInteger())) })
const Place = v.object({
  epoch: v.nullable(v.pipe(v.number(), v.safeInteger())),
  seq: v.nullable(v.pipe(v.number(), v.safeInteger())),
})

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

/**
 * Makes the till known, or tells that its journal began anew: a higher epoch starts with an empty head (J3).
 *
 * @param writes whether the till goes on writing in this epoch; else it has records of it to hand over
 * @returns null for one that goes on in an epoch which is over: an old copy of this till (F9)
 */
export async function registerTill(
  tx: Tx,
  accountId: AccountId,
  id: TillId,
  { epoch, writes }: { epoch: number; writes: boolean },
  nowMs: number,
): Promise<Till | null> {
  const known = await lockTill(tx, accountId, id)
  if (!known) {
    const ordinal = await nextOrdinal(tx, accountId)
    await tx.run(
      `insert into till (account_id, id, ordinal, epoch, head_seq, made_at_ms, last_seen_at_ms, epoch_at_ms)
        values ($1, $2, $3, $4, 0, $5, $5, $5)`,
      [accountId, id, ordinal, epoch, nowMs],
    )
    return { ordinal, epoch, headSeq: 0, state: 'active', epochAtMs: nowMs }
  }
  if (epoch < known.epoch) {
    // A server that was set back may have forgotten the key of the epoch that the till is in (F22).
    if (writes && (await deviceKey(tx, accountId, id, epoch)) !== null) return null
    return { ...known, headSeq: await highestSeq(tx, accountId, id, epoch) }
  }
  const till = epoch > known.epoch ? { ...known, epoch, headSeq: 0, epochAtMs: nowMs } : known
  await setHead(tx, accountId, id, till, nowMs)
  return till
}

/** Registrations of one account wait for each other here: a race for the highest ordinal would only be lost often. */
async function nextOrdinal(tx: Tx, accountId: AccountId): Promise<number> {
  await tx.run(
    `insert into account (account_id, tills) values ($1, 1)
      on conflict (account_id) do update set tills = account.tills + 1`,
    [accountId],
  )
  const [row] = await tx.all('select tills from account where account_id = $1', [accountId])
  return parseShape(Count, row).tills
}

/** Moves the head over a stored record; a record of an older epoch leaves it alone (J7). @returns where it stands */
export async function advanceHead(
  tx: Tx,
  accountId: AccountId,
  id: TillId,
  till: Till,
  { epoch, seq }: { epoch: number; seq: number },
  nowMs: number,
): Promise<TillPlace> {
  const { state } = till
  if (epoch < till.epoch || (epoch === till.epoch && seq <= till.headSeq)) {
    return { epoch: till.epoch, seq: till.headSeq, state }
  }
  const epochAtMs = epoch > till.epoch ? nowMs : till.epochAtMs
  await setHead(tx, accountId, id, { epoch, headSeq: seq, epochAtMs }, nowMs)
  return { epoch, seq, state }
}

async function setHead(
  tx: Tx,
  accountId: AccountId,
  id: TillId,
  { epoch, headSeq, epochAtMs }: Pick<Till, 'epoch' | 'headSeq' | 'epochAtMs'>,
  nowMs: number,
): Promise<void> {
  await tx.run(
    `update till set epoch = $3, head_seq = $4, epoch_at_ms = $5, last_seen_at_ms = $6
      where account_id = $1 and id = $2`,
    [accountId, id, epoch, headSeq, epochAtMs, nowMs],
  )
}

export async function setTillState(
  tx: Tx,
  accountId: AccountId,
  id: TillId,
  state: TillState,
): Promise<void> {
  await tx.run('update till set state = $3 where account_id = $1 and id = $2', [accountId, id, state])
}

export async function markSeen(tx: Tx, accountId: AccountId, id: TillId, nowMs: number): Promise<void> {
  await tx.run('update till set last_seen_at_ms = $3 where account_id = $1 and id = $2', [
    accountId,
    id,
    nowMs,
  ])
}

/** The highest stored `seq` of an epoch, 0 for none. */
export async function headOf(query: Query, accountId: AccountId, id: TillId, epoch: number): Promise<number> {
  const till = await findTill(query, accountId, id)
  return till?.epoch === epoch ? till.headSeq : highestSeq(query, accountId, id, epoch)
}

/** Texts whose ids were taken by others: they have no rows of their own, but have come, and need not be sent again. */
export async function conflictsOf(
  query: Query,
  accountId: AccountId,
  id: TillId,
  epoch: number,
): Promise<number[]> {
  const cases = await casesOfTill(query, accountId, id, ['receipt_conflict'], Place)
  return cases.flatMap(({ evidence: { epoch: of, seq } }) => (of === epoch && seq !== null ? [seq] : []))
}

/** The highest number of an epoch that has come, 0 for none. */
export async function highestSeq(
  query: Query,
  accountId: AccountId,
  id: TillId,
  epoch: number,
): Promise<number> {
  const rows = await query.all(
    'select max(seq) as seq from receipt where account_id = $1 and till_id = $2 and epoch = $3',
    [accountId, id, epoch],
  )
  const conflicts = await conflictsOf(query, accountId, id, epoch)
  return Math.max(parseFirst(Seq, rows)?.seq ?? 0, ...conflicts)
}
