import type { AccountId, DocumentId } from '../../../core/ids.ts'
import type { SaleContext } from '../../../core/posting/types.ts'
import { type Operation, targetOf } from '../../../core/receipt/operations.ts'
import { doneBy } from '../../../core/sale/done.ts'
import type { Sale } from '../../../core/sale/sale.ts'
import type { Tx } from '../../db/db.ts'
import { standingOfDocument, type StoredReceipt, textOf } from './receipts.ts'

/** Makes receipts for one sale wait for each other, from whichever tills they come (C5). */
export async function lockDocument(tx: Tx, accountId: AccountId, id: DocumentId): Promise<void> {
  await tx.run(
    `insert into document (account_id, id, receipts) values ($1, $2, 1)
      on conflict (account_id, id) do update set receipts = document.receipts + 1`,
    [accountId, id],
  )
}

/**
 * What cards have done for a sale so far; the document is locked. Undone receipts and doubles do not count.
 *
 * @param linked receipts that are about to become the sale's (M11)
 */
export async function saleContext(
  tx: Tx,
  accountId: AccountId,
  id: DocumentId,
  sale: Sale,
  linked: readonly StoredReceipt[],
): Promise<SaleContext> {
  const receipts = [...(await standingOfDocument(tx, accountId, id)), ...linked]
  const ids = new Set(receipts.flatMap((stored) => [stored.id, stored.standsFor]))
  const operations = receipts.flatMap((stored) => textOf(stored)?.operations ?? [])
  return { sale, done: doneBy(operations.filter((one) => one.kind !== 'refund' || isAbout(one, ids))) }
}

/** A return that names this sale makes room in it only for what a card had paid in it: it may be of another sale's payment. */
function isAbout(refund: Operation, ids: ReadonlySet<string | null>): boolean {
  const target = targetOf(refund)
  return target !== null && ids.has(target)
}
