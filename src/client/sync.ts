import type { FinalOutcome } from '../core/outcome.ts'
import { wireVersion } from '../core/receipt.ts'
import { batchRecordsMax, type SyncAnswer } from '../core/wire.ts'
import { type Api, isDenied, isUnreachable } from './api.ts'
import type { JournalRecord, RecordKey } from './journal/database.ts'
import type { Drafts } from './journal/drafts.ts'
import type { Journal } from './journal/journal.ts'

/**
 * Carries the journal to the server, oldest first, again and again until every record has an outcome.
 *
 * resting ── kick or tick ──▶ draining ──▶ resting (all settled, or the server said `later`)
 *                                │
 *                                └─ no answer ──▶ waiting (full jitter) ──▶ draining
 */
export interface SyncDeps {
  api: Api
  journal: Journal
  drafts: Drafts
  /** One frame of the till sends at a time (J11). */
  locks: Pick<LockManager, 'request'>
  random: () => number
  setTimeout: (work: () => void, ms: number) => number
  clearTimeout: (timer: number) => void
  /** Something in the journal was settled. */
  onSettled(): void
  /** The server refused the whole batch (4xx); nothing is settled and a person must know. */
  onDenied(code: string): void
  /** The till itself failed, its storage most likely; the record is where it was. */
  onTrouble(error: unknown): void
}

/** How often a till that has nothing to send asks whether the line lives (J7). */
export const tickMs = 5_000
/** Bounds of the wait after "unknown" (J6). */
export const backoffMinMs = 1_000
export const backoffMaxMs = 300_000
/** A cut line costs nothing to try, and a cashier waits for it: it is tried at least this often. */
export const probeMaxMs = 10_000
/** After so many 5xx in a row the batch is halved (J6). */
export const failuresBeforeHalving = 3
export const syncTimeoutMs = 20_000

export class Sync {
  readonly #deps: SyncDeps
  #timer: number | null = null
  #running: Promise<void> | null = null
  #again = false
  #stopped = true
  /** The server's head where it is known to have lost what lies above, or null (J7). */
  #lostAboveSeq: number | null = null
  #attempt = 0
  #serverFailures = 0
  #batchMax = batchRecordsMax

  constructor(deps: SyncDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#stopped = false
    void this.kick()
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
    if (this.#timer !== null) this.#deps.clearTimeout(this.#timer)
    this.#timer = null
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
        waitMs = await this.#deps.locks.request(`podarok-sync-${this.#deps.journal.identity.tillId}`, () =>
          this.#drain(),
        )
        this.#attempt = 0
      } catch (error) {
        waitMs = this.#afterFailure(error)
        break
      }
    } while (this.#again && !this.#stopped)
    if (!this.#stopped) this.#timer = this.#deps.setTimeout(() => void this.kick(), waitMs)
  }

  /** Full jitter (J6): tills that lost the line together must not come back together. */
  #afterFailure(error: unknown): number {
    if (isDenied(error)) this.#deps.onDenied(error.code)
    else if (!isUnreachable(error)) this.#deps.onTrouble(error)
    const serverBroke = isUnreachable(error) && error.status !== null
    const ceiling = Math.min(serverBroke ? backoffMaxMs : probeMaxMs, backoffMinMs * 2 ** this.#attempt)
    this.#attempt++
    return Math.max(backoffMinMs / 2, this.#deps.random() * ceiling)
  }

  /** @returns after how long to look again */
  async #drain(): Promise<number> {
    const { api, journal } = this.#deps
    for (;;) {
      if (this.#stopped) return tickMs
      const lost = this.#lostAboveSeq
      const batch = await journal.batch(lost ?? Infinity, this.#batchMax)
      if (batch.length === 0) {
        await this.#letHoldsGo()
        const { headSeq } = await api('ping', null)
        // A server that was set back to an earlier moment is refilled from here.
        this.#lostAboveSeq = headSeq < (await journal.state()).headSeq ? headSeq : null
        if (this.#lostAboveSeq === null) return tickMs
        continue
      }
      const answer = await this.#send(batch)
      const waitMs = await this.#settle(batch, answer)
      if (waitMs !== null) return waitMs
      if (lost === null) continue
      this.#lostAboveSeq = answer.head.headSeq
      // A server that takes the records but does not move would be sent the same for ever.
      if (answer.head.headSeq <= lost) return tickMs
    }
  }

  async #send(batch: JournalRecord[]): Promise<SyncAnswer> {
    const { api, journal } = this.#deps
    const body = {
      wire: wireVersion,
      till: { id: journal.identity.tillId, epoch: batch[0]!.epoch },
      records: batch.map(({ seq, id, receipt }) => ({ seq, id, receipt })),
    } as const
    try {
      // A record that breaks the server whenever it comes alone is put aside, so that those behind it can pass (J6).
      const poison =
        batch.length === 1 && this.#batchMax === 1 && this.#serverFailures >= failuresBeforeHalving
      const answer = await api(poison ? 'syncRaw' : 'sync', body, { timeoutMs: syncTimeoutMs })
      this.#serverFailures = 0
      this.#batchMax = Math.min(batchRecordsMax, this.#batchMax * 2)
      return answer
    } catch (error) {
      if (isUnreachable(error) && error.status !== null && ++this.#serverFailures >= failuresBeforeHalving) {
        const smaller = Math.max(1, Math.floor(Math.min(this.#batchMax, batch.length) / 2))
        // At one record the count stays: the next try goes raw.
        if (this.#batchMax > 1) this.#serverFailures = 0
        this.#batchMax = smaller
      }
      throw error
    }
  }

  /** @returns how long to wait when the server said `later`, or null to go on */
  async #settle(batch: JournalRecord[], answer: SyncAnswer): Promise<number | null> {
    const settled: { key: RecordKey; outcome: FinalOutcome }[] = []
    let waitMs: number | null = null
    for (const record of batch) {
      const outcome = answer.outcomes.find(({ seq, id }) => seq === record.seq && id === record.id)?.outcome
      // Silence about a record is "unknown", as `later` is: it and all after it go again.
      if (!outcome || outcome.status === 'later') {
        waitMs = Math.max(backoffMinMs, outcome?.afterMs ?? 0)
        break
      }
      settled.push({ key: [record.epoch, record.seq], outcome })
    }
    await this.#deps.journal.settle(settled)
    if (settled.length > 0) this.#deps.onSettled()
    return waitMs
  }

  /** What was given up, also while the line was down, still holds money on the server. */
  async #letHoldsGo(): Promise<void> {
    const { api, drafts } = this.#deps
    for (const holdId of await drafts.releases()) {
      await api('release', null, { id: holdId })
      await drafts.forgetRelease(holdId)
    }
    for (const draft of await drafts.dropped()) {
      await api('dropDraft', null, { id: draft.id })
      await drafts.forgetDropped(draft.id)
    }
  }
}
