import * as v from 'valibot'
import { GrantId, Moment, TillId } from '../ids.ts'
import { Kopecks } from '../money.ts'
import { Grant, OfflinePolicy } from '../receipt/grant.ts'
import { signed } from './tills.ts'
import { Int } from '../shape.ts'

/** The owner's policy, grants and the book. */

export const PolicyAnswer = v.strictObject({ policy: v.nullable(OfflinePolicy) })

/** Asks for a grant. A grant that the till still has is given back first: from then on it promises nothing on it (O1). */
export const GrantRequest = signed({ returned: v.nullable(GrantId) })
export const GrantAnswer = v.strictObject({
  grant: v.nullable(Grant),
  /** Why there is none. */
  reason: v.nullable(v.picklist(['off', 'not_drained', 'not_active', 'used_up'])),
})
export type GrantAnswer = v.InferOutput<typeof GrantAnswer>

/** What stands outside that number. */
export const OutsideRisk = v.picklist([
  /** MoySklad's own registers, without our window. */
  'native_registers',
  /** Copies of browser profiles, made by hand. */
  'copied_profiles',
  /** Tills whose grant a manager has ended, until they hear of it. */
  'ended_grants',
  /** After the server was restored: tills that got a grant after the copy, until they call. */
  'grants_after_backup',
])

/** What the owner can lose at most if every till is offline and everything goes wrong (O1). */
export const RiskAnswer = v.strictObject({
  maxLossKopecks: Kopecks,
  /** Of that: grants that are not closed. */
  grants: v.array(
    v.strictObject({
      id: GrantId,
      tillId: TillId,
      tillOrdinal: Int,
      sumKopecks: Kopecks,
      spentKopecks: Kopecks,
      issuedAtMs: Moment,
    }),
  ),
  /** Of that: holds that ended before their till had told what it did with them, and what tills have spent of others. */
  uncoveredHoldsKopecks: Kopecks,
  /** How long a till may keep silent on its holds before their money counts as lapsed. */
  silentForMs: Int,
  outside: v.array(OutsideRisk),
})
export type RiskAnswer = v.InferOutput<typeof RiskAnswer>
export const CloseAnswer = v.strictObject({ closed: v.boolean() })

/**
 * A page of the book: all cards of some chunks (`cursor` null), or those that changed since (`cursor`). The cursor of the
 * first page is the one to go on from when the last page is there.
 */
export const BookRequest = v.strictObject({
  cursor: v.nullable(v.pipe(v.string(), v.maxLength(100))),
  fromChunk: v.pipe(Int, v.minValue(0), v.maxValue(255)),
})
export const BookAnswer = v.strictObject({
  /** Entries of `core/card/book.ts`, base64url. */
  entries: v.string(),
  cursor: v.string(),
  /** The next chunk of a full reading; null after the last one, and for changes. */
  nextChunk: v.nullable(Int),
  /** There are more changes at once. */
  more: v.boolean(),
  /** The moment of the cards as they are told here. */
  asOfMs: Moment,
  /** Cards in the whole book, for the progress bar. */
  cards: Int,
})
export type BookAnswer = v.InferOutput<typeof BookAnswer>
