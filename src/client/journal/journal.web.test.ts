import { openDB } from 'idb'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FinalOutcome } from '../../core/receipt/outcome.ts'
import { wireVersion } from '../../core/receipt/version.ts'
import { batchRecordsMax } from '../../core/wire/tills.ts'
import { draft, redeemReceipt, uuid } from '../testing/builders.ts'
import { evict, openJournal, type OpenJournal } from '../testing/open-journal.ts'
import { databaseName, databaseVersion } from './database.ts'
import type { Drafts } from './drafts.ts'
import type { Journal } from './journal.ts'
import { AlreadyRecorded, receiptOf } from './records.ts'
import type { Lost } from './outgoing.ts'

const applied: FinalOutcome = { status: 'applied', by: null, postedAtMs: 1, effects: [], frozen: false }
const refused: FinalOutcome = {
  status: 'refused',
  refusal: { code: 'insufficient_funds', cardId: null, possibleKopecks: null },
}

let account: string
let till: OpenJournal
let journal: Journal
let drafts: Drafts
const events = { onBlocked: vi.fn(), onOutdated: vi.fn(), onTerminated: vi.fn() }

beforeEach(async () => {
  account = uuid()
  await open()
})

afterEach(async () => {
  vi.restoreAllMocks()
  till.close()
  await evict(account)
})

async function open(now = 1000): Promise<void> {
  till = await openJournal(account, { events, now: () => now })
  ;({ journal, drafts } = till)
}

/** A record that its screen has shown. */
async function append(of = redeemReceipt()) {
  const record = await journal.append(of, wireVersion, [])
  await journal.seen(record)
  return record
}

const all = { above: 0, below: [] }
const sent = async (lost?: Lost, max?: number) =>
  (await journal.batch(new Map(lost && [[1, lost]]), max))?.records.map(({ record }) => record) ?? []

