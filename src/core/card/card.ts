import * as v from 'valibot'
import type { CardId } from '../ids.ts'
import { type Kopecks, kopecks, zeroKopecks } from '../money.ts'
import { type Refusal, refusal } from '../refusal.ts'
import type { Programme } from './programme.ts'
import { isExpired } from './validity.ts'

/** What the ledger stores; expiry is not stored as a state, it follows from the day. */
export const CardStatus = v.picklist(['unsold', 'active', 'blocked', 'annulled'])
export type CardStatus = v.InferOutput<typeof CardStatus>

export interface Card {
  id: CardId
  last4: string
  status: CardStatus
  paidKopecks: Kopecks
  grantedKopecks: Kopecks
  expiresOn: string | null
}

/** What other tills have reserved of a card. */
export interface OthersHolds {
  heldKopecks: Kopecks
  /** Another till holds the unsold card itself, to sell it. */
  reserved: boolean
}

export const noHolds: OthersHolds = { heldKopecks: zeroKopecks, reserved: false }

export function balanceOf(card: Pick<Card, 'paidKopecks' | 'grantedKopecks'>): Kopecks {
  return kopecks(card.paidKopecks + card.grantedKopecks)
}

export function availableOf(card: Card, others: OthersHolds): Kopecks {
  return kopecks(Math.max(0, balanceOf(card) - others.heldKopecks))
}

/** Why this card cannot pay at all today, or null (C3). An unknown card has no row to ask. */
export function redeemBar(card: Card, others: OthersHolds, today: string): Refusal | null {
  switch (card.status) {
    case 'unsold':
      return refusal('card_unsold', card.id)
    case 'blocked':
      return refusal('card_blocked', card.id)
    case 'annulled':
      return refusal('card_annulled', card.id)
    case 'active':
      if (isExpired(card.expiresOn, today)) return refusal('card_expired', card.id)
      if (balanceOf(card) === 0) return refusal('card_empty', card.id)
      if (availableOf(card, others) === 0) return refusal('card_held', card.id)
      return null
  }
}

/** Why nothing can be loaded on this card, or null (C3). */
export function loadBar(
  programme: Programme,
  card: Card,
  others: OthersHolds,
  today: string,
): Refusal | null {
  if (others.reserved) return refusal('card_held', card.id)
  switch (card.status) {
    case 'unsold':
      return null
    case 'blocked':
      return refusal('card_blocked', card.id)
    case 'annulled':
      return refusal('card_annulled', card.id)
    case 'active':
      if (!programme.reloadable) return refusal('card_sold', card.id)
      if (isExpired(card.expiresOn, today)) return refusal('card_expired', card.id)
      return null
  }
}

/** What people are told about a card. */
export const CardState = v.picklist(['unsold', 'active', 'blocked', 'annulled', 'expired', 'used_up'])
export type CardState = v.InferOutput<typeof CardState>

export function cardState(card: Card, today: string): CardState {
  if (card.status !== 'active') return card.status
  if (isExpired(card.expiresOn, today)) return 'expired'
  return balanceOf(card) === 0 ? 'used_up' : 'active'
}

/** Statuses of MoySklad's Loyalty API, `GET /giftcard` (C13). */
export type LoyaltyStatus = 'CAN_BE_USED' | 'PARTIALLY_REDEEMED' | 'REDEEMED' | 'EXPIRED' | 'INVALID'

/** @param creditedKopecks all that was ever credited to the card, which tells a fresh one from a used one */
export function loyaltyStatus(card: Card, creditedKopecks: Kopecks, today: string): LoyaltyStatus {
  switch (cardState(card, today)) {
    case 'unsold':
    case 'blocked':
    case 'annulled':
      return 'INVALID'
    case 'expired':
      return 'EXPIRED'
    case 'used_up':
      return 'REDEEMED'
    case 'active':
      return balanceOf(card) < creditedKopecks ? 'PARTIALLY_REDEEMED' : 'CAN_BE_USED'
  }
}
