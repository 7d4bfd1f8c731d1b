import { type BookEntry, bookStates, decodeEntry, entryBytes, firstDay, noExpiry } from './book.ts'

/** Many entries of the book in a row, as they come from the server and lie in a chunk. A sale needs one, which book.ts finds. */

const dayMs = 86_400_000

export function encodeEntries(entries: readonly BookEntry[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(entries.length * entryBytes)
  const view = new DataView(bytes.buffer)
  for (const [n, entry] of entries.entries()) {
    const at = n * entryBytes
    putHex(bytes, at, entry.tag)
    putHex(bytes, at + 8, entry.cardId.replaceAll('-', ''))
    view.setUint16(at + 24, Math.floor(entry.availableKopecks / 2 ** 32))
    view.setUint32(at + 26, entry.availableKopecks % 2 ** 32)
    view.setUint16(at + 30, entry.expiresOn === null ? noExpiry : dayOf(entry.expiresOn))
    view.setUint16(at + 32, Number(entry.last4))
    view.setUint8(at + 34, bookStates.indexOf(entry.state))
  }
  return bytes
}

/** @throws when the bytes are no whole number of sound entries */
export function decodeEntries(bytes: Uint8Array): BookEntry[] {
  if (bytes.byteLength % entryBytes !== 0)
    throw new Error(`${bytes.byteLength} bytes are no entries of a book`)
  return Array.from({ length: bytes.byteLength / entryBytes }, (_, n) => decodeEntry(bytes, n * entryBytes))
}

/** Days that do not fit are put at the end of what fits: cards are not asked in the year 2179. */
function dayOf(date: string): number {
  const days = Math.round((Date.parse(date) - Date.parse(firstDay)) / dayMs)
  return Math.min(noExpiry - 1, Math.max(0, days))
}

function putHex(bytes: Uint8Array, at: number, hex: string): void {
  for (let i = 0; i < hex.length / 2; i++) bytes[at + i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16)
}
