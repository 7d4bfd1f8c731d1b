import { batchRecordsMax, type Envelope, type PingAnswer, type SyncAnswer } from '../../core/wire/tills.ts'
import { type Api, isDenied, isUnreachable } from '../api/api.ts'
import type { DraftsPort } from '../journal/drafts.ts'
import type { RecordKey } from '../journal/database.ts'
import type { JournalPort } from '../journal/journal.ts'
import type { Settled } from '../journal/records.ts'
import { type Batch, type Lost, type Standing, wireRecord } from '../journal/outgoing.ts'
import { keyOf } from '../journal/records.ts'

/**
 * Carries the journal to the server, oldest first, again and again until every record has an outcome.
 *
 * resting ── kick or tick ──▶ draining ──▶ resting (all settled, or the server said `later`)
 *                                │
 *                                └─ no answer ──▶ waiting (full jitter) ──▶ draining
 */
export interface SyncDeps {
  api: Api
  /** A journal is sent to its own account alone (F23). */
  accountId: string
  journal: JournalPort
  drafts: DraftsPort
  /** The till's journals by their places in its database, oldest first; the last one is the current. */
  ordinals: () => readonly number[]
  /** Everything of the envelope but the nonce. */
  envelope: (ordinal: number, standing?: Standing) => Promise<Omit<Envelope, 'nonce'>>
  /** Whether an employee is logged in: letting holds go takes one, the journal does not (A2). */
  inSession: () => boolean
  /** One frame of the till sends at a time (J11). */
  locks: Pick<LockManager, 'request'>
  random: () => number
  setTimeout: (work: () => void, ms: number) => number
  clearTimeout: (timer: number) => void
  /** Some time has passed. */
  onTick(): void
  /** The server has records of a journal that are not here (F8). */
  onAhead(ordinal: number, headSeq: number): Promise<void>
  /** The server does not know a journal: it was restored to a moment before that. */
  onKeyUnknown(ordinal: number): Promise<void>
  /** A try went through: the till's own errands with the server are due. */
  onInStep(): Promise<void>
  /** The server refused the whole batch (4xx); nothing is settled and a person must know. */
  onDenied(code: string): void
  /** The till itself failed, its storage most likely; the record is where it was. */
  onTrouble(error: unknown): void
}

/** How often a till that has nothing to send asks whether the line lives (J7). */
const tickMs = 5_000
/** Bounds of the wait after "unknown" (J6). */
export const backoffMinMs = 1_000
export const backoffMaxMs = 300_000
/** A cut line costs nothing to try, and a cashier waits for it: it is tried at least this often. */
export const probeMaxMs = 10_000
/** After so many 5xx in a row the batch is halved, and after each that follows once more (J6). */
const failuresBeforeHalving = 3
/** After so many a record that goes alone may be to blame. */
const failuresBeforeBlame = 6
const syncTimeoutMs = 20_000

/** From this length on a batch is worth reading the next one beside it: a queue is long, or it is not. */
const readAheadFrom = 50

/** A batch and what its envelope says. */
interface Parcel {
  batch: Batch
  envelope: Omit<Envelope, 'nonce'>
}

/** A body is asked for a second time only when the nonce of the first has aged. */
class NonceAged extends Error {}

