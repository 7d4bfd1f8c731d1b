import { openDB } from 'idb'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Envelope } from '../../core/wire/tills.ts'
import { databaseName, databaseVersion } from '../journal/database.ts'
import { locksOf } from '../locks.ts'
import { openTab } from '../tab.ts'
import { uuid } from '../testing/builders.ts'
import { unseenMaxMs } from '../journal/outgoing.ts'
import { receiptOf } from '../journal/records.ts'
import { TestTills, drain, sale, sell, tillOf, until } from '../testing/till-rig.ts'

const tills = new TestTills()
afterEach(() => void vi.restoreAllMocks())

/** Closes the connection as a browser does that takes the storage away: nobody is told. */
async function closeUnder({ till }: Awaited<ReturnType<TestTills['start']>>): Promise<void> {
  const opened = vi.spyOn(IDBDatabase.prototype, 'transaction')
  await till.ready!.journal.state()
  for (const db of opened.mock.contexts as IDBDatabase[]) db.close()
  opened.mockRestore()
}

describe('storage that fails', () => {
  it('[F13] an old page that keeps the storage blocks the till, which says so and goes on when it is closed', async () => {
    const old = await openDB(databaseName(tills.server.accountId), databaseVersion)
    // This page is of the next version.
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its factory below
    const open = IDBFactory.prototype.open
    vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(function (this: IDBFactory, name) {
      return open.call(this, name, databaseVersion + 1)
    })
    const one = tills.rig()
    const starting = one.till.start()
    await until(() => one.till.trouble === 'storage_blocked')
    old.close()
    await starting
    expect(one.till.trouble).toBeNull()
    await sell(one)
    await drain(one)
    expect(one.till.journal.state.unsettled).toBe(0)
  })

  it('[F14] a connection that the browser has closed is opened again, and the sale is recorded', async () => {
    const one = await tills.start()
    await sell(one)
    await closeUnder(one)
    const record = await sell(one)
    expect(record.seq).toBe(2)
    await drain(one)
    expect(one.till.trouble).toBeNull()
    expect(tills.server.stored.size).toBe(2)
  })

  it('[F14] [F30] storage that was emptied under us is not written on: numbers would be given twice', async () => {
    const one = await tills.start()
    await sell(one)
    await closeUnder(one)
    const name = databaseName(tills.server.accountId)
    await new Promise((done) => (indexedDB.deleteDatabase(name).onsuccess = done))
    await expect(sell(one)).rejects.toMatchObject({ name: 'StorageEmptied' })
    await one.till.refresh()
    expect(one.till.trouble).toBe('storage_lost')
  })

  it('[F14] [F30] nor is a database that another page has begun anew under its name', async () => {
    const one = await tills.start()
    await sell(one)
    await closeUnder(one)
    const name = databaseName(tills.server.accountId)
    await new Promise((done) => (indexedDB.deleteDatabase(name).onsuccess = done))
    const two = await tills.start()
    await expect(sell(one)).rejects.toMatchObject({ name: 'StorageEmptied' })
    expect((await sell(two)).seq).toBe(1)
    await drain(two)
    expect(two.till.journal.state.unsettled).toBe(0)
  })

  it('[F15] a full disk is said by name, and the warning goes with the next sale that is recorded', async () => {
    const one = await tills.start()
    vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
      throw new DOMException('no room', 'QuotaExceededError')
    })
    await expect(sell(one)).rejects.toMatchObject({ code: 'storage_full' })
    expect(one.till.warning).toBe('storage_full')
    vi.restoreAllMocks()
    await sell(one)
    expect(one.till.warning).toBeNull()
  })

  it.each([
    ['[J13] denied', 'SecurityError'],
    ['[F15] full at the start', 'QuotaExceededError'],
  ])('%s: the till works in memory while the line is up, asks only, and says so', async (_, error) => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('no', error)
    })
    const one = await tills.start()
    expect(one.till.trouble).toBeNull()
    expect(one.till.warning).toBe('memory_only')
    expect(one.till.canPromise).toBe(false)
    const record = await sell(one)
    await drain(one)
    expect(tills.server.stored.has(record.id)).toBe(true)
    expect(one.till.journal.state.unsettled).toBe(0)
    await expect(one.till.commitDraft(sale(), null, 'promise')).rejects.toThrow('may not promise')
    const prepared = sale()
    await one.till.saveDraft(prepared)
    expect(await one.till.ready!.drafts.waiting()).toEqual([prepared])
  })
})

