import * as v from 'valibot'
import {
  type AccountId,
  DocumentId,
  type DraftId,
  type JournalId,
  ReceiptId,
  TillId,
} from '../../../core/ids.ts'
import { AppliedOutcome, FinalOutcome } from '../../../core/receipt/outcome.ts'
import { authorIdOf, employeeOf, sessionOf } from '../../../core/receipt/author.ts'
import { Receipt } from '../../../core/receipt/receipt.ts'
import type { Query, Tx } from '../../db/db.ts'
import { parseFirst, parseRows } from '../../db/rows.ts'
import { Int, parseShape } from '../../../core/shape.ts'

const StoredReceipt = v.object({
  id: ReceiptId,
  body: v.string(),
  digest: v.string(),
  tillId: v.nullable(TillId),
  mode: v.nullable(v.picklist(['ask', 'promise'])),
  standsFor: v.nullable(ReceiptId),
  documentId: v.nullable(DocumentId),
  postedAtMs: Int,
  outcome: v.string(),
  appliedBy: v.nullable(ReceiptId),
  appliedBefore: v.nullable(v.string()),
  voidedBy: v.nullable(ReceiptId),
})
/** A receipt as the ledger keeps it; `mode` is null where its text could not be understood. */
export type StoredReceipt = Omit<v.InferOutput<typeof StoredReceipt>, 'outcome' | 'appliedBefore'> & {
  outcome: FinalOutcome
  /** What this server had answered before it was restored, where the receipt waits although it had been applied (J7). */
  appliedBefore: AppliedOutcome | null
}

/** SQL: no void has undone the receipt that a row names in its column `id` (C8). */
export const notVoided = (row: string, id: string): string =>
  `not exists (select 1 from receipt v where v.account_id = ${row}.account_id and v.voids = ${row}.${id})`

/** SQL: the link `k` to a sale (M11) stands, as long as the receipt that made it does. */
export const linkStands = notVoided('k', 'linked_by')

const select = `select r.id, r.body, r.digest, r.till_id as "tillId", r.mode, r.stands_for as "standsFor",
  r.document_id as "documentId", r.posted_at_ms as "postedAtMs", r.outcome, r.applied_by as "appliedBy",
  r.applied_before as "appliedBefore",
  (select v.id from receipt v where v.account_id = r.account_id and v.voids = r.id) as "voidedBy"
  from receipt r`

/** Committed for the document, or linked to it since (M11). */
const isOfDocument = `(r.document_id = $2 or exists (select 1 from receipt_link k
  where k.account_id = r.account_id and k.receipt_id = r.id and k.document_id = $2 and ${linkStands}))`

/** How many receipts of a till "last operations" shows (J13). */
const lastMax = 30
const ofDocumentMax = 200

function withOutcome(row: v.InferOutput<typeof StoredReceipt>): StoredReceipt {
  const { outcome, appliedBefore } = row
  return {
    ...row,
    outcome: parseShape(FinalOutcome, JSON.parse(outcome)),
    appliedBefore: appliedBefore === null ? null : parseShape(AppliedOutcome, JSON.parse(appliedBefore)),
  }
}

export async function findReceipt(
  query: Query,
  accountId: AccountId,
  id: ReceiptId,
): Promise<StoredReceipt | null> {
  const row = parseFirst(
    StoredReceipt,
    await query.all(`${select} where r.account_id = $1 and r.id = $2`, [accountId, id]),
  )
  return row && withOutcome(row)
}

/** What says that it stands for the receipt named (J2). */
export async function standingFor(
  query: Query,
  accountId: AccountId,
  id: ReceiptId,
): Promise<StoredReceipt[]> {
  const rows = await query.all(
    `${select} where r.account_id = $1 and r.stands_for = $2 order by r.posted_at_ms, r.id`,
    [accountId, id],
  )
  return parseRows(StoredReceipt, rows).map(withOutcome)
}

