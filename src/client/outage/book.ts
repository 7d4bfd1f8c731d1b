import * as v from 'valibot'
import {
  type BookEntry,
  bookTagBytes,
  chunkOfTag,
  decodeEntries,
  encodeEntries,
  findEntry,
  hexAt,
} from '../../core/card/book.ts'
import { fromBase64url } from '../crypto/base64url.ts'
import { Moment } from '../../core/ids.ts'
import type { BookAnswer } from '../../core/wire/offline.ts'
import { reading, strictly, type TillStorage } from '../journal/storage.ts'
import { Int, tryShape } from '../../core/shape.ts'

/**
 * The cards that this till knows without the line (O3, O7). They lie in up to 256 encrypted chunks; the key is the
 * server's, comes with the session and is in memory alone, so that a copied profile shows nothing.
 *
 * empty ── first page ──▶ loading (goes on where it stopped) ── last page, and all changes since the first ──▶ whole
 *                                                                                  whole ── all changes ──▶ whole
 *
 * Its moment moves with the last page of changes alone: before that some cards are told as they were at the moment before.
 */

const BookFact = v.object({
  /** Tells whether the chunks are encrypted under the key that we have. */
  keyMark: v.string(),
  /** From where changes are to be asked. */
  cursor: v.string(),
  /** The chunk that the first reading goes on with; null when it is through. */
  nextChunk: v.nullable(Int),
  /** The moment that the book tells of: no card is told as of an earlier one. Null while it is not whole. */
  asOfMs: v.nullable(Moment),
  cards: Int,
})
type BookFact = v.InferOutput<typeof BookFact>

export interface BookState {
  cards: number
  /** Null while the book is not whole. */
  asOfMs: number | null
  /** How much of the first reading is done, 0 to 1; null when none is under way. */
  progress: number | null
}

export interface BookDeps {
  storage: TillStorage
  /** One page of the book. @throws when the line is cut or the server refuses */
  page: (request: { cursor: string | null; fromChunk: number }) => Promise<BookAnswer>
  locks: Pick<LockManager, 'request'>
  /** Names the lock: frames of one till share the book (J11). */
  name: string
  onChange: (state: BookState) => void
}

const chunksOfBook = 256

export class Book {
  readonly #deps: BookDeps
  readonly #tagKey: CryptoKey
  readonly #storeKey: CryptoKey
  readonly #keyMark: string
  state: BookState = { cards: 0, asOfMs: null, progress: null }

  private constructor(deps: BookDeps, tagKey: CryptoKey, storeKey: CryptoKey, keyMark: string) {
    this.#deps = deps
    this.#tagKey = tagKey
    this.#storeKey = storeKey
    this.#keyMark = keyMark
  }

  /** @param bookKey 32 bytes, base64url, from the server */
  static async open(deps: BookDeps, bookKey: string): Promise<Book> {
    const bytes = fromBase64url(bookKey)
    const hmac = { name: 'HMAC', hash: 'SHA-256' }
    const [tagKey, base] = await Promise.all([
      crypto.subtle.importKey('raw', bytes, hmac, false, ['sign']),
      crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveKey']),
    ])
    const storeKey = await crypto.subtle.deriveKey(
      {
        name: 'HKDF',
        hash: 'SHA-256',
        salt: new Uint8Array(),
        info: new TextEncoder().encode('podarok-book-store-1'),
      },
      base,
      { name: 'AES-GCM', length: 256 },
      false,
      ['encrypt', 'decrypt'],
    )
    const book = new Book(deps, tagKey, storeKey, await tagOf(tagKey, 'key'))
    book.#show(await book.#fact())
    return book
  }

  /** The card with this number as the book tells of it, or null when the book does not know it. */
  async find(number: string): Promise<BookEntry | null> {
    const tag = await tagOf(this.#tagKey, number)
    const row = await reading(this.#deps.storage, ['chunks'], (tx) =>
      tx.objectStore('chunks').get(chunkOfTag(tag)),
    )
    return row ? findEntry(await this.#decrypt(row.chunk, row.iv, row.bytes), tag) : null
  }

  /**
   * Brings the book up to now: goes on with the first reading, or takes what has changed. One frame of the till does it
   * at a time; what is there when the line is cut stays.
   */
  async refresh(): Promise<void> {
    await this.#deps.locks.request(`podarok-book-${this.#deps.name}`, async () => {
      let fact = await this.#fact()
      if (fact?.keyMark !== this.#keyMark) {
        await this.wipe()
        fact = null
      }
      while (fact === null || fact.nextChunk !== null) fact = await this.#readOn(fact)
      for (let more = true; more;) {
        const answer = await this.#deps.page({ cursor: fact.cursor, fromChunk: 0 })
        more = answer.more
        const asOfMs: number | null = more ? fact.asOfMs : answer.asOfMs
        fact = { ...fact, cursor: answer.cursor, asOfMs, cards: answer.cards }
        await this.#keep(await this.#changed(decodeEntries(fromBase64url(answer.entries))), fact)
      }
    })
  }

