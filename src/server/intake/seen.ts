import type { AccountId, JournalId } from '../../core/ids.ts'
import type { Db } from '../db/db.ts'
import { markSeen } from '../ledger/tills/journals.ts'

/** Managers see to the minute when a till was last heard. */
const everyMs = 60_000
const rememberedMax = 10_000

/**
 * @returns a function that notes that a till has been heard, at most once a minute: tills ping often, and most pings write
 * nothing
 */
export function createSeen(db: Db, clock: () => number) {
  const noted = new Map<string, number>()

  return async (accountId: AccountId, journal: JournalId): Promise<void> => {
    const name = `${accountId}/${journal}`
    const nowMs = clock()
    if (nowMs - (noted.get(name) ?? 0) < everyMs) return
    if (noted.size >= rememberedMax) noted.clear()
    noted.set(name, nowMs)
    await db.write((tx) => markSeen(tx, accountId, journal, nowMs))
  }
}
