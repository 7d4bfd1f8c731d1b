import type { Db } from './db/db.ts'
import { writeDailyDigest } from './ledger/digest.ts'
import { errorFacts, type Log } from './log.ts'

const everyMs = 3_600_000

export interface DigestDeps {
  db: Db
  folder: string
  clock: () => number
  log: Log
}

/**
 * Sees to it that every day has its digest file (L7): looks at the start and every hour.
 *
 * @returns a function that stops it and waits for one under way
 */
export function scheduleDigest({ db, folder, clock, log }: DigestDeps): () => Promise<void> {
  async function look(): Promise<void> {
    try {
      const file = await writeDailyDigest(db, folder, clock())
      if (file) log.info({ event: 'digest_written', file })
    } catch (error) {
      log.error({ event: 'digest_failed', ...errorFacts(error) })
    }
  }
  let running = look()
  const timer = setInterval(() => {
    running = running.then(look)
  }, everyMs)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await running
  }
}