export class Sync {
  readonly #deps: SyncDeps
  #timer: number | null = null
  #timerMs = 0
  #running: Promise<void> | null = null
  #again = false
  /** Aborts the running try, so that other frames get the lock. */
  #lease: AbortController | null = null
  #stopped = true
  /** What the server is known to have lost, by journal (J7). */
  readonly #lost = new Map<number, Lost>()
  /** What was sent again since the last try that went through: it need not be once more, although the server may go on asking. */
  readonly #refilled = new Set<string>()
  /** The heads of older journals are asked for once a page load, and again when the server was seen to be restored. */
  #oldAsked = false
  /** Answers have come without a break since the heads were compared. */
  #inTouch = false
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
      this.#deps.onTick()
      void this.kick()
    }, waitMs)
  }

  /** Full jitter (J6): tills that lost the line together must not come back together. */
  #afterFailure(error: unknown): number {
    if (isDenied(error)) this.#deps.onDenied(error.code)
    else if (!isUnreachable(error)) this.#deps.onTrouble(error)
    const serverBroke = isUnreachable(error) && error.status !== null
    const ceiling = Math.min(serverBroke ? backoffMaxMs : probeMaxMs, backoffMinMs * 2 ** this.#attempt)
    this.#attempt++
    this.#inTouch = false
    return Math.max(backoffMinMs / 2, this.#deps.random() * ceiling)
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
    const goesOn = () => !this.#stopped && !lease.aborted
    let inStep = false
    let delivered = false
    // A copy of the till may have come to a restored server first: then its head tells nothing of what it lacks (F9). So the
    // heads are compared before anything is sent, whenever the server may have been away.
    if (!this.#inTouch) await this.#compareHeads()
    this.#inTouch = true
    while (goesOn()) {
      const parcel = await this.#pack(null)
      if (parcel) {
        inStep = false
        delivered = true
        const waitMs = await this.#deliver(parcel, goesOn)
        if (waitMs !== null) return waitMs
        if (parcel.batch.isLast && this.#lost.size === 0) break
        continue
      }
      // Nothing is left to send, or the server lacks what may not be sent yet. What else is due can wait for the next tick: a
      // screen has outcomes to show (P2b).
      if (inStep || (delivered && this.#lost.size === 0)) break
      await this.#letHoldsGo()
      await this.#compareHeads()
      await this.#deps.onInStep()
      inStep = true
      if (this.#lost.size === 0) break
    }
    this.#refilled.clear()
    return tickMs
  }

  async #pack(after: RecordKey | null): Promise<Parcel | null> {
    const batch = await this.#deps.journal.batch(this.#lost, this.#batchMax, after)
    if (!batch) return null
    const envelope = await this.#deps.envelope(batch.ordinal, batch.standing)
    // What the server is known to have lost is on its way.
    const answeredSeq = Math.min(envelope.answeredSeq, this.#lost.get(batch.ordinal)?.above ?? Infinity)
    return { batch, envelope: { ...envelope, answeredSeq } }
  }

  /**
   * Sends a batch and, of a long queue, those that follow: while the server decides one, the one before is filed and the
   * next one is read. Filing must have ended before the next answer is filed, so that outcomes keep their order.
   *
   * @returns how long to wait when the server said `later`, or null to go on
   */
  async #deliver(first: Parcel, goesOn: () => boolean): Promise<number | null> {
    let filing: Promise<number | null> = Promise.resolve(null)
    for (let parcel = first; ;) {
      const work = [filing, this.#send(parcel), this.#readAhead(parcel)] as const
      // Where one fails the others still end first: nothing runs on after this try.
      await Promise.allSettled(work)
      const [, answer, next] = await Promise.all(work)
      // The till was silent for long, or the server was restored: the heads come first.
      if (answer === null || answer.head.headSeq < parcel.envelope.answeredSeq) {
        await this.#compareHeads()
        return null
      }
      const settling = this.#settle(parcel.batch, answer)
      if (next === null || !goesOn() || !isWhole(parcel.batch, answer)) return settling
      filing = settling
      parcel = next
    }
  }

  /** The batch after this one, unless the queue is short or the server lacks what was settled before (J7). */
  async #readAhead({ batch: { records } }: Parcel): Promise<Parcel | null> {
    const last = records.at(-1)
    if (!last || records.length < readAheadFrom || this.#lost.size > 0) return null
    return this.#pack(keyOf(last.record))
  }

  /** A restored server is refilled from here; one that is ahead knows what we have lost. */
  async #compareHeads(): Promise<void> {
    const ordinals = this.#deps.ordinals()
    await this.#compareHead(ordinals.at(-1)!, true)
    if (this.#oldAsked && this.#lost.size === 0) return
    for (const ordinal of ordinals.slice(0, -1)) {
      // Without records there is nothing to refill.
      if ((await this.#deps.journal.headOf(ordinal)) === 0) continue
      await this.#compareOldHead(ordinal)
    }
    this.#oldAsked = true
  }

  /** A key that the server had forgotten was told to it after the first denial; a second one is its last word. */
  async #compareOldHead(ordinal: number): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#compareHead(ordinal, false)
      } catch (error) {
        if (!isDenied(error)) throw error
        if (tries === 1) continue
        // What is over must not keep back what is new.
        return this.#deps.onDenied(error.code)
      }
    }
  }

  async #compareHead(ordinal: number, current: boolean): Promise<void> {
    const { journal } = this.#deps
    const { headSeq, missing, atHead } = await this.#ping(ordinal)
    // After the answer: another frame may have appended while we asked.
    const ownHead = await journal.headOf(ordinal)
    // Looked at whenever the server may have been away: it was restored, and a copy of this till came first (F9, F22).
    const own = this.#inTouch ? atHead : await Promise.all(atHead.map((id) => journal.find(id)))
    const isTaken = atHead.length > 0 && !own.some(Boolean)
    const asked = isTaken ? numbersUpTo(Math.min(headSeq, ownHead)) : missing
    const wanted = asked.filter((seq) => !this.#refilled.has([ordinal, seq].join()))
    const below = wanted.length ? await journal.settledAmong(ordinal, wanted) : []
    if (headSeq < ownHead || below.length > 0) this.#lost.set(ordinal, { above: headSeq, below })
    else this.#lost.delete(ordinal)
    if (current && headSeq > ownHead) await this.#deps.onAhead(ordinal, headSeq)
  }

  async #known<T>(ordinal: number, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (isDenied(error) && error.code === 'till_unknown') {
        this.#oldAsked = false
        await this.#deps.onKeyUnknown(ordinal)
      }
      throw error
    }
  }

  /** @returns null when the till was silent for so long that its nonce has aged: nothing was sent, the heads come first */
  async #send({ batch, envelope }: Parcel): Promise<SyncAnswer | null> {
    const { api } = this.#deps
    const records = batch.records.map(wireRecord)
    const send = (name: 'sync' | 'syncRaw') => {
      let signed = false
      return this.#known(batch.ordinal, () =>
        api(
          name,
          (nonceOf) => {
            if (signed) throw new NonceAged()
            signed = true
            return { ...envelope, nonce: nonceOf(envelope.journal), records }
          },
          { timeoutMs: syncTimeoutMs },
        ),
      )
    }
    try {
      const suspect =
        records.length === 1 && this.#batchMax === 1 && this.#serverFailures >= failuresBeforeBlame
      const answer = suspect ? await this.#sendAlone(batch.ordinal, send) : await send('sync')
      this.#serverFailures = 0
      // A long drain over a poor line meets many failures with successes between: those are not one long failure.
      this.#attempt = 0
      this.#batchMax = Math.min(batchRecordsMax, this.#batchMax * 2)
      return answer
    } catch (error) {
      if (error instanceof NonceAged) return null
      const broke = isUnreachable(error) && error.status !== null
      if (broke && ++this.#serverFailures >= failuresBeforeHalving) {
        this.#batchMax = Math.max(1, Math.floor(Math.min(this.#batchMax, records.length) / 2))
      }
      throw error
    }
  }

  /**
   * A record that breaks the server whenever it comes alone is put aside, so that those behind it can pass (J6). While
   * the server is out of order for everybody, or just coming back, no record is to blame: it has to be well before and
   * after.
   */
  async #sendAlone(
    ordinal: number,
    send: (name: 'sync' | 'syncRaw') => Promise<SyncAnswer>,
  ): Promise<SyncAnswer> {
    await this.#ping(ordinal)
    try {
      return await send('sync')
    } catch (error) {
      if (!isUnreachable(error) || error.status === null) throw error
    }
    await this.#ping(ordinal)
    return send('syncRaw')
  }

  async #ping(ordinal: number): Promise<PingAnswer> {
    const envelope = await this.#deps.envelope(ordinal)
    const { journal } = envelope
    return this.#known(ordinal, () =>
      this.#deps.api('ping', (nonceOf) => ({ ...envelope, nonce: nonceOf(journal) })),
    )
  }

  /** @returns how long to wait when the server said `later`, or null to go on */
  async #settle({ ordinal, records }: Batch, { outcomes, head }: SyncAnswer): Promise<number | null> {
    const settled: Settled[] = []
    const answers = new Map(outcomes.map((answer) => [answer.id, answer]))
    let waitMs: number | null = null
    for (const { record } of records) {
      const answer = answers.get(record.id)
      // Silence about a record is "unknown", as `later` is: it and all after it go again.
      if (!answer || answer.outcome.status === 'later') {
        waitMs = Math.max(backoffMinMs, answer?.outcome.status === 'later' ? answer.outcome.afterMs : 0)
        break
      }
      settled.push({ key: [record.ordinal, record.seq], outcome: answer.outcome, proof: answer.proof })
    }
    const first = await this.#deps.journal.settle(settled)
    const lost = this.#lost.get(ordinal)
    if (lost === undefined) return waitMs
    for (const { key } of settled) if (lost.below.includes(key[1])) this.#refilled.add(key.join())
    const below = lost.below.filter((seq) => !this.#refilled.has([ordinal, seq].join()))
    this.#lost.set(ordinal, { above: head.headSeq, below })
    // A server that takes the records but does not move would be sent the same for ever.
    const moves = head.headSeq > lost.above || below.length < lost.below.length
    return waitMs ?? (first > 0 || moves ? null : tickMs)
  }

  /** What was given up, also while the line was down, still holds money on the server. */
  async #letHoldsGo(): Promise<void> {
    const { api, drafts, inSession } = this.#deps
    try {
      for (const holdId of await drafts.releases()) {
        if (!inSession()) return
        await api('release', null, { id: holdId })
        await drafts.forgetRelease(holdId)
      }
      for (const draft of await drafts.dropped()) {
        if (!inSession()) return
        await api('dropDraft', null, { id: draft.id })
        await drafts.forgetDropped(draft.id)
      }
    } catch (error) {
      // The journal's answers do not depend on it; the rows wait for a better time.
      if (!isDenied(error)) throw error
      this.#deps.onDenied(error.code)
    }
  }
}

const numbersUpTo = (seq: number) => Array.from({ length: seq }, (_, n) => n + 1)

/** Whether every record of a batch has its outcome. */
function isWhole({ records }: Batch, { outcomes }: SyncAnswer): boolean {
  const decided = new Set(outcomes.flatMap(({ seq, outcome }) => (outcome.status === 'later' ? [] : [seq])))
  return records.every(({ record }) => decided.has(record.seq))
}
