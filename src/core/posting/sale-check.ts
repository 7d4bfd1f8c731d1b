import { kopecks, sumKopecks } from '../money.ts'
import { refusal } from '../refusal.ts'
import { openSlots, unassigned } from '../draft/draft.ts'
import type { SaleContext } from './types.ts'
import { Refused } from './step.ts'
import type { Programme } from '../card/programme.ts'
import type { Receipt } from '../receipt/receipt.ts'
import { certificatesOf, payableByCard } from '../sale/sale.ts'

/** The till checks the same before the sale is saved, but validation there may be skipped: the server decides (C5). */
export function checkSale(receipt: Receipt, { sale, done }: SaleContext, programme: Programme): void {
  const redeems = receipt.operations.filter((operation) => operation.kind === 'redeem')
  const room = kopecks(Math.max(0, payableByCard(programme, sale) - done.redeemedKopecks))
  if (redeems.length > 0 && sumKopecks(redeems.map((redeem) => redeem.amountKopecks)) > room) {
    throw new Refused(refusal('above_payable', null, room))
  }
  const { slots, problem } = certificatesOf(programme, sale)
  const loads = receipt.operations.filter((operation) => operation.kind === 'load')
  for (const { productId, cardId } of loads) {
    const count = (all: readonly { productId: string }[]) =>
      all.filter((one) => one.productId === productId).length
    if (problem) throw new Refused(refusal(problem, cardId))
    // Counted without the price: a certificate whose row was changed since has its card all the same.
    if (count(loads) + count(done.loads) > count(slots)) {
      throw new Refused(refusal('certificate_not_in_sale', cardId))
    }
  }
  // What was paid for a certificate is what its row says, not what the till says, and a row that has its card is no other's.
  const astray = unassigned(loads, openSlots(slots, done.loads))[0]
  if (astray) throw new Refused(refusal('certificate_not_in_sale', astray.cardId))
}
