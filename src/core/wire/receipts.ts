import * as z from 'zod/mini'
import { SaleDocument } from '../draft/draft.ts'
import { Moment, ReceiptId } from '../ids.ts'
import { Outcome } from '../receipt/outcome.ts'
import { Receipt } from '../receipt/receipt.ts'

/** Receipts as the ledger knows them. */

/** A receipt as the ledger knows it. */
export const LedgerReceipt = z.strictObject({
  receipt: Receipt,
  outcome: Outcome,
  postedAtMs: Moment,
  /** The receipt that undid this one. */
  voidedBy: z.nullable(ReceiptId),
})
export type LedgerReceipt = z.infer<typeof LedgerReceipt>

export const SaleAnswer = z.strictObject({
  document: z.nullable(SaleDocument),
  receipts: z.array(LedgerReceipt),
})
export type SaleAnswer = z.infer<typeof SaleAnswer>

export const OperationsAnswer = z.strictObject({ receipts: z.array(LedgerReceipt) })
