import { expiryAfterReturn } from '../card/validity.ts'
import type { OperationKind } from '../receipt/kinds.ts'

/** An operation in a card's history, as far as it bears on the card's last day. */
export interface DayStep {
  kind: OperationKind
  /** The day on which it was posted, before a restore if there was one. */
  on: string
  /** The card's last day after it. */
  expiresOn: string | null
  /** Money came back to the card: by a return, or since a payment was undone (C7). */
  isReturn: boolean
  /** Its receipt was undone, or is to be undone now. */
  isUndone: boolean
}

/**
 * The last day that a card has by what stands of its history, the oldest first: what is undone gives it no days (C8).
 *
 * @returns null for no end, or where nothing that stands has given it a day
 */
export function lastDayBy(history: readonly DayStep[]): string | null {
  let day: string | null = null
  for (const { kind, on, expiresOn, isReturn, isUndone } of history) {
    if (isUndone) continue
    // A load gives the day also where an earlier one had given it already.
    if (kind === 'open' || kind === 'load') day = expiresOn
    else if (isReturn) day = expiryAfterReturn(day, on)
  }
  return day
}
