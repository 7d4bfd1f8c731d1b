import type { Computer } from './computer.ts'
import type { Line } from './line.ts'
import type { Profile } from './profile.ts'
import { busy, outside, within } from './realm.ts'
import type { Scheduler } from './scheduler.ts'
import { abort, closeUnder, note, type RawConnection, type RawTransaction } from './storage.ts'

export interface PageDeps {
  scheduler: Scheduler
  computer: Computer
  profile: Profile
  line: Line
  newId: () => string
  random: () => number
}

/** When a page dies by itself. */
export type Doom =
  /** After so many of its tasks: anywhere. */
  | { kind: 'tasks'; left: number }
  /** When the transaction that writes a record is about to be committed, or has just been, before the page hears of it (F4). */
  | { kind: 'commit'; when: 'before' | 'after' }

/**
 * One frame with the app in it. It can be killed at any moment, and then nothing that its code does has an effect any
 * more: its timers do not ring, its requests get no answer, its open transactions are rolled back, its locks are free.
 */
export class Page {
  readonly profile: Profile
  readonly computer: Computer
  readonly line: Line
  readonly newId: () => string
  readonly random: () => number
  dead = false
  doom: Doom | null = null
  onDeath: () => void = () => undefined
  /** A record is being written. @returns where to note whether it was committed */
  onRecord: (record: unknown) => { written: boolean | null } | undefined = () => undefined
  /** It was committed. */
  onWritten: (record: unknown) => void = () => undefined
  /** A draft is being kept, and was. */
  onDraft: (row: unknown) => void = () => undefined
  onDraftKept: (row: unknown) => void = () => undefined
  readonly #scheduler: Scheduler
  readonly #startMs: number
  readonly #timers = new Map<number, number>()
  readonly #connections = new Set<RawConnection>()
  readonly #transactions = new Set<RawTransaction>()
  readonly #listeners = new Map<string, Set<() => void>>()
  #n = 0

  constructor({ scheduler, computer, profile, line, newId, random }: PageDeps) {
    this.#scheduler = scheduler
    this.computer = computer
    this.profile = profile
    this.line = line
    this.newId = newId
    this.random = random
    this.#startMs = computer.elapsedMs()
    profile.pages.add(this)
  }

  wallMs(): number {
    return this.computer.wallMs()
  }

  elapsedMs(): number {
    return this.computer.elapsedMs() - this.#startMs
  }

  /** A task of this page in this very moment. */
  soon(work: () => void): void {
    if (this.dead) return
    const over = busy()
    outside(() =>
      setImmediate(() => {
        over()
        if (!this.dead) within(this, work)
      }),
    )
  }

  /** Counts a task, and dies where that is its fate. */
  step(): void {
    if (this.doom?.kind === 'tasks' && --this.doom.left <= 0) this.kill()
  }

  setTimeout(work: () => void, ms: number): number {
    const n = ++this.#n
    if (this.dead) return n
    const ring = () => {
      if (this.dead || !this.#timers.has(n)) return
      if (this.computer.asleep) return this.computer.postpone(ring)
      this.#timers.delete(n)
      within(this, work)
    }
    this.#timers.set(n, this.#scheduler.after(ms, ring))
    return n
  }

  clearTimeout(n: number | undefined): void {
    if (n === undefined) return
    const alarm = this.#timers.get(n)
    if (alarm !== undefined) this.#scheduler.off(alarm)
    this.#timers.delete(n)
  }

  timeoutSignal(ms: number): AbortSignal {
    const controller = new AbortController()
    this.setTimeout(() => controller.abort(new DOMException('timed out', 'TimeoutError')), ms)
    return controller.signal
  }

  /** As much of a window as the till uses. */
  readonly window = {
    setTimeout: (work: () => void, ms: number) => this.setTimeout(work, ms),
    clearTimeout: (n: number) => this.clearTimeout(n),
    addEventListener: (type: string, listener: () => void) => {
      this.#listeners.set(type, (this.#listeners.get(type) ?? new Set()).add(listener))
    },
    removeEventListener: (type: string, listener: () => void) => {
      this.#listeners.get(type)?.delete(listener)
    },
  }

  /** The browser tells the page of something, `online` for one. */
  tell(type: string): void {
    for (const listener of this.#listeners.get(type) ?? []) this.soon(listener)
  }

  get localStorage() {
    const { local } = this.profile
    return {
      getItem: (key: string) => local.get(key) ?? null,
      setItem: (key: string, value: string) => {
        if (!this.dead) local.set(key, value)
      },
      removeItem: (key: string) => {
        if (!this.dead) local.delete(key)
      },
    }
  }

  fetch(input: string, init: RequestInit = {}): Promise<Response> {
    return this.line.fetch(this, input, init)
  }

  useConnection(connection: RawConnection): void {
    this.#connections.add(connection)
  }

  began(tx: RawTransaction): void {
    tx.owner = this
    this.#transactions.add(tx)
    const over = () => this.#transactions.delete(tx)
    note(tx, 'abort', over)
    note(tx, 'complete', () => {
      over()
      if (this.doom?.kind === 'commit' && this.doom.when === 'after' && writesRecord(tx)) this.kill()
    })
  }

  /** Called when a transaction of the page is about to be committed. @returns how it fails, or null */
  committing(tx: RawTransaction): string | null {
    if (this.dead) return 'AbortError'
    if (this.doom?.kind === 'commit' && this.doom.when === 'before' && writesRecord(tx)) {
      this.kill()
      return 'AbortError'
    }
    return this.profile.full ? 'QuotaExceededError' : null
  }

  /** The browser takes the storage away for a moment: connections close, transactions fail (F14). */
  loseConnections(): void {
    // Its own code hears of it, and reaches for its storage at once.
    within(this, () => {
      this.#abortAll()
      for (const connection of this.#connections) if (!connection._closePending) closeUnder(connection)
      this.#connections.clear()
    })
  }

  /** Closed, crashed or discarded: for the till it is all one. */
  kill(): void {
    if (this.dead) return
    this.dead = true
    outside(() => {
      for (const alarm of this.#timers.values()) this.#scheduler.off(alarm)
      this.#timers.clear()
      this.#abortAll()
      for (const connection of this.#connections) (connection as unknown as { close(): void }).close()
      this.profile.locks.drop(this)
      this.profile.channels.drop(this)
      this.profile.pages.delete(this)
      this.onDeath()
    })
  }

  #abortAll(): void {
    for (const tx of this.#transactions) abort(tx, !this.dead)
    this.#transactions.clear()
  }
}

const writesRecord = (tx: RawTransaction) =>
  tx.mode === 'readwrite' &&
  tx._scope.has('records') &&
  tx._scope.has('unsettled') &&
  !tx._scope.has('outcomes')