  /** Forgets everything: the till was shut out (A2), or the key is another one. */
  async wipe(): Promise<void> {
    await strictly(this.#deps.storage, ['chunks', 'facts'], (tx) =>
      Promise.all([tx.objectStore('chunks').clear(), tx.objectStore('facts').delete('book')]),
    )
    this.#show(null)
  }

  /** A page of the first reading: whole chunks. */
  async #readOn(fact: BookFact | null): Promise<BookFact> {
    const answer = await this.#deps.page({ cursor: null, fromChunk: fact?.nextChunk ?? 0 })
    const byChunk = new Map<number, BookEntry[]>()
    for (const entry of decodeEntries(fromBase64url(answer.entries))) {
      const chunk = chunkOfTag(entry.tag)
      byChunk.set(chunk, [...(byChunk.get(chunk) ?? []), entry])
    }
    const next: BookFact = {
      keyMark: this.#keyMark,
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
        const row = await reading(this.#deps.storage, ['chunks'], (tx) => tx.objectStore('chunks').get(chunk))
        const before = row ? decodeEntries(await this.#decrypt(row.chunk, row.iv, row.bytes)) : []
        chunks.set(chunk, (known = new Map(before.map((one) => [one.tag, one]))))
      }
      known.set(entry.tag, entry)
    }
    return new Map([...chunks].map(([chunk, known]) => [chunk, [...known.values()]]))
  }

  /** Chunks and how far the book goes are written together: neither is ever ahead of the other. */
  async #keep(chunks: ReadonlyMap<number, BookEntry[]>, fact: BookFact): Promise<void> {
    // Encrypted before the transaction opens: it would end while it waits.
    const rows = await Promise.all(
      [...chunks].map(async ([chunk, entries]) => {
        const iv = crypto.getRandomValues(new Uint8Array(12))
        const bytes = await crypto.subtle.encrypt(sealOf(chunk, iv), this.#storeKey, encodeEntries(entries))
        return { chunk, iv, bytes }
      }),
    )
    await strictly(this.#deps.storage, ['chunks', 'facts'], (tx) =>
      Promise.all([
        ...rows.map((row) => tx.objectStore('chunks').put(row)),
        tx.objectStore('facts').put({ key: 'book', value: fact }),
      ]),
    )
    this.#show(fact)
  }

  async #decrypt(chunk: number, iv: Uint8Array<ArrayBuffer>, bytes: ArrayBuffer): Promise<Uint8Array> {
    return new Uint8Array(await crypto.subtle.decrypt(sealOf(chunk, iv), this.#storeKey, bytes))
  }

  async #fact(): Promise<BookFact | null> {
    const row = await reading(this.#deps.storage, ['facts'], (tx) => tx.objectStore('facts').get('book'))
    const parsed = tryShape(BookFact, row?.value)
    return parsed.success && parsed.data.keyMark === this.#keyMark ? parsed.data : null
  }

  #show(fact: BookFact | null): void {
    const loading = fact !== null && fact.asOfMs === null
    this.state = {
      cards: fact?.cards ?? 0,
      asOfMs: fact?.asOfMs ?? null,
      progress: loading ? (fact.nextChunk ?? chunksOfBook) / chunksOfBook : null,
    }
    this.#deps.onChange(this.state)
  }
}

/** Chunks cannot be swapped: each is bound to its place. */
const sealOf = (chunk: number, iv: Uint8Array<ArrayBuffer>): AesGcmParams => ({
  name: 'AES-GCM',
  iv,
  additionalData: new Uint8Array([chunk]),
})

async function tagOf(key: CryptoKey, text: string): Promise<string> {
  const mark = new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(text)))
  return hexAt(mark, 0, bookTagBytes)
}
