import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { wireVersion } from '../../core/receipt/version.ts'
import { draft, redeemReceipt, uuid } from '../testing/builders.ts'
import { evict, openJournal, type OpenJournal } from '../testing/open-journal.ts'
import { keptMin, keptMs } from './reclaim.ts'
import { strictly } from './storage.ts'

let account: string
let till: OpenJournal
let serverHead: number
const clock = { nowMs: 1000 }

beforeEach(async () => {
  account = uuid()
  clock.nowMs = 1000
  serverHead = Infinity
  till = await openJournal(account, { now: () => clock.nowMs, serverHas: (_, seq) => seq <= serverHead })
})

afterEach(async () => {
  vi.restoreAllMocks()
  till.close()
  await evict(account)
})

/** Fills the journal with records that were shown, sent and applied, all in one go. */
async function fill(count: number): Promise<void> {
  const sample = await till.journal.append(redeemReceipt(), wireVersion, [])
  const stores: ('records' | 'outcomes' | 'unsettled')[] = ['records', 'outcomes', 'unsettled']
  await strictly(till.storage, stores, async (tx) => {
    await tx.objectStore('unsettled').clear()
    for (let seq = 1; seq <= count; seq++) {
      if (seq > 1) await tx.objectStore('records').add({ ...sample, seq, id: redeemReceipt().id })
      const outcome = { status: 'applied' as const, by: null, postedAtMs: 1, effects: [], frozen: false }
      await tx
        .objectStore('outcomes')
        .add({ ordinal: 1, seq, settledAtMs: clock.nowMs, run: [{ outcome, proof: null }] })
    }
  })
  till.close()
  till = await openJournal(account, { now: () => clock.nowMs, serverHas: (_, seq) => seq <= serverHead })
}

const seqs = async () =>
  (await till.journal.recent(10_000)).map(({ record }) => record.seq).sort((a, b) => a - b)
const isFull = () => new DOMException('no room', 'QuotaExceededError')

/** The disk is full until so many records are gone. */
function fullUntilDeleted(): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its store below
  const add = IDBObjectStore.prototype.add
  let room = false
  const remove = vi.spyOn(IDBObjectStore.prototype, 'delete')
  vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(function (this: IDBObjectStore, ...of) {
    room ||= remove.mock.calls.length > 0
    if (!room) throw isFull()
    return add.apply(this, of)
  })
}

describe('a full disk', () => {
  it('[J10] [F15] gives up the oldest settled records for a sale, and keeps the newest', async () => {
    await fill(keptMin + 3)
    fullUntilDeleted()
    const record = await till.journal.append(redeemReceipt(), wireVersion, [])
    expect(record.seq).toBe(keptMin + 4)
    expect(await seqs()).toEqual(Array.from({ length: keptMin + 1 }, (_, i) => i + 4))
  })

  it('[J10] never gives up what has no outcome, what waits for a person and what the server may not have', async () => {
    await fill(keptMin + 8)
    serverHead = 6
    await strictly(till.storage, ['unsettled', 'attention'], async (tx) => {
      await tx.objectStore('unsettled').add({ ordinal: 1, seq: 2, recordedAtMs: 1, frame: null })
      await tx.objectStore('attention').add({ ordinal: 1, seq: 3 })
    })
    await till.journal.reclaim(Infinity)
    expect((await seqs()).slice(0, 4)).toEqual([2, 3, 7, 8])
  })

  it('[F15] where nothing may be given up the sale fails by name, nothing happened, and the next one works', async () => {
    await fill(5)
    vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
      throw isFull()
    })
    const failing = till.journal.append(redeemReceipt(), wireVersion, [])
    await expect(failing).rejects.toMatchObject({ name: 'StorageFull', code: 'storage_full' })
    vi.restoreAllMocks()
    expect(await seqs()).toHaveLength(5)
    expect((await till.journal.append(redeemReceipt(), wireVersion, [])).seq).toBe(6)
  })

  it('[M3] a draft that outlived its record does not come back when the record is given up', async () => {
    const committed = draft()
    await till.journal.append(redeemReceipt({ id: committed.receiptId }), wireVersion, [])
    await till.journal.seen({ ordinal: 1, seq: 1 })
    await till.drafts.save(committed)
    await till.journal.settle([
      {
        key: [1, 1],
        outcome: { status: 'applied', by: null, postedAtMs: 1, effects: [], frozen: false },
        proof: null,
      },
    ])
    for (let i = 0; i < keptMin; i++) await till.journal.append(redeemReceipt(), wireVersion, [])
    expect(await till.journal.reclaim(Infinity)).toBe(1)
    expect(await till.drafts.waiting()).toEqual([])
  })
})

it('[J10] records that were settled more than 400 days ago go, younger ones stay', async () => {
  await fill(keptMin + 4)
  clock.nowMs += keptMs
  expect(await till.journal.reclaim(clock.nowMs - keptMs)).toBe(0)
  clock.nowMs += 1
  expect(await till.journal.reclaim(clock.nowMs - keptMs)).toBe(4)
})
