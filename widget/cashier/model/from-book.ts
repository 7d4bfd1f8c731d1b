import type { BookEntry } from '../../../src/core/card/book.ts'
import type { Outage } from '../../../src/client/outage/outage.ts'
import { type Draft, shownBy } from '../../../src/core/draft/draft.ts'
import { kopecks, minKopecks, sumKopecks, zeroKopecks } from '../../../src/core/money.ts'
import { type Refusal, refusal } from '../../../src/core/refusal.ts'
import { isExpired } from '../../../src/core/card/validity.ts'
import type { CardView } from '../../../src/core/wire/cards.ts'
import type { Hold } from '../../../src/core/wire/holds.ts'
import type { Need } from './need.ts'

/** What a card out of the book can do in this sale (O3, O4): the same rules as on the line, on the grant instead of a hold. */

/** What a card was reserved by: a hold of the server, or nothing but the till's own grant. */
export type Reserved = Pick<Hold, 'purpose' | 'amountKopecks'> & { id: Hold['id'] | null }

export function cardOfEntry(
  { cardId, last4, state, availableKopecks, expiresOn }: BookEntry,
  today: string,
): CardView {
  return {
    id: cardId,
    last4,
    // The book may be older than the card's last day.
    state: state === 'active' && isExpired(expiresOn, today) ? 'expired' : state,
    balanceKopecks: availableKopecks,
    grantedKopecks: zeroKopecks,
    availableKopecks,
    expiresOn,
    heldBy: null,
  }
}

/** @returns how the card takes part, `no_room` when the grant stands in the way, null when the card or the sale does */
export function chooseOnGrant(
  outage: Pick<Outage, 'covers' | 'room'>,
  card: CardView,
  draft: Draft | null,
  need: Need,
): Reserved | 'no_room' | null {
  const slot = need.open[0]
  if (card.state === 'unsold' && slot) {
    const loads = [...(draft?.loads ?? []).filter((load) => load.holdId === null), slot]
    const operations = loads.map((load) => ({
      kind: 'load' as const,
      cardId: card.id,
      productId: load.productId,
      faceKopecks: load.faceKopecks,
      paidKopecks: load.paidKopecks,
      ...shownBy(null, 'scanned', null),
    }))
    return outage.covers(operations) ? { id: null, purpose: 'load', amountKopecks: zeroKopecks } : 'no_room'
  }
  if (card.state !== 'active' || need.leftKopecks === 0) return null
  const beside = sumKopecks(
    (draft?.redeems ?? []).filter((one) => one.holdId === null).map((one) => one.amountKopecks),
  )
  const room = outage.room(card.id, beside)
  const amount = minKopecks(minKopecks(card.availableKopecks, need.leftKopecks), room)
  if (room === 0) return 'no_room'
  return amount === 0 ? null : { id: null, purpose: 'redeem', amountKopecks: kopecks(amount) }
}

/** Why the card itself does not fit here, as the server would say. */
export function refusalOf(card: CardView, need: Need): Refusal | null {
  switch (card.state) {
    case 'blocked':
      return refusal('card_blocked', card.id)
    case 'annulled':
      return refusal('card_annulled', card.id)
    case 'expired':
      return refusal('card_expired', card.id)
    case 'used_up':
      return refusal('card_empty', card.id)
    case 'unsold':
      return need.leftKopecks > 0 && need.open.length === 0 ? refusal('card_unsold', card.id) : null
    case 'active':
      return need.open.length > 0 && need.leftKopecks === 0 ? refusal('card_sold', card.id) : null
  }
}
