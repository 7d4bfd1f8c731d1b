import { doneBy } from '../sale/done.ts'
import { type DraftLink, unassigned } from './draft.ts'
import { type Kopecks, zeroKopecks } from '../money.ts'
import type { Programme } from '../card/programme.ts'
import type { Receipt } from '../receipt/receipt.ts'
import { certificatesOf, payableByCard, type Sale } from '../sale/sale.ts'

/** What cards did in a receipt that no sale is known for, and the sum of its sale where the till knew one. */
export interface Unlinked extends Pick<DraftLink, 'redeemedKopecks' | 'loads'> {
  sumKopecks: Kopecks | null
}

export function unlinkedOf({ sale, operations }: Pick<Receipt, 'sale' | 'operations'>): Unlinked {
  const { redeemedKopecks, loads } = doneBy(operations, zeroKopecks)
  return {
    // A till that sells without MoySklad's page knows no sum.
    sumKopecks: sale && sale.sumKopecks > 0 ? sale.sumKopecks : null,
    redeemedKopecks,
    loads: loads.map(({ cardId, productId, paidKopecks }) => ({ cardId, productId, paidKopecks })),
  }
}

/**
 * Whether a receipt that was committed without a document may be this sale's (M11): the same sum where it is known, every
 * loaded card a certificate of the sale, and not more paid than cards may pay here. A person still has to say so.
 *
 * @param done what cards have done for the sale already
 */
export function mayBeOfSale(
  programme: Programme,
  sale: Sale,
  receipt: Unlinked,
  done: { redeemedKopecks: number; loads: readonly { productId: string; paidKopecks: Kopecks }[] },
): boolean {
  // A return, say, was for no sale that it could be found at.
  if (receipt.redeemedKopecks === 0 && receipt.loads.length === 0) return false
  if (receipt.sumKopecks !== null && receipt.sumKopecks !== sale.sumKopecks) return false
  const { slots, problem } = certificatesOf(programme, sale)
  if (problem && receipt.loads.length > 0) return false
  if (unassigned([...done.loads, ...receipt.loads], slots).length > 0) return false
  return receipt.redeemedKopecks + done.redeemedKopecks <= payableByCard(programme, sale)
}