it('[J13] a browser that denies storage, locks and channels alike leaves a till that works on the line', async () => {
  const deny = () => {
    throw new DOMException('The operation is insecure.', 'SecurityError')
  }
  vi.spyOn(indexedDB, 'open').mockImplementation(deny)
  const locks = locksOf({ request: () => Promise.reject(new DOMException('no', 'SecurityError')) })
  const one = await tills.start({
    ...{ locks, channel: deny, localStorage: deny, databases: deny },
    tab: openTab(deny, uuid, () => undefined),
  })
  expect(one.till.trouble).toBeNull()
  expect(one.till.warning).toBe('memory_only')
  const record = await sell(one)
  await drain(one)
  expect(tills.server.stored.has(record.id)).toBe(true)
  expect(one.logged).toContain('channel_denied')
})

describe('storage that is gone with the browser', () => {
  /** A browser that keeps the databases of a cross-site frame in memory, and lists none of them (WebKit). */
  const unlisted = { databases: () => Promise.resolve([]) }

  it('[J13] [F6] a database that is open but not listed is no ground for a promise: the till asks, and says so', async () => {
    const one = await tills.start(unlisted)
    expect(one.till.trouble).toBeNull()
    expect(one.till.warning).toBe('memory_only')
    expect(one.till.canPromise).toBe(false)
    expect(one.till.outage).toBeNull()
    expect(one.till.readiness.why).toBe('memory_only')
    await expect(one.till.commitDraft(sale(), null, 'promise')).rejects.toThrow('may not promise')
    const record = await sell(one)
    await drain(one)
    expect(tills.server.stored.has(record.id)).toBe(true)
    expect(tills.server.named('POST /api/sync').map(({ body }) => body)).toMatchObject([{ durable: false }])
    expect(tills.server.calls.filter(({ name }) => /grant|book/.test(name))).toEqual([])
  })

  it('[J13] its journal outlives a reload all the same, and is sent', async () => {
    const one = await tills.start(unlisted)
    await drain(one)
    tills.server.cut = () => 'before'
    const record = await sell(one)
    await drain(one)
    one.till.close()
    tills.server.cut = null
    const two = await tills.start(unlisted)
    await drain(two)
    expect(tills.server.stored.has(record.id)).toBe(true)
    expect(two.till.journal.ghosts).toEqual([])
  })

  it('[J13] [F9] a till in it that was retired goes on as a new one with the next page, as any other', async () => {
    const one = await tills.start(unlisted)
    tills.server.state = 'retired'
    await drain(one)
    tills.server.state = 'active'
    one.till.close()
    const two = await tills.start(unlisted)
    expect(two.till.trouble).toBeNull()
    const record = await sell(two)
    await drain(two)
    expect(tills.server.stored.has(record.id)).toBe(true)
    expect(tills.server.journals.size).toBe(2)
  })

  it('[J13] [F15] that it is full is not the last word: it is still one that does not last', async () => {
    const one = await tills.start(unlisted)
    vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
      throw new DOMException('no room', 'QuotaExceededError')
    })
    await expect(sell(one)).rejects.toMatchObject({ code: 'storage_full' })
    vi.restoreAllMocks()
    await sell(one)
    expect(one.till.warning).toBe('memory_only')
  })

  it('[J13] a browser that cannot list its databases is believed to keep them, until the canary tells', async () => {
    const one = await tills.start({ databases: () => Promise.reject(new TypeError('no such function')) })
    expect(one.till.warning).toBeNull()
    expect(one.till.canPromise).toBe(true)
    expect(one.logged).toContain('databases_not_listed')
  })
})

