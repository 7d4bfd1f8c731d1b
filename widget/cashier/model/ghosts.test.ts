import { signal } from '@preact/signals-core'
import { expect, it } from 'vitest'
import type { RecordState } from '../../../src/client/journal/records.ts'
import { ghostMinAgeMs, Ghosts } from './ghosts.ts'

/** A till whose ghosts and clock are the test's, and timers that ring by hand. */
function scene() {
  const nowMs = { value: 1_000_000 }
  const timers: { work: () => void; ms: number }[] = []
  let found: RecordState[] = []
  const ghosts: Ghosts = new Ghosts({
    till: {
      refresh: () => Promise.resolve(ghosts.find(found)),
      keepGhost: () => Promise.reject(new Error('not here')),
      cancelGhost: () => Promise.reject(new Error('not here')),
    },
    now: () => nowMs.value,
    setTimeout: (work, ms) => timers.push({ work, ms }),
    notice: signal(null),
    onDecided: () => undefined,
    log: () => undefined,
  })
  return {
    ghosts,
    timers,
    nowMs,
    /** The mark is in the journal; nobody has read it yet. */
    isMarked: () => (found = []),
    /** What the till finds from now on. */
    finds: (...records: { id: string; recordedAtMs: number }[]) => {
      found = records.map((record) => ({ record, outcome: null }) as RecordState)
      ghosts.find(found)
    },
    ring: async () => {
      for (const { work, ms } of timers.splice(0)) {
        nowMs.value += ms
        work()
      }
      await new Promise((done) => setTimeout(done))
    },
    asked: () => ghosts.list.value.map(({ record }) => record.id),
    left: () => ghosts.left.value.map(({ record }) => record.id),
  }
}

it('[J4] an old ghost is asked about at once', () => {
  const { finds, asked, nowMs, timers } = scene()
  finds({ id: 'a', recordedAtMs: nowMs.value - ghostMinAgeMs })
  expect(asked()).toEqual(['a'])
  expect(timers).toEqual([])
})

it('[J4] a young one is no result meanwhile, and is asked about when it has its age', async () => {
  const { finds, asked, left, nowMs, timers, ring } = scene()
  finds({ id: 'a', recordedAtMs: nowMs.value - 1_000 })
  expect({ asked: asked(), left: left() }).toEqual({ asked: [], left: ['a'] })
  expect(timers.map(({ ms }) => ms)).toEqual([ghostMinAgeMs - 1_000])
  finds({ id: 'a', recordedAtMs: nowMs.value - 1_000 }, { id: 'b', recordedAtMs: nowMs.value - 60_000 })
  expect(asked()).toEqual(['b'])
  await ring()
  expect(asked()).toEqual(['a', 'b'])
})

it('[J4] [F4] a young one whose mark comes late is never asked about', async () => {
  const { ghosts, finds, isMarked, asked, nowMs, ring } = scene()
  const shown: string[][] = []
  ghosts.list.subscribe((list) => shown.push(list.map(({ record }) => record.id)))
  finds({ id: 'a', recordedAtMs: nowMs.value })
  isMarked()
  await ring()
  expect(asked()).toEqual([])
  expect(shown.flat()).toEqual([])
})

it('[J4] [O9] a clock that stands still at a moment to come keeps no question back for longer', async () => {
  const { finds, asked, nowMs, timers, ring } = scene()
  finds({ id: 'a', recordedAtMs: nowMs.value + 3_600_000 })
  expect(timers.map(({ ms }) => ms)).toEqual([ghostMinAgeMs])
  await ring()
  expect(asked()).toEqual(['a'])
})
