import type { Db } from './db/db.ts'
import { writeDailyDigest } from './ledger/audit/digest.ts'
import { bookWaiting } from './ledger/decisions/book-waiting.ts'
import { sweepDrafts } from './ledger/decisions/sweep-drafts.ts'
import type { Programmes } from './ledger/programmes.ts'
import { errorFacts, type Log } from './log.ts'

const digestEveryMs = 3_600_000
const sweepEveryMs = 60_000
const bookEveryMs = 60_000

export interface ChoreDeps {
  db: Db
  folder: string
  programmes: Programmes
  clock: () => number
  log: Log
}

/**
 * What the server does unasked: every day gets its digest file (L7), prepared drafts whose sale never comes are brought
 * before a human (M3), and what waits since a restore is booked when it can be (J7). Each is done at the start and again and again.
 *
 * @returns a function that stops all and waits for what is under way
 */
export function startChores({ db, folder, programmes, clock, log }: ChoreDeps): () => Promise<void> {
  const stops = [
    repeat(digestEveryMs, 'digest_failed', log, async () => {
      const file = await writeDailyDigest(db, folder, clock())
      if (file) log.info({ event: 'digest_written', file })
    }),
    repeat(sweepEveryMs, 'sweep_failed', log, async () => {
      const swept = await sweepDrafts(db, clock())
      if (swept.opened + swept.closed > 0) log.info({ event: 'drafts_swept', ...swept })
    }),
    repeat(bookEveryMs, 'booking_failed', log, async () => {
      const booked = await bookWaiting(db, { programmes, nowMs: clock() })
      if (booked > 0) log.info({ event: 'waiting_booked', booked })
    }),
  ]
  return async () => {
    await Promise.all(stops.map((stop) => stop()))
  }
}

function repeat(everyMs: number, failure: string, log: Log, work: () => Promise<void>): () => Promise<void> {
  const look = () => work().catch((error: unknown) => log.error({ event: failure, ...errorFacts(error) }))
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
