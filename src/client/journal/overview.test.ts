import { describe, expect, it } from 'vitest'
import type { FinalOutcome } from '../../core/receipt/outcome.ts'
import type { JournalRecord } from './database.ts'
import type { FactsPort } from './facts.ts'
import type { JournalPort } from './journal.ts'
import { type JournalView, nothingWritten, Overview } from './overview.ts'
import type { RecordState } from './records.ts'

const applied: FinalOutcome = { status: 'applied', by: null, postedAtMs: 1, effects: [], frozen: false }
const inReview: FinalOutcome = { status: 'in_review', code: 'promise_refused' }

const record = (seq: number, ordinal = 1) =>
  ({ ordinal, seq, id: `${ordinal}/${seq}`, recordedAtMs: 1_000 + seq }) as unknown as JournalRecord
const settled = (...of: [seq: number, outcome: FinalOutcome][]) => ({
  kind: 'settled' as const,
  settled: of.map(([seq, outcome]) => ({ key: [1, seq] as [number, number], outcome })),
})
const written = (seq: number, ordinal = 1) => ({ kind: 'written' as const, record: record(seq, ordinal) })

/** What lies on the disk, and an overview of it that has read it. */
async function overviewOf(stored: Partial<JournalView> = {}) {
  const disk = { ...nothingWritten, ...stored, onRead: (): void => undefined, reads: 0 }
  const journal = {
    state: () => Promise.resolve(disk.state),
    recent: () => {
      const { recent } = disk
      disk.reads++
      disk.onRead()
      return Promise.resolve(recent)
    },
    attention: () => Promise.resolve(disk.attention),
    ghosts: () => Promise.resolve(disk.ghosts),
  } as unknown as JournalPort
  const overview = new Overview(journal, { decisions: () => Promise.resolve([]) } as unknown as FactsPort)
  await overview.read()
  return { overview, disk }
}
const waiting = (seq: number): RecordState => ({ record: record(seq), outcome: null })
const seqs = ({ view }: Overview) => view.recent.map((state) => state.record.seq)

describe('an overview', () => {
  it('puts what was written where it belongs, in whatever order that is told, and once', async () => {
    const { overview } = await overviewOf()
    for (const change of [written(2), written(1), written(1, 2), written(2)])
      expect(overview.take(change)).toBe(true)
    expect(overview.view.recent.map((state) => state.record.id)).toEqual(['2/1', '1/2', '1/1'])
    expect(overview.view.state).toEqual({ unsettled: 3, oldestAtMs: 1_002 })
  })

  it('keeps the first outcome, and notes another one beside it', async () => {
    const { overview } = await overviewOf()
    overview.take(written(1))
    overview.take(settled([1, applied]))
    expect(overview.take(settled([1, applied]))).toBe(true)
    expect(overview.view).toMatchObject({ state: { unsettled: 0, oldestAtMs: null }, attention: [] })
    expect(overview.take(settled([1, inReview]))).toBe(true)
    const changed = { record: record(1), outcome: applied, changed: inReview }
    expect(overview.view).toMatchObject({ recent: [changed], attention: [changed] })
  })

  it('asks a person once, also where a bad end came out otherwise', async () => {
    const { overview } = await overviewOf()
    overview.take(written(1))
    overview.take(settled([1, inReview]))
    overview.take(settled([1, applied]))
    expect(overview.view.attention).toEqual([{ record: record(1), outcome: inReview, changed: applied }])
    overview.take({ kind: 'acknowledged', record: record(1) })
    expect(overview.view.attention).toEqual([])
  })

  it('is no ghost any more what was settled', async () => {
    const stored = { recent: [waiting(1)], ghosts: [waiting(1)], state: { unsettled: 1, oldestAtMs: 1_001 } }
    const { overview } = await overviewOf(stored)
    overview.take(settled([1, applied]))
    expect(overview.view.ghosts).toEqual([])
  })

  it.each([
    ['a record that is not at hand', settled([9, applied])],
    ['the oldest that waits is not at hand', settled([2, applied])],
  ])('says that it has to be read: %s', async (_, change) => {
    const state = { unsettled: 3, oldestAtMs: 900 }
    const { overview } = await overviewOf({ recent: [waiting(2), waiting(1)], state })
    expect(overview.take(change)).toBe(false)
  })

  it('loses nothing that is told while it is read', async () => {
    const { overview, disk } = await overviewOf()
    disk.onRead = () => {
      disk.onRead = () => undefined
      disk.recent = [waiting(1)]
      overview.take(written(1))
    }
    disk.reads = 0
    await overview.read()
    expect([seqs(overview), disk.reads]).toEqual([[1], 2])
  })
  it('[J4] keeps in sight what is told while it is read, though the reading had begun before that', async () => {
    const { overview, disk } = await overviewOf()
    const shown: number[][] = []
    disk.reads = 0
    disk.onRead = () => {
      if (disk.reads === 1) overview.take(written(1))
      disk.recent = [waiting(1)]
      shown.push(seqs(overview))
    }
    await overview.read()
    expect([...shown, seqs(overview)]).toEqual([[1], [1], [1]])
  })
})
