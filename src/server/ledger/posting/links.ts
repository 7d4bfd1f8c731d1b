import * as v from 'valibot'
import { type AccountId, DocumentId } from '../../../core/ids.ts'
import type { Receipt } from '../../../core/receipt/receipt.ts'
import type { Query, Tx } from '../../db/db.ts'
import { findDoer } from './siblings.ts'
import type { StoredReceipt } from './receipts.ts'
import { parseFirst } from '../../db/rows.ts'

/** Receipts that were committed without a document and have found their sale since (M11). */

const LinkRow = v.object({ documentId: DocumentId })

/** The sale that a receipt was for: named by itself, or by the one that linked it since; null for none. */
export async function saleOfReceipt(
  query: Query,
  accountId: AccountId,
  { id, documentId }: StoredReceipt,
): Promise<DocumentId | null> {
  if (documentId !== null) return documentId
  const rows = await query.all(
    `select document_id as "documentId" from receipt_link where account_id = $1 and receipt_id = $2`,
    [accountId, id],
  )
  return parseFirst(LinkRow, rows)?.documentId ?? null
}

/** Notes which sale the receipts that `receipt` names were for. */
export async function insertLinks(tx: Tx, accountId: AccountId, receipt: Receipt): Promise<void> {
  for (const operation of receipt.operations) {
    const documentId = receipt.sale?.documentId
    if (operation.kind !== 'link' || !documentId) continue
    const doer = await findDoer(tx, accountId, operation.receiptId)
    if (!doer) throw new Error('a link to an unknown receipt was posted')
    await tx.run(
      'insert into receipt_link (account_id, receipt_id, document_id, linked_by) values ($1, $2, $3, $4)',
      [accountId, doer.stored.id, documentId, receipt.id],
    )
  }
}
