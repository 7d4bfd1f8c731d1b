import * as z from 'zod/mini'
import { CardId, DraftId, HoldId } from '../ids.ts'
import { AmountKopecks, Kopecks } from '../money.ts'
import { Refusal } from '../refusal.ts'

/** Money of a card, or an unsold card, reserved for one till and receipt (O2). */

export const HoldPurpose = z.enum(['redeem', 'load'])

export const Hold = z.strictObject({
  id: HoldId,
  cardId: CardId,
  purpose: HoldPurpose,
  /** What is held; 0 for an unsold card, which is held whole. */
  amountKopecks: Kopecks,
  /** For how long from the answer the till may promise on it. */
  useForMs: z.int().check(z.minimum(0)),
})
export type Hold = z.infer<typeof Hold>

/** Reserve what the scan will need, in the same round trip as the look-up (O2, P2). */
export const HoldWish = z.strictObject({
  id: HoldId,
  draftId: DraftId,
  /** An active card pays: up to this sum is held. Null when nothing is to be paid. */
  redeemKopecks: z.nullable(AmountKopecks),
  /** An unsold card is wanted for a certificate. */
  load: z.boolean(),
})

export const HoldRequest = z.strictObject({
  draftId: DraftId,
  cardId: CardId,
  purpose: HoldPurpose,
  /** The new sum of a redeem hold; null for a load. */
  amountKopecks: z.nullable(AmountKopecks),
})

export const HoldAnswer = z.strictObject({ hold: z.nullable(Hold), refusal: z.nullable(Refusal) })
export type HoldAnswer = z.infer<typeof HoldAnswer>

export const ReleaseAnswer = z.strictObject({ released: z.boolean() })
