import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Db } from '../../src/server/db/db.ts'
import { migrate } from '../../src/server/db/migrate.ts'
import { openSqlite } from '../../src/server/db/sqlite.ts'
import { verifyLedger } from '../../src/server/ledger/verify.ts'
import { freshFolder } from '../server/folders.ts'
import { playStory } from './story.ts'

/** PODAROK_SEED=… PODAROK_STORIES=1 repeats one story. */
const firstSeed = Number(process.env['PODAROK_SEED'] ?? Date.now() % 1_000_000_000)
const stories = Number(process.env['PODAROK_STORIES'] ?? 1_000)
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

test(`[L1] ${stories} shops end with the balances that plain arithmetic gives, and clean books`, async () => {
  const startedAt = performance.now()
  for (let n = 0; n < stories; n += together) {
    const seeds = Array.from({ length: Math.min(together, stories - n) }, (_, i) => firstSeed + n + i)
    await Promise.all(seeds.map((seed) => playStory(db, seed)))
  }
  const { difference, counts } = await verifyLedger(db)
  expect(difference).toBeNull()
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(`${stories} stories from seed ${firstSeed} in ${seconds} s: ${JSON.stringify(counts)}`)
})
