import { isDenied, isUnreachable } from '../api/api.ts'
import { backoffMinMs, type Delivery, tickMs } from './delivery.ts'
import type { Refill } from './refill.ts'

/**
 * Carries the journal to the server, oldest first, again and again until every record has an outcome.
 *
 * resting ── kick or tick ──▶ draining ──▶ resting (all settled, or the server said `later`)
 *                                │
 *                                └─ no answer ──▶ waiting (full jitter) ──▶ draining
 */
export interface SyncDeps {
  /** A journal is sent to its own account alone (F23). */
  accountId: string
  delivery: Delivery
  refill: Refill
  upkeep: Upkeep
  /** One frame of the till sends at a time (J11). */
  locks: Pick<LockManager, 'request'>
  random: () => number
  setTimeout: (work: () => void, ms: number) => number
  clearTimeout: (timer: number) => void
}

/** What the rest of the till does and hears when it is time. */
interface Upkeep {
  /** Some time has passed. */
  tick(): void
  /** Nothing is left to send: what the till has to let go on the server is due. */
  letGo(): Promise<void>
  /** The heads agree as well: the till's own errands with the server are due. */
  run(): Promise<void>
  /** The server refused the whole batch (4xx); nothing is settled and a person must know. */
  denied(code: string): void
  /** The till itself failed, its storage most likely; the record is where it was. */
  failed(error: unknown): void
}

/** The longest waits after "unknown" (J6). */
export const backoffMaxMs = 300_000
/** A cut line costs nothing to try, and a cashier waits for it: it is tried at least this often. */
export const probeMaxMs = 10_000

export class Sync {
  readonly #deps: SyncDeps
  #timer: number | null = null
  #timerMs = 0
  #running: Promise<void> | null = null
  #again = false
  /** Aborts the running try, so that other frames get the lock. */
  #lease: AbortController | null = null
  #stopped = true
  #attempt = 0

  constructor(deps: SyncDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#stopped = false
    void this.kick()
  }

  /**
   * The browser is about to freeze this page: another frame of the till must be able to send meanwhile (F11). What is on
   * its way is not lost, its answer is filed when the page is thawed.
   */
  freeze(): void {
    this.#again = false
    this.#lease?.abort()
  }

  stop(): void {
    this.#stopped = true
    if (this.#timer !== null) this.#deps.clearTimeout(this.#timer)
    this.#timer = null
  }

  /** Sends what there is to send now. Returns when this try is over, whatever came of it; never rejects. */
  kick(): Promise<void> {
    if (this.#running) {
      // What was appended after the running try had read its batch must not wait for the next tick.
      this.#again = true
      return this.#running
    }
    this.#running = this.#try().finally(() => {
      this.#running = null
    })
    return this.#running
  }

  async #try(): Promise<void> {
    let waitMs: number
    do {
      this.#again = false
      try {
        waitMs = await this.#drainUntilFrozen()
        this.#attempt = 0
      } catch (error) {
        waitMs = this.#afterFailure(error)
        break
      }
    } while (this.#again && !this.#stopped)
    if (!this.#stopped) this.#plan(waitMs)
  }

  #plan(waitMs: number): void {
    // Sales do not put a tick off: where they follow each other closely, nothing of what is due with it would be done.
    if (this.#timer !== null && this.#timerMs === tickMs && waitMs === tickMs) return
    if (this.#timer !== null) this.#deps.clearTimeout(this.#timer)
    this.#timerMs = waitMs
    this.#timer = this.#deps.setTimeout(() => {
      this.#timer = null
      this.#deps.upkeep.tick()
      void this.kick()
    }, waitMs)
  }

  /** Full jitter (J6): tills that lost the line together must not come back together. */
  #afterFailure(error: unknown): number {
    const { random, refill, upkeep } = this.#deps
    if (isDenied(error)) upkeep.denied(error.code)
    else if (!isUnreachable(error)) upkeep.failed(error)
    const serverBroke = isUnreachable(error) && error.status !== null
    const ceiling = Math.min(serverBroke ? backoffMaxMs : probeMaxMs, backoffMinMs * 2 ** this.#attempt)
    this.#attempt++
    refill.inTouch = false
    return Math.max(backoffMinMs / 2, random() * ceiling)
  }

  /** Drains under the lock until the page is frozen: a frozen page must neither keep the lock nor be given it. */
  #drainUntilFrozen(): Promise<number> {
    const lease = new AbortController()
    this.#lease = lease
    const { signal } = lease
    const frozen = new Promise<number>((resolve) => signal.addEventListener('abort', () => resolve(tickMs)))
    const name = `podarok-sync-${this.#deps.accountId}`
    const drain = () => Promise.race([this.#drain(signal), frozen])
    return Promise.race([this.#deps.locks.request(name, { signal }, drain), frozen])
  }

  /** @returns after how long to look again */
  async #drain(lease: AbortSignal): Promise<number> {
    const { delivery, refill, upkeep } = this.#deps
    // A long drain over a poor line meets many failures with successes between: those are not one long failure.
    const onAnswer = () => (this.#attempt = 0)
    const goesOn = () => !this.#stopped && !lease.aborted
    let inStep = false
    let delivered = false
    // A copy of the till may have come to a restored server first: then its head tells nothing of what it lacks (F9). So the
    // heads are compared before anything is sent, whenever the server may have been away.
    if (!refill.inTouch) await refill.compareHeads()
    refill.inTouch = true
    while (goesOn()) {
      const parcel = await delivery.pack()
      if (parcel) {
        inStep = false
        delivered = true
        const waitMs = await delivery.deliver(parcel, goesOn, onAnswer)
        if (waitMs !== null) return waitMs
        if (parcel.batch.isLast && refill.lost.size === 0) break
        continue
      }
      // Nothing is left to send, or the server lacks what may not be sent yet. What else is due can wait for the next tick: a
      // screen has outcomes to show (P2b).
      if (inStep || (delivered && refill.lost.size === 0)) break
      await upkeep.letGo()
      await refill.compareHeads()
      await upkeep.run()
      inStep = true
      if (refill.lost.size === 0) break
    }
    refill.wentThrough()
    return tickMs
  }
}
