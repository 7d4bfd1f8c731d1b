import { Book } from '../../src/client/book.ts'
import { Grants } from '../../src/client/grants.ts'
import { TillStorage } from '../../src/client/journal/storage.ts'
import type { BookEntry } from '../../src/core/book.ts'
import type { AccountId } from '../../src/core/ids.ts'
import type { Receipt } from '../../src/core/receipt.ts'
import type { OpenTill } from './counter.ts'

/** What a page has said and heard of its till when it was told to the server. */
export interface Bound {
  id: string
  epoch: number
  bookKey: string
}

/**
 * Book and grant of one page, put together as the till will do it. A till that is not active has neither.
 */
export class OutageKit {
  readonly #open: OpenTill
  readonly #storage: TillStorage
  readonly grants: Grants
  readonly #book: Book

  private constructor(open: OpenTill, storage: TillStorage, grants: Grants, book: Book) {
    this.#open = open
    this.#storage = storage
    this.grants = grants
    this.#book = book
  }

  static async open(open: OpenTill, bound: Bound): Promise<OutageKit | null> {
    const { till, counter } = open
    const accountId = counter.parts.accountId as AccountId
    const silent = { onBlocked: () => undefined, onOutdated: () => undefined, onTerminated: () => undefined }
    const storage = await TillStorage.open(accountId, silent)
    const locks = counter.parts.profile.locks as unknown as LockManager
    const common = { storage, locks, name: accountId, onChange: () => undefined }
    const book = await Book.open({ ...common, page: (request) => till.api('book', request) }, bound.bookKey)
    const grants = new Grants({
      ...common,
      nowMs: () => till.serverNowMs(),
      ask: async (returned) => {
        const standing = await till.ready!.journal.standing(bound.epoch)
        return till.api('grant', (nonce) => ({
          wire: 'v1' satisfies Receipt['version'],
          accountId,
          till: { id: bound.id as never, epoch: bound.epoch },
          nonce,
          ...standing,
          decidedAfterMs: 0,
          returned,
        }))
      },
    })
    await grants.refresh()
    return new OutageKit(open, storage, grants, book)
  }

  /** Takes what has changed in the book, and a new grant for a used one; when the line is up and everything is sent. */
  async tend(): Promise<void> {
    const { till } = this.#open
    if (till.state.unsettled === 0) await this.grants.tend()
    await this.#book.refresh()
  }

  /** What the book says of a card, if it is young enough to be believed (O3). */
  async find(number: string): Promise<Pick<BookEntry, 'cardId' | 'state' | 'availableKopecks'> | null> {
    const held = this.grants.usable()
    if (!held) return null
    const young = (ms: number) => this.#open.till.serverNowMs() - ms <= held.grant.bookMaxAgeMs
    const { asOfMs } = this.#book.state
    if (asOfMs !== null) return young(asOfMs) ? this.#book.find(number) : null
    const seen = this.#open.counter.seen.get(number)
    return seen && young(seen.atMs) ? seen : null
  }

  close(): void {
    this.#storage.close()
  }
}
