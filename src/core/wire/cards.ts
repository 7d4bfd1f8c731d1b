import * as v from 'valibot'
import { CardState } from '../card/card.ts'
import { CardDigits } from '../card/card-number.ts'
import { CardId, ReceiptId, Moment } from '../ids.ts'
import { Kopecks, PartKopecks } from '../money.ts'
import { Outcome } from '../receipt/outcome.ts'
import { Refusal } from '../refusal.ts'
import { Entered } from '../card/proof.ts'
import { LocalDate } from '../card/validity.ts'
import { Hold, HoldWish } from './holds.ts'
import { Int } from '../shape.ts'

/** Cards: found by their number, and added by managers. */

export const CardView = v.strictObject({
  id: CardId,
  last4: v.string(),
  state: CardState,
  balanceKopecks: Kopecks,
  grantedKopecks: Kopecks,
  /** Balance less what other tills hold. */
  availableKopecks: Kopecks,
  expiresOn: v.nullable(LocalDate),
  /** The number of the other till that holds money of the card, or the unsold card itself. */
  heldBy: v.nullable(Int),
})
export type CardView = v.InferOutput<typeof CardView>

export const LookupRequest = v.strictObject({
  number: CardDigits,
  entered: Entered,
  hold: v.nullable(HoldWish),
})

export const LookupAnswer = v.strictObject({
  /** Null when the number is unknown. */
  card: v.nullable(CardView),
  hold: v.nullable(Hold),
  /** Why the wish was not met, or that the card is unknown. */
  refusal: v.nullable(Refusal),
  /** A draft that begins with this card is younger than what the server has read by this moment (M3). */
  serverTimeMs: Moment,
})
export type LookupAnswer = v.InferOutput<typeof LookupAnswer>

export const CardHistoryRequest = v.strictObject({ number: CardDigits })

/** Something that was posted on a card. */
export const CardMove = v.strictObject({
  /** An `OperationKind`; a till knows some of them and shows the others by their name. */
  kind: v.string(),
  postedAtMs: Moment,
  /** The number of the till that did it; null for the server. */
  till: v.nullable(Int),
  /** The number of the sale, as people read it, where the server knows one. */
  saleName: v.nullable(v.string()),
  /** What it changed the balance by; below zero where the card paid. */
  changeKopecks: Int,
  balanceKopecks: Kopecks,
})
export type CardMove = v.InferOutput<typeof CardMove>

/** The last moves of a card, newest first; empty where the number is unknown. */
export const CardHistoryAnswer = v.strictObject({ moves: v.array(CardMove) })

/** Cards of a batch, new or with the balance they already have. */
export const CardsRequest = v.strictObject({
  receiptId: ReceiptId,
  cards: v.pipe(
    v.array(
      v.strictObject({
        id: CardId,
        number: CardDigits,
        opening: v.nullable(
          v.strictObject({
            paidKopecks: PartKopecks,
            grantedKopecks: PartKopecks,
            expiresOn: v.nullable(LocalDate),
          }),
        ),
        blocked: v.boolean(),
      }),
    ),
    v.minLength(1),
    v.maxLength(40),
  ),
})

export const CardsAnswer = v.strictObject({ outcome: Outcome })
