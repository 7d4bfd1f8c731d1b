import type { FinalOutcome } from '../../core/outcome.ts'
import type { RecordKey } from './database.ts'
import { byKey } from './records.ts'
import { strictly, type TillStorage } from './storage.ts'

export interface Settled {
  key: RecordKey
  outcome: FinalOutcome
  /** The server's mark that it said so. */
  proof: string | null
}

/**
 * Files the server's answers to a batch in one strict transaction. It is asked for in few requests, all at once: each
 * costs as much as many rows.
 *
 * @returns how many records had no outcome before
 */
export async function settle(
  storage: TillStorage,
  settled: readonly Settled[],
  settledAtMs: number,
): Promise<number> {
  if (settled.length === 0) return 0
  const keys = settled.map(({ key }) => key).sort(byKey)
  const own = new Set(keys.map((key) => key.join()))
  const span = IDBKeyRange.bound(keys[0], keys.at(-1))
  const stores: ('unsettled' | 'seen' | 'outcomes' | 'attention')[] = [
    'unsettled',
    'seen',
    'outcomes',
    'attention',
  ]
  let first = 0
  await strictly(storage, stores, async (tx) => {
    const [unsettled, seen] = [tx.objectStore('unsettled'), tx.objectStore('seen')]
    const outcomes = tx.objectStore('outcomes')
    const waiting = await unsettled.getAllKeys(span)
    const open = new Set(waiting.map((key) => key.join()))
    const settledBefore = await Promise.all(
      settled.map(async ({ key }) => (open.has(key.join()) ? undefined : outcomes.get(key))),
    )
    // Where nothing else waits between them, one range takes them all away.
    const gone = waiting.every((key) => own.has(key.join())) ? [span] : keys
    const writes: Promise<unknown>[] = gone.flatMap((which) => [unsettled.delete(which), seen.delete(which)])
    for (const [n, { key, outcome, proof }] of settled.entries()) {
      const [epoch, seq] = key
      const isFirst = open.has(key.join())
      const before = settledBefore[n]
      const changed = before && (before.changed ?? before.outcome).status !== outcome.status
      if (isFirst) first++
      if (isFirst) writes.push(outcomes.add({ epoch, seq, outcome, settledAtMs, proof }))
      else if (changed) writes.push(outcomes.put({ ...before, changed: outcome }))
      if (changed || (isFirst && outcome.status !== 'applied')) {
        writes.push(tx.objectStore('attention').put({ epoch, seq }))
      }
    }
    await Promise.all(writes)
  })
  return first
}
