import { kopecks, sumKopecks } from '../money.ts'
import { refusal } from '../refusal.ts'
import { unassigned } from '../draft/draft.ts'
import type { SaleContext } from './types.ts'
import { Refused } from './step.ts'
import type { Programme } from '../card/programme.ts'
import type { Receipt } from '../receipt/receipt.ts'
import { certificatesOf, payableByCard } from '../sale/sale.ts'

/** The till checks the same before the sale is saved, but validation there may be skipped: the server decides (C5). */
export function checkSale(
  receipt: Receipt,
  { sale, redeemedKopecks, loaded }: SaleContext,
  programme: Programme,
): void {
  const redeems = receipt.operations.filter((operation) => operation.kind === 'redeem')
  const room = kopecks(Math.max(0, payableByCard(programme, sale) - redeemedKopecks))
  if (redeems.length > 0 && sumKopecks(redeems.map((redeem) => redeem.amountKopecks)) > room) {
    throw new Refused(refusal('above_payable', null, room))
  }
  const { slots, problem } = certificatesOf(programme, sale)
  const loads = receipt.operations.filter((operation) => operation.kind === 'load')
  for (const { productId, cardId } of loads) {
    const sold = slots.filter((slot) => slot.productId === productId).length
    const wanted = loads.filter((load) => load.productId === productId).length + (loaded.get(productId) ?? 0)
    if (problem) throw new Refused(refusal(problem, cardId))
    if (wanted > sold) throw new Refused(refusal('certificate_not_in_sale', cardId))
  }
  // What was paid for a certificate is what its row says, not what the till says.
  const astray = unassigned(loads, slots)[0]
  if (astray) throw new Refused(refusal('certificate_not_in_sale', astray.cardId))
}