export async function receiptsOfTill(
  query: Query,
  accountId: AccountId,
  tillId: TillId,
): Promise<StoredReceipt[]> {
  const rows = await query.all(
    `${select} where r.account_id = $1 and r.till_id = $2
      order by r.posted_at_ms desc, r.seq desc limit ${lastMax}`,
    [accountId, tillId],
  )
  return parseRows(StoredReceipt, rows).map(withOutcome)
}

export async function receiptsOfDocument(
  query: Query,
  accountId: AccountId,
  documentId: DocumentId,
): Promise<StoredReceipt[]> {
  const rows = await query.all(
    `${select} where r.account_id = $1 and ${isOfDocument}
      order by r.posted_at_ms, r.seq limit ${ofDocumentMax}`,
    [accountId, documentId],
  )
  return parseRows(StoredReceipt, rows).map(withOutcome)
}

/** Receipts that did something for the document and still stand: neither undone nor the double of another. */
export async function standingOfDocument(
  query: Query,
  accountId: AccountId,
  documentId: DocumentId,
): Promise<StoredReceipt[]> {
  const rows = await query.all(
    `${select} where r.account_id = $1 and ${isOfDocument} and r.status = 'applied' and r.applied_by is null
      and ${notVoided('r', 'id')}`,
    [accountId, documentId],
  )
  return parseRows(StoredReceipt, rows).map(withOutcome)
}

const One = v.object({ one: Int })

/** Whether the draft ended in a receipt that waits for a human: its money stays held until that is decided. */
export async function draftWaits(query: Query, accountId: AccountId, draftId: DraftId): Promise<boolean> {
  const rows = await query.all(
    `select 1 as one from receipt r where r.account_id = $1 and r.draft_id = $2 and r.status = 'in_review'
      and exists (select 1 from cases c where c.account_id = r.account_id and c.receipt_id = r.id
        and c.closed_at_ms is null) limit 1`,
    [accountId, draftId],
  )
  return parseFirst(One, rows) !== null
}

/** What a record says; null for one that could not be understood. */
export const textOf = ({ mode, body }: Pick<StoredReceipt, 'mode' | 'body'>): Receipt | null =>
  mode === null ? null : parseShape(Receipt, JSON.parse(body))

export interface NewReceipt {
  accountId: AccountId
  id: ReceiptId
  body: string
  digest: string
  tillId: TillId | null
  journal: JournalId | null
  seq: number | null
  /** Null for a text that could not be understood. */
  receipt: Receipt | null
  postedAtMs: number
  outcome: FinalOutcome
  /** The receipt whose work this one undid. */
  voids: ReceiptId | null
  appliedBefore: AppliedOutcome | null
}

/** A receipt and its outcome are written together, once (L2). */
export async function insertReceipt(tx: Tx, one: NewReceipt): Promise<void> {
  const { receipt, outcome } = one
  await tx.run(
    `insert into receipt (account_id, id, body, digest, till_id, journal_id, seq, mode, employee_id, document_id,
      draft_id, stands_for, happened_at_ms, posted_at_ms, status, outcome, applied_by, voids, session, grant_id,
      door, author_kind, author_id, reason_code, reason_note_id, applied_before)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
      $21, $22, $23, $24, $25, $26)`,
    [
      one.accountId,
      one.id,
      one.body,
      one.digest,
      one.tillId,
      one.journal,
      one.seq,
      receipt?.mode ?? null,
      employeeOf(receipt),
      receipt?.sale?.documentId ?? null,
      receipt?.sale?.draftId ?? null,
      receipt?.standsFor ?? null,
      receipt?.happenedAtMs ?? null,
      one.postedAtMs,
      outcome.status,
      JSON.stringify(outcome),
      outcome.status === 'applied' ? outcome.by : null,
      one.voids,
      sessionOf(receipt),
      receipt?.grantId ?? null,
      receipt?.door ?? null,
      receipt?.author.kind ?? null,
      receipt && authorIdOf(receipt.author),
      receipt?.reason?.code ?? null,
      receipt?.reason?.noteId ?? null,
      one.appliedBefore && JSON.stringify(one.appliedBefore),
    ],
  )
}
