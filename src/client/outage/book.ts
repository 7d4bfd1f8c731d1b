import * as v from 'valibot'
import { type BookEntry, bookTagBytes, chunkOfTag, findEntry, hexAt } from '../../core/card/book.ts'
import { fromBase64url } from '../crypto/base64url.ts'
import { Moment } from '../../core/ids.ts'
import type { TillSchema } from '../journal/database.ts'
import { reading, type TillStorage } from '../journal/storage.ts'
import { Int, tryShape } from '../../core/shape.ts'

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
export type BookFact = v.InferOutput<typeof BookFact>

/**
 * The cards that this till knows without the line (O3, O7). They lie in up to 256 encrypted chunks; the key is the
 * server's, comes with the session and is in memory alone, so that a copied profile shows nothing. A sale looks cards up
 * here; `BookSupply` fills the chunks while the line is up.
 */
export class Book {
  readonly #storage: TillStorage
  readonly #tagKey: CryptoKey
  readonly #storeKey: CryptoKey
  readonly keyMark: string
  /** How far the book goes; null where there is none under this key. */
  fact: BookFact | null = null

  private constructor(storage: TillStorage, tagKey: CryptoKey, storeKey: CryptoKey, keyMark: string) {
    this.#storage = storage
    this.#tagKey = tagKey
    this.#storeKey = storeKey
    this.keyMark = keyMark
  }

  /** @param bookKey 32 bytes, base64url, from the server */
  static async open(storage: TillStorage, bookKey: string): Promise<Book> {
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
    const book = new Book(storage, tagKey, storeKey, await tagOf(tagKey, 'key'))
    await book.refresh()
    return book
  }

  /** The card with this number as the book tells of it, or null when the book does not know it. */
  async find(number: string): Promise<BookEntry | null> {
    const tag = await tagOf(this.#tagKey, number)
    return findEntry(await this.chunk(chunkOfTag(tag)), tag)
  }

  /** Reads again how far the book goes: another frame may have brought it on. */
  async refresh(): Promise<void> {
    const row = await reading(this.#storage, ['facts'], (tx) => tx.objectStore('facts').get('book'))
    const parsed = tryShape(BookFact, row?.value)
    this.fact = parsed.success && parsed.data.keyMark === this.keyMark ? parsed.data : null
  }

  /** The entries of a chunk; none where nothing is kept of it. */
  async chunk(chunk: number): Promise<Uint8Array> {
    const row = await reading(this.#storage, ['chunks'], (tx) => tx.objectStore('chunks').get(chunk))
    if (!row) return new Uint8Array()
    return new Uint8Array(await crypto.subtle.decrypt(sealOf(chunk, row.iv), this.#storeKey, row.bytes))
  }

  /** A chunk as it is kept. */
  async seal(chunk: number, entries: Uint8Array<ArrayBuffer>): Promise<TillSchema['chunks']['value']> {
    const iv = crypto.getRandomValues(new Uint8Array(12))
    return { chunk, iv, bytes: await crypto.subtle.encrypt(sealOf(chunk, iv), this.#storeKey, entries) }
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
