import type { SaleDocument } from '../../core/draft/draft.ts'
import { type AccountId, DocumentId, type TillId } from '../../core/ids.ts'
import type { SaleAnswer } from '../../core/wire/receipts.ts'
import type { Db } from '../db/db.ts'
import type { Deps } from '../deps.ts'
import { readId } from '../http/body.ts'
import { noteSeen } from '../ledger/documents-seen.ts'
import { receiptsOfDocument, receiptsOfTill } from '../ledger/posting/receipts.ts'
import { toldReceipts } from '../ledger/posting/told.ts'
import { errorFacts } from '../log.ts'
import type { Handler } from '../http/handler.ts'

/** What cards did for a sale is ours to tell, whether MoySklad answers or not: nobody may charge it a second time (M12). */
export function sale(deps: Deps): Handler<'sale'> {
  return async (c) => {
    const { accountId } = c.var.session
    const id = readId(c, DocumentId)
    const answer = await read(deps, accountId, id)
    if (answer.document) await noteSeen(deps.db, accountId, [answer.document], deps.clock())
    return { ...answer, receipts: await receiptsOf(deps.db, accountId, id, c.var.tillId) }
  }
}

async function read(deps: Deps, accountId: AccountId, id: DocumentId): Promise<Omit<SaleAnswer, 'receipts'>> {
  try {
    return { read: true, document: await deps.moysklad.of(accountId).retailDemand(id) }
  } catch (error) {
    deps.log.warn({ event: 'moysklad_unreachable', error: errorFacts(error).error })
    return { read: false, document: null }
  }
}

/** @param document as MoySklad has just told it */
export async function toldSale(
  db: Db,
  accountId: AccountId,
  id: DocumentId,
  tillId: TillId,
  document: SaleDocument | null,
): Promise<SaleAnswer> {
  return { read: true, document, receipts: await receiptsOf(db, accountId, id, tillId) }
}

const receiptsOf = (db: Db, accountId: AccountId, id: DocumentId, tillId: TillId) =>
  db.read(async (query) =>
    toldReceipts(query, accountId, await receiptsOfDocument(query, accountId, id), tillId),
  )

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
