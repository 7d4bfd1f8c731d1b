import { type BookEntry, chunkOfTag } from '../../core/card/book.ts'
import { decodeEntries, encodeEntries } from '../../core/card/book-page.ts'
import { fromBase64url } from '../crypto/base64url.ts'
import type { BookAnswer } from '../../core/wire/offline.ts'
import { strictly, type TillStorage } from '../journal/storage.ts'
import type { Book, BookFact } from './book.ts'

export interface BookState {
  cards: number
  /** Null while the book is not whole. */
  asOfMs: number | null
  /** How much of the first reading is done, 0 to 1; null when none is under way. */
  progress: number | null
}

export interface BookSupplyDeps {
  book: Book
  storage: TillStorage
  /** One page of the book. @throws when the line is cut or the server refuses */
  page: (request: { cursor: string | null; fromChunk: number }) => Promise<BookAnswer>
  locks: Pick<LockManager, 'request'>
  onChange: () => void
}

const chunksOfBook = 256

/**
 * Fills the book, and brings it up to now (O7):
 *
 * empty ── first page ──▶ loading (goes on where it stopped) ── last page, and all changes since the first ──▶ whole
 *                                                                                  whole ── all changes ──▶ whole
 *
 * Its moment moves with the last page of changes alone: before that some cards are told as they were at the moment before.
 */
export class BookSupply {
  readonly #deps: BookSupplyDeps

  constructor(deps: BookSupplyDeps) {
    this.#deps = deps
  }

  get state(): BookState {
    const { fact } = this.#deps.book
    const loading = fact !== null && fact.asOfMs === null
    return {
      cards: fact?.cards ?? 0,
      asOfMs: fact?.asOfMs ?? null,
      progress: loading ? (fact.nextChunk ?? chunksOfBook) / chunksOfBook : null,
    }
  }

  /**
   * Goes on with the first reading, or takes what has changed. One frame of the till does it at a time, for frames share the
   * book (J11); what is there when the line is cut stays.
   */
  async refresh(): Promise<void> {
    const { book, storage, page, locks } = this.#deps
    await locks.request(`podarok-book-${storage.accountId}`, async () => {
      await book.refresh()
      let { fact } = book
      // What lies there is of another key, or nothing does.
      if (fact === null) await this.#wipe()
      while (fact === null || fact.nextChunk !== null) fact = await this.#readOn(fact)
      for (let more = true; more;) {
        const answer = await page({ cursor: fact.cursor, fromChunk: 0 })
        more = answer.more
        const asOfMs: number | null = more ? fact.asOfMs : answer.asOfMs
        fact = { ...fact, cursor: answer.cursor, asOfMs, cards: answer.cards }
        await this.#keep(await this.#changed(decodeEntries(fromBase64url(answer.entries))), fact)
      }
    })
  }

  async #wipe(): Promise<void> {
    const { storage } = this.#deps
    await strictly(storage, ['chunks', 'facts'], (tx) =>
      Promise.all([tx.objectStore('chunks').clear(), tx.objectStore('facts').delete('book')]),
    )
  }

  /** A page of the first reading: whole chunks. */
  async #readOn(fact: BookFact | null): Promise<BookFact> {
    const { book, page } = this.#deps
    const answer = await page({ cursor: null, fromChunk: fact?.nextChunk ?? 0 })
    const byChunk = new Map<number, BookEntry[]>()
    for (const entry of decodeEntries(fromBase64url(answer.entries))) {
      const chunk = chunkOfTag(entry.tag)
      byChunk.set(chunk, [...(byChunk.get(chunk) ?? []), entry])
    }
    const next: BookFact = {
      keyMark: book.keyMark,
      // Changes since the first page are asked afterwards, all of them.
      cursor: fact?.cursor ?? answer.cursor,
      nextChunk: answer.nextChunk,
      asOfMs: null,
      cards: answer.cards,
    }
    await this.#keep(byChunk, next)
    return next
  }

  /** The chunks that changed cards belong to, with the changes in them. */
  async #changed(entries: readonly BookEntry[]): Promise<Map<number, BookEntry[]>> {
    const chunks = new Map<number, Map<string, BookEntry>>()
    for (const entry of entries) {
      const chunk = chunkOfTag(entry.tag)
      let known = chunks.get(chunk)
      if (!known) {
        const before = decodeEntries(await this.#deps.book.chunk(chunk))
        chunks.set(chunk, (known = new Map(before.map((one) => [one.tag, one]))))
      }
      known.set(entry.tag, entry)
    }
    return new Map([...chunks].map(([chunk, known]) => [chunk, [...known.values()]]))
  }

  /** Chunks and how far the book goes are written together: neither is ever ahead of the other. */
  async #keep(chunks: ReadonlyMap<number, BookEntry[]>, fact: BookFact): Promise<void> {
    const { book, storage, onChange } = this.#deps
    // Encrypted before the transaction opens: it would end while it waits.
    const rows = await Promise.all(
      [...chunks].map(([chunk, entries]) => book.seal(chunk, encodeEntries(entries))),
    )
    await strictly(storage, ['chunks', 'facts'], (tx) =>
      Promise.all([
        ...rows.map((row) => tx.objectStore('chunks').put(row)),
        tx.objectStore('facts').put({ key: 'book', value: fact }),
      ]),
    )
    book.fact = fact
    onChange()
  }
}
