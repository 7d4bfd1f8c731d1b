import { AsyncLocalStorage } from 'node:async_hooks'
import { cloned } from './clone.ts'
import { FakeSubtle } from './crypto.ts'
import type { Page } from './page.ts'

/**
 * Which page runs now. The code of a till reaches for the globals of its page (`indexedDB`, `setTimeout`, `crypto`, …);
 * here each of them is a switch that leads to those of the page in whose context it is called, so that one process holds
 * many browsers. Outside of pages the real ones stay.
 */
const current = new AsyncLocalStorage<Page>()

export const pageNow = (): Page | undefined => current.getStore()
export const within = <T>(page: Page, work: () => T): T => current.run(page, work)
/** Runs as nobody's page: what the world itself does, or the server. */
export const outside = <T>(work: () => T): T => current.exit(work)

const real = {
  setImmediate: globalThis.setImmediate,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  crypto: globalThis.crypto,
  timeoutSignal: AbortSignal.timeout.bind(AbortSignal),
  dateNow: Date.now,
}

/** Tasks that are due in this very moment of the simulated time. */
let pending = 0

/** One more thing that runs to its end in this moment; call the answer when it is over. */
export function busy(): () => void {
  pending++
  let over = false
  return () => {
    if (!over) pending--
    over = true
  }
}

/** Waits until nothing moves any more: then, and only then, may the simulated time go on. */
export async function settled(): Promise<void> {
  for (let turns = 0; ; turns++) {
    await new Promise<void>((done) => real.setImmediate(done))
    if (pending === 0) return
    if (turns > 200_000) throw new Error('the world does not come to rest')
  }
}

const subtle = new FakeSubtle()

/** Puts the switches in place; once for the process. */
export function installRealm(): void {
  const countedImmediate = (work: (...args: unknown[]) => void, ...args: unknown[]) => {
    pending++
    return real.setImmediate(() => {
      pending--
      // A page may be killed between any two of its tasks.
      pageNow()?.step()
      work(...args)
    })
  }
  Object.assign(globalThis, {
    setImmediate: Object.assign(countedImmediate, real.setImmediate),
    setTimeout: Object.assign(
      (work: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) =>
        pageNow()?.setTimeout(() => work(...args), ms ?? 0) ?? real.setTimeout(work, ms, ...args),
      real.setTimeout,
    ),
    clearTimeout: (timer: number | undefined) => {
      const page = pageNow()
      if (page) page.clearTimeout(timer)
      else real.clearTimeout(timer)
    },
  })
  AbortSignal.timeout = (ms) => pageNow()?.timeoutSignal(ms) ?? real.timeoutSignal(ms)
  globalThis.structuredClone = cloned
  Date.now = () => pageNow()?.wallMs() ?? real.dateNow()
  switched('indexedDB', () => pageNow()?.profile.indexedDB, undefined)
  switched('localStorage', () => pageNow()?.localStorage, undefined)
  switched('crypto', () => (pageNow() ? fakeCrypto : undefined), real.crypto)
}

/** As much of `crypto` as the till uses, answering at once: threads of their own would make every run another. */
const fakeCrypto = {
  subtle,
  randomUUID: () => pageNow()!.newId(),
  getRandomValues: <T extends Uint8Array | Uint16Array>(values: T): T => {
    const page = pageNow()!
    for (let n = 0; n < values.length; n++)
      values[n] = Math.floor(page.random() * 2 ** (8 * values.BYTES_PER_ELEMENT))
    return values
  },
}

function switched(name: string, ofPage: () => unknown, otherwise: unknown): void {
  Object.defineProperty(globalThis, name, { configurable: true, get: () => ofPage() ?? otherwise })
}
