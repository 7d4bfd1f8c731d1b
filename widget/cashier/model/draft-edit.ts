import type { CardId } from '../../../src/core/ids.ts'
import type { Draft, DraftRedeem } from '../../../src/core/draft/draft.ts'
import { type Kopecks, kopecks, minKopecks } from '../../../src/core/money.ts'
import type { Arrived } from './card-source.ts'
import type { Need } from './need.ts'

/** Edits of a draft. Each may be made again on a draft that was edited meanwhile. */

/** @returns the draft with the card in it, or null when the sale has no place for it any more */
export function addCard(
  draft: Draft,
  { card, hold, entered, number, useUntilMs }: Arrived,
  need: Need,
): Draft | null {
  const common = { cardId: card.id, last4: card.last4, number, holdId: hold.id, useUntilMs, entered }
  if (hold.purpose === 'load') {
    const slot = need.open[0]
    if (!slot) return null
    const { productId, faceKopecks, paidKopecks } = slot
    return { ...draft, loads: [...draft.loads, { ...common, productId, faceKopecks, paidKopecks }] }
  }
  const amountKopecks = minKopecks(hold.amountKopecks, need.leftKopecks)
  if (amountKopecks === 0) return null
  const redeem: DraftRedeem = {
    ...common,
    amountKopecks,
    heldKopecks: hold.amountKopecks,
    availableKopecks: card.availableKopecks,
    expiresOn: card.expiresOn,
    confirmed: false,
  }
  return { ...draft, redeems: [...draft.redeems, redeem] }
}

export function changeRedeem(draft: Draft, cardId: CardId, change: Partial<DraftRedeem>): Draft {
  return {
    ...draft,
    redeems: draft.redeems.map((one) => (one.cardId === cardId ? { ...one, ...change } : one)),
  }
}

export function withoutCard(draft: Draft, cardId: CardId): Draft {
  return {
    ...draft,
    loads: draft.loads.filter((load) => load.cardId !== cardId),
    redeems: draft.redeems.filter((redeem) => redeem.cardId !== cardId),
  }
}

export const confirmAll = (draft: Draft): Draft => ({
  ...draft,
  redeems: draft.redeems.map((redeem) => ({ ...redeem, confirmed: true })),
})

/** What cards could still pay of what is left: each up to its limit, in the order in which they were scanned. */
export function raised(
  redeems: readonly DraftRedeem[],
  leftKopecks: Kopecks,
  limitOf: (redeem: DraftRedeem) => Kopecks,
): Map<CardId, Kopecks> {
  let left = leftKopecks
  const amounts = new Map<CardId, Kopecks>()
  for (const one of redeems) {
    const more = Math.max(0, Math.min(left, limitOf(one) - one.amountKopecks))
    amounts.set(one.cardId, kopecks(one.amountKopecks + more))
    left = kopecks(left - more)
  }
  return amounts
}
