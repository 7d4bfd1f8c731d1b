import { DocumentId } from '../../core/ids.ts'
import type { Deps } from '../deps.ts'
import { readId } from '../http/body.ts'
import { noteSeen } from '../ledger/documents-seen.ts'
import { receiptsOfDocument, receiptsOfTill } from '../ledger/posting/receipts.ts'
import { toldReceipts } from '../ledger/posting/told.ts'
import { reach } from '../http/reach.ts'
import type { Handler } from '../http/handler.ts'

export function sale(deps: Deps): Handler<'sale'> {
  return async (c) => {
    const { accountId } = c.var.session
    const { tillId } = c.var
    const id = readId(c, DocumentId)
    const document = await reach(deps, () => deps.moysklad.of(accountId).retailDemand(id))
    if (document) await noteSeen(deps.db, accountId, [document], deps.clock())
    const receipts = await deps.db.read(async (query) =>
      toldReceipts(query, accountId, await receiptsOfDocument(query, accountId, id), tillId),
    )
    return { document, receipts }
  }
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
