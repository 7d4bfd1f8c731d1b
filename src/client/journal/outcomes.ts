import type { IDBPObjectStore } from 'idb'
import type { FinalOutcome } from '../../core/receipt/outcome.ts'
import type { OutcomeRun, RecordKey, StoredOutcome, TillSchema } from './database.ts'
import { byKey, journalRange, keyOf, type Settled } from './records.ts'

/**
 * Outcomes come many at once and are read one by one and seldom, and a browser's storage asks its price for a row and not
 * for its bytes. So those of records that follow each other lie in one row, a **run**, under the number of the first
 * (docs/decisions/0014). Runs never overlap: a record is settled once.
 */

export type Outcomes<M extends IDBTransactionMode> = IDBPObjectStore<
  TillSchema,
  ArrayLike<'outcomes'>,
  'outcomes',
  M
>

/** So many at most: a run is read, and given up, as a whole. */
export const runMax = 50

/** The outcomes that a row holds. */
export function outcomesIn({ run, ...first }: OutcomeRun): StoredOutcome[] {
  return run.map((one, n) => ({ ...first, seq: first.seq + n, ...one }))
}

/**
 * Reads the rows of a journal's records in one request where the records lie close together, as they mostly do, and otherwise
 * in one for each that is in no row known already.
 *
 * @returns the outcomes of the records, in the order of the keys
 */
export async function outcomesOf(
  outcomes: Outcomes<IDBTransactionMode>,
  keys: readonly RecordKey[],
): Promise<(StoredOutcome | undefined)[]> {
  const near = new Map<string, StoredOutcome>()
  const know = (rows: readonly OutcomeRun[]) => {
    for (const one of rows.flatMap(outcomesIn)) near.set(String(keyOf(one)), one)
  }
  for (const ordinal of new Set(keys.map((key) => key[0]))) {
    const numbers = keys.flatMap((key) => (key[0] === ordinal ? [key[1]] : []))
    const [first, last] = [Math.min(...numbers), Math.max(...numbers)]
    if (last - first < runMax + 2 * numbers.length)
      know(await outcomes.getAll(IDBKeyRange.bound([ordinal, first - runMax], [ordinal, last])))
    else
      for (const seq of numbers) {
        if (near.has(String([ordinal, seq]))) continue
        const cursor = await outcomes.openCursor(upTo([ordinal, seq]), 'prev')
        if (cursor) know([cursor.value])
      }
  }
  return keys.map((key) => near.get(String(key)))
}

/** The newest number of a journal whose record has an outcome; 0 for none. */
export async function lastAnswered(outcomes: Outcomes<IDBTransactionMode>, ordinal: number): Promise<number> {
  const cursor = await outcomes.openCursor(journalRange(ordinal), 'prev')
  return cursor ? endOf(cursor.value)[1] : 0
}

/** @param settled for the first time, in the order of their keys */
export function runsOf(settled: readonly Settled[], settledAtMs: number): OutcomeRun[] {
  const runs: OutcomeRun[] = []
  for (const { key, outcome, proof } of settled) {
    const [ordinal, seq] = key
    const last = runs.at(-1)
    const one = { outcome, proof }
    if (last && last.run.length < runMax && byKey(endOf(last), [ordinal, seq - 1]) === 0) last.run.push(one)
    else runs.push({ ordinal, seq, settledAtMs, run: [one] })
  }
  return runs
}

export const spanOf = (run: OutcomeRun) => IDBKeyRange.bound(keyOf(run), endOf(run))
const endOf = ({ ordinal, seq, run }: OutcomeRun): RecordKey => [ordinal, seq + run.length - 1]

/**
 * Notes what a restored server decided instead, beside what people have seen (J7).
 *
 * @returns whether it is something else
 */
export async function noteChanged(
  outcomes: Outcomes<'readwrite'>,
  key: RecordKey,
  changed: FinalOutcome,
): Promise<boolean> {
  const cursor = await outcomes.openCursor(upTo(key), 'prev')
  if (!cursor) return false
  const row = cursor.value
  const one = row.run[key[1] - row.seq]
  if (!one || (one.changed ?? one.outcome).status === changed.status) return false
  one.changed = changed
  await cursor.update(row)
  return true
}

/** The last row in this range holds the outcome of the record, where any does. */
const upTo = ([ordinal, seq]: RecordKey) => IDBKeyRange.bound([ordinal, 0], [ordinal, seq])
