import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Db } from '../../src/server/db/db.ts'
import { migrate } from '../../src/server/db/migrate.ts'
import { openSqlite } from '../../src/server/db/sqlite.ts'
import { verifyLedger } from '../../src/server/ledger/audit/verify.ts'
import { freshFolder } from '../server/folders.ts'
import { firstSeed } from '../server/random.ts'
import { playStory } from './story.ts'

/** PODAROK_SEED=… PODAROK_STORIES=1 repeats one story. */
const wanted = process.env['PODAROK_STORIES']
const first = firstSeed(wanted !== undefined)
const stories = Number(wanted ?? 1_000)
/** A hundred times what a story takes where nothing else runs: only one that hangs is ended. */
const perStoryMaxMs = 3_000
/** Stories are shops of their own; some at a time share commits. */
const together = 10

let db: Db
const folder = freshFolder()
beforeAll(async () => {
  db = openSqlite(folder)
  await migrate(db, Date.now)
})
afterAll(async () => {
  await db.close()
  rmSync(folder, { recursive: true, force: true })
})

test(
  `[L1] ${stories} shops end with the balances that plain arithmetic gives, and clean books`,
  { timeout: stories * perStoryMaxMs },
  async () => {
    const startedAt = performance.now()
    for (let n = 0; n < stories; n += together) {
      const seeds = Array.from({ length: Math.min(together, stories - n) }, (_, i) => first + n + i)
      // The books stay open until the last of them has ended, also where one fails.
      const ends = await Promise.allSettled(seeds.map((seed) => playStory(db, seed)))
      for (const end of ends) if (end.status === 'rejected') throw end.reason
    }
    const { difference, counts } = await verifyLedger(db)
    expect(difference).toBeNull()
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    console.log(`${stories} stories from seed ${first} in ${seconds} s: ${JSON.stringify(counts)}`)
  },
)
