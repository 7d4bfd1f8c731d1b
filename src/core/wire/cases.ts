import * as z from 'zod/mini'
import { EmployeeId, Moment, ReceiptId, TillId } from '../ids.ts'
import { Kopecks } from '../money.ts'
import { CaseKind, Outcome } from '../receipt/outcome.ts'
import { LocalDate } from '../card/validity.ts'

/** Cases: what a human must know or decide, and what was decided (J6, O6). */

export const CaseId = z.string().check(z.regex(/^[0-9a-f]{32}$/))

/**
 * What can be decided. `acknowledge`: seen, nothing else to do. `apply`: it happened; book it as a promise is booked, a
 * shortfall as a loss. `dismiss`: it did not happen, or was settled otherwise; nothing is posted. `unblock`: the loss
 * stays booked and the card may pay again. `release`: the prepared draft is given up and its money let go. `renew`: a till
 * whose journal has two branches starts anew as a new till, and so does its double.
 */
export const CaseChoice = z.enum(['acknowledge', 'apply', 'dismiss', 'unblock', 'release', 'renew'])
export type CaseChoice = z.infer<typeof CaseChoice>

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
export const ClosedWhy = /* @__PURE__ */ z.enum([
  /** Its till has undone what waited. */
  'undone',
  /** The receipt of the draft has come. */
  'receipt_came',
  /** The till has given the draft up. */
  'draft_dropped',
  /** The missing records have come. */
  'records_came',
])
export type ClosedWhy = z.infer<typeof ClosedWhy>

/** What was decided about a record of this till. */
export const CaseDecision = z.strictObject({
  caseId: CaseId,
  kind: CaseKind,
  receiptId: z.nullable(ReceiptId),
  /** `closed` by itself where what was missing has come. */
  choice: z.enum([...CaseChoice.options, 'closed']),
  /** What the person wrote; where it was `closed`, the code of why. */
  note: z.string(),
  decidedAtMs: Moment,
  /** What the decision posted, where it did. */
  outcome: z.nullable(Outcome),
})
export type CaseDecision = z.infer<typeof CaseDecision>

export const CaseView = z.strictObject({
  id: CaseId,
  kind: CaseKind,
  receiptId: z.nullable(ReceiptId),
  tillId: z.nullable(TillId),
  tillOrdinal: z.nullable(z.int()),
  employeeId: z.nullable(EmployeeId),
  amountKopecks: z.nullable(Kopecks),
  happenedAtMs: z.nullable(Moment),
  openedAtMs: Moment,
  /** Plain facts; never a card number. */
  evidence: z.record(z.string(), z.nullable(z.union([z.string(), z.number()]))),
  choices: z.array(CaseChoice),
  decision: z.nullable(CaseDecision),
})
export type CaseView = z.infer<typeof CaseView>

/** Open cases first, the newest of each first. */
export const CasesAnswer = z.strictObject({ cases: z.array(CaseView) })
export const DecisionRequest = z.strictObject({
  choice: CaseChoice,
  /** Why; kept with the decision. */
  note: /* @__PURE__ */ z.string().check(z.maxLength(500)),
})

const WatchedReceipt = z.strictObject({
  receiptId: ReceiptId,
  tillOrdinal: z.nullable(z.int()),
  /** Null where no employee did it. */
  employeeId: z.nullable(EmployeeId),
  amountKopecks: Kopecks,
  happenedAtMs: Moment,
})

/** What an owner should look at because insiders might do it (A9). */
export const WatchAnswer = z.strictObject({
  loadsWithoutSale: z.array(WatchedReceipt),
  typedRedeems: z.array(WatchedReceipt),
  /** Cards that were looked at and for which nothing was recorded. */
  lookupsWithoutSale: z.array(
    z.strictObject({ employeeId: EmployeeId, tillOrdinal: z.int(), day: LocalDate, count: z.int() }),
  ),
})
export type WatchAnswer = z.infer<typeof WatchAnswer>
