import * as v from 'valibot'
import { CardId, Moment, ReceiptId } from '../ids.ts'
import { Refusal } from '../refusal.ts'
import { Kopecks } from '../money.ts'
import { LocalDate } from '../card/validity.ts'
import { Int } from '../shape.ts'

/** Why a receipt waits for a human: its outcome is `in_review`. */
export const CaseCode = v.picklist([
  'receipt_malformed',
  'receipt_conflict',
  'promise_without_hold',
  'card_unknown',
  'card_sold_twice',
  'promise_refused',
  /** The sealed number is not that of the card named, or does not open. */
  'number_mismatch',
  /** The grant that a promise names was never given to this till. */
  'grant_unknown',
  /** More was promised than the grant allows (O1). */
  'grant_exceeded',
  /** Promised outside the hours of its grant: the till was silent too long (O9). */
  'grant_expired',
  /** The till's journal has two branches, and this is the later one (J8). */
  'till_forked',
  /** The till was shut out by a manager. */
  'till_revoked',
])
export type CaseCode = v.InferOutput<typeof CaseCode>

/** What else a human must know or decide; the receipt, where there is one, is applied. */
export const CaseKind = v.picklist([
  ...CaseCode.options,
  /** The card could not cover a promise (O6). */
  'shortfall',
  'card_blocked_meanwhile',
  'card_expired_meanwhile',
  /** Records of a till are missing (J8). */
  'gap',
  'fork',
  'lost_tail',
  /** A prepared draft whose sale never came (M3). */
  'draft_unmatched',
  /** A record that its till will not send until a cashier has said whether it was seen (J4). */
  'ghost_undecided',
  /** A restored server decided otherwise than the till had shown (J7). */
  'outcome_changed',
])
export type CaseKind = v.InferOutput<typeof CaseKind>

/** What a receipt did to one card. */
export const CardEffect = v.strictObject({
  cardId: CardId,
  last4: v.string(),
  /** Signed minor units: what the balance gained or lost. */
  changeKopecks: Int,
  balanceKopecks: Kopecks,
  expiresOn: v.nullable(LocalDate),
  /** The part of a promise that the card could not cover (O6). */
  lossKopecks: Kopecks,
})
export type CardEffect = v.InferOutput<typeof CardEffect>

export const AppliedOutcome = v.strictObject({
  status: v.literal('applied'),
  /** The sibling that did the work when an ask and its promise both arrived (J2); null where this receipt did it. */
  by: v.nullable(ReceiptId),
  /** When it was posted first; a restored server keeps the moment (J7). */
  postedAtMs: Moment,
  effects: v.array(CardEffect),
  /** What it credited is in the balance, but pays only when its sale was read (T2). */
  frozen: v.boolean(),
})
export type AppliedOutcome = v.InferOutput<typeof AppliedOutcome>
const RefusedOutcome = v.strictObject({ status: v.literal('refused'), refusal: Refusal })
const InReviewOutcome = v.strictObject({ status: v.literal('in_review'), code: CaseCode })
const LaterOutcome = v.strictObject({
  status: v.literal('later'),
  /** Whether only this record waits, or all that came after it too. */
  scope: v.picklist(['this', 'all']),
  afterMs: v.pipe(Int, v.minValue(0)),
})

/** The server's answer to a receipt that it has decided. */
export const FinalOutcome = v.variant('status', [AppliedOutcome, RefusedOutcome, InReviewOutcome])
export type FinalOutcome = v.InferOutput<typeof FinalOutcome>

/** The final answer, or `later` for "not yet, ask again" (J6). */
export const Outcome = v.variant('status', [AppliedOutcome, RefusedOutcome, InReviewOutcome, LaterOutcome])
export type Outcome = v.InferOutput<typeof Outcome>
