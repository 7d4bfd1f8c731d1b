import * as v from 'valibot'
import { type AccountId, DocumentId, type ReceiptId } from '../../../core/ids.ts'
import type { Link } from '../../../core/posting/link.ts'
import type { Query, Tx } from '../../db/db.ts'
import { linkStands, type StoredReceipt } from './receipts.ts'
import { parseFirst } from '../../db/rows.ts'

/** Receipts that were committed without a document and have found their sale since (M11). */

const LinkRow = v.object({ documentId: DocumentId })

/** The sale that a receipt was for: named by itself, or by a standing one that linked it since; null for none. */
export async function saleOfReceipt(
  query: Query,
  accountId: AccountId,
  { id, documentId }: StoredReceipt,
): Promise<DocumentId | null> {
  if (documentId !== null) return documentId
  const rows = await query.all(
    `select k.document_id as "documentId" from receipt_link k
      where k.account_id = $1 and k.receipt_id = $2 and ${linkStands}`,
    [accountId, id],
  )
  return parseFirst(LinkRow, rows)?.documentId ?? null
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
