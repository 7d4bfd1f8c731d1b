import { type AccountId, DocumentId, type TillId } from '../../core/ids.ts'
import type { SaleAnswer } from '../../core/wire/receipts.ts'
import type { Db } from '../db/db.ts'
import type { Deps } from '../deps.ts'
import { readId } from '../http/body.ts'
import { tryReach } from '../http/reach.ts'
import { noteSeen } from '../ledger/documents-seen.ts'
import { receiptsOfDocument, receiptsOfTill } from '../ledger/posting/receipts.ts'
import { toldReceipts } from '../ledger/posting/told.ts'
import type { Handler } from '../http/handler.ts'

/** What cards did for a sale is ours to tell, whether MoySklad answers or not: nobody may charge it a second time (M12). */
export function sale(deps: Deps): Handler<'sale'> {
  return async (c) => {
    const { accountId } = c.var.session
    const id = readId(c, DocumentId)
    const reached = await tryReach(deps, () => deps.moysklad.of(accountId).retailDemand(id))
    const document = reached?.told ?? null
    if (document) await noteSeen(deps.db, accountId, [document], deps.clock())
    return toldSale(deps.db, accountId, id, c.var.tillId, { read: reached !== null, document })
  }
}

/** @param reading what MoySklad has just told of the document */
export async function toldSale(
  db: Db,
  accountId: AccountId,
  id: DocumentId,
  tillId: TillId,
  reading: Omit<SaleAnswer, 'receipts'>,
): Promise<SaleAnswer> {
  const receipts = await db.read(async (query) =>
    toldReceipts(query, accountId, await receiptsOfDocument(query, accountId, id), tillId),
  )
  return { ...reading, receipts }
}

/** "Did it go through?" after a crash (J13). */
export function operations({ db }: Deps): Handler<'operations'> {
  return async (c) => {
    const { accountId } = c.var.session
    const { tillId } = c.var
    const receipts = await db.read(async (query) =>
      toldReceipts(query, accountId, await receiptsOfTill(query, accountId, tillId), tillId),
    )
    return { receipts }
  }
}
