import * as v from 'valibot'
import { CardId } from './ids.ts'
import { Kopecks } from './money.ts'

/** Why a card, a sum or a sale was refused. Every code has a sentence in both languages (widget/cashier/words). */
export const RefusalCode = v.picklist([
  'card_unknown',
  'card_unsold',
  'card_sold',
  'card_blocked',
  'card_annulled',
  'card_expired',
  'card_empty',
  'card_held',
  'card_twice',
  'card_loaded_here',
  'too_many_cards',
  'insufficient_funds',
  'above_payable',
  'above_balance_max',
  'certificate_unknown',
  'certificate_discounted',
  'certificate_fraction',
  'certificate_not_in_sale',
  'refund_not_of_sale',
  'refund_above_paid',
  /** No return in MoySklad has been read for it (T3). */
  'return_unread',
  'receipt_unknown',
  'receipt_of_other_till',
  'void_twice',
  'void_not_possible',
  'load_spent',
  'sale_exists',
  'sale_unchecked',
  'sale_gone',
  'promise_impossible',
  'hold_over',
  'programme_missing',
  'not_allowed',
  'link_not_possible',
  'till_quarantined',
  'till_revoked',
])
export type RefusalCode = v.InferOutput<typeof RefusalCode>

export const Refusal = v.strictObject({
  code: RefusalCode,
  cardId: v.nullable(CardId),
  /** What would have been possible, where the code is about a sum. */
  possibleKopecks: v.nullable(Kopecks),
})
export type Refusal = v.InferOutput<typeof Refusal>

export function refusal(
  code: RefusalCode,
  cardId: CardId | null = null,
  possibleKopecks: Kopecks | null = null,
): Refusal {
  return { code, cardId, possibleKopecks }
}
