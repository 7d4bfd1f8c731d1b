import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AccountId } from '../../core/ids.ts'
import type { FinalOutcome } from '../../core/receipt/outcome.ts'
import { wireVersion } from '../../core/receipt/version.ts'
import { redeemReceipt, tab, uuid } from '../testing/builders.ts'
import { evict, openJournal } from '../testing/open-journal.ts'
import type { JournalPort } from './journal.ts'
import { openInMemory } from './memory.ts'
import type { Lost } from './outgoing.ts'

const applied: FinalOutcome = { status: 'applied', by: null, postedAtMs: 1, effects: [], frozen: false }
const inReview: FinalOutcome = { status: 'in_review', code: 'promise_refused' }

/** What the rest of the till counts on, whichever journal it has (J13). */
describe.each(['stored', 'in memory'] as const)('a journal %s', (kind) => {
  let account: string
  let journal: JournalPort
  let close: () => void

  beforeEach(async () => {
    account = uuid()
    const opened =
      kind === 'stored'
        ? await openJournal(account)
        : await openInMemory(account as AccountId, {
            now: () => 1000,
            tab: tab(),
            onChange: () => undefined,
          })
    journal = opened.journal
    close = () => opened.close()
  })

  afterEach(async () => {
    close()
    await evict(account)
  })

  async function append(of = redeemReceipt()) {
    const record = await journal.append(of, wireVersion, [])
    await journal.seen(record)
    return record
  }
  const settle = (seq: number, outcome: FinalOutcome) =>
    journal.settle([{ key: [1, seq], outcome, proof: null }])
  const sent = async (lost?: Lost) =>
    (await journal.batch(new Map(lost && [[1, lost]])))?.records.map(({ record }) => record.seq) ?? []

  it('numbers records one by one and tells how many are unsent, and since when', async () => {
    expect([(await append()).seq, (await append()).seq]).toEqual([1, 2])
    expect(await journal.state()).toEqual({ unsettled: 2, oldestAtMs: 1000 })
    expect(await journal.standing(1)).toEqual({
      headSeq: 2,
      answeredSeq: 0,
      waiting: [],
      drained: false,
      grant: null,
    })
  })

  it('takes a receipt once', async () => {
    const parts = redeemReceipt()
    const record = await append(parts)
    await expect(append(parts)).rejects.toMatchObject({ name: 'AlreadyRecorded' })
    expect((await journal.find(parts.id))?.record).toEqual(record)
  })

  it('gives what has no outcome, and what the server has lost', async () => {
    for (let i = 0; i < 3; i++) await append()
    await settle(1, applied)
    await settle(2, applied)
    expect(await sent()).toEqual([3])
    expect((await journal.standing(1)).answeredSeq).toBe(2)
    expect(await sent({ above: 1, below: [] })).toEqual([2, 3])
    expect(await sent({ above: 2, below: [1] })).toEqual([1, 3])
    // What waits here, and what never was here, is not settled.
    expect(await journal.settledAmong(1, [1, 2, 3, 9])).toEqual([1, 2])
    await settle(3, applied)
    expect(await sent()).toEqual([])
    expect((await journal.standing(1)).drained).toBe(true)
  })

  it('keeps the first outcome, and shows a later one beside it until a person has seen it', async () => {
    const record = await append()
    await settle(1, applied)
    await settle(1, inReview)
    await settle(1, inReview)
    expect(await journal.attention()).toEqual([{ record, outcome: applied, changed: inReview }])
    await journal.acknowledge(record)
    await settle(1, inReview)
    expect(await journal.attention()).toEqual([])
    expect(await journal.recent(5)).toEqual([{ record, outcome: applied, changed: inReview }])
  })

  it('shows bad ends to a person, and the newest records first', async () => {
    const [first, second] = [await append(), await append()]
    await settle(2, inReview)
    expect(await journal.attention()).toEqual([{ record: second, outcome: inReview }])
    expect(await journal.recent(5)).toEqual([
      { record: second, outcome: inReview },
      { record: first, outcome: null },
    ])
    expect(await journal.recent(1)).toHaveLength(1)
  })
})
