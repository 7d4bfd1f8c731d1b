import type { AccountId, ReceiptId, TillId } from '../../core/ids.ts'
import type { CaseCode } from '../../core/outcome.ts'
import type { Tx } from '../db/db.ts'

export interface Case {
  accountId: AccountId
  receiptId: ReceiptId
  /** `shortfall`: a promise was applied, and its card could not cover it (O6). */
  code: CaseCode | 'shortfall'
  /** SHA-256 of the text that opened it. */
  digest: string
  tillId: TillId | null
  /** The text, where the ledger keeps no receipt with it. */
  body: string | null
}

/** Opens a case; the same arrival again opens no second one. */
export async function openCase(tx: Tx, one: Case, nowMs: number): Promise<void> {
  await tx.run(
    `insert into open_case (account_id, receipt_id, code, digest, till_id, body, opened_at_ms)
      values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [one.accountId, one.receiptId, one.code, one.digest, one.tillId, one.body, nowMs],
  )
}
