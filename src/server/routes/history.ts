import { DocumentId } from '../../core/ids.ts'
import type { Deps } from '../deps.ts'
import { readId } from '../http/body.ts'
import { receiptsOfDocument, receiptsOfTill, toLedgerReceipt } from '../ledger/posting/receipts.ts'
import { reach } from '../http/reach.ts'
import type { Handler } from '../http/handler.ts'

export function sale(deps: Deps): Handler<'sale'> {
  return async (c) => {
    const { accountId } = c.var.session
    const id = readId(c, DocumentId)
    const document = await reach(deps, () => deps.moysklad.of(accountId).retailDemand(id))
    const stored = await deps.db.read((query) => receiptsOfDocument(query, accountId, id))
    return { document, receipts: stored.map(toLedgerReceipt).filter((receipt) => receipt !== null) }
  }
}

/** "Did it go through?" after a crash (J13). */
export function operations({ db }: Deps): Handler<'operations'> {
  return async (c) => {
    const { accountId } = c.var.session
    const { tillId } = c.var
    const stored = await db.read((query) => receiptsOfTill(query, accountId, tillId))
    return { receipts: stored.map(toLedgerReceipt).filter((receipt) => receipt !== null) }
  }
}
