import type { CardState } from '../../../src/core/card/card.ts'

export const cardStates: Record<CardState, string> = {
  unsold: 'Unsold',
  active: 'Active',
  blocked: 'Blocked',
  annulled: 'Annulled',
  expired: 'Expired',
  used_up: 'Used up',
}
