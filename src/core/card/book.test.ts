import { randomBytes, randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { decodeEntries, encodeEntries } from './book-page.ts'
import { type BookEntry, chunkOfTag, entryBytes, findEntry } from './book.ts'
import type { CardId } from '../ids.ts'
import { amountMaxKopecks, kopecks } from '../money.ts'

const entryOf = (rest: Partial<BookEntry> = {}): BookEntry => ({
  tag: randomBytes(8).toString('hex'),
  cardId: randomUUID() as CardId,
  last4: '0042',
  state: 'active',
  availableKopecks: kopecks(150_000),
  expiresOn: null,
  ...rest,
})

test('[O7] an entry survives its 36 bytes', () => {
  const entries = [
    entryOf(),
    entryOf({ state: 'unsold', availableKopecks: kopecks(0), expiresOn: '2000-01-01' }),
    entryOf({ state: 'used_up', last4: '9999', expiresOn: '2027-02-28' }),
    entryOf({ availableKopecks: kopecks(amountMaxKopecks * 100), expiresOn: '2026-11-23' }),
  ]
  const bytes = encodeEntries(entries)
  expect(bytes.byteLength).toBe(4 * entryBytes)
  expect(decodeEntries(bytes)).toEqual(entries)
})

test('[O7] an entry is found by its tag, and only by its own', () => {
  const entries = Array.from({ length: 50 }, () => entryOf())
  const bytes = encodeEntries(entries)
  expect(findEntry(bytes, entries[31]!.tag)).toEqual(entries[31])
  expect(findEntry(bytes, '0123456789abcdef')).toBeNull()
})

test('bytes that are no entries are told', () => {
  expect(() => decodeEntries(new Uint8Array(entryBytes + 1))).toThrow('no entries')
  const damaged = encodeEntries([entryOf()])
  damaged[34] = 77
  expect(() => decodeEntries(damaged)).toThrow('unknown state')
})

test('chunks are told apart by the first byte', () => {
  expect([chunkOfTag('00ff'), chunkOfTag('ff00')]).toEqual([0, 255])
})
