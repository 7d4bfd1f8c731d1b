import type { CardId } from '../../../core/ids.ts'
import { type FinalOutcome, type CaseCode } from '../../../core/receipt/outcome.ts'
import { refusal, type RefusalCode } from '../../../core/refusal.ts'
import { type NumberProof, shownCardOf } from '../../../core/receipt/operations.ts'
import type { Receipt } from '../../../core/receipt/receipt.ts'
import type { TillState } from '../../../core/wire/tills.ts'
import type { Evidence } from '../arrival.ts'
import type { CardRow } from '../cards/cards.ts'

/** What stops a record before its operations are looked at: the till that sent it, and the numbers in it. */

/** What becomes of the records of a till that is not active: an ask is refused, a promise waits for a human. */
const ends: Record<Exclude<TillState, 'active'>, { ask: RefusalCode; promise: CaseCode }> = {
  quarantined: { ask: 'till_quarantined', promise: 'till_forked' },
  revoked: { ask: 'till_revoked', promise: 'till_revoked' },
  retired: { ask: 'till_quarantined', promise: 'till_forked' },
}

export function stoppedByState({ mode }: Receipt, state: TillState): FinalOutcome | null {
  if (state === 'active') return null
  const { ask, promise } = ends[state]
  return mode === 'ask'
    ? { status: 'refused', refusal: refusal(ask) }
    : { status: 'in_review', code: promise }
}

/**
 * The number that was scanned must be that of the card which the operation names (J1). Only the server can check
 * it: somebody may change the card's id in a receipt, but cannot make the seal of another number.
 */
export function stoppedByNumber(
  receipt: Receipt,
  numbers: Evidence['numbers'],
  cards: ReadonlyMap<CardId, CardRow>,
): FinalOutcome | null {
  for (const [n, operation] of receipt.operations.entries()) {
    const shown = shownCardOf(operation)
    const card = shown && cards.get(shown.cardId)
    if (!card || isProven(shown.proof, receipt, numbers.get(n), card.numberHash)) continue
    return receipt.mode === 'ask'
      ? { status: 'refused', refusal: refusal('card_unknown', card.id) }
      : { status: 'in_review', code: 'number_mismatch' }
  }
  return null
}

/** @param hash undefined where the operation carries no number, null where its seal did not open */
function isProven(
  { holdId }: NumberProof,
  { mode, grantId }: Receipt,
  hash: string | null | undefined,
  right: string,
): boolean {
  // A hold was taken at the scan itself; on a grant nothing but the number says that the card was there (O3).
  if (hash === undefined) return mode === 'ask' || grantId === null || holdId !== null
  return hash === right
}
