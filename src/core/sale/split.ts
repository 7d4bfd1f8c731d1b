import type { CardId } from '../ids.ts'
import { type Kopecks, kopecks, minKopecks } from '../money.ts'

/** More cards than this in one receipt are refused (C6). */
export const redeemCardsMax = 5

export interface SpendableCard {
  cardId: CardId
  /** Balance less what other tills hold. */
  availableKopecks: Kopecks
  expiresOn: string | null
}

export interface Share {
  cardId: CardId
  amountKopecks: Kopecks
}

/** Soonest expiry first, then the smallest balance, so that little is left to expire or to lie about (C6). */
function spendingOrder(a: SpendableCard, b: SpendableCard): number {
  if (a.expiresOn !== b.expiresOn) {
    if (a.expiresOn === null) return 1
    if (b.expiresOn === null) return -1
    return a.expiresOn < b.expiresOn ? -1 : 1
  }
  if (a.availableKopecks !== b.availableKopecks) return a.availableKopecks - b.availableKopecks
  return a.cardId < b.cardId ? -1 : 1
}

/**
 * Proposes what each card pays, in spending order; a card that is not needed gets no share.
 *
 * @param limitOf the most that a card is to pay
 */
export function proposeSplit(
  cards: readonly SpendableCard[],
  payableKopecks: Kopecks,
  limitOf = (card: SpendableCard) => card.availableKopecks,
): Share[] {
  const shares: Share[] = []
  let rest = payableKopecks
  for (const card of cards.toSorted(spendingOrder)) {
    const amount = minKopecks(limitOf(card), rest)
    if (amount === 0) continue
    shares.push({ cardId: card.cardId, amountKopecks: amount })
    rest = kopecks(rest - amount)
  }
  return shares
}
