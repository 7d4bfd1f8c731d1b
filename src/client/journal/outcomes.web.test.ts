import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FinalOutcome } from '../../core/receipt/outcome.ts'
import { wireVersion } from '../../core/receipt/version.ts'
import { redeemReceipt, uuid } from '../testing/builders.ts'
import { evict, openJournal, type OpenJournal } from '../testing/open-journal.ts'
import type { JournalRecord } from './database.ts'
import { outcomesOf, runMax } from './outcomes.ts'
import { keptMin } from './reclaim.ts'
import { keyOf } from './records.ts'
import { reading, strictly } from './storage.ts'

const refused: FinalOutcome = {
  status: 'refused',
  refusal: { code: 'insufficient_funds', cardId: null, possibleKopecks: null },
}
/** Of each record its own, so that no other one's can pass for it. */
const applied = (seq: number): FinalOutcome => ({
  status: 'applied',
  by: null,
  postedAtMs: seq,
  effects: [],
  frozen: false,
})

let account: string
let till: OpenJournal
let records: JournalRecord[]

beforeEach(async () => {
  account = uuid()
  till = await openJournal(account, { now: () => 1000 })
  records = []
})

afterEach(async () => {
  till.close()
  await evict(account)
})

async function append(count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const record = await till.journal.append(redeemReceipt(), wireVersion, [])
    await till.journal.seen(record)
    records.push(record)
  }
}

const settle = (seqs: readonly number[], outcomeOf: (seq: number) => FinalOutcome = applied) =>
  till.journal.settle(
    seqs.map((seq) => ({
      key: [1, seq] as [number, number],
      outcome: outcomeOf(seq),
      proof: `proof ${seq}`,
    })),
  )

const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, n) => first + n)

const rows = () => reading(till.storage, ['outcomes'], (tx) => tx.objectStore('outcomes').getAll())
const rowKeys = async () => (await rows()).map(({ seq }) => seq)

/** As if it alone had been settled. */
const fileAlone = (seq: number) =>
  strictly(till.storage, ['outcomes', 'unsettled', 'seen'], async (tx) => {
    await tx.objectStore('unsettled').delete([1, seq])
    await tx.objectStore('seen').delete([1, seq])
    await tx
      .objectStore('outcomes')
      .add({ ordinal: 1, seq, settledAtMs: 1, run: [{ outcome: applied(seq), proof: null }] })
  })

/** By the number of every record whose outcome is known: when the server posted it. */
async function known(): Promise<Record<number, number>> {
  const found = await reading(till.storage, ['outcomes'], (tx) =>
    outcomesOf(tx.objectStore('outcomes'), records.map(keyOf)),
  )
  const posted = records.flatMap(({ seq }, n) => {
    const outcome = found[n]?.outcome
    return outcome?.status === 'applied' ? [[seq, outcome.postedAtMs] as const] : []
  })
  return Object.fromEntries(posted)
}
const itself = (seqs: readonly number[]) => Object.fromEntries(seqs.map((seq) => [seq, seq]))

describe('outcomes of a batch', () => {
  it('lie together where the records follow each other, at most so many in a row', async () => {
    await append(runMax + 20)
    expect(await settle(upTo(runMax + 20))).toBe(runMax + 20)
    expect(await rowKeys()).toEqual([1, runMax + 1])
    expect(await known()).toEqual(itself(upTo(runMax + 20)))
    expect(await till.journal.state()).toEqual({ unsettled: 0, oldestAtMs: null })
    expect(await reading(till.storage, ['seen'], (tx) => tx.objectStore('seen').count())).toBe(0)
  })

  it('are each their own record’s, also where one of them was settled later or not at all', async () => {
    await append(9)
    await settle([1, 2, 4, 5, 8])
    expect(await known()).toEqual(itself([1, 2, 4, 5, 8]))
    await settle([3, 6])
    expect(await rowKeys()).toEqual([1, 3, 4, 6, 8])
    expect(await known()).toEqual(itself([1, 2, 3, 4, 5, 6, 8]))
    expect((await till.journal.find(records[6]!.id))?.outcome).toBeNull()
    expect(await till.journal.settledAmong(1, [8, 7, 2, 9])).toEqual([8, 2])
    expect((await till.journal.state()).unsettled).toBe(2)
  })

  it('are found beside those that were settled alone', async () => {
    await append(6)
    await fileAlone(1)
    await fileAlone(4)
    await settle([2, 3, 5])
    expect(await known()).toEqual(itself(upTo(5)))
    const recent = await till.journal.recent(3)
    expect(recent.map(({ outcome }) => outcome)).toEqual([null, applied(5), applied(4)])
  })

  it('[J7] stay as they were seen when the server says otherwise later; what it says is noted once', async () => {
    await append(5)
    await fileAlone(5)
    await settle(upTo(4))
    const others = (await rows()).find(({ seq }) => seq === 1)!
    expect(await settle(upTo(5), (seq) => (seq === 3 || seq === 5 ? refused : applied(seq)))).toBe(0)
    const { record } = (await till.journal.attention())[0]!
    expect(await till.journal.attention()).toEqual([
      { record: records[2], outcome: applied(3), changed: refused },
      { record: records[4], outcome: applied(5), changed: refused },
    ])
    const run = (await rows()).find(({ seq }) => seq === 1)!
    expect({ ...run, run: run.run.map(({ changed: _, ...one }) => one) }).toEqual(others)
    await till.journal.acknowledge(record)
    await settle([3], () => refused)
    expect((await till.journal.attention()).map((one) => one.record.seq)).toEqual([5])
    // And back again: what was seen first holds after all, which a person has to know as well.
    await settle([3])
    expect(await till.journal.find(record.id)).toMatchObject({ outcome: applied(3), changed: applied(3) })
  })

  it('[J7] that are noted for a record without one change nothing', async () => {
    await append(3)
    await fileAlone(1)
    await strictly(till.storage, ['unsettled'], (tx) => tx.objectStore('unsettled').delete([1, 2]))
    const before = await rows()
    expect(await settle([2], () => refused)).toBe(0)
    expect(await rows()).toEqual(before)
    expect(await till.journal.attention()).toEqual([])
  })

  it('[J10] go with their records, a row at a time; a row whose record waits for a person stays', async () => {
    await append(3 * runMax + keptMin)
    await settle(upTo(3 * runMax), (seq) => (seq === runMax + 7 ? refused : applied(seq)))
    expect(await till.journal.reclaim(Infinity)).toBe(2 * runMax)
    expect(await rowKeys()).toEqual([runMax + 1])
    const left = (await till.journal.recent(1_000)).map(({ record }) => record.seq)
    expect(left.toSorted((a, b) => a - b)).toEqual([
      ...upTo(2 * runMax, runMax + 1),
      ...upTo(3 * runMax + keptMin, 3 * runMax + 1),
    ])
  })
})
