import { batchRecordsMax, type Envelope, type SyncAnswer } from '../../core/wire/tills.ts'
import { type Api, isUnreachable } from '../api/api.ts'
import type { RecordKey } from '../journal/database.ts'
import type { JournalPort } from '../journal/journal.ts'
import { type Batch, wireRecord } from '../journal/outgoing.ts'
import { keyOf, type Settled } from '../journal/records.ts'
import type { Journals, Refill } from './refill.ts'

export interface DeliveryDeps {
  api: Api
  journal: JournalPort
  journals: Pick<Journals, 'envelope'>
  refill: Refill
}

/** The shortest wait after "unknown" (J6). */
export const backoffMinMs = 1_000
/** How often a till that has nothing to send asks whether the line lives (J7). */
export const tickMs = 5_000
/** After so many 5xx in a row the batch is halved, and after each that follows once more (J6). */
const failuresBeforeHalving = 3
/** After so many a record that goes alone may be to blame. */
const failuresBeforeBlame = 6
const syncTimeoutMs = 20_000

/** From this length on a batch is worth reading the next one beside it: a queue is long, or it is not. */
const readAheadFrom = 50

/** A batch and what its envelope says. */
export interface Parcel {
  batch: Batch
  envelope: Omit<Envelope, 'nonce'>
}

/** A body is asked for a second time only when the nonce of the first has aged. */
class NonceAged extends Error {}

/** Sends batches, files their outcomes, and finds the record to blame where the server breaks (J5, J6). */
export class Delivery {
  readonly #deps: DeliveryDeps
  /** Failures of the server in a row. */
  #failures = 0
  #batchMax = batchRecordsMax

  constructor(deps: DeliveryDeps) {
    this.#deps = deps
  }

  /** The next records to send. */
  async pack(after: RecordKey | null = null): Promise<Parcel | null> {
    const { journal, journals, refill } = this.#deps
    const batch = await journal.batch(refill.lost, this.#batchMax, after)
    if (!batch) return null
    const envelope = await journals.envelope(batch.ordinal, batch.standing)
    const answeredSeq = Math.min(envelope.answeredSeq, refill.answeredAtMost(batch.ordinal))
    return { batch, envelope: { ...envelope, answeredSeq } }
  }

  /**
   * Sends a batch and, of a long queue, those that follow: while the server decides one, the one before is filed and the
   * next one is read. Filing must have ended before the next answer is filed, so that outcomes keep their order.
   *
   * @param onAnswer called with each answer
   * @returns how long to wait when the server said `later`, or null to go on
   */
  async deliver(first: Parcel, goesOn: () => boolean, onAnswer: () => void): Promise<number | null> {
    let filing: Promise<number | null> = Promise.resolve(null)
    for (let parcel = first; ;) {
      const work = [filing, this.#send(parcel, onAnswer), this.#readAhead(parcel)] as const
      // Where one fails the others still end first: nothing runs on after this try.
      await Promise.allSettled(work)
      const [, answer, next] = await Promise.all(work)
      // The till was silent for long, or the server was restored: the heads come first.
      if (answer === null || answer.head.headSeq < parcel.envelope.answeredSeq) {
        await this.#deps.refill.compareHeads()
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
    if (!last || records.length < readAheadFrom || this.#deps.refill.lost.size > 0) return null
    return this.pack(keyOf(last.record))
  }

  /** @returns null when the till was silent for so long that its nonce has aged: nothing was sent */
  async #send({ batch, envelope }: Parcel, onAnswer: () => void): Promise<SyncAnswer | null> {
    const { api, refill } = this.#deps
    const records = batch.records.map(wireRecord)
    const send = (name: 'sync' | 'syncRaw') => {
      let signed = false
      return refill.known(batch.ordinal, () =>
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
      const isSuspect = records.length === 1 && this.#batchMax === 1 && this.#failures >= failuresBeforeBlame
      const answer = isSuspect ? await this.#sendAlone(batch.ordinal, send) : await send('sync')
      this.#failures = 0
      onAnswer()
      this.#batchMax = Math.min(batchRecordsMax, this.#batchMax * 2)
      return answer
    } catch (error) {
      if (error instanceof NonceAged) return null
      const broke = isUnreachable(error) && error.status !== null
      if (broke && ++this.#failures >= failuresBeforeHalving) {
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
    const { refill } = this.#deps
    await refill.ping(ordinal)
    try {
      return await send('sync')
    } catch (error) {
      if (!isUnreachable(error) || error.status === null) throw error
    }
    await refill.ping(ordinal)
    return send('syncRaw')
  }

  /** @returns how long to wait when the server said `later`, or null to go on */
  async #settle(batch: Batch, { outcomes, head }: SyncAnswer): Promise<number | null> {
    const { journal, refill } = this.#deps
    const settled: Settled[] = []
    const answers = new Map(outcomes.map((answer) => [answer.id, answer]))
    let waitMs: number | null = null
    for (const { record } of batch.records) {
      const answer = answers.get(record.id)
      // Silence about a record is "unknown", as `later` is: it and all after it go again.
      if (!answer || answer.outcome.status === 'later') {
        waitMs = Math.max(backoffMinMs, answer?.outcome.status === 'later' ? answer.outcome.afterMs : 0)
        break
      }
      settled.push({ key: keyOf(record), outcome: answer.outcome, proof: answer.proof })
    }
    const first = await journal.settle(settled)
    const moves = refill.settled(batch, settled, head.headSeq)
    return waitMs ?? (first > 0 || moves ? null : tickMs)
  }
}

/** Whether every record of a batch has its outcome. */
function isWhole({ records }: Batch, { outcomes }: SyncAnswer): boolean {
  const decided = new Set(outcomes.flatMap(({ seq, outcome }) => (outcome.status === 'later' ? [] : [seq])))
  return records.every(({ record }) => decided.has(record.seq))
}
