import type { CardState } from './card.ts'
import { CardId } from '../ids.ts'
import { type Kopecks, kopecks } from '../money.ts'
import { addDays } from './validity.ts'
import { parseShape } from '../shape.ts'

/**
 * The book: the cards that a till knows without the line (O3, O7). On the wire and in its chunks an entry is 36 bytes,
 * so that 100 000 cards take 3.6 MB:
 *
 *     0  tag      8  the first bytes of HMAC-SHA-256 of the digits under the account's book key
 *     8  card id 16
 *    24  balance  6  minor units, big endian
 *    30  expires  2  days since 2000-01-01 of the last good day; 65 535 for none
 *    32  last4    2
 *    34  state    1
 *    35  unused   1
 */
export interface BookEntry {
  /** Hex. */
  tag: string
  cardId: CardId
  last4: string
  state: CardState
  /** Balance less what any till holds: a promise without a hold must not count on held money. */
  availableKopecks: Kopecks
  expiresOn: string | null
}

export const bookTagBytes = 8
export const entryBytes = 36

export const chunkOfTag = (tag: string) => Number.parseInt(tag.slice(0, 2), 16)

/** A state is told by its place here. */
export const bookStates: readonly CardState[] = [
  'unsold',
  'active',
  'blocked',
  'annulled',
  'expired',
  'used_up',
]
export const noExpiry = 65_535
export const firstDay = '2000-01-01'

/** Finds one entry without decoding the others. */
export function findEntry(bytes: Uint8Array, tag: string): BookEntry | null {
  for (let at = 0; at + entryBytes <= bytes.byteLength; at += entryBytes) {
    if (hexAt(bytes, at, bookTagBytes) === tag) return decodeEntry(bytes, at)
  }
  return null
}

/** @throws when the entry is not sound */
export function decodeEntry(bytes: Uint8Array, at: number): BookEntry {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, entryBytes)
  const id = hexAt(bytes, at + 8, 16)
  const state = bookStates[view.getUint8(34)]
  if (!state) throw new Error('an entry of the book has an unknown state')
  const expires = view.getUint16(30)
  return {
    tag: hexAt(bytes, at, bookTagBytes),
    cardId: parseShape(CardId, id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')),
    last4: String(view.getUint16(32)).padStart(4, '0'),
    state,
    availableKopecks: kopecks(view.getUint16(24) * 2 ** 32 + view.getUint32(26)),
    expiresOn: expires === noExpiry ? null : addDays(firstDay, expires),
  }
}

/** Bytes as hex. */
export function hexAt(bytes: Uint8Array, at: number, length: number): string {
  let hex = ''
  for (let i = at; i < at + length; i++) hex += bytes[i]!.toString(16).padStart(2, '0')
  return hex
}
