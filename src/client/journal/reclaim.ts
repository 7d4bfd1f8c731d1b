import type { RecordKey } from './database.ts'
import { keyOf } from './records.ts'
import { strictly, type TillStorage } from './storage.ts'

/** So many of the newest records are never given up: they are what a cashier may ask about. */
export const keptMin = 200
/** At most so many go in one transaction: a sale may be waiting for it. */
export const reclaimedMax = 500
/** Settled records go after this time, full disk or not. */
export const keptMs = 400 * 24 * 3_600_000
const pageKeys = 1_000

export interface Reclaim {
  /** Whether the server is known to have the record: only then may it go, for a restored server is refilled from here. */
  serverHas: (epoch: number, seq: number) => boolean
  /** Only what was settled before this moment. */
  settledBeforeMs: number
}

/**
 * Gives up the oldest settled records (J10), in one strict transaction. What has no outcome, what waits for a person and
 * the newest records stay.
 *
 * @returns how many went
 */
export async function reclaim(storage: TillStorage, of: Reclaim): Promise<number> {
  const stores: ('records' | 'outcomes' | 'unsettled' | 'attention' | 'drafts')[] = [
    'records',
    'outcomes',
    'unsettled',
    'attention',
    'drafts',
  ]
  return strictly(storage, stores, async (tx) => {
    const records = tx.objectStore('records')
    const [count, ...busy] = await Promise.all([
      records.count(),
      tx.objectStore('unsettled').getAllKeys(),
      tx.objectStore('attention').getAllKeys(),
    ])
    const kept = new Set(busy.flat().map((key) => key.join()))
    const gone: RecordKey[] = []
    let left = count - keptMin
    let after: RecordKey = [0, 0]
    while (left > 0 && gone.length < reclaimedMax) {
      const page = IDBKeyRange.lowerBound(after, true)
      const outcomes = await tx.objectStore('outcomes').getAll(page, Math.min(left, pageKeys))
      if (outcomes.length === 0) break
      for (const row of outcomes) {
        const free = !kept.has(keyOf(row).join()) && row.settledAtMs < of.settledBeforeMs
        if (free && of.serverHas(row.epoch, row.seq) && gone.length < reclaimedMax) gone.push(keyOf(row))
      }
      left -= outcomes.length
      after = keyOf(outcomes.at(-1)!)
    }
    // A draft that outlived its record would look as if it had never been committed.
    const drafts = gone.length > 0 ? await tx.objectStore('drafts').getAll() : []
    const ids = new Set<string>()
    if (drafts.length > 0) {
      for (const key of gone) ids.add((await records.get(key))?.id ?? '')
    }
    await Promise.all([
      ...gone.flatMap((key) => [records.delete(key), tx.objectStore('outcomes').delete(key)]),
      ...drafts
        .filter(({ draft }) => ids.has(draft.receiptId))
        .map(({ id }) => tx.objectStore('drafts').delete(id)),
    ])
    return gone.length
  })
}
