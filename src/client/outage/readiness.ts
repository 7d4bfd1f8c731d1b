import type { Kopecks } from '../../core/money.ts'
import type { Trouble } from '../trouble.ts'

/** Why this till would not survive an outage now (O8). */
export type NotReady =
  | 'trouble'
  /** Nothing is kept when the page closes. */
  | 'memory_only'
  /** This storage has not yet been seen to outlive a closed browser. */
  | 'storage_unproven'
  /** The owner allows nothing offline. */
  | 'off'
  | 'grant_waits'
  | 'grant_spent'
  | 'grant_over'
  | 'book_loading'
  | 'book_old'

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

export interface ReadinessFacts {
  trouble: Trouble | null
  isDurable: boolean
  canaryLived: boolean
  grant: { isUsable: boolean; isSpent: boolean; isOver: boolean; isOff: boolean; bookMaxAgeMs: number } | null
  book: { asOfMs: number | null }
  nowMs: number
}

/** The first thing that stands in the way, or null when this till may work through an outage. */
export function notReady({
  trouble,
  isDurable,
  canaryLived,
  grant,
  book,
  nowMs,
}: ReadinessFacts): NotReady | null {
  if (trouble) return 'trouble'
  if (!isDurable) return 'memory_only'
  if (!grant || grant.isOff) return grant?.isOff ? 'off' : 'grant_waits'
  if (grant.isSpent) return 'grant_spent'
  if (grant.isOver) return 'grant_over'
  if (!grant.isUsable) return 'grant_waits'
  if (book.asOfMs === null) return 'book_loading'
  if (nowMs - book.asOfMs > grant.bookMaxAgeMs) return 'book_old'
  if (!canaryLived) return 'storage_unproven'
  return null
}
