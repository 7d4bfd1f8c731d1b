import * as z from 'zod/mini'
import { CardState } from '../card/card.ts'
import { CardId, ReceiptId, Moment } from '../ids.ts'
import { Kopecks, PartKopecks } from '../money.ts'
import { Outcome } from '../receipt/outcome.ts'
import { Refusal } from '../refusal.ts'
import { Entered } from '../card/proof.ts'
import { LocalDate } from '../card/validity.ts'
import { Hold, HoldWish } from './holds.ts'

/** Cards: found by their number, and added by managers. */

export const CardView = z.strictObject({
  id: CardId,
  last4: z.string(),
  state: CardState,
  balanceKopecks: Kopecks,
  grantedKopecks: Kopecks,
  /** Balance less what other tills hold. */
  availableKopecks: Kopecks,
  expiresOn: z.nullable(LocalDate),
  /** The number of the other till that holds money of the card, or the unsold card itself. */
  heldBy: z.nullable(z.int()),
})
export type CardView = z.infer<typeof CardView>

export const LookupRequest = z.strictObject({
  number: /* @__PURE__ */ z.string().check(z.regex(/^\d{6,24}$/)),
  entered: Entered,
  hold: z.nullable(HoldWish),
})

export const LookupAnswer = z.strictObject({
  /** Null when the number is unknown. */
  card: z.nullable(CardView),
  hold: z.nullable(Hold),
  /** Why the wish was not met, or that the card is unknown. */
  refusal: z.nullable(Refusal),
  /** A draft that begins with this card is younger than what the server has read by this moment (M3). */
  serverTimeMs: Moment,
})
export type LookupAnswer = z.infer<typeof LookupAnswer>

/** Cards of a batch, new or with the balance they already have. */
export const CardsRequest = z.strictObject({
  receiptId: ReceiptId,
  cards: /* @__PURE__ */ z
    .array(
      z.strictObject({
        id: CardId,
        number: z.string().check(z.regex(/^\d{6,24}$/)),
        opening: z.nullable(
          z.strictObject({
            paidKopecks: PartKopecks,
            grantedKopecks: PartKopecks,
            expiresOn: z.nullable(LocalDate),
          }),
        ),
        blocked: z.boolean(),
      }),
    )
    .check(z.minLength(1), z.maxLength(40)),
})

export const CardsAnswer = z.strictObject({ outcome: Outcome })