describe('clocks', () => {
  it.each([
    ['a year ahead', 365],
    ['a year behind', -365],
  ])('[O9] [F16] a computer %s writes the server’s moments into its records', async (_, days) => {
    const one = tills.rig()
    one.hands.wallMs += days * 24 * 3_600_000
    await one.till.start()
    const first = await sell(one)
    expect(receiptOf(first).happenedAtMs).toBe(tills.server.nowMs)
    one.hands.wallMs -= 3_600_000
    one.hands.elapsedMs += 1_000
    const second = await sell(one)
    expect(receiptOf(second).happenedAtMs).toBe(tills.server.nowMs + 1_000)
    expect(second.recordedAtMs).toBe(tills.server.nowMs + 1_000)
  })

  it('[O9] time goes on from the newest record, also where the server’s clock stepped back', async () => {
    const one = await tills.start()
    one.hands.elapsedMs += 60_000
    const first = await sell(one)
    one.till.close()
    tills.server.nowMs -= 3_600_000
    const two = await tills.start()
    expect((await sell(two)).recordedAtMs).toBe(first.recordedAtMs)
  })
})

describe('frames that live', () => {
  it('[J4] [J11] no frame ever sees a ghost in a sale that goes well, wherever it is made', async () => {
    const frames = [await tills.start(), await tills.start()] as const
    const seen: string[] = []
    for (const { till } of frames)
      till.onChange(() => seen.push(...till.journal.ghosts.map(({ record }) => record.id)))
    for (const from of [0, 1, 0] as const) {
      const { till } = frames[from]
      const record = await till.commitDraft(sale(), null, 'ask')
      // Both look while it is written and not yet shown.
      for (const one of frames) await one.till.refresh()
      await till.painted(record.id)
      for (const one of frames) await drain(one)
    }
    expect(tills.server.stored.size).toBe(3)
    expect(seen).toEqual([])
  })

  it('[J13] [J4] where the browser has no locks nobody counts as dead: no question is asked, and the record is told to the server', async () => {
    const locks = () => locksOf({ request: () => Promise.reject(new DOMException('no', 'SecurityError')) })
    const one = await tills.start({ locks: locks() })
    await one.till.commitDraft(sale(), null, 'ask')
    one.till.close()
    const two = await tills.start({ locks: locks() })
    await drain(two)
    expect(two.till.journal.ghosts).toEqual([])
    two.hands.elapsedMs += unseenMaxMs
    const record = await sell(two)
    await drain(two)
    expect([...tills.server.stored.keys()]).toEqual([record.id])
    const { waiting } = tills.server.named('POST /api/ping').at(-1)!.body as Envelope
    expect(waiting.map(({ seq }) => seq)).toEqual([1])
  })
})

describe('frames that go', () => {
  it('[F12] a tab thrown away in the middle of sending leaves its record to the next frame', async () => {
    const iframe = document.body.appendChild(document.createElement('iframe'))
    const { server } = tills
    const one = await tills.start({
      locks: iframe.contentWindow!.navigator.locks,
      fetch: async (input, init) => {
        const answer = await server.fetch(input, init)
        return (input as string).endsWith('/sync') ? new Promise<Response>(() => undefined) : answer
      },
    })
    await drain(one)
    const record = await sell(one)
    await until(() => server.stored.has(record.id))
    iframe.remove()
    const two = await tills.start()
    await drain(two)
    expect(two.till.journal.state.unsettled).toBe(0)
    expect(two.till.journal.ghosts).toEqual([])
    expect(server.stored.get(record.id)!.times).toBe(2)
  })

  it('[J4] [F4] a page that dies before the answer is painted leaves a question, and either answer is sent', async () => {
    const one = await tills.start()
    const kept = await one.till.commitDraft(sale(), null, 'ask')
    const cancelled = await one.till.commitDraft(sale(), null, 'ask')
    await drain(one)
    expect(tills.server.stored.size).toBe(0)
    one.till.close()
    const two = await tills.start()
    expect(two.till.journal.ghosts.map(({ record }) => record.id)).toEqual([kept.id, cancelled.id])
    await drain(two)
    expect(tills.server.stored.size).toBe(0)
    await two.till.keepGhost(kept)
    await two.till.cancelGhost(cancelled)
    await drain(two)
    expect(two.till.journal.ghosts).toEqual([])
    const sent = tills.server.of(tillOf(kept).journal).map(({ receipt }) => receipt)
    expect(sent.slice(0, 2)).toEqual([kept.receipt, cancelled.receipt])
    expect(JSON.parse(sent[2]!)).toMatchObject({
      operations: [{ kind: 'void', receiptId: cancelled.id, because: 'unanswered' }],
    })
  })
})
