import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Outcome } from '../../core/receipt/outcome.ts'
import { wireVersion } from '../../core/receipt/version.ts'
import type { Envelope, SyncRequest } from '../../core/wire/tills.ts'
import { type Api, Denied, Unreachable } from '../api/api.ts'
import type { Drafts } from '../journal/drafts.ts'
import type { Journal } from '../journal/journal.ts'
import { backoffMinMs, Delivery } from './delivery.ts'
import { letHoldsGo } from './let-holds-go.ts'
import { type Journals, Refill } from './refill.ts'
import { backoffMaxMs, probeMaxMs, Sync } from './sync.ts'
import { draft, redeemReceipt, uuid } from '../testing/builders.ts'
import { evict, openJournal, type OpenJournal } from '../testing/open-journal.ts'

const applied: Outcome = { status: 'applied', by: null, postedAtMs: 1, effects: [], frozen: false }

/** Calls that reach a server which stores what it gets; each test bends it. */
class FakeApi {
  readonly stored = new Map<string, number>()
  readonly calls: string[] = []
  readonly batches: number[][] = []
  readonly raw: string[] = []
  readonly released: string[] = []
  head = 0
  missing: number[] = []
  atHead: string[] = []
  /** Thrown instead of an answer; `after` stores the batch first. */
  fail: ((request: SyncRequest) => { error: Error; after: boolean } | null) | null = null
  outcome: (id: string) => Outcome | null = () => applied

  api = (async (name: string, body: unknown, options: { id?: string } = {}) => {
    await Promise.resolve()
    this.calls.push(name)
    if (typeof body === 'function') body = (body as (nonceOf: () => null) => unknown)(() => null)
    if (name === 'ping')
      return { headSeq: this.head, serverTimeMs: 1, missing: this.missing, atHead: this.atHead }
    if (name === 'release' || name === 'dropDraft') {
      this.released.push(options.id!)
      return { released: true, stored: true }
    }
    const request = body as SyncRequest
    if (name === 'syncRaw') this.raw.push(...request.records.map((record) => record.id))
    else {
      this.batches.push(request.records.map((record) => record.seq))
      const failure = this.fail?.(request)
      if (failure && !failure.after) throw failure.error
      if (failure) this.store(request)
      if (failure) throw failure.error
      if (this.head < request.answeredSeq)
        return { head: { headSeq: this.head, serverTimeMs: 1 }, outcomes: [] }
    }
    this.store(request)
    return {
      head: { headSeq: this.head, serverTimeMs: 1 },
      outcomes: request.records.flatMap(({ seq, id }) => {
        const outcome = this.outcome(id)
        return outcome ? [{ seq, id, outcome, proof: null }] : []
      }),
    }
  }) as unknown as Api

  store(request: SyncRequest): void {
    for (const { id, seq } of request.records) {
      this.stored.set(id, (this.stored.get(id) ?? 0) + 1)
      this.head = Math.max(this.head, seq)
    }
  }
}

let account: string
let till: OpenJournal
let journal: Journal
let drafts: Drafts
let server: FakeApi
let sync: Sync
let waits: number[]
const onDenied = vi.fn()

beforeEach(async () => {
  account = uuid()
  till = await openJournal(account)
  ;({ journal, drafts } = till)
  server = new FakeApi()
  waits = []
  onDenied.mockReset()
  sync = newSync()
  // Ticks are counted, not waited for: a test says when the next try comes.
  sync.start()
  await sync.kick()
  server.batches.length = 0
})

afterEach(async () => {
  sync.stop()
  till.close()
  await evict(account)
})

/** How many frames of the account wait for their turn to send. */
async function waiting(): Promise<number> {
  const { pending } = await navigator.locks.query()
  return pending!.filter(({ name }) => name === `podarok-sync-${account}`).length
}

const rethrow = (error: unknown) => {
  throw error
}

