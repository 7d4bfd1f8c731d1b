import * as v from 'valibot'
import { CardId, GrantId, Moment, TillId } from '../ids.ts'
import { AmountKopecks, Kopecks, PartKopecks, zeroKopecks } from '../money.ts'
import { Int } from '../shape.ts'

/** The shapes of what a till may promise without the line; the arithmetic is in offline.ts. */

/** The owner's decision. There is none until they make one, and then no till works without holds. */
export const OfflinePolicy = v.strictObject({
  enabled: v.boolean(),
  /** The most that one receipt, one card, and one till may promise to pay. */
  perReceiptKopecks: AmountKopecks,
  perCardKopecks: AmountKopecks,
  perTillKopecks: AmountKopecks,
  /** How many unsold cards, and for how much face value together, a till may sell (O4). */
  loads: v.pipe(Int, v.minValue(0), v.maxValue(1_000)),
  loadsKopecks: PartKopecks,
  /** How long a grant may be used, and how old the book may be (O3). */
  grantHours: v.pipe(Int, v.minValue(1), v.maxValue(168)),
  bookHours: v.pipe(Int, v.minValue(1), v.maxValue(168)),
})
export type OfflinePolicy = v.InferOutput<typeof OfflinePolicy>

/** A permission to promise up to a sum, for one till. Open until its till, drained, gives it back, or a manager ends it. */
export const Grant = v.strictObject({
  id: GrantId,
  tillId: TillId,
  perReceiptKopecks: AmountKopecks,
  perCardKopecks: AmountKopecks,
  /** Zero where other open grants of the till have used up its cap. */
  sumKopecks: PartKopecks,
  loads: v.pipe(Int, v.minValue(0)),
  loadsKopecks: PartKopecks,
  issuedAtMs: Moment,
  useUntilMs: Moment,
  bookMaxAgeMs: v.pipe(Int, v.minValue(0)),
  /** By which the server knows its own grant again after it was restored. */
  proof: v.pipe(v.string(), v.minLength(16), v.maxLength(100)),
})
export type Grant = v.InferOutput<typeof Grant>

/** What has been promised on a grant so far. */
export const GrantUse = v.strictObject({
  spentKopecks: Kopecks,
  byCard: v.record(CardId, Kopecks),
  loads: v.pipe(Int, v.minValue(0)),
  loadsKopecks: Kopecks,
})
export type GrantUse = v.InferOutput<typeof GrantUse>

export const unusedGrant: GrantUse = {
  spentKopecks: zeroKopecks,
  byCard: {},
  loads: 0,
  loadsKopecks: zeroKopecks,
}
