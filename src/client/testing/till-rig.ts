import { afterEach, beforeEach, vi } from 'vitest'
import type { Draft } from '../../core/draft/draft.ts'
import type { JournalRecord } from '../journal/database.ts'
import { receiptOf } from '../journal/records.ts'
import { Till } from '../till/till.ts'
import type { TillDeps } from '../till/till-deps.ts'
import { draft, tab, uuid } from './builders.ts'
import { FakeServer } from './fake-server.ts'
import { evict } from './open-journal.ts'

/** Clocks that a test turns by hand. */
interface Hands {
  wallMs: number
  elapsedMs: number
}

export interface TillRig {
  till: Till
  hands: Hands
  logged: string[]
  /** Lets every timer go off that is set now: the next try of the sync, or of a call that nobody answered. */
  tick(): void
}

/** The browser's locks as Firefox gives them to a partitioned frame: nobody may list them. */
export const frameLocks = {
  request: navigator.locks.request.bind(navigator.locks),
  query: () => Promise.reject(new DOMException('query() is not allowed in this context', 'SecurityError')),
}

/** A till of one frame at a fake server. Time passes by the test's will. */
function newTill(server: FakeServer, overrides: Partial<TillDeps> = {}): TillRig {
  const hands = { wallMs: server.nowMs, elapsedMs: 0 }
  const timers = new Map<number, () => void>()
  const logged: string[] = []
  let last = 0
  const till = new Till({
    window: {
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
      setTimeout: ((work: () => void) => {
        timers.set(++last, work)
        return last
      }) as typeof window.setTimeout,
      clearTimeout: (timer) => void timers.delete(timer as number),
    },
    fetch: server.fetch,
    locks: frameLocks,
    channel: (name) => new BroadcastChannel(name),
    newId: uuid,
    now: () => hands.wallMs,
    elapsed: () => hands.elapsedMs,
    random: () => 0,
    contextKey: 'key',
    userToken: () => Promise.resolve(server.userToken()),
    tab: tab(),
    localStorage: () => localStorage,
    memory: () => import('../journal/memory.ts'),
    supply: () => import('../outage/supply.ts'),
    databases: async () => (await indexedDB.databases()).flatMap(({ name }) => name ?? []),
    log: (event) => logged.push(event),
    ...overrides,
  })
  return {
    till,
    hands,
    logged,
    tick() {
      for (const [timer, work] of [...timers]) {
        timers.delete(timer)
        work()
      }
    },
  }
}

/** Sends what there is to send and waits for the screen's state to be read again. */
export async function drain({ till }: TillRig): Promise<void> {
  await till.ready?.sync.kick()
  await till.refresh()
}

export const until = (fact: () => boolean | Promise<boolean>) =>
  vi.waitFor(
    async () => {
      if (!(await fact())) throw new Error('not yet')
    },
    { timeout: 50_000 },
  )

/** Tills that end with their test, at one fake server each account. */
export class TestTills {
  server: FakeServer
  readonly #rigs: TillRig[] = []
  readonly #accounts = new Set<string>()

  constructor() {
    this.server = this.serverOf(uuid())
    beforeEach(() => {
      this.server = this.serverOf(uuid())
    })
    afterEach(async () => {
      for (const { till } of this.#rigs.splice(0)) till.close()
      for (const one of this.#accounts) await evict(one)
      this.#accounts.clear()
    })
  }

  serverOf(accountId: string): FakeServer {
    this.#accounts.add(accountId)
    return new FakeServer(accountId)
  }

  rig(overrides: Partial<TillDeps> = {}, at = this.server): TillRig {
    const made = newTill(at, overrides)
    this.#rigs.push(made)
    return made
  }

  async start(overrides: Partial<TillDeps> = {}, at = this.server): Promise<TillRig> {
    const made = this.rig(overrides, at)
    await made.till.start()
    return made
  }
}

export function redeem(overrides: Partial<Draft['redeems'][number]> = {}): Draft['redeems'][number] {
  return {
    cardId: uuid(),
    last4: '4821',
    number: null,
    holdId: uuid(),
    useUntilMs: 2_000_000_000_000,
    entered: 'scanned',
    amountKopecks: 150_000,
    heldKopecks: 150_000,
    availableKopecks: 150_000,
    expiresOn: null,
    confirmed: true,
    ...overrides,
  } as Draft['redeems'][number]
}

export const sale = (overrides: Partial<Draft['redeems'][number]> = {}) =>
  draft({ redeems: [redeem(overrides)] })

/** A sale that its screen has shown. */
export async function sell({ till }: TillRig, mode: 'ask' | 'promise' = 'ask'): Promise<JournalRecord> {
  const record = await till.commitDraft(sale(), null, mode)
  await till.painted(record.id)
  return record
}

/** Whose record it is, and which. */
export function tillOf(record: JournalRecord) {
  const { journal, seq } = receiptOf(record).place!
  return { journal, seq }
}