function newSync(onTrouble: (error: unknown) => void = rethrow): Sync {
  const { api } = server
  const journals: Journals = {
    ordinals: () => till.identity.ordinals,
    envelope: async (ordinal, standing) =>
      ({
        journal: till.identity.device(ordinal).id,
        ...(standing ?? (await journal.standing(ordinal))),
      }) as Envelope,
    goOn: () => Promise.resolve(),
    introduce: () => Promise.resolve(),
  }
  const refill = new Refill({ api, journal, journals, onDenied })
  return new Sync({
    accountId: account,
    delivery: new Delivery({ api, journal, journals, refill }),
    refill,
    upkeep: {
      tick: () => undefined,
      letGo: () => letHoldsGo(api, drafts, () => true),
      run: () => Promise.resolve(),
      denied: onDenied,
      failed: onTrouble,
    },
    locks: navigator.locks,
    random: () => 1,
    setTimeout: (_work, ms) => waits.push(ms),
    clearTimeout: () => undefined,
  })
}

/** A record that its screen has shown. */
async function append() {
  const record = await journal.append(redeemReceipt(), wireVersion, [])
  await journal.seen(record)
  return record
}
const unsent = async () => (await journal.state()).unsettled

describe('sync', () => {
  it('[J5] sends in seq order and settles each record by its own outcome', async () => {
    for (let i = 0; i < 3; i++) await append()
    await sync.kick()
    expect(server.batches).toEqual([[1, 2, 3]])
    expect(await unsent()).toBe(0)
  })

  it('[J6] [F1] an answer lost after the commit: the same records go again and nothing is counted twice', async () => {
    const record = await append()
    server.fail = () => ({ error: new Unreachable('cut', null), after: true })
    await sync.kick()
    expect(await unsent()).toBe(1)
    server.fail = null
    await sync.kick()
    expect(server.batches).toEqual([[1], [1]])
    expect(server.stored.get(record.id)).toBe(2)
    expect(await unsent()).toBe(0)
  })

  it('[J5] a refused record does not block the next', async () => {
    const bad = await append()
    await append()
    const refusal = { code: 'insufficient_funds' as const, cardId: null, possibleKopecks: null }
    server.outcome = (id) => (id === bad.id ? { status: 'refused', refusal } : applied)
    await sync.kick()
    expect(await unsent()).toBe(0)
    expect((await journal.attention()).map((state) => state.record.id)).toEqual([bad.id])
  })

  it('[J6] `later` stops this record and all after it, and waits as told', async () => {
    const records = [await append(), await append(), await append()]
    server.outcome = (id) =>
      id === records[0]!.id ? applied : { status: 'later', scope: 'all', afterMs: 7_000 }
    await sync.kick()
    expect(await unsent()).toBe(2)
    expect(waits.at(-1)).toBe(7_000)
    server.outcome = () => applied
    await sync.kick()
    expect(server.batches).toEqual([
      [1, 2, 3],
      [2, 3],
    ])
  })

  it('[J6] silence about a record of the batch is no outcome', async () => {
    const records = [await append(), await append()]
    server.outcome = (id) => (id === records[0]!.id ? null : applied)
    await sync.kick()
    expect(await unsent()).toBe(2)
  })

  it('[J6] a 4xx of the whole batch settles nothing and is told', async () => {
    await append()
    server.fail = () => ({ error: new Denied('session_expired', 'over'), after: false })
    await sync.kick()
    expect(await unsent()).toBe(1)
    expect(onDenied).toHaveBeenCalledWith('session_expired')
  })

  it('[J6] waits grow with full jitter up to the bound, and a cut line is probed sooner than a broken server', async () => {
    await append()
    server.fail = () => ({ error: new Unreachable('cut', null), after: false })
    for (let i = 0; i < 12; i++) await sync.kick()
    expect(waits.at(-12)).toBe(backoffMinMs)
    expect(waits.at(-1)).toBe(probeMaxMs)
    server.fail = () => ({ error: new Unreachable('broken', 500), after: false })
    for (let i = 0; i < 3; i++) await sync.kick()
    expect(waits.at(-1)).toBe(backoffMaxMs)
  })

  /** Of so many records the one at this place breaks the server, and the till tries until nothing is left to send. */
  async function drainPoisoned(count: number, at: number): Promise<void> {
    const records = []
    for (let i = 0; i < count; i++) records.push(await append())
    await drainWith(records[at]!.id)
  }
  async function drainWith(poison: string): Promise<void> {
    server.fail = (request) =>
      request.records.some((record) => record.id === poison)
        ? { error: new Unreachable('500', 500), after: false }
        : null
    for (let i = 0; i < 40 && (await unsent()) > 0; i++) await sync.kick()
    expect(server.raw).toEqual([poison])
    expect(await unsent()).toBe(0)
  }

  it('[J6] [F20] a record that breaks the server is isolated by halving and then only stored', async () => {
    await drainPoisoned(8, 5)
    expect(server.stored.size).toBe(8)
  })

  it('[J6] [F20] also among many it is found within minutes: a page that stays open for hours is not to be had', async () => {
    waits.length = 0
    await drainPoisoned(60, 40)
    // With the longest waits that chance can draw.
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(180_000)
  })

  it('[F9] [F20] [F22] what a copy of the till has displaced comes again once, also where a record breaks the server', async () => {
    for (let i = 0; i < 7; i++) await append()
    await sync.kick()
    server.fail = () => ({ error: new Unreachable('restored meanwhile', null), after: false })
    const { id } = await append()
    await sync.kick()
    // Whatever comes now, this stays as it is: the till must not send all of it for ever.
    server.atHead = [uuid()]
    server.stored.clear()
    await drainWith(id)
    await sync.kick()
    expect([...server.stored.values()]).toEqual(Array.from({ length: 8 }, () => 1))
  })

  it('[J7] [F22] a restored server is refilled', async () => {
    for (let i = 0; i < 4; i++) await append()
    await sync.kick()
    server.head = 1
    server.batches.length = 0
    await sync.kick()
    expect(server.batches).toEqual([[2, 3, 4]])
    expect(server.head).toBe(4)
  })

  it('[J7] [F22] a restored server is refilled also where a new record waits to be sent', async () => {
    for (let i = 0; i < 4; i++) await append()
    await sync.kick()
    server.fail = () => ({ error: new Unreachable('restored meanwhile', null), after: false })
    await append()
    await sync.kick()
    server.fail = null
    server.head = 1
    server.batches.length = 0
    await sync.kick()
    expect(server.batches).toEqual([[2, 3, 4, 5]])
  })

  it('[J7] [F22] [P2b] a restored server that no answer has told of yet decides nothing before it is refilled', async () => {
    for (let i = 0; i < 4; i++) await append()
    await sync.kick()
    server.head = 1
    server.stored.clear()
    server.batches.length = 0
    await append()
    await sync.kick()
    expect(server.batches).toEqual([[5], [2, 3, 4, 5]])
    expect([...server.stored.values()]).toEqual([1, 1, 1, 1])
    expect(await unsent()).toBe(0)
  })

  it('[P2b] a record goes in one request, and what else is due waits for the next tick', async () => {
    server.calls.length = 0
    await append()
    await sync.kick()
    expect(server.calls).toEqual(['sync'])
    await sync.kick()
    expect(server.calls).toEqual(['sync', 'ping'])
  })

  it('[P2b] sales that follow each other closely do not put the tick off', async () => {
    const timers = waits.length
    for (let i = 0; i < 3; i++) {
      await append()
      await sync.kick()
    }
    expect(waits).toHaveLength(timers)
  })

  it('[J7] [F22] a restored server gets what had come late, and its head tells nothing of', async () => {
    for (let i = 0; i < 4; i++) await append()
    await sync.kick()
    // One of them it had named before its record came; the other one never was written here.
    server.missing = [2, 9]
    server.batches.length = 0
    await sync.kick()
    await sync.kick()
    expect(server.batches).toEqual([[2], [2]])
    server.missing = [9]
    await sync.kick()
    expect(server.batches).toHaveLength(2)
  })

  describe('[J5] a long queue is read ahead', () => {
    const many = 450
    const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n)
    /** The records, written at once so that the test does not wait for them. */
    const fill = () => Promise.all(Array.from({ length: many }, append))

    it('every record goes once, in order, and is settled by its own outcome', async () => {
      const records = (await fill()).sort((a, b) => a.seq - b.seq)
      const bad = records[250]!
      const refusal = { code: 'insufficient_funds' as const, cardId: null, possibleKopecks: null }
      server.outcome = (id) => (id === bad.id ? { status: 'refused', refusal } : applied)
      await sync.kick()
      expect(server.batches).toEqual([numbers(1, 200), numbers(201, 400), numbers(401, 450)])
      expect(await unsent()).toBe(0)
      expect((await journal.attention()).map(({ record }) => record.id)).toEqual([bad.id])
    })

    it('nothing goes past a record that is to wait', async () => {
      const records = (await fill()).sort((a, b) => a.seq - b.seq)
      server.outcome = (id) =>
        id === records[199]!.id ? { status: 'later', scope: 'all', afterMs: 7_000 } : applied
      await sync.kick()
      expect(server.batches).toEqual([numbers(1, 200)])
      expect([await unsent(), waits.at(-1)]).toEqual([251, 7_000])
    })

    it('a cut between two batches leaves the first one settled and the rest as it was', async () => {
      await fill()
      server.fail = ({ records }) =>
        records[0]!.seq > 1 ? { error: new Unreachable('cut', null), after: true } : null
      await sync.kick()
      expect(server.batches).toEqual([numbers(1, 200), numbers(201, 400)])
      expect(await unsent()).toBe(250)
      server.fail = null
      await sync.kick()
      expect(server.batches.slice(2)).toEqual([numbers(201, 400), numbers(401, 450)])
      expect(await unsent()).toBe(0)
    })

    it('an answer that cannot be filed stops it, and its records go again', async () => {
      await fill()
      const troubles: unknown[] = []
      const settle = vi.spyOn(journal, 'settle').mockRejectedValueOnce(new Error('full'))
      sync.stop()
      sync = newSync((error) => troubles.push(error))
      sync.start()
      await sync.kick()
      expect(troubles.map(String)).toEqual(['Error: full'])
      settle.mockRestore()
      await sync.kick()
      expect(await unsent()).toBe(0)
      expect(Math.max(...server.stored.values())).toBe(2)
    })
  })

  it('[J11] two frames drain one journal without sending at the same time', async () => {
    for (let i = 0; i < 5; i++) await append()
    let inside = 0
    let most = 0
    let finished = 0
    const { api } = server
    server.api = (async (...args: Parameters<Api>) => {
      inside++
      most = Math.max(most, inside)
      // The other frame has had its chance: it waits for its turn, or it has had one.
      await expect.poll(async () => (await waiting()) + finished).toBe(1)
      const answer = await api(...args)
      inside--
      return answer
    }) as Api
    const [a, b] = [newSync(), newSync()]
    a.start()
    b.start()
    await Promise.all([a, b].map((frame) => frame.kick().then(() => finished++)))
    a.stop()
    b.stop()
    expect(most).toBe(1)
    expect([...server.stored.values()]).toEqual([1, 1, 1, 1, 1])
  })

  it('[J11] [F11] a frame that the browser freezes while it sends lets the others send', async () => {
    const record = await append()
    let thaw: () => void = () => undefined
    const asleep = new Promise<void>((resolve) => (thaw = resolve))
    const { api } = server
    server.api = (async (name: 'sync', ...rest: never[]) => {
      const answer = await (api as (...all: unknown[]) => Promise<unknown>)(name, ...rest)
      if (name === 'sync') await asleep
      return answer
    }) as unknown as Api
    sync.stop()
    const frozen = newSync()
    server.api = api
    frozen.start()
    const asleepWhile = frozen.kick()
    await expect.poll(() => server.batches).toEqual([[1]])
    const other = newSync()
    other.start()
    const others = other.kick()
    await expect.poll(waiting).toBe(1)
    expect(server.batches).toEqual([[1]])
    frozen.freeze()
    await others
    expect(server.batches).toEqual([[1], [1]])
    expect(await unsent()).toBe(0)
    const before = await journal.find(record.id)
    const settle = vi.spyOn(journal, 'settle')
    thaw()
    await asleepWhile
    await expect.poll(() => settle.mock.calls.length).toBe(1)
    await settle.mock.results[0]!.value
    // A whole try later there is nothing that the thawed one could still be about to do.
    await other.kick()
    settle.mockRestore()
    expect(await journal.find(record.id)).toEqual(before)
    expect(server.batches).toHaveLength(2)
    frozen.stop()
    other.stop()
  })

  it('[O2] what was given up without the line is let go when it is back', async () => {
    const given = draft()
    const hold = uuid()
    await drafts.save(given)
    await drafts.drop(given)
    await drafts.noteRelease(hold)
    await sync.kick()
    expect(server.released).toEqual([hold, given.id])
    expect(await drafts.dropped()).toEqual([])
    expect(await drafts.releases()).toEqual([])
  })

  it('[J5] a record that is appended while a try is running goes in the same kick', async () => {
    await append()
    const first = sync.kick()
    await append()
    await Promise.all([first, sync.kick()])
    expect(await unsent()).toBe(0)
  })
})
