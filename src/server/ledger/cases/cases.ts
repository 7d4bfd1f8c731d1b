import * as v from 'valibot'
import { type AccountId, type DraftId, type EmployeeId, ReceiptId, type TillId } from '../../../core/ids.ts'
import type { Kopecks } from '../../../core/money.ts'
import type { CaseKind, FinalOutcome } from '../../../core/receipt/outcome.ts'
import type { CaseDecision, ClosedWhy } from '../../../core/wire/cases.ts'
import type { Query, Tx } from '../../db/db.ts'
import { sha256 } from '../../keys/secrets.ts'
import { parseFirst, parseRows } from '../../db/rows.ts'
import { Int, parseShape } from '../../../core/shape.ts'

/** What a human must know or decide. */
export interface NewCase {
  accountId: AccountId
  kind: CaseKind
  /** What it is about, so that the same trouble opens one case however often it arrives. */
  subject: string
  receiptId: ReceiptId | null
  tillId: TillId | null
  /** The draft whose sale never came. */
  draftId?: DraftId
  employeeId: EmployeeId | null
  amountKopecks: Kopecks | null
  happenedAtMs: number | null
  /** Plain facts for the one who decides; never a card number. */
  evidence: Record<string, string | number | null>
  /** The text of a record that is stored nowhere else. */
  body: string | null
}

export const caseId = (kind: CaseKind, subject: string) => sha256(`${kind}:${subject}`).slice(0, 32)

/** What a case about a record is about: the same id with another text is another subject. */
export const subjectOf = ({ id, digest }: { id: ReceiptId; digest: string }) => `${id}:${digest}`

/** The case in which a record waits for a human; null for one that is not in review. */
export function caseInReview(record: {
  id: ReceiptId
  digest: string
  outcome: FinalOutcome
}): string | null {
  return record.outcome.status === 'in_review' ? caseId(record.outcome.code, subjectOf(record)) : null
}

/** Opens a case; the same again opens no second one. */
export async function openCase(tx: Tx, one: NewCase, nowMs: number): Promise<void> {
  await tx.run(
    `insert into cases (account_id, id, kind, receipt_id, till_id, draft_id, employee_id, amount, happened_at_ms,
      evidence, body, opened_at_ms) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
      on conflict do nothing`,
    [
      one.accountId,
      caseId(one.kind, one.subject),
      one.kind,
      one.receiptId,
      one.tillId,
      one.draftId ?? null,
      one.employeeId,
      one.amountKopecks,
      one.happenedAtMs,
      JSON.stringify(one.evidence),
      one.body,
      nowMs,
    ],
  )
}

/** How a case ended. */
export interface CaseEnd {
  /** `closed`: by itself, since what was missing has come or nothing is left to decide. */
  choice: CaseDecision['choice']
  /** What the person wrote, or a `ClosedWhy`. */
  note: string | null
  decidedBy: EmployeeId | null
  /** What the decision posted. */
  receiptId: ReceiptId | null
}

const StateRow = v.object({
  closedAtMs: v.nullable(Int),
  receiptId: v.nullable(ReceiptId),
})

/** Whether a case waits, and what its decision has posted; null where there is no such case. */
export async function caseState(
  query: Query,
  accountId: AccountId,
  id: string,
): Promise<v.InferOutput<typeof StateRow> | null> {
  const rows = await query.all(
    `select closed_at_ms as "closedAtMs", decision_receipt_id as "receiptId" from cases
      where account_id = $1 and id = $2`,
    [accountId, id],
  )
  return parseFirst(StateRow, rows)
}

/**
 * Closes a case that is open, otherwise changes nothing; its till is locked. The moments of a till's decisions only grow,
 * whatever the clocks of several servers say: a till asks for what was decided after the last one that it knows.
 *
 * @returns whether it was open
 */
export async function closeCase(
  tx: Tx,
  accountId: AccountId,
  id: string,
  { choice, note, decidedBy, receiptId }: CaseEnd,
  nowMs: number,
): Promise<boolean> {
  const changed = await tx.run(
    `update cases set choice = $4, note = $5, decided_by = $6, decision_receipt_id = $7, closed_at_ms = (
        select case when max(c.closed_at_ms) >= $3 then max(c.closed_at_ms) + 1 else $3 end
        from cases c where c.account_id = $1 and c.till_id = cases.till_id)
      where account_id = $1 and id = $2 and closed_at_ms is null`,
    [accountId, id, nowMs, choice, note, decidedBy, receiptId],
  )
  return changed > 0
}

/** Closes a case that has settled itself. */
export function closeSettled(
  tx: Tx,
  accountId: AccountId,
  id: string,
  why: ClosedWhy,
  nowMs: number,
): Promise<boolean> {
  return closeCase(
    tx,
    accountId,
    id,
    { choice: 'closed', note: why, decidedBy: null, receiptId: null },
    nowMs,
  )
}

const TillCaseRow = v.object({ id: v.string(), choice: v.nullable(v.string()), evidence: v.string() })

/** Cases of these kinds that a till has ever had; `choice` is null while one waits. */
export async function casesOfTill<T>(
  query: Query,
  accountId: AccountId,
  tillId: TillId,
  kinds: readonly CaseKind[],
  evidenceShape: v.GenericSchema<unknown, T>,
): Promise<{ id: string; choice: string | null; evidence: T }[]> {
  const rows = await query.all(
    `select id, choice, evidence from cases where account_id = $1 and till_id = $2
      and kind in (${kinds.map((kind) => `'${kind}'`).join(', ')})`,
    [accountId, tillId],
  )
  return parseRows(TillCaseRow, rows).map(({ evidence, ...rest }) => ({
    ...rest,
    evidence: parseShape(evidenceShape, JSON.parse(evidence)),
  }))
}
