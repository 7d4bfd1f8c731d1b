import { isDenied, isUnreachable } from '../../../src/client/api/api.ts'
import type { Kopecks } from '../../../src/core/money.ts'
import type { Refusal } from '../../../src/core/refusal.ts'
import type { CardView } from '../../../src/core/wire/cards.ts'

/** What the cashier is told about the last thing that was scanned, pressed or edited. */
export type Notice =
  | { kind: 'refusal'; refusal: Refusal; card: CardView | null }
  | { kind: 'scan'; fault: 'goods' | 'unreadable' | 'checkDigit' | 'twice' | 'elsewhere' | 'asked' | 'left' }
  /** The page was opened without the line, and nobody knows yet who works at it. */
  | { kind: 'away' }
  /** Nothing can be done without the line; what was scanned has to be scanned again when it is back. */
  | { kind: 'offline'; scanned?: true }
  /** What was done is undone on the line only (C8). */
  | { kind: 'undo_offline' }
  /** A number that was typed pays on the line only (O5). */
  | { kind: 'typed_offline' }
  | { kind: 'scan_again' }
  | { kind: 'not_in_book' }
  | { kind: 'book_limit' }
  /** This till has sold the card without the line. */
  | { kind: 'sold_here' }
  | { kind: 'too_many_attempts' }
  | { kind: 'try_again' }
  | { kind: 'programme_missing' }
  | { kind: 'not_recorded' }
  | { kind: 'decided_elsewhere' }
  /** The sale became smaller than what the cashier had confirmed. */
  | { kind: 'lowered'; toKopecks: Kopecks }

const lacksLine = new Set<Notice['kind']>([
  'offline',
  'typed_offline',
  'not_in_book',
  'book_limit',
  'sold_here',
])

/** What is left to say when the line is back. A word that has nothing to do with the line stays: somebody has to read it. */
export function whenLineIsBack(notice: Notice | null): Notice | null {
  if (notice?.kind === 'undo_offline' || (notice?.kind === 'offline' && !notice.scanned)) return null
  return notice && lacksLine.has(notice.kind) ? { kind: 'scan_again' } : notice
}

const ofLastScan = new Set<Notice['kind']>(['refusal', 'scan', 'lowered'])

/** What is left to say when the sale was edited: a word about the last scan was about the sale as it stood then. */
export function whenSaleChanged(notice: Notice | null): Notice | null {
  return notice && ofLastScan.has(notice.kind) ? null : notice
}

export function noticeOf(error: unknown): Notice {
  if (isUnreachable(error)) return { kind: 'offline' }
  if (isDenied(error)) {
    if (error.code === 'too_many_attempts') return { kind: 'too_many_attempts' }
    if (error.code === 'programme_missing') return { kind: 'programme_missing' }
    return { kind: 'try_again' }
  }
  // The storage said no: nothing was kept.
  return { kind: 'not_recorded' }
}
