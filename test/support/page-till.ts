import { openTab } from '../../src/client/tab.ts'
import type { TillDeps } from '../../src/client/till/till-deps.ts'

/** What the client needs of a page, as the widget gives it, for pages that have no screen. */
export function pageTillDeps(contextKey: string, log: TillDeps['log']): TillDeps {
  return {
    window,
    fetch: (input, init) => fetch(input, init),
    locks: navigator.locks,
    channel: (name) => new BroadcastChannel(name),
    newId: () => crypto.randomUUID(),
    now: () => Date.now(),
    elapsed: () => performance.now(),
    random: () => Math.random(),
    contextKey,
    userToken: () => Promise.resolve(null),
    tab: openTab(
      () => sessionStorage,
      () => crypto.randomUUID(),
      log,
    ),
    localStorage: () => localStorage,
    memory: () => import('../../src/client/journal/memory.ts'),
    supply: () => import('../../src/client/outage/supply.ts'),
    databases: async () => (await indexedDB.databases()).flatMap(({ name }) => name ?? []),
    log,
  }
}
