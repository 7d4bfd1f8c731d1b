import type { AccountId, DocumentId } from '../../../core/ids.ts'
import type { SaleContext } from '../../../core/posting/types.ts'
import { sumKopecks } from '../../../core/money.ts'
import { doneBy } from '../../../core/sale/done.ts'
import type { Sale } from '../../../core/sale/sale.ts'
import type { Tx } from '../../db/db.ts'
import { returnsOn } from './operations.ts'
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
 * What cards have done for a sale so far; the document is locked. Undone receipts and doubles do not count, nor what has come
 * back of a payment, whatever sale the return names.
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
  const operations = receipts.flatMap((stored) => textOf(stored)?.operations ?? [])
  const returned = await returnsOn(tx, accountId, receipts)
  return { sale, done: doneBy(operations, sumKopecks(returned.map((one) => one.amountKopecks))) }
}
