import type { AccountId, ReceiptId, TillId } from '../../core/ids.ts'
import type { CaseCode, FinalOutcome, Refusal } from '../../core/outcome.ts'
import type { VoidTarget } from '../../core/posting.ts'
import type { Receipt } from '../../core/receipt.ts'
import type { Sale } from '../../core/sale.ts'

/** A record as it came in, judged by its looks and not yet by the ledger. */
export interface Arrival {
  accountId: AccountId
  id: ReceiptId
  /** The text as it was sent (L5) and its SHA-256. */
  text: string
  digest: string
  /** Null for receipts that the server makes itself. */
  till: { id: TillId; epoch: number; seq: number } | null
  content: ArrivalContent
}

export type ArrivalContent =
  /** The ledger decides. */
  | { kind: 'receipt'; receipt: Receipt }
  /** Well-formed, but nothing that this sender may ask for. */
  | { kind: 'barred'; receipt: Receipt; refusal: Refusal }
  /** Nobody can read it: it is kept, and a human looks at it. */
  | { kind: 'malformed' }

/** What was asked of MoySklad before the transaction opened. */
export interface SaleFacts {
  /** The sale that the receipt names; null when there is none or it could not be read. */
  sale: Sale | null
  /** MoySklad does not have that sale, or has it unposted (M5). */
  saleGone: boolean
  /** What became of the sale of the receipt to be undone. */
  voided: VoidTarget['sale']
}

export const noSaleFacts: SaleFacts = { sale: null, saleGone: false, voided: 'none' }

export interface Decision {
  outcome: FinalOutcome
  /** Somebody must look: the caller logs it once the transaction is committed. */
  alarm: Extract<CaseCode, 'receipt_conflict'> | null
  /** Where the till's head stands after this record; null for receipts of the server's own. */
  head: { epoch: number; seq: number } | null
}
