import * as v from 'valibot'
import { CardId, DraftId, HoldId } from '../ids.ts'
import { AmountKopecks, Kopecks } from '../money.ts'
import { Refusal } from '../refusal.ts'
import { Int } from '../shape.ts'

/** Money of a card, or an unsold card, reserved for one till and receipt (O2). */

export const HoldPurpose = v.picklist(['redeem', 'load'])

export const Hold = v.strictObject({
  id: HoldId,
  cardId: CardId,
  purpose: HoldPurpose,
  /** What is held; 0 for an unsold card, which is held whole. */
  amountKopecks: Kopecks,
  /** For how long from the answer the till may promise on it. */
  useForMs: v.pipe(Int, v.minValue(0)),
})
export type Hold = v.InferOutput<typeof Hold>

/** Reserve what the scan will need, in the same round trip as the look-up (O2, P2). */
export const HoldWish = v.strictObject({
  id: HoldId,
  draftId: DraftId,
  /** An active card pays: up to this sum is held. Null when nothing is to be paid. */
  redeemKopecks: v.nullable(AmountKopecks),
  /** An unsold card is wanted for a certificate. */
  load: v.boolean(),
})

export const HoldRequest = v.strictObject({
  draftId: DraftId,
  cardId: CardId,
  purpose: HoldPurpose,
  /** The new sum of a redeem hold; null for a load. */
  amountKopecks: v.nullable(AmountKopecks),
})

export const HoldAnswer = v.strictObject({ hold: v.nullable(Hold), refusal: v.nullable(Refusal) })
export type HoldAnswer = v.InferOutput<typeof HoldAnswer>

export const ReleaseAnswer = v.strictObject({ released: v.boolean() })
