import { noteChanged, runsOf, spanOf } from './outcomes.ts'
import { among, byKey, type Settled } from './records.ts'
import { strictly, type TillStorage } from './storage.ts'

/**
 * Files the server's answers to a batch in one strict transaction. It is asked for in few requests, all at once: each
 * costs as much as many rows.
 *
 * @param settled at least one
 * @returns how many records had no outcome before
 */
export async function settle(
  storage: TillStorage,
  settled: readonly Settled[],
  settledAtMs: number,
): Promise<number> {
  const sorted = settled.toSorted((a, b) => byKey(a.key, b.key))
  const stores: ('unsettled' | 'seen' | 'outcomes' | 'attention')[] = [
    'unsettled',
    'seen',
    'outcomes',
    'attention',
  ]
  return strictly(storage, stores, async (tx, raw) => {
    const span = IDBKeyRange.bound(sorted[0]!.key, sorted.at(-1)!.key)
    const waiting = await tx.objectStore('unsettled').getAllKeys(span)
    const isOpen = among(waiting)
    const first = sorted.filter(({ key }) => isOpen(key))
    for (const { key, outcome } of sorted) {
      const isBad = isOpen(key)
        ? outcome.status !== 'applied'
        : await noteChanged(tx.objectStore('outcomes'), key, outcome)
      // It needs a person.
      if (isBad) raw.objectStore('attention').put({ ordinal: key[0], seq: key[1] })
    }
    const runs = runsOf(first, settledAtMs)
    for (const run of runs) raw.objectStore('outcomes').add(run)
    // Mostly all that waits there is settled, and one deletion does for all runs.
    for (const range of first.length === waiting.length ? [span] : runs.map(spanOf)) {
      raw.objectStore('unsettled').delete(range)
      raw.objectStore('seen').delete(range)
    }
    return first.length
  })
}
