import type { AccountId, EmployeeId, ReceiptId, TillId } from '../../core/ids.ts'
import type { Kopecks } from '../../core/money.ts'
import type { CaseKind } from '../../core/outcome.ts'
import type { Tx } from '../db/db.ts'
import { sha256 } from '../secrets.ts'

/** What a human must know or decide. */
export interface NewCase {
  accountId: AccountId
  kind: CaseKind
  /** What it is about, so that the same trouble opens one case however often it arrives. */
  subject: string
  receiptId: ReceiptId | null
  tillId: TillId | null
  employeeId: EmployeeId | null
  amountKopecks: Kopecks | null
  happenedAtMs: number | null
  /** Plain facts for the one who decides; never a card number. */
  evidence: Record<string, string | number | null>
  /** The text of a record that is stored nowhere else. */
  body: string | null
}

export const caseId = (kind: CaseKind, subject: string) => sha256(`${kind}:${subject}`).slice(0, 32)

/** Opens a case; the same again opens no second one. */
export async function openCase(tx: Tx, one: NewCase, nowMs: number): Promise<void> {
  await tx.run(
    `insert into cases (account_id, id, kind, receipt_id, till_id, employee_id, amount, happened_at_ms, evidence,
      body, opened_at_ms) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing`,
    [
      one.accountId,
      caseId(one.kind, one.subject),
      one.kind,
      one.receiptId,
      one.tillId,
      one.employeeId,
      one.amountKopecks,
      one.happenedAtMs,
      JSON.stringify(one.evidence),
      one.body,
      nowMs,
    ],
  )
}
