import * as v from 'valibot'
import { type AccountId, type CardId, type ReceiptId, TillId } from '../../../core/ids.ts'
import { employeeOf } from '../../../core/receipt/author.ts'
import type { FinalOutcome } from '../../../core/receipt/outcome.ts'
import { cardIdOf, type Operation, targetOf } from '../../../core/receipt/operations.ts'
import { type Kopecks, zeroKopecks } from '../../../core/money.ts'
import type { ToldOperation, ToldReceipt } from '../../../core/wire/receipts.ts'
import type { Query } from '../../db/db.ts'
import { parseRows } from '../../db/rows.ts'
import { seenAmong } from '../documents-seen.ts'
import { employeeNames } from '../tills/employees.ts'
import { salesOfReceipts } from './links.ts'
import { returnsOn } from './operations.ts'
import { type StoredReceipt, textOf } from './receipts.ts'
import { Int } from '../../../core/shape.ts'

const OrdinalRow = v.object({ id: TillId, ordinal: Int })

/**
 * Receipts as a till is told of them (M12); records that could not be understood are left out.
 *
 * @param tillId who asks: of its own receipts it is told more
 */
export async function toldReceipts(
  query: Query,
  accountId: AccountId,
  stored: readonly StoredReceipt[],
  tillId: TillId,
): Promise<ToldReceipt[]> {
  const read = stored.flatMap((one) => {
    const receipt = textOf(one)
    return receipt ? [{ stored: one, receipt, author: employeeOf(receipt) }] : []
  })
  const ordinals = await ordinalsOf(query, accountId, stored)
  const authors = [...new Set(read.flatMap(({ author }) => author ?? []))]
  const people = await employeeNames(query, accountId, authors)
  const sales = await salesOfReceipts(query, accountId, stored)
  const seen = await seenAmong(query, accountId, [...new Set(sales.values())])
  const returned = await returnsOn(query, accountId, stored)
  const returnedOf = (id: ReceiptId) => (cardId: CardId) =>
    returned.find((one) => one.receiptId === id && one.cardId === cardId)?.amountKopecks ?? zeroKopecks
  return read.map(({ stored: one, receipt, author }) => {
    const { outcome, voidedBy } = one
    const isOwn = one.tillId === tillId
    const { id, mode, standsFor, sale, happenedAtMs } = receipt
    const soldIn = sales.get(one.id)
    return {
      till: (one.tillId && ordinals.get(one.tillId)) ?? null,
      employee: (author && people.get(author)) ?? null,
      saleName: (soldIn && seen.get(soldIn)?.name) ?? null,
      happenedAtMs,
      stands: outcome.status === 'applied' && outcome.by === null && voidedBy === null,
      undone: voidedBy !== null,
      operations: receipt.operations.map((operation) => told(operation, outcome, isOwn, returnedOf(id))),
      own: isOwn ? { id, mode, standsFor, documentId: sale?.documentId ?? null, outcome } : null,
    }
  })
}

function told(
  operation: Operation,
  outcome: FinalOutcome,
  isOwn: boolean,
  returnedOf: (cardId: CardId) => Kopecks,
): ToldOperation {
  const cardId = cardIdOf(operation)
  const effects = outcome.status === 'applied' ? outcome.effects : []
  const isLoad = operation.kind === 'load'
  return {
    kind: operation.kind,
    last4: effects.find((effect) => effect.cardId === cardId)?.last4 ?? null,
    productId: isLoad ? operation.productId : null,
    amountKopecks: amountOf(operation),
    returnedKopecks: operation.kind === 'redeem' ? returnedOf(operation.cardId) : null,
    paidKopecks: isLoad ? operation.paidKopecks : null,
    cardId: isOwn ? cardId : null,
    receiptId: isOwn ? targetOf(operation) : null,
    because: isOwn && operation.kind === 'void' ? operation.because : null,
  }
}

function amountOf(operation: Operation): ToldOperation['amountKopecks'] {
  switch (operation.kind) {
    case 'load':
      return operation.faceKopecks
    case 'redeem':
    case 'payout':
      return operation.amountKopecks
    case 'refund':
      return operation.basis.amountKopecks
    case 'issue':
    case 'open':
    case 'void':
    case 'link':
    case 'block':
    case 'unblock':
    case 'cashout':
    case 'transfer':
    case 'adjust':
    case 'annul':
    case 'expire':
    case 'extend':
    case 'thaw':
    case 'moved_in':
      return null
  }
}

async function ordinalsOf(
  query: Query,
  accountId: AccountId,
  stored: readonly StoredReceipt[],
): Promise<ReadonlyMap<TillId, number>> {
  const ids = [...new Set(stored.flatMap((one) => one.tillId ?? []))]
  if (ids.length === 0) return new Map()
  const places = ids.map((_, n) => `$${n + 2}`).join(', ')
  const rows = await query.all(`select id, ordinal from till where account_id = $1 and id in (${places})`, [
    accountId,
    ...ids,
  ])
  return new Map(parseRows(OrdinalRow, rows).map(({ id, ordinal }) => [id, ordinal]))
}
