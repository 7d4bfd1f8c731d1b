import type { RecordKey, StoredOutcome } from './database.ts'
import { outcomesIn } from './outcomes.ts'
import { among, keyOf } from './records.ts'
import { strictly, type TillStorage } from './storage.ts'

/** At least so many of the newest records are never given up: they are what a cashier may ask about. */
export const keptMin = 200
/** At most so many go in one transaction: a sale may be waiting for it. */
const reclaimedMax = 500
/** Settled records go after this time, full disk or not. */
export const keptMs = 400 * 24 * 3_600_000
const pageRows = 200

export interface Reclaim {
  /** Whether the server is known to have the record: only then may it go, for a restored server is refilled from here. */
  serverHas: (ordinal: number, seq: number) => boolean
  /** Only what was settled before this moment. */
  settledBeforeMs: number
}

/**
 * Gives up the oldest settled records (J10), in one strict transaction, a row of outcomes with all its records at a time.
 * What has no outcome, what waits for a person and the newest records stay.
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
  return strictly(storage, stores, async (tx, raw) => {
    const records = tx.objectStore('records')
    const [count, ...busy] = await Promise.all([
      records.count(),
      tx.objectStore('unsettled').getAllKeys(),
      tx.objectStore('attention').getAllKeys(),
    ])
    const isKept = among(busy.flat())
    const gone: RecordKey[] = []
    const rows: RecordKey[] = []
    const isFree = (one: StoredOutcome) =>
      !isKept(keyOf(one)) && one.settledAtMs < of.settledBeforeMs && of.serverHas(one.ordinal, one.seq)
    let left = count - keptMin
    let room = reclaimedMax
    let after: RecordKey = [0, 0]
    while (left > 0 && room > 0) {
      const page = IDBKeyRange.lowerBound(after, true)
      const found = await tx.objectStore('outcomes').getAll(page, pageRows)
      if (found.length === 0) break
      for (const row of found) {
        const run = outcomesIn(row)
        left -= run.length
        if (run.length > room) room = 0
        if (left < 0 || room === 0) break
        if (!run.every(isFree)) continue
        room -= run.length
        rows.push(keyOf(row))
        gone.push(...run.map(keyOf))
      }
      after = keyOf(found.at(-1)!)
    }
    if (gone.length === 0) return 0
    const isGone = among(gone)
    // A draft that outlived its record would look as if it had never been committed.
    const drafts = await tx.objectStore('drafts').getAll()
    const keys = await Promise.all(drafts.map(({ draft }) => records.index('id').getKey(draft.receiptId)))
    for (const key of gone) raw.objectStore('records').delete(key)
    for (const key of rows) raw.objectStore('outcomes').delete(key)
    for (const [n, { id }] of drafts.entries()) {
      if (keys[n] && isGone(keys[n])) raw.objectStore('drafts').delete(id)
    }
    return gone.length
  })
}
