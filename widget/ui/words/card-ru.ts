import type { CardState } from '../../../src/core/card/card.ts'

export const cardStates: Record<CardState, string> = {
  unsold: 'Не продана',
  active: 'Активна',
  blocked: 'Заблокирована',
  annulled: 'Аннулирована',
  expired: 'Срок истёк',
  used_up: 'Использована',
}
