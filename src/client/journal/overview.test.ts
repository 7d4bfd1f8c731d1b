import { expect, it } from 'vitest'
import { wireVersion } from '../../core/receipt/version.ts'
import { redeemReceipt } from '../testing/builders.ts'
import type { JournalRecord } from './database.ts'
import type { FactsPort } from './facts.ts'
import type { JournalPort } from './journal.ts'
import { Overview } from './overview.ts'
import type { RecordState } from './records.ts'

function recordOf(seq: number): JournalRecord {
  const place = { journal: 'J'.repeat(43) as never, seq }
  const receipt = { version: wireVersion, ...redeemReceipt(), place }
  return { ordinal: 1, seq, id: receipt.id, receipt: JSON.stringify(receipt), recordedAtMs: seq, faces: [] }
}

it('[J4] what is told while the journal is read stays in sight, also when the reading had begun before it', async () => {
  const stored: RecordState[] = []
  let readings = 0
  let goOn: () => void = () => undefined
  const journal = {
    state: () =>
      Promise.resolve({ unsettled: stored.length, oldestAtMs: stored[0]?.record.recordedAtMs ?? null }),
    recent: async () => {
      const found = stored.toReversed()
      readings++
      if (readings === 1) await new Promise<void>((done) => (goOn = done))
      return found
    },
    attention: () => Promise.resolve([]),
    ghosts: () => Promise.resolve([]),
  } as unknown as JournalPort
  const overview = new Overview(journal, { decisions: () => Promise.resolve([]) } as unknown as FactsPort)
  const shown = () => overview.view.recent.map(({ record }) => record.seq)

  const reading = overview.read()
  stored.push({ record: recordOf(1), outcome: null })
  overview.take({ kind: 'written', record: stored[0]!.record })
  expect(shown()).toEqual([1])
  goOn()
  // As long as it takes, it is never away.
  for (let n = 0; n < 5; n++) {
    await Promise.resolve()
    expect(shown()).toEqual([1])
  }
  await reading
  expect([readings, shown()]).toEqual([2, [1]])
})
