import { vi } from 'vitest'
import { Till, type TillDeps } from '../till.ts'
import { uuid } from './builders.ts'
import type { FakeServer } from './fake-server.ts'

/** Clocks that a test turns by hand. */
export interface Hands {
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

/** A till of one frame at a fake server. Time passes by the test's will. */
export function newTill(server: FakeServer, overrides: Partial<TillDeps> = {}): TillRig {
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
    locks: navigator.locks,
    channel: (name) => new BroadcastChannel(name),
    newId: uuid,
    now: () => hands.wallMs,
    elapsed: () => hands.elapsedMs,
    random: () => 0,
    contextKey: 'key',
    tab: () => 'tab',
    localStorage: () => localStorage,
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
  vi.waitFor(async () => {
    if (!(await fact())) throw new Error('not yet')
  })
