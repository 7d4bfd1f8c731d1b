import * as v from 'valibot'
import { type AccountId, ReceiptId, type TillId } from '../../../core/ids.ts'
import type { Query, Tx } from '../../db/db.ts'
import type { Arrival } from '../arrival.ts'
import { openCase } from '../cases/cases.ts'
import { endOfLost, noteFound, noteSkipped } from './missing.ts'
import { parseRows } from '../../db/rows.ts'
import { highestSeq, setTillState, type Till } from './tills.ts'

/**
 * What the number of a record tells about the journal that it comes from (J8).
 *
 * - It follows the head: the straight road, which asks the database nothing.
 * - It skips numbers: they are missing, or wait at the till for a cashier's word. The record itself is decided.
 * - It comes late, and its number is free: decided like any other; cases about its absence close by themselves.
 * - Its number is taken by another record, or its epoch was over when it was written: the journal has two branches, since
 *   the storage was copied, or set back without noticing it (F8, F9). Nobody knows which branch is the right one, so the
 *   till is quarantined: the server stores what comes and decides nothing.
 */

/** A till's clock follows the server's; what it is behind or ahead at most in a shift. */
const clockErrorMs = 3_600_000

const IdRow = v.object({ id: ReceiptId })

type Placed = NonNullable<Arrival['till']>

/**
 * @param till its row, locked
 * @returns the till as it is from now on
 */
export async function followHistory(
  tx: Tx,
  arrival: Arrival & { till: Placed },
  till: Till,
  nowMs: number,
): Promise<Till> {
  const { accountId } = arrival
  const { id: tillId, epoch, seq } = arrival.till
  if (epoch === till.epoch && seq === till.headSeq + 1) return till
  const head = await headIn(tx, accountId, arrival.till, till)
  if (seq <= head) {
    const [there] = await receiptsAt(tx, accountId, arrival.till)
    if (there) return fork(tx, arrival, till, { storedReceiptId: there }, nowMs)
  } else {
    if (epoch < till.epoch && (await wasOver(tx, arrival, till))) {
      return fork(tx, arrival, till, { newerEpoch: till.epoch }, nowMs)
    }
    if (seq > head + 1) {
      const skipped = { epoch, fromSeq: head + 1, toSeq: seq - 1 }
      await noteSkipped(tx, accountId, tillId, skipped, arrival.evidence?.waiting ?? new Map(), nowMs)
    }
  }
  if (seq <= head || epoch < till.epoch) await noteFound(tx, accountId, tillId, { epoch, seq }, nowMs)
  return till
}

/** One id has two texts: the same trouble, told by other means (L5). */
export function followConflict(
  tx: Tx,
  arrival: Arrival & { till: Placed },
  till: Till,
  nowMs: number,
): Promise<Till> {
  return fork(tx, arrival, till, { storedReceiptId: arrival.id }, nowMs)
}

async function fork(
  tx: Tx,
  arrival: Arrival & { till: Placed },
  till: Till,
  evidence: Record<string, string | number>,
  nowMs: number,
): Promise<Till> {
  const { accountId } = arrival
  const { id: tillId, epoch, seq } = arrival.till
  await openCase(
    tx,
    {
      accountId,
      kind: 'fork',
      subject: `${tillId}:${epoch}`,
      receiptId: arrival.id,
      tillId,
      employeeId: null,
      amountKopecks: null,
      happenedAtMs: null,
      evidence: { epoch, seq, ...evidence },
      body: null,
    },
    nowMs,
  )
  // Shut out by a manager, or told to start anew: both are stronger.
  if (till.state !== 'active') return till
  await setTillState(tx, accountId, tillId, 'quarantined')
  return { ...till, state: 'quarantined' }
}

/** Whether a till's journal ever had two branches, decided or not: it never becomes one again. */
export async function wasForked(query: Query, accountId: AccountId, tillId: TillId): Promise<boolean> {
  const rows = await query.all(
    `select id from cases where account_id = $1 and till_id = $2 and kind = 'fork' limit 1`,
    [accountId, tillId],
  )
  return rows.length > 0
}

function headIn(query: Query, accountId: AccountId, { id, epoch }: Placed, till: Till): Promise<number> {
  if (epoch === till.epoch) return Promise.resolve(till.headSeq)
  return epoch > till.epoch ? Promise.resolve(0) : highestSeq(query, accountId, id, epoch)
}

/**
 * Whether the epoch had ended before the record was written: its till has told where it ended, or has begun the next one
 * since. Both cannot be the same journal.
 */
async function wasOver(
  query: Query,
  { accountId, content, till: place }: Arrival & { till: Placed },
  till: Till,
): Promise<boolean> {
  const end = await endOfLost(query, accountId, place.id, place.epoch)
  if (end !== null && place.seq > end) return true
  const receipt = 'receipt' in content ? content.receipt : null
  return till.epochAtMs > 0 && (receipt?.happenedAtMs ?? 0) > till.epochAtMs + clockErrorMs
}

/** The records that have come under a number: one, or one of each branch. */
export async function receiptsAt(
  query: Query,
  accountId: AccountId,
  { id, epoch, seq }: Placed,
): Promise<ReceiptId[]> {
  const rows = await query.all(
    `select id from receipt where account_id = $1 and till_id = $2 and epoch = $3 and seq = $4`,
    [accountId, id, epoch, seq],
  )
  return parseRows(IdRow, rows).map((row) => row.id)
}
