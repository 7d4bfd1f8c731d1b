import * as v from 'valibot'
import { type AccountId, JournalId, type TillId } from '../../../core/ids.ts'
import type { CaseKind } from '../../../core/receipt/outcome.ts'
import type { Query, Tx } from '../../db/db.ts'
import type { Evidence } from '../arrival.ts'
import { casesOfTill, closeSettled, openCase } from '../cases/cases.ts'
import { parseFirst, parseRows } from '../../db/rows.ts'
import { Int } from '../../../core/shape.ts'

/** Numbers of a till's journal whose records are not here: from one to another, both included. */
export interface Run {
  journal: JournalId
  fromSeq: number
  toSeq: number
}

const kinds = ['gap', 'ghost_undecided', 'lost_tail'] as const satisfies readonly CaseKind[]
/** An answer names so many numbers at most; the next ones come when these are here. */
const missingMax = 200
type Missing = (typeof kinds)[number]

const RunOfCase = v.object({
  journal: JournalId,
  fromSeq: Int,
  toSeq: Int,
})
const Count = v.object({ n: Int })
const Place = v.object({
  journal: v.nullable(JournalId),
  seq: v.nullable(Int),
})
const SeqRow = v.object({ seq: Int })

/**
 * Opens a case for numbers that a later record has skipped (J8). Those that the till keeps back, since nobody has said
 * whether they were seen (J4), have cases of their own; the others are one case per unbroken run.
 */
export async function noteSkipped(
  tx: Tx,
  accountId: AccountId,
  tillId: TillId,
  { journal, fromSeq, toSeq }: Run,
  waiting: Evidence['waiting'],
  nowMs: number,
): Promise<void> {
  const ghosts = [...waiting.keys()].filter((seq) => seq >= fromSeq && seq <= toSeq).sort((a, b) => a - b)
  let next = fromSeq
  for (const seq of ghosts) {
    if (seq > next)
      await note(tx, accountId, tillId, 'gap', { journal, fromSeq: next, toSeq: seq - 1 }, nowMs)
    const { recordedAtMs } = waiting.get(seq)!
    const ghost = { journal, fromSeq: seq, toSeq: seq }
    await note(tx, accountId, tillId, 'ghost_undecided', ghost, nowMs, recordedAtMs)
    next = seq + 1
  }
  if (next <= toSeq) await note(tx, accountId, tillId, 'gap', { journal, fromSeq: next, toSeq }, nowMs)
}

/**
 * The till's storage has lost the end of its journal (F7). The case is opened although all of it may have been sent: then it
 * tells of a profile that was restored or copied.
 */
export async function noteLost(
  tx: Tx,
  accountId: AccountId,
  tillId: TillId,
  lost: Run,
  nowMs: number,
): Promise<void> {
  const stored = await storedIn(tx, accountId, lost)
  await note(tx, accountId, tillId, 'lost_tail', lost, nowMs, null, { stored })
}

async function note(
  tx: Tx,
  accountId: AccountId,
  tillId: TillId,
  kind: Missing,
  run: Run,
  nowMs: number,
  happenedAtMs: number | null = null,
  more: Record<string, number> = {},
): Promise<void> {
  await openCase(
    tx,
    {
      accountId,
      kind,
      subject: `${run.journal}:${run.fromSeq}-${run.toSeq}`,
      receiptId: null,
      tillId,
      employeeId: null,
      amountKopecks: null,
      happenedAtMs,
      evidence: { ...run, ...more },
      body: null,
    },
    nowMs,
  )
}

/** A record that was missing has come and is about to be stored: cases that have all of theirs now close by themselves. */
export async function noteFound(
  tx: Tx,
  accountId: AccountId,
  tillId: TillId,
  { journal, seq }: { journal: JournalId; seq: number },
  nowMs: number,
): Promise<void> {
  for (const { id, choice, evidence: run } of await casesOfTill(tx, accountId, tillId, kinds, RunOfCase)) {
    if (choice !== null) continue
    if (run.journal !== journal || seq < run.fromSeq || seq > run.toSeq) continue
    const here = await storedIn(tx, accountId, run)
    if (here + 1 < run.toSeq - run.fromSeq + 1) continue
    await closeSettled(tx, accountId, id, 'records_came', nowMs)
  }
}

/**
 * Numbers of a journal that were skipped and whose records are not here, lowest first. A restored server may have had
 * them: they came later than their followers, and so the head tells nothing of them (J7).
 */
export async function missingIn(
  query: Query,
  accountId: AccountId,
  tillId: TillId,
  journal: JournalId,
): Promise<number[]> {
  const cases = await casesOfTill(query, accountId, tillId, ['gap', 'ghost_undecided'], RunOfCase)
  const runs = cases.flatMap((one) =>
    one.choice !== 'closed' && one.evidence.journal === journal ? [one.evidence] : [],
  )
  if (runs.length === 0) return []
  const conflicts = await conflictsOf(query, accountId, tillId, journal)
  const missing: number[] = []
  for (const run of runs.sort((a, b) => a.fromSeq - b.fromSeq)) {
    if (missing.length >= missingMax) break
    const stored = parseRows(
      SeqRow,
      await query.all(
        `select distinct seq from receipt
          where account_id = $1 and journal_id = $2 and seq between $3 and $4`,
        [accountId, journal, run.fromSeq, run.toSeq],
      ),
    )
    const here = new Set([...stored.map(({ seq }) => seq), ...conflicts])
    for (let seq = run.fromSeq; seq <= run.toSeq && missing.length < missingMax; seq++) {
      if (!here.has(seq)) missing.push(seq)
    }
  }
  return missing
}

/** Texts whose ids were taken by others: they have no rows of their own, but have come, and need not be sent again. */
async function conflictsOf(
  query: Query,
  accountId: AccountId,
  tillId: TillId,
  journal: JournalId,
): Promise<number[]> {
  const cases = await casesOfTill(query, accountId, tillId, ['receipt_conflict'], Place)
  return cases.flatMap(({ evidence }) =>
    evidence.journal === journal && evidence.seq !== null ? [evidence.seq] : [],
  )
}

async function storedIn(
  query: Query,
  accountId: AccountId,
  { journal, fromSeq, toSeq }: Run,
): Promise<number> {
  const rows = await query.all(
    `select count(distinct seq) as n from receipt
      where account_id = $1 and journal_id = $2 and seq between $3 and $4`,
    [accountId, journal, fromSeq, toSeq],
  )
  return parseFirst(Count, rows)?.n ?? 0
}
