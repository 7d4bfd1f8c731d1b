import { type Kopecks, kopecks, zeroKopecks } from '../money.ts'
import type { Operation, OperationOf } from '../receipt/operations.ts'

/** What cards have done for one sale. */
export interface Done {
  loads: Pick<OperationOf<'load'>, 'productId' | 'paidKopecks'>[]
  /** Paid by cards, less what went back to them. */
  redeemedKopecks: Kopecks
}

export const nothingDone: Done = { loads: [], redeemedKopecks: zeroKopecks }

/**
 * @param operations of the receipts that stand for the sale: no undone ones, no doubles
 * @param returnedKopecks what has come back of these payments, whatever sale the return names
 */
export function doneBy(operations: Iterable<Operation>, returnedKopecks: Kopecks) {
  let redeemed = 0
  const loads: OperationOf<'load'>[] = []
  for (const operation of operations) {
    if (operation.kind === 'load') loads.push(operation)
    else if (operation.kind === 'redeem') redeemed += operation.amountKopecks
  }
  return { loads, redeemedKopecks: kopecks(redeemed - returnedKopecks) }
}
