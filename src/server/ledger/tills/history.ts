import * as v from 'valibot'
import { type AccountId, type JournalId, ReceiptId, type TillId } from '../../../core/ids.ts'
import type { Query, Tx } from '../../db/db.ts'
import type { Arrival, PlacedArrival } from '../arrival.ts'
import { openCase } from '../cases/cases.ts'
import { findJournal, type Journal } from './journals.ts'
import { noteFound, noteSkipped } from './missing.ts'
import { parseRows } from '../../db/rows.ts'
import { quarantine } from './tills.ts'

/**
 * What the number of a record tells about the journal that it comes from (J8).
 *
 * - It follows the head, as nearly all do: that asks the database nothing.
 * - It skips numbers: they are missing, or wait at the till for a cashier's word. The record itself is decided.
 * - It comes late, and its number is free: decided like any other; cases about its absence close by themselves.
 * - Its number is taken by another record, or the journal was over when it was written, or another one was begun in its
 *   place: the till has two branches, since the storage was copied, or restored without noticing it (F8, F9). Nobody knows
 *   which branch is the right one, so the till is quarantined: the server stores what comes and decides nothing.
 */

/** A till's clock follows the server's; what it is behind or ahead at most in a shift. */
const clockErrorMs = 3_600_000

const IdRow = v.object({ id: ReceiptId })

/**
 * @param journal its row, with its till locked
 * @returns the journal as it is from now on
 */
export async function followHistory(
  tx: Tx,
  arrival: PlacedArrival,
  journal: Journal,
  nowMs: number,
): Promise<Journal> {
  const { accountId } = arrival
  const { tillId, journal: id, seq } = arrival.place
  const { headSeq, overAtMs, rivalId } = journal
  if (seq === headSeq + 1 && overAtMs === null && rivalId === null) return journal
  if (seq <= headSeq) {
    const [there] = await receiptsAt(tx, accountId, arrival.place)
    if (there) return fork(tx, arrival, journal, { storedReceiptId: there }, nowMs)
  } else {
    if (wasOver(arrival, journal)) return fork(tx, arrival, journal, {}, nowMs)
    if (seq > headSeq + 1) {
      const skipped = { journal: id, fromSeq: headSeq + 1, toSeq: seq - 1 }
      await noteSkipped(tx, accountId, tillId, skipped, arrival.evidence?.waiting ?? new Map(), nowMs)
    }
  }
  if (seq <= headSeq || overAtMs !== null) await noteFound(tx, accountId, tillId, { journal: id, seq }, nowMs)
  return rivalId === null ? journal : fork(tx, arrival, journal, { rival: rivalId }, nowMs)
}

/** One id has two texts: the same trouble, told by other means (L5). */
export function followConflict(
  tx: Tx,
  arrival: PlacedArrival,
  journal: Journal,
  nowMs: number,
): Promise<Journal> {
  return fork(tx, arrival, journal, { storedReceiptId: arrival.id }, nowMs)
}

async function fork(
  tx: Tx,
  arrival: PlacedArrival,
  journal: Journal,
  evidence: Record<string, string | number>,
  nowMs: number,
): Promise<Journal> {
  const { tillId, journal: id, seq } = arrival.place
  await noteFork(tx, arrival.accountId, tillId, { journal: id, seq, ...evidence }, arrival.id, nowMs)
  return journal.state === 'active' ? { ...journal, state: 'quarantined' } : journal
}

/**
 * Somebody has the key of this journal. Where another one was begun in its place, there are two copies of the till.
 *
 * @returns whether that is news
 */
export async function hear(tx: Tx, accountId: AccountId, id: JournalId, nowMs: number): Promise<boolean> {
  const journal = await findJournal(tx, accountId, id)
  if (!journal?.rivalId) return false
  const { tillId, rivalId: rival, state } = journal
  await noteFork(tx, accountId, tillId, { journal: id, rival }, null, nowMs)
  return state === 'active'
}

async function noteFork(
  tx: Tx,
  accountId: AccountId,
  tillId: TillId,
  evidence: { journal: JournalId } & Record<string, string | number>,
  receiptId: ReceiptId | null,
  nowMs: number,
): Promise<void> {
  await openCase(
    tx,
    {
      accountId,
      kind: 'fork',
      subject: `${tillId}:${evidence.journal}`,
      receiptId,
      tillId,
      employeeId: null,
      amountKopecks: null,
      happenedAtMs: null,
      evidence,
      body: null,
    },
    nowMs,
  )
  await quarantine(tx, accountId, tillId)
}

/** Whether a till's journal ever had two branches, decided or not: it never becomes one again. */
export async function wasForked(query: Query, accountId: AccountId, tillId: TillId): Promise<boolean> {
  const rows = await query.all(
    `select id from cases where account_id = $1 and till_id = $2 and kind = 'fork' limit 1`,
    [accountId, tillId],
  )
  return rows.length > 0
}

/**
 * Whether the journal had ended before the record was written: its till has told where it ended, or has gone on in the next
 * one since. Both cannot be the same branch.
 */
function wasOver({ content, place }: PlacedArrival, { endSeq, overAtMs }: Journal): boolean {
  if (endSeq !== null && place.seq > endSeq) return true
  const receipt = 'receipt' in content ? content.receipt : null
  return overAtMs !== null && (receipt?.happenedAtMs ?? 0) > overAtMs + clockErrorMs
}

/** The records that have come under a number: one, or one of each branch. */
export async function receiptsAt(
  query: Query,
  accountId: AccountId,
  { journal, seq }: Pick<NonNullable<Arrival['place']>, 'journal' | 'seq'>,
): Promise<ReceiptId[]> {
  const rows = await query.all(
    `select id from receipt where account_id = $1 and journal_id = $2 and seq = $3`,
    [accountId, journal, seq],
  )
  return parseRows(IdRow, rows).map((row) => row.id)
}
