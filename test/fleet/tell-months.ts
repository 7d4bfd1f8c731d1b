import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { firstSeed } from '../server/random.ts'
import { expected } from './expected.ts'
import { Story } from './story.ts'
import { installChance, seedChance } from './world/chance.ts'
import { forgetKeys } from './world/crypto.ts'
import { installRealm } from './world/realm.ts'
import { installStorageFaults } from './world/storage.ts'
import { Tally } from './world/tally.ts'

/** PODAROK_SEED=… repeats one story, PODAROK_FLEET=… plays so many; both, so many from that one on. */
const seedText = process.env['PODAROK_SEED']
const fleetText = process.env['PODAROK_FLEET']
const first = firstSeed(fleetText !== undefined)
const stories = Number(fleetText ?? (seedText === undefined ? 200 : 1))

const keptFile = process.env['PODAROK_KEEP']

/** After so many the rest is not played. */
const brokenMax = Number(process.env['PODAROK_BROKEN'] ?? 5)
const traceLines = 40
/** In so many everything that can happen has happened. */
const manyMonths = 100
/** Many times what starting, and what a month, takes where nothing else runs: only one that hangs is ended. */
const startMs = 600_000
const monthMs = 120_000

/** Promises that nobody heard fail. */
let unheard: unknown[] = []

/**
 * Plays one half of the months: a test file is a process of its own, and so two of them use two processors.
 *
 * @param half 0 or 1
 */
export function tellMonths(half: 0 | 1): void {
  const mine = Array.from({ length: stories }, (_, n) => first + n).filter((_, n) => n % 2 === half)

  beforeAll(() => {
    installChance()
    installRealm()
    installStorageFaults()
    // A storage that is taken away makes readings fail that nobody waits for any more; anything else is a fault.
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', (error) => {
      if (!(error instanceof DOMException)) unheard.push(error)
    })
  })

  const name = `[J1] ${mine.length} months of shops end with every kopeck where people saw it go`
  test(name, () => tellAll(mine), startMs + mine.length * monthMs)
}

async function tellAll(mine: number[]): Promise<void> {
  const startedAt = performance.now()
  const tally = new Tally()
  const broken: string[] = []
  for (const seed of mine) {
    const fault = await tell(seed, tally)
    if (fault) broken.push(fault)
    if (broken.length >= brokenMax) break
  }
  const seconds = (performance.now() - startedAt) / 1_000
  const busy = process.cpuUsage().user / 1e6
  console.log(
    `${mine.length} months from seed ${first} in ${seconds.toFixed(1)} s (${busy.toFixed(1)} s of processor): ${tally.toString()}`,
  )
  if (broken.length > 0) expect.fail(broken.join('\n\n'))
  if (mine.length >= manyMonths) expect(expected.filter((name) => !tally.counts.has(name))).toEqual([])
}

/** @returns what went wrong, and how to see it again */
async function tell(seed: number, tally: Tally): Promise<string | null> {
  // Where there is a disk in memory, a month takes a second and not a minute.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'podarok-fleet-'))
  seedChance(seed)
  const story = new Story({ seed, folder, tally })
  try {
    unheard = []
    await story.play()
    if (unheard.length > 0) throw unheard[0]
    return null
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    const again = `PODAROK_SEED=${seed} npx vitest run --project fleet`
    const stack = error instanceof Error ? error.stack : ''
    return `${why}\n${again}\n${story.trace.end(traceLines)}\n${stack}`
  } finally {
    if (process.env['PODAROK_TRACE']) console.log(story.trace.end(Infinity))
    await story.close()
    // The books of the last story, to be looked into.
    if (keptFile) copyFileSync(story.server.file, keptFile)
    tally.add('moments', story.moments)
    forgetKeys()
    rmSync(folder, { recursive: true, force: true })
  }
}
