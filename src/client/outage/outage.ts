import type { CardId } from '../../core/ids.ts'
import { type Kopecks, kopecks } from '../../core/money.ts'
import { chargeGrant, useOf } from '../../core/receipt/offline.ts'
import type { Operation } from '../../core/receipt/operations.ts'
import type { Envelope } from '../../core/wire/tills.ts'
import { type Api, isDenied, isUnreachable } from '../api/api.ts'
import { besideBook, type KnownEntry } from './beside-book.ts'
import { Book } from './book.ts'
import { beatMs, lookAtCanary } from './canary.ts'
import { Grants } from './grants.ts'
import type { RecordState } from '../journal/records.ts'
import type { TillStorage } from '../journal/storage.ts'
import type { Locks } from '../locks.ts'
import { type NotReady, notReady } from './readiness.ts'
import type { Trouble } from '../trouble.ts'

/** What a till needs to work through an outage, kept up to date while the line is up (O3, O7, O8). */
export interface OutageDeps {
  api: Api
  storage: TillStorage
  accountId: string
  /** Opens the book, from the server. */
  bookKey: string
  locks: Locks
  /** No other page of a till lived in this browser when this one came. */
  cameAlone: boolean
  nowMs: () => number
  /** Everything of the current journal's envelope but the nonce. */
  envelope: () => Promise<Omit<Envelope, 'nonce'>>
  /** What this till has recorded lately, and all that has no outcome. */
  records: () => Promise<readonly RecordState[]>
  onChange: () => void
  log: (event: string, error: unknown) => void
}

/** How the till stands for an outage, for the light (O8). */
export interface Readiness {
  /** Null when it is ready. */
  why: NotReady | null
  /** How much of the book's first reading is done, 0 to 1. */
  progress: number | null
  leftKopecks: Kopecks | null
  untilMs: number | null
  cards: number
  asOfMs: number | null
}

/** Changes of cards are asked for this often. */
const refreshMs = 60_000

export class Outage {
  readonly #deps: OutageDeps
  readonly #book: Book
  readonly #grants: Grants
  #canaryLived = false
  #tending = false
  #refreshedAtMs = -Infinity
  #beatAtMs = -Infinity

  private constructor(deps: OutageDeps, book: Book) {
    const { api, storage, accountId, locks, nowMs, envelope, onChange } = deps
    this.#deps = deps
    this.#book = book
    this.#grants = new Grants({
      storage,
      ask: async (returned) => {
        const said = await envelope()
        return api('grant', (nonceOf) => ({ ...said, nonce: nonceOf(said.journal), returned }))
      },
      nowMs,
      locks,
      name: accountId,
      onChange,
    })
  }

  static async open(deps: OutageDeps): Promise<Outage> {
    const { api, storage, accountId, bookKey, locks, cameAlone, nowMs, onChange } = deps
    const book = await Book.open(
      {
        storage,
        page: ({ cursor, fromChunk }) => api('book', { cursor, fromChunk }),
        locks,
        name: accountId,
        onChange,
      },
      bookKey,
    )
    const outage = new Outage(deps, book)
    await outage.#grants.refresh()
    outage.#canaryLived = await lookAtCanary(storage, nowMs(), cameAlone)
    return outage
  }

  /** Reads again what another frame may have changed. */
  refresh(): Promise<void> {
    return this.#grants.refresh()
  }

  /**
   * Brings grant and book up to date; call it when everything is sent and the line is up. It is never waited for: the first
   * reading of a large book takes its time, and no sale waits for that.
   */
  tend(): void {
    if (this.#tending) return
    this.#tending = true
    void this.#tend()
      .catch((error: unknown) => {
        // A cut line shows as such elsewhere; what was read stays, and the next turn goes on.
        if (!isUnreachable(error)) this.#deps.log(isDenied(error) ? 'outage_denied' : 'outage_failed', error)
      })
      .finally(() => (this.#tending = false))
  }

  async #tend(): Promise<void> {
    const { storage, nowMs } = this.#deps
    await this.#grants.tend()
    const now = nowMs()
    if (now - this.#beatAtMs >= beatMs) {
      this.#beatAtMs = now
      this.#canaryLived = await lookAtCanary(storage, now, false)
    }
    // A shop that allows nothing offline needs no list of its cards in every browser.
    if (this.#grants.reason === 'off' || now - this.#refreshedAtMs < refreshMs) return
    await this.#book.refresh()
    this.#refreshedAtMs = now
  }

  /** The server has ended the till's grant (O1). */
  async endGrant(): Promise<void> {
    await this.#grants.end()
    this.#deps.onChange()
  }

  /** What the book says of a card, less what this till has done with it since; null where it does not know the number. */
  async find(number: string): Promise<KnownEntry | null> {
    const entry = await this.#book.find(number)
    return entry && besideBook(entry, await this.#deps.records(), this.asOfMs ?? -Infinity)
  }

  /** The moment that the book tells of. */
  get asOfMs(): number | null {
    return this.#book.state.asOfMs
  }

  /** Whether the grant carries all operations of a promise that stand on no hold (O3). */
  covers(operations: readonly Operation[]): boolean {
    const held = this.#grants.usable()
    if (!held || this.#isBookOld()) return false
    const added = useOf({ operations: [...operations] })
    return 'use' in chargeGrant(held.grant, held.use, added, this.#deps.nowMs())
  }

  /** The most that a card may pay on the grant in a receipt in which cards without a hold pay `besideKopecks` already. */
  room(cardId: CardId, besideKopecks: number): Kopecks {
    return this.#isBookOld() ? kopecks(0) : this.#grants.room(cardId, besideKopecks)
  }

  /** Until when a card out of the book may be promised. */
  get untilMs(): number {
    return this.#grants.usable()?.grant.useUntilMs ?? 0
  }

  readiness(trouble: Trouble | null): Readiness {
    const { nowMs } = this.#deps
    const { held, reason } = this.#grants
    const usable = this.#grants.usable()
    const { asOfMs, cards, progress } = this.#book.state
    const left = held ? held.grant.sumKopecks - held.use.spentKopecks : 0
    const why = notReady({
      trouble,
      isDurable: true,
      canaryLived: this.#canaryLived,
      grant: {
        isUsable: usable !== null,
        isSpent: reason === 'used_up' || (usable !== null && left <= 0),
        isOver: held !== null && !held.returned && nowMs() >= held.grant.useUntilMs,
        isOff: reason === 'off',
        bookMaxAgeMs: held?.grant.bookMaxAgeMs ?? 0,
      },
      book: { asOfMs },
      nowMs: nowMs(),
    })
    return {
      why,
      progress,
      leftKopecks: usable ? kopecks(Math.max(0, left)) : null,
      untilMs: usable?.grant.useUntilMs ?? null,
      cards,
      asOfMs,
    }
  }

  #isBookOld(): boolean {
    const { asOfMs } = this.#book.state
    const maxAgeMs = this.#grants.usable()?.grant.bookMaxAgeMs ?? 0
    return asOfMs === null || this.#deps.nowMs() - asOfMs > maxAgeMs
  }
}