describe('journal', () => {
  it('[J3] gives every record the next seq of the journal and keeps its bytes', async () => {
    const first = await append()
    const second = await append()
    expect([first.seq, second.seq]).toEqual([1, 2])
    expect(receiptOf(first).place).toEqual({ journal: till.identity.device(1).id, seq: 1 })
    expect((await journal.find(first.id))?.record).toEqual(first)
  })

  it('[J3] [F10] two frames that append together never share a seq', async () => {
    const second = await openJournal(account)
    const other = second.journal
    expect(second.identity.current).toEqual(till.identity.current)
    const both = Array.from({ length: 40 }, (_, i) =>
      (i % 2 ? journal : other).append(redeemReceipt(), wireVersion, []),
    )
    const seqs = (await Promise.all(both)).map((record) => record.seq).sort((a, b) => a - b)
    expect(seqs).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
    expect((await journal.state()).unsettled).toBe(40)
    second.close()
  })

  it('[F7] the beacon hears of a record a moment later, and nothing of a till that this one was before', async () => {
    const { beacon, identity } = till
    const first = identity.current.tillId
    await append()
    await expect.poll(() => beacon.read()).toMatchObject({ tillId: first, seq: 1 })
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    try {
      await append()
      await identity.renewTill()
      vi.runAllTimers()
    } finally {
      vi.useRealTimers()
    }
    const { ordinal, tillId } = identity.current
    expect(beacon.read()).toEqual({ tillId, journal: identity.device(ordinal).id, seq: 0, mark: null })
    expect(tillId).not.toBe(first)
  })

  it('[J3] two frames that open empty storage at once agree on one till', async () => {
    const fresh = uuid()
    const [a, b] = await Promise.all([openJournal(fresh), openJournal(fresh)])
    expect(a.identity.current).toEqual(b.identity.current)
    expect(a.identity.device(1).publicKey).toBe(b.identity.device(1).publicKey)
    a.close()
    b.close()
    await evict(fresh)
  })

  it('[J1] a record survives closing and opening the database', async () => {
    const record = await append()
    till.close()
    await open(2000)
    expect(await sent(all)).toEqual([record])
  })

  it('[J9] a second record of the same receipt is refused and the first keeps its bytes', async () => {
    const parts = redeemReceipt()
    const record = await append(parts)
    await expect(append({ ...parts, happenedAtMs: 5 })).rejects.toBeInstanceOf(AlreadyRecorded)
    expect((await journal.find(parts.id))?.record).toEqual(record)
    expect(await journal.state()).toMatchObject({ unsettled: 1 })
  })

  it('[M3] a record ends its draft, and a late copy of the draft does not bring it back', async () => {
    const prepared = draft()
    const given = draft()
    await drafts.save(prepared)
    await drafts.save(given)
    await drafts.drop(given)
    await journal.append(redeemReceipt({ id: prepared.receiptId }), wireVersion, [])
    await journal.append(redeemReceipt({ id: given.receiptId }), wireVersion, [])
    expect(await drafts.waiting()).toEqual([])
    expect(await drafts.dropped()).toEqual([])
    await drafts.save(prepared)
    expect(await drafts.waiting()).toEqual([])
  })

  it('[M3] a given-up draft that is taken up again is not tidied away', async () => {
    const one = draft()
    await drafts.save(one)
    await drafts.drop(one)
    await drafts.save(one)
    await drafts.forgetDropped(one.id)
    expect(await drafts.waiting()).toEqual([one])
    await drafts.drop(one)
    await drafts.forgetDropped(one.id)
    expect(await drafts.dropped()).toEqual([])
  })

  it('[M3] a draft whose receipt could not be written stays, and its number is not lost', async () => {
    const prepared = draft()
    await drafts.save(prepared)
    vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError')
    })
    const failing = journal.append(redeemReceipt({ id: prepared.receiptId }), wireVersion, [])
    await expect(failing).rejects.toThrow('full')
    vi.restoreAllMocks()
    expect(await drafts.waiting()).toEqual([prepared])
    expect(await journal.state()).toEqual({ unsettled: 0, oldestAtMs: null })
    expect((await append()).seq).toBe(1)
  })

  it('[J5] a batch is in seq order and never longer than the limit', async () => {
    for (let i = 0; i < batchRecordsMax + 5; i++) await append()
    const batch = await sent(all)
    expect(batch.map((record) => record.seq)).toEqual(
      Array.from({ length: batchRecordsMax }, (_, i) => i + 1),
    )
    expect(await sent(all, 3)).toHaveLength(3)
  })

  it('[J7] what the server has lost is sent again, settled or not', async () => {
    const records = [await append(), await append(), await append()]
    await journal.settle(
      records.map(({ ordinal, seq }) => ({ key: [ordinal, seq], outcome: applied, proof: null })),
    )
    expect(await sent({ above: 3, below: [] })).toEqual([])
    expect(await sent({ above: 1, below: [] })).toEqual(records.slice(1))
  })

  it('[J6] a settled record leaves the unsent ones once, whatever comes again', async () => {
    const { ordinal, seq, id } = await append()
    await journal.settle([{ key: [ordinal, seq], outcome: applied, proof: null }])
    await journal.settle([{ key: [ordinal, seq], outcome: refused, proof: null }])
    expect(await journal.state()).toEqual({ unsettled: 0, oldestAtMs: null })
    expect((await journal.find(id))?.outcome).toEqual(applied)
  })

  it('[U5] a refused record waits for a person, also after a restart', async () => {
    const record = await append()
    await journal.settle([{ key: [record.ordinal, record.seq], outcome: refused, proof: null }])
    till.close()
    await open(2000)
    expect(await journal.attention()).toEqual([{ record, outcome: refused }])
    await journal.acknowledge(record)
    expect(await journal.attention()).toEqual([])
  })

  it('[J12] tells how many are unsent and since when', async () => {
    await append()
    await append()
    expect(await journal.state()).toEqual({ unsettled: 2, oldestAtMs: 1000 })
  })

  it('[J10] a newer page may upgrade: this one closes its connection and says so', async () => {
    await append()
    const newer = await openDB(databaseName(account), databaseVersion + 1)
    expect(events.onOutdated).toHaveBeenCalled()
    await expect(append()).rejects.toThrow()
    expect(await newer.getAll('records')).toHaveLength(1)
    newer.close()
  })
})
