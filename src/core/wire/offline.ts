import * as z from 'zod/mini'
import { GrantId, Moment, TillId } from '../ids.ts'
import { Kopecks } from '../money.ts'
import { Grant, OfflinePolicy } from '../receipt/offline.ts'
import { envelopeShape } from './tills.ts'

/** The owner's policy, grants and the book. */

export const PolicyAnswer = z.strictObject({ policy: z.nullable(OfflinePolicy) })

/** Asks for a grant. A grant that the till still has is given back first: from then on it promises nothing on it (O1). */
export const GrantRequest = z.strictObject({ ...envelopeShape, returned: z.nullable(GrantId) })
export const GrantAnswer = z.strictObject({
  grant: z.nullable(Grant),
  /** Why there is none. */
  reason: z.nullable(z.enum(['off', 'not_drained', 'not_active', 'used_up'])),
})
export type GrantAnswer = z.infer<typeof GrantAnswer>

/** What stands outside that number. */
export const OutsideRisk = /* @__PURE__ */ z.enum([
  /** MoySklad's own registers, without our window. */
  'native_registers',
  /** Copies of browser profiles, made by hand. */
  'copied_profiles',
  /** Tills whose grant a manager has ended, until they hear of it. */
  'ended_grants',
  /** After the server was set back: tills that got a grant after the copy, until they call. */
  'grants_after_backup',
])

/** What the owner can lose at most if every till is offline and everything goes wrong (O1). */
export const RiskAnswer = z.strictObject({
  maxLossKopecks: Kopecks,
  /** Of that: grants that are not closed. */
  grants: z.array(
    z.strictObject({
      id: GrantId,
      tillId: TillId,
      tillOrdinal: z.int(),
      sumKopecks: Kopecks,
      spentKopecks: Kopecks,
      issuedAtMs: Moment,
    }),
  ),
  /** Of that: holds that ended before their till had told what it did with them. */
  lapsedHoldsKopecks: Kopecks,
  /** How long a till may keep silent on its holds before their money counts as lapsed. */
  silentForMs: z.int(),
  outside: z.array(OutsideRisk),
})
export type RiskAnswer = z.infer<typeof RiskAnswer>
export const CloseAnswer = z.strictObject({ closed: z.boolean() })

/**
 * A page of the book: all cards of some chunks (`cursor` null), or those that changed since (`cursor`). The cursor of the
 * first page is the one to go on from when the last page is there.
 */
export const BookRequest = z.strictObject({
  cursor: z.nullable(/* @__PURE__ */ z.string().check(z.maxLength(100))),
  fromChunk: /* @__PURE__ */ z.int().check(z.minimum(0), z.maximum(255)),
})
export const BookAnswer = z.strictObject({
  /** Entries of `core/book.ts`, base64url. */
  entries: z.string(),
  cursor: z.string(),
  /** The next chunk of a full reading; null after the last one, and for changes. */
  nextChunk: z.nullable(z.int()),
  /** There are more changes at once. */
  more: z.boolean(),
  /** The moment of the cards as they are told here. */
  asOfMs: Moment,
  /** Cards in the whole book, for the progress bar. */
  cards: z.int(),
})
export type BookAnswer = z.infer<typeof BookAnswer>
