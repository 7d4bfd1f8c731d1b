import { deleteDB } from 'idb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodeEntries } from '../../core/card/book-page.ts'
import { type BookEntry, chunkOfTag } from '../../core/card/book.ts'
import type { CardId } from '../../core/ids.ts'
import { kopecks } from '../../core/money.ts'
import type { BookAnswer } from '../../core/wire/offline.ts'
import { Book } from './book.ts'
import { type BookState, BookSupply } from './book-supply.ts'
import { Facts } from '../journal/facts.ts'
import { databaseName } from '../journal/database.ts'
import { reading, TillStorage } from '../journal/storage.ts'
import { uuid } from '../testing/builders.ts'

const bookKey = base64url(new Uint8Array(32).fill(7))
const events = { onBlocked() {}, onOutdated() {}, onTerminated() {} }

/** A server's book of the cards given, sixteen chunks a page. */
class Pages {
  readonly cards = new Map<string, BookEntry>()
  changes: BookEntry[] = []
  asked: string[] = []
  cutAfter = Infinity
  nowMs = 1_000

  page = ({ cursor, fromChunk }: { cursor: string | null; fromChunk: number }): Promise<BookAnswer> => {
    this.asked.push(cursor ?? `from ${fromChunk}`)
    if (this.asked.length > this.cutAfter) return Promise.reject(new Error('cut'))
    const to = fromChunk + 16
    const entries =
      cursor === null
        ? [...this.cards.values()].filter(({ tag }) => chunkOfTag(tag) >= fromChunk && chunkOfTag(tag) < to)
        : this.changes.splice(0, 100)
    return Promise.resolve({
      entries: base64url(encodeEntries(entries)),
      cursor: `c${this.nowMs}`,
      nextChunk: cursor !== null || to > 255 ? null : to,
      more: cursor !== null && this.changes.length > 0,
      asOfMs: this.nowMs,
      cards: this.cards.size,
    })
  }

  async add(number: string, rest: Partial<BookEntry> = {}): Promise<BookEntry> {
    const entry: BookEntry = {
      tag: await tagOf(number),
      cardId: uuid() as CardId,
      last4: number.slice(-4),
      state: 'active',
      availableKopecks: kopecks(150_000),
      expiresOn: null,
      ...rest,
    }
    this.cards.set(entry.tag, entry)
    return entry
  }
}

let account: string
let storage: TillStorage
let pages: Pages
let seen: BookState[]

beforeEach(async () => {
  account = uuid()
  storage = await TillStorage.open(account, events, window)
  pages = new Pages()
  seen = []
})
afterEach(async () => {
  storage.close()
  await deleteDB(databaseName(account))
})

/** Both halves: what a sale reads, and what fills it. */
async function open(key = bookKey) {
  const book = await Book.open(storage, key)
  const supply: BookSupply = new BookSupply({
    book,
    storage,
    page: pages.page,
    locks: navigator.locks,
    onChange: () => seen.push(supply.state),
  })
  return { book, supply }
}

