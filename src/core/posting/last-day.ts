import type { OperationKind } from '../receipt/kinds.ts'

/** An operation in a card's history, as far as it bears on the card's last day. */
export interface DayStep {
  kind: OperationKind
  /** The card's last day after it. */
  expiresOn: string | null
  /** Its receipt was undone, or is to be undone now. */
  isUndone: boolean
  /** A void of a payment, which may have given the card new days (C7); any other void only takes back. */
  undoesPayment: boolean
}

/** A load gives the day also where an earlier one had given it already. */
const giving: ReadonlySet<OperationKind> = new Set(['open', 'load'])

/**
 * The last day that a card has by what stands of its history, the oldest first: what is undone gives it no days (C8).
 *
 * @returns null for no end; undefined where nothing that stands has given it a day
 */
export function lastDayBy(history: readonly DayStep[]): string | null | undefined {
  let day: string | null | undefined
  let before: string | null = null
  for (const { kind, expiresOn, isUndone, undoesPayment } of history) {
    const isMoved = expiresOn !== before
    before = expiresOn
    if (isUndone || (kind === 'void' && !undoesPayment)) continue
    if (isMoved || giving.has(kind)) day = expiresOn
  }
  return day
}
