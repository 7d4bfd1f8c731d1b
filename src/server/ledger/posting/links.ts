import * as v from 'valibot'
import { type AccountId, DocumentId, ReceiptId } from '../../../core/ids.ts'
import type { Link } from '../../../core/posting/link.ts'
import type { Query, Tx } from '../../db/db.ts'
import { linkStands, type StoredReceipt } from './receipts.ts'
import { parseRows } from '../../db/rows.ts'

/** Receipts that were committed without a document and have found their sale since (M11). */

/** The sale that a receipt was for: named by itself, or by a standing one that linked it since; null for none. */
export async function saleOfReceipt(
  query: Query,
  accountId: AccountId,
  stored: StoredReceipt,
): Promise<DocumentId | null> {
  return (await salesOfReceipts(query, accountId, [stored])).get(stored.id) ?? null
}

const LinkRow = v.object({ receiptId: ReceiptId, documentId: DocumentId })

/** The same of many at once; those without a sale are missing. */
export async function salesOfReceipts(
  query: Query,
  accountId: AccountId,
  stored: readonly StoredReceipt[],
): Promise<Map<ReceiptId, DocumentId>> {
  const sales = new Map(
    stored.flatMap(({ id, documentId }) => (documentId ? [[id, documentId] as const] : [])),
  )
  const others = stored.filter(({ id }) => !sales.has(id))
  if (others.length === 0) return sales
  const rows = await query.all(
    `select k.receipt_id as "receiptId", k.document_id as "documentId" from receipt_link k
      where k.account_id = $1 and k.receipt_id in (${others.map((_, n) => `$${n + 2}`).join(', ')}) and ${linkStands}`,
    [accountId, ...others.map(({ id }) => id)],
  )
  for (const { receiptId, documentId } of parseRows(LinkRow, rows)) sales.set(receiptId, documentId)
  return sales
}

export async function insertLinks(
  tx: Tx,
  accountId: AccountId,
  linkedBy: ReceiptId,
  links: readonly Link[],
): Promise<void> {
  for (const { receiptId, documentId } of links) {
    await tx.run(
      'insert into receipt_link (account_id, receipt_id, document_id, linked_by) values ($1, $2, $3, $4)',
      [accountId, receiptId, documentId, linkedBy],
    )
  }
}
