import type { Envelope, PingAnswer } from '../../core/wire/tills.ts'
import { type Api, isDenied } from '../api/api.ts'
import type { JournalPort } from '../journal/journal.ts'
import type { Batch, Lost, Standing } from '../journal/outgoing.ts'
import type { Settled } from '../journal/records.ts'

/** The till's journals and their keys, as the server hears of them. */
export interface Journals {
  /** By their places in the till's database, oldest first; the last one is the current. */
  ordinals: () => readonly number[]
  /** Everything of the envelope but the nonce. */
  envelope: (ordinal: number, standing?: Standing) => Promise<Omit<Envelope, 'nonce'>>
  /** The server has records of a journal that are not here (F8). */
  goOn: (ordinal: number, headSeq: number) => Promise<void>
  /** The server does not know a journal: it was restored to a moment before that. */
  introduce: (ordinal: number) => Promise<void>
}

export interface RefillDeps {
  api: Api
  journal: JournalPort
  journals: Journals
  /** The server has refused a call about an old journal for good. */
  onDenied: (code: string) => void
}

/** What the server lacks of what it once had: it was restored, and is sent that again (J7). */
export class Refill {
  readonly #deps: RefillDeps
  /** By journal. */
  readonly lost = new Map<number, Lost>()
  /** What was sent again since the last try that went through: it need not be once more, although the server may go on asking. */
  readonly #refilled = new Set<string>()
  /** The heads of older journals are asked for once a page load, and again when the server was seen to be restored. */
  #oldAsked = false
  /** Answers have come without a break since the heads were compared. */
  inTouch = false

  constructor(deps: RefillDeps) {
    this.#deps = deps
  }

  /** A restored server is refilled from here; one that is ahead knows what we have lost. */
  async compareHeads(): Promise<void> {
    const { journal, journals } = this.#deps
    const ordinals = journals.ordinals()
    await this.#compare(ordinals.at(-1)!, true)
    if (this.#oldAsked && this.lost.size === 0) return
    for (const ordinal of ordinals.slice(0, -1)) {
      // Without records there is nothing to refill.
      if ((await journal.headOf(ordinal)) === 0) continue
      await this.#compareOld(ordinal)
    }
    this.#oldAsked = true
  }

  /** A try went through. */
  wentThrough(): void {
    this.#refilled.clear()
  }

  /** The highest number that the server is to have answered: what it is known to have lost is on its way. */
  answeredAtMost(ordinal: number): number {
    return this.lost.get(ordinal)?.above ?? Infinity
  }

  /** @returns whether the server has moved; one that takes records and does not would be sent the same for ever */
  settled({ ordinal }: Batch, settled: readonly Settled[], headSeq: number): boolean {
    const lost = this.lost.get(ordinal)
    if (!lost) return true
    for (const { key } of settled) if (lost.below.includes(key[1])) this.#refilled.add(key.join())
    const below = lost.below.filter((seq) => !this.#refilled.has([ordinal, seq].join()))
    this.lost.set(ordinal, { above: headSeq, below })
    return headSeq > lost.above || below.length < lost.below.length
  }

  async ping(ordinal: number): Promise<PingAnswer> {
    const { api, journals } = this.#deps
    const envelope = await journals.envelope(ordinal)
    const { journal } = envelope
    return this.known(ordinal, () => api('ping', (nonceOf) => ({ ...envelope, nonce: nonceOf(journal) })))
  }

  /** Asks in the name of a journal; one that the server has forgotten is told it, and the call fails. */
  async known<T>(ordinal: number, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (isDenied(error) && error.code === 'till_unknown') {
        this.#oldAsked = false
        await this.#deps.journals.introduce(ordinal)
      }
      throw error
    }
  }

  /** A key that the server had forgotten was told to it after the first denial; a second one is its last word. */
  async #compareOld(ordinal: number): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#compare(ordinal, false)
      } catch (error) {
        if (!isDenied(error)) throw error
        if (tries === 1) continue
        // What is over must not keep back what is new.
        return this.#deps.onDenied(error.code)
      }
    }
  }

  async #compare(ordinal: number, current: boolean): Promise<void> {
    const { journal, journals } = this.#deps
    const { headSeq, missing, atHead } = await this.ping(ordinal)
    // After the answer: another frame may have appended while we asked.
    const ownHead = await journal.headOf(ordinal)
    // Looked at whenever the server may have been away: it was restored, and a copy of this till came first (F9, F22).
    const own = this.inTouch ? atHead : await Promise.all(atHead.map((id) => journal.find(id)))
    const isTaken = atHead.length > 0 && !own.some(Boolean)
    const asked = isTaken ? numbersUpTo(Math.min(headSeq, ownHead)) : missing
    const wanted = asked.filter((seq) => !this.#refilled.has([ordinal, seq].join()))
    const below = wanted.length ? await journal.settledAmong(ordinal, wanted) : []
    if (headSeq < ownHead || below.length > 0) this.lost.set(ordinal, { above: headSeq, below })
    else this.lost.delete(ordinal)
    if (current && headSeq > ownHead) await journals.goOn(ordinal, headSeq)
  }
}

const numbersUpTo = (seq: number) => Array.from({ length: seq }, (_, n) => n + 1)