describe('the book', () => {
  it('[O3] finds a card by its number, and only cards that are in it', async () => {
    const entries = await Promise.all(Array.from({ length: 300 }, (_, n) => pages.add(`29000000${1000 + n}`)))
    const { book, supply } = await open()
    expect(await book.find('290000001042')).toBeNull()
    await supply.refresh()
    expect(await book.find('290000001042')).toEqual(entries[42])
    expect(await book.find('290000009999')).toBeNull()
    expect(supply.state).toEqual({ cards: 300, asOfMs: 1_000, progress: null })
  })

  it('[O7] [U7] shows its progress, and goes on where a cut stopped it', async () => {
    await Promise.all(Array.from({ length: 100 }, (_, n) => pages.add(`29000000${1000 + n}`)))
    pages.cutAfter = 5
    const { supply } = await open()
    await expect(supply.refresh()).rejects.toThrow('cut')
    expect(supply.state.progress).toBeCloseTo(80 / 256)
    expect(supply.state.asOfMs).toBeNull()
    pages.cutAfter = Infinity
    pages.nowMs = 2_000
    const { supply: later } = await open()
    await later.refresh()
    expect(pages.asked.slice(6)).not.toContain('from 0')
    // What changed while it was read comes afterwards, from the first page on.
    expect(pages.asked.at(-1)).toBe('c1000')
    expect(later.state.asOfMs).toBe(2_000)
    const progress = seen.flatMap((state) => state.progress ?? [])
    expect(progress).toEqual(progress.toSorted((a, b) => a - b))
  })

  it('[O7] takes what changed since, page by page', async () => {
    const card = await pages.add('290000001000')
    const { book, supply } = await open()
    await supply.refresh()
    pages.nowMs = 2_000
    pages.changes = [{ ...card, availableKopecks: kopecks(10), state: 'blocked' }]
    for (let n = 0; n < 150; n++) pages.changes.push(await pages.add(`29000000${2000 + n}`))
    await supply.refresh()
    expect(await book.find('290000001000')).toMatchObject({ availableKopecks: 10, state: 'blocked' })
    expect(await book.find('290000002149')).not.toBeNull()
    expect(supply.state.asOfMs).toBe(2_000)
  })

  it('[O3] is as old as the changes that it lacks: one that is cut among them is no younger for it', async () => {
    const card = await pages.add('290000001000')
    const readings = 16
    pages.cutAfter = readings
    const { supply: first } = await open()
    await expect(first.refresh()).rejects.toThrow('cut')
    expect(first.state).toEqual({ cards: 1, asOfMs: null, progress: 1 })
    pages.cutAfter = Infinity
    const { book, supply } = await open()
    await supply.refresh()
    expect(pages.asked.filter((one) => one.startsWith('from'))).toHaveLength(readings)
    expect(supply.state.asOfMs).toBe(1_000)
    pages.nowMs = 2_000
    for (let n = 0; n < 150; n++) pages.changes.push(await pages.add(`29000000${2000 + n}`))
    pages.changes.push({ ...card, availableKopecks: kopecks(10) })
    pages.cutAfter = pages.asked.length + 1
    await expect(supply.refresh()).rejects.toThrow('cut')
    expect(await book.find('290000001000')).toEqual(card)
    expect(supply.state.asOfMs).toBe(1_000)
    pages.cutAfter = Infinity
    await supply.refresh()
    expect(await book.find('290000001000')).toMatchObject({ availableKopecks: 10 })
    expect(supply.state.asOfMs).toBe(2_000)
  })

  it('[O7] lies in the storage without a number, a tag or a card id in plain', async () => {
    const entry = await pages.add('290000001000')
    const { supply } = await open()
    await supply.refresh()
    const stored = await reading(storage, ['chunks'], (tx) => tx.objectStore('chunks').getAll())
    const bytes = stored.map((row) => new Uint8Array(row.bytes))
    const plain = encodeEntries([entry])
    const holds = (part: Uint8Array) =>
      bytes.some((one) => one.some((_, at) => part.every((byte, n) => one[at + n] === byte)))
    expect(stored.length).toBeGreaterThan(0)
    expect(holds(plain.subarray(0, 8))).toBe(false)
    expect(holds(plain.subarray(8, 24))).toBe(false)
    expect(
      JSON.stringify(await reading(storage, ['facts'], (tx) => tx.objectStore('facts').getAll())),
    ).not.toContain(entry.tag)
  })

  it('[O7] with another key starts anew, and after a wipe knows nothing', async () => {
    await pages.add('290000001000')
    await (await open()).supply.refresh()
    const { book, supply: other } = await open(base64url(new Uint8Array(32).fill(8)))
    expect(other.state).toEqual({ cards: 0, asOfMs: null, progress: null })
    await other.refresh()
    expect(pages.asked.filter((one) => one === 'from 0')).toHaveLength(2)
    await new Facts(storage).wipe()
    await book.refresh()
    expect(await reading(storage, ['chunks'], (tx) => tx.objectStore('chunks').count())).toBe(0)
    expect(other.state.asOfMs).toBeNull()
  })
})

async function tagOf(number: string): Promise<string> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const raw = new Uint8Array(32).fill(7)
  const key = await crypto.subtle.importKey('raw', raw, hmac, false, ['sign'])
  const mark = new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(number)))
  return [...mark.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

function base64url(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
