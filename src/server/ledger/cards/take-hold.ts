import { availableOf, type Card, loadBar, redeemBar } from '../../../core/card/card.ts'
import type { AccountId, DraftId, HoldId, TillId } from '../../../core/ids.ts'
import { type Kopecks, minKopecks, zeroKopecks } from '../../../core/money.ts'
import { type Refusal, refusal } from '../../../core/refusal.ts'
import type { Programme } from '../../../core/card/programme.ts'
import type { Hold } from '../../../core/wire/holds.ts'
import { holdUseMs } from '../../../core/card/hold.ts'
import type { Tx } from '../../db/db.ts'
import { type CardHolds, changeHold, findHold, isForbidden, makeHold, notFor } from './holds.ts'

export interface HoldWanted {
  id: HoldId
  draftId: DraftId
  /** How much of the card is to pay, or null to keep the card itself for a sale. */
  redeemKopecks: Kopecks | null
  /** Take less when there is less; otherwise the sum as it stands or a refusal. */
  orLess: boolean
}

export interface HoldContext {
  accountId: AccountId
  tillId: TillId
  programme: Programme
  today: string
  nowMs: number
}

export type HoldTaken =
  | { status: 'held'; hold: Hold }
  | { status: 'refused'; refusal: Refusal }
  /** The id belongs to something else. */
  | { status: 'taken' }

/**
 * Holds a card, or changes the hold of this id; the card is locked. Asking twice is the same as asking once (O2).
 *
 * @param holds as this draft finds them
 */
export async function takeHold(
  tx: Tx,
  card: Card,
  holds: CardHolds,
  wanted: HoldWanted,
  { accountId, tillId, programme, today, nowMs }: HoldContext,
): Promise<HoldTaken> {
  const purpose = wanted.redeemKopecks === null ? 'load' : 'redeem'
  const known = await findHold(tx, accountId, wanted.id)
  if (known) {
    const same =
      known.tillId === tillId &&
      known.draftId === wanted.draftId &&
      known.cardId === card.id &&
      known.purpose === purpose
    if (!same) return { status: 'taken' }
    // A late repetition must not bring back what was let go or spent.
    if (known.releasedAtMs !== null) return refused(refusal('hold_over', card.id))
  }
  if (!known && (await isForbidden(tx, accountId, tillId, wanted.id)))
    return refused(refusal('hold_over', card.id))
  // Two drafts of a till cannot stand on the same money either: what it held twice would be missing for another's promise.
  const notForThisDraft = notFor(card, holds, holds.othersKopecks + holds.otherDraftsKopecks)
  const bar =
    purpose === 'redeem'
      ? redeemBar(card, notForThisDraft, today)
      : loadBar(programme, card, notForThisDraft, today)
  if (bar) return refused(bar)
  const available = availableOf(card, notForThisDraft)
  const sum = wanted.redeemKopecks ?? zeroKopecks
  if (purpose === 'redeem' && sum > available && !wanted.orLess) {
    return refused(refusal('insufficient_funds', card.id, available))
  }
  const amountKopecks = purpose === 'redeem' ? minKopecks(sum, available) : zeroKopecks
  const { id, draftId } = wanted
  if (known) await changeHold(tx, accountId, id, amountKopecks, nowMs)
  else await makeHold(tx, accountId, { id, tillId, draftId, cardId: card.id, purpose, amountKopecks }, nowMs)
  return { status: 'held', hold: { id, cardId: card.id, purpose, amountKopecks, useForMs: holdUseMs } }
}

const refused = (why: Refusal): HoldTaken => ({ status: 'refused', refusal: why })
