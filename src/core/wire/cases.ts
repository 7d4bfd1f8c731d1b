import * as v from 'valibot'
import { EmployeeId, Moment, ReceiptId, TillId } from '../ids.ts'
import { Kopecks } from '../money.ts'
import { CaseKind, Outcome } from '../receipt/outcome.ts'
import { LocalDate } from '../card/validity.ts'
import { nextPage } from './page.ts'
import { Int, Text } from '../shape.ts'

/** Cases: what a human must know or decide, and what was decided (J6, O6). */

export const CaseId = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/))

/**
 * What can be decided. `acknowledge`: seen, nothing else to do. `apply`: it happened; book it as a promise is booked, a
 * shortfall as a loss. `dismiss`: it did not happen, or was settled otherwise; nothing is posted. `unblock`: the loss
 * stays booked and the card may pay again. `release`: the prepared draft is given up and its money let go. `renew`: a till
 * whose journal has two branches starts anew as a new till, and so does its double.
 */
export const CaseChoice = v.picklist(['acknowledge', 'apply', 'dismiss', 'unblock', 'release', 'renew'])
export type CaseChoice = v.InferOutput<typeof CaseChoice>

/** Which choices a kind of case has; the first one is what most people want. */
export const choicesOf: Record<CaseKind, readonly CaseChoice[]> = {
  receipt_malformed: ['acknowledge'],
  receipt_conflict: ['acknowledge'],
  promise_without_hold: ['apply', 'dismiss'],
  card_unknown: ['dismiss'],
  card_sold_twice: ['dismiss'],
  promise_refused: ['apply', 'dismiss'],
  number_mismatch: ['dismiss', 'apply'],
  grant_unknown: ['apply', 'dismiss'],
  grant_exceeded: ['apply', 'dismiss'],
  grant_expired: ['apply', 'dismiss'],
  till_forked: ['apply', 'dismiss'],
  till_revoked: ['apply', 'dismiss'],
  shortfall: ['acknowledge', 'unblock'],
  card_blocked_meanwhile: ['acknowledge'],
  card_expired_meanwhile: ['acknowledge'],
  gap: ['acknowledge'],
  fork: ['renew'],
  lost_tail: ['acknowledge'],
  draft_unmatched: ['release', 'acknowledge'],
  ghost_undecided: ['acknowledge'],
  outcome_changed: ['acknowledge'],
}

/** Why a case has closed by itself. */
export const ClosedWhy = v.picklist([
  /** Its till has undone what waited. */
  'undone',
  /** The receipt of the draft has come. */
  'receipt_came',
  /** The till has given the draft up. */
  'draft_dropped',
  /** The missing records have come. */
  'records_came',
  /** It had been applied before the server was restored, and what it rests on has come: it is booked as it was (J7). */
  'booked_again',
])
export type ClosedWhy = v.InferOutput<typeof ClosedWhy>

/** What was decided about a record of this till. */
export const CaseDecision = v.strictObject({
  caseId: CaseId,
  kind: CaseKind,
  receiptId: v.nullable(ReceiptId),
  /** `closed` by itself where what was missing has come. */
  choice: v.picklist([...CaseChoice.options, 'closed']),
  /** What the person wrote; where it was `closed`, the code of why. */
  note: v.string(),
  decidedAtMs: Moment,
  /** What the decision posted, where it did. */
  outcome: v.nullable(Outcome),
})
export type CaseDecision = v.InferOutput<typeof CaseDecision>

export const CaseView = v.strictObject({
  id: CaseId,
  kind: CaseKind,
  receiptId: v.nullable(ReceiptId),
  tillId: v.nullable(TillId),
  tillOrdinal: v.nullable(Int),
  employeeId: v.nullable(EmployeeId),
  amountKopecks: v.nullable(Kopecks),
  happenedAtMs: v.nullable(Moment),
  openedAtMs: Moment,
  /** Plain facts; never a card number. */
  evidence: v.record(v.string(), v.nullable(v.union([v.string(), v.pipe(v.number(), v.finite())]))),
  choices: v.array(CaseChoice),
  decision: v.nullable(CaseDecision),
})
export type CaseView = v.InferOutput<typeof CaseView>

/** Open cases first, the newest of each first. */
export const CasesAnswer = v.strictObject({ cases: v.array(CaseView), next: nextPage })
export const DecisionRequest = v.strictObject({
  choice: CaseChoice,
  /** Why; kept with the decision. */
  note: v.pipe(Text, v.maxLength(500)),
})

const WatchedReceipt = v.strictObject({
  receiptId: ReceiptId,
  tillOrdinal: v.nullable(Int),
  /** Null where no employee did it. */
  employeeId: v.nullable(EmployeeId),
  amountKopecks: Kopecks,
  happenedAtMs: Moment,
})

/** What an owner should look at because insiders might do it (A9). */
export const WatchAnswer = v.strictObject({
  loadsWithoutSale: v.array(WatchedReceipt),
  typedRedeems: v.array(WatchedReceipt),
  /** Cards that were looked at and for which nothing was recorded. */
  lookupsWithoutSale: v.array(
    v.strictObject({
      employeeId: EmployeeId,
      tillOrdinal: Int,
      day: LocalDate,
      count: Int,
    }),
  ),
})
export type WatchAnswer = v.InferOutput<typeof WatchAnswer>
