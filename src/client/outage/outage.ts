import type { CardId } from '../../core/ids.ts'
import { type Kopecks, kopecks } from '../../core/money.ts'
import { chargeGrant, useOf } from '../../core/receipt/offline.ts'
import type { Operation } from '../../core/receipt/operations.ts'
import { besideBook, type KnownEntry } from './beside-book.ts'
import { Book } from './book.ts'
import { Grants } from './grants.ts'
import type { RecordState } from '../journal/records.ts'
import type { TillStorage } from '../journal/storage.ts'

export interface OutageDeps {
  storage: TillStorage
  /** Opens the book, from the server. */
  bookKey: string
  nowMs: () => number
  /** What this till has recorded lately, and all that has no outcome. */
  records: () => Promise<readonly RecordState[]>
  onChange: () => void
}

/** What a till works with through an outage: its grant and its book, as a sale reads them. `Supply` fills both. */
export class Outage {
  readonly #deps: OutageDeps
  readonly book: Book
  readonly grants: Grants

  private constructor(deps: OutageDeps, book: Book) {
    this.#deps = deps
    this.book = book
    this.grants = new Grants(deps)
  }

  static async open(deps: OutageDeps): Promise<Outage> {
    const outage = new Outage(deps, await Book.open(deps.storage, deps.bookKey))
    await outage.grants.refresh()
    return outage
  }

  /** What the book says of a card, less what this till has done with it since; null where it does not know the number. */
  async find(number: string): Promise<KnownEntry | null> {
    const entry = await this.book.find(number)
    return entry && besideBook(entry, await this.#deps.records(), this.asOfMs ?? -Infinity)
  }

  /** The moment that the book tells of; null while it is not whole. */
  get asOfMs(): number | null {
    return this.book.fact?.asOfMs ?? null
  }

  /** Whether the grant carries all operations of a promise that stand on no hold (O3). */
  covers(operations: readonly Operation[]): boolean {
    const held = this.grants.usable()
    if (!held || this.#isBookOld()) return false
    const added = useOf({ operations: [...operations] })
    return 'use' in chargeGrant(held.grant, held.use, added, this.#deps.nowMs())
  }

  /** The most that a card may pay on the grant in a receipt in which cards without a hold pay `besideKopecks` already. */
  room(cardId: CardId, besideKopecks: number): Kopecks {
    return this.#isBookOld() ? kopecks(0) : this.grants.room(cardId, besideKopecks)
  }

  /** Until when a card out of the book may be promised. */
  get untilMs(): number {
    return this.grants.usable()?.grant.useUntilMs ?? 0
  }

  #isBookOld(): boolean {
    const maxAgeMs = this.grants.usable()?.grant.bookMaxAgeMs ?? 0
    return this.asOfMs === null || this.#deps.nowMs() - this.asOfMs > maxAgeMs
  }
}
