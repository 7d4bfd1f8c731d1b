import type { AccountId, DocumentId, ReceiptId } from '../../core/ids.ts'
import type { Receipt } from '../../core/receipt/receipt.ts'
import type { Db } from '../db/db.ts'
import { type Arrival, noSaleFacts, type SaleFacts } from '../ledger/arrival.ts'
import { findDoer } from '../ledger/posting/siblings.ts'
import { noteSeen } from '../ledger/documents-seen.ts'
import { saleOfReceipt } from '../ledger/posting/links.ts'
import type { SaleReader, SaleRead } from './sale-reader.ts'

/** Questions to MoySklad that run at once; it allows five. */
const parallelMax = 4
/** A till waits for its batch: what MoySklad has not said by then counts as unknown. */
const withinMs = 3_000

/** Asks MoySklad what the records of a batch hang on, before any transaction opens. Never throws for its silence. */
export async function gatherFacts(
  db: Db,
  sales: SaleReader,
  accountId: AccountId,
  arrivals: readonly Arrival[],
): Promise<SaleFacts[]> {
  if (!arrivals.some(hangsOnMoySklad)) return arrivals.map(() => noSaleFacts)
  const giveUp = deadline(withinMs)
  const queue = arrivals.map((arrival, n) => ({ arrival, n }))
  const facts: SaleFacts[] = arrivals.map(() => noSaleFacts)
  const receipts = arrivals.flatMap(({ content }) => (content.kind === 'receipt' ? [content.receipt] : []))
  async function ask(reading: Promise<SaleRead>): Promise<SaleRead> {
    const read = await Promise.race([reading, giveUp.reached])
    if (read.kind === 'found') await noteSeen(db, accountId, [read.document], read.readAtMs)
    return read
  }

  async function worker(): Promise<void> {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { content } = next.arrival
      if (content.kind !== 'receipt' || !hangsOnMoySklad(next.arrival)) continue
      facts[next.n] = {
        ...(await saleOf(content.receipt)),
        voided: await voidedSaleOf(content.receipt),
      }
    }
  }
  async function saleOf(receipt: Receipt): Promise<Pick<SaleFacts, 'sale' | 'saleGone'>> {
    const documentId = receipt.sale?.documentId
    // A promise is booked whatever the sale says by now.
    if (receipt.mode !== 'ask' || !documentId || receipt.operations.some((o) => o.kind === 'void'))
      return { sale: null, saleGone: false }
    const read = await ask(sales.recent(accountId, documentId))
    if (read.kind === 'found' && read.document.applicable)
      return { sale: read.document.sale, saleGone: false }
    // Silence of MoySklad holds nobody up; what it says of a sale counts.
    return { sale: null, saleGone: read.kind !== 'unknown' }
  }
  const isUndoneHere = (id: ReceiptId) => receipts.some((one) => isAbout(one, 'void', id))
  async function voidedSaleOf(receipt: Receipt): Promise<SaleFacts['voided']> {
    const undo = receipt.operations.find((operation) => operation.kind === 'void')
    if (undo?.because !== 'cancelled') return null
    const documentId = await saleNamed(undo.receiptId)
    if (!documentId) return null
    const read = await ask(sales.now(accountId, documentId))
    switch (read.kind) {
      case 'unknown':
        return { documentId, became: 'unchecked' }
      case 'gone':
        return { documentId, became: 'gone' }
      case 'found':
        return { documentId, became: read.document.applicable ? 'stands' : 'gone' }
    }
  }
  /** The receipt to be undone, or the one that links it to its sale, may stand in the same batch. A link that it undoes has fallen. */
  async function saleNamed(id: ReceiptId): Promise<DocumentId | null> {
    const link = receipts.find((one) => isAbout(one, 'link', id) && !isUndoneHere(one.id))
    const named = (link ?? receipts.find((one) => one.id === id))?.sale?.documentId
    if (named) return named
    return db.read(async (query) => {
      const doer = await findDoer(query, accountId, id)
      return doer && saleOfReceipt(query, accountId, doer.stored)
    })
  }

  try {
    await Promise.all(Array.from({ length: parallelMax }, worker))
  } finally {
    giveUp.cancel()
  }
  return facts
}

/** Most records do not: a promise, a receipt that names no document, or one that was decided before the server was restored. */
function hangsOnMoySklad({ content, evidence }: Arrival): boolean {
  if (evidence?.settled || content.kind !== 'receipt' || content.receipt.mode === 'promise') return false
  const { sale, operations } = content.receipt
  return Boolean(sale?.documentId) || operations.some((operation) => operation.kind === 'void')
}

const isAbout = ({ operations }: Receipt, kind: 'void' | 'link', id: ReceiptId) =>
  operations.some((operation) => operation.kind === kind && operation.receiptId === id)

function deadline(ms: number): { reached: Promise<SaleRead>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined
  const reached = new Promise<SaleRead>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'unknown' }), ms)
  })
  return { reached, cancel: () => clearTimeout(timer) }
}
