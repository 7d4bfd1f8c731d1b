import type { SealingKey } from '../../core/card/sealed-number.ts'
import type { PingAnswer, TillAnswer, TillHead, TillState } from '../../core/wire/tills.ts'

/** The server's state as it last told it. In memory only; discarded with the page. */
export class Heads {
  state: TillState = 'active'
  casesOpen = 0
  /** Card numbers are sealed to it (J1). */
  sealingKey: SealingKey | null = null
  /** Opens the book (O7). */
  bookKey: string | null = null
  /** Decisions later than this are not stored here. */
  decidedAfterMs = 0
  readonly #byOrdinal = new Map<number, number>()
  readonly #missing = new Map<number, readonly number[]>()

  /** @param own true if the head belongs to the till's present identity */
  hear(head: TillHead | PingAnswer, ordinal: number, own: boolean): void {
    this.#byOrdinal.set(ordinal, head.headSeq)
    if ('missing' in head) this.#missing.set(ordinal, head.missing)
    if (!own) return
    this.state = head.state
    this.casesOpen = head.casesOpen
    // Shut out: what is in memory goes as what is on the disk does.
    if (head.state === 'revoked') this.sealingKey = this.bookKey = null
  }

  take({ sealingKey, bookKey, head }: TillAnswer): void {
    if (head.state === 'revoked') return
    this.sealingKey = sealingKey
    this.bookKey = bookKey
  }

  /** Whether the server is known to have a record. */
  readonly serverHas = (ordinal: number, seq: number): boolean =>
    seq <= (this.#byOrdinal.get(ordinal) ?? 0) && !this.#missing.get(ordinal)?.includes(seq)
}
