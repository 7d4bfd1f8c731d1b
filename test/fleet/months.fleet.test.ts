import 'fake-indexeddb/auto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
// Loaded beforehand: a module that is read in the middle of a story would come at no certain moment of it.
import '../../src/client/journal/memory.ts'
import { Story } from './story.ts'
import { forgetKeys } from './world/crypto.ts'
import { installRealm } from './world/realm.ts'
import { installStorageFaults } from './world/storage.ts'
import { Tally } from './world/tally.ts'

/** PODAROK_SEED=… repeats one story, PODAROK_FLEET=… plays so many. */
const seedText = process.env['PODAROK_SEED']
const firstSeed = Number(seedText ?? Date.now() % 1_000_000_000)
const stories = seedText === undefined ? Number(process.env['PODAROK_FLEET'] ?? 200) : 1

beforeAll(() => {
  installRealm()
  installStorageFaults()
})

test(`[J1] ${stories} months of shops end with every kopeck where people saw it go`, async () => {
  const startedAt = performance.now()
  const tally = new Tally()
  for (let seed = firstSeed; seed < firstSeed + stories; seed++) await tell(seed, tally)
  const seconds = (performance.now() - startedAt) / 1_000
  console.log(`${stories} months from seed ${firstSeed} in ${seconds.toFixed(1)} s: ${tally.toString()}`)
})

async function tell(seed: number, tally: Tally): Promise<void> {
  // Where there is a disk in memory, a month takes a second and not a minute.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'podarok-fleet-'))
  const story = new Story({ seed, folder, tally })
  try {
    await story.play()
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    const again = `PODAROK_SEED=${seed} npx vitest run --project fleet`
    expect.fail(`${why}\n${again}\n${story.trace.end(60)}\n${error instanceof Error ? error.stack : ''}`)
  } finally {
    if (process.env['PODAROK_TRACE']) console.log(story.trace.end(Infinity))
    await story.close()
    tally.add('moments', story.moments)
    forgetKeys()
    rmSync(folder, { recursive: true, force: true })
  }
}
