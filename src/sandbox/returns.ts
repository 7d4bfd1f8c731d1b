import type { Payment } from './page/wire/payment.ts'
import { paidKopecks } from './page/wire/payment.ts'
import { saleSumKopecks } from './page/wire/sale-sum.ts'
import type { ReturnDraft, ReturnView, SaleRow, SaleView } from './page/wire/ui-wire.ts'
import { DocumentRefused, TOLERANCE_KOPECKS } from './payments.ts'

/** What has not come back yet of the rows of a sale, as a return of all of it. */
export function returnableRows(sale: SaleView, returns: readonly ReturnView[]): SaleRow[] {
  return sale.rows.flatMap((row) => {
    const returned = quantityOf(
      returns.flatMap((one) => one.rows),
      row,
    )
    const quantity = Math.round((row.quantity - returned) * 1000) / 1000
    return quantity > 0 ? [{ ...row, id: null, quantity }] : []
  })
}

/**
 * The rules of a retail return on the basis of a sale, by MoySklad's JSON API: nothing that was not sold, nothing twice, at
 * the price of the sale, and money back the way it came in. A return has no place for an advance.
 *
 * @param returns the other returns of the sale
 * @throws DocumentRefused 19002, 19003, 19004, or without a code where none is documented
 */
export function checkReturn(draft: ReturnDraft, sale: SaleView, returns: readonly ReturnView[]): void {
  const left = returnableRows(sale, returns)
  for (const row of draft.rows) {
    if (quantityOf(draft.rows, row) > quantityOf(left, row)) {
      throw new DocumentRefused(
        undefined,
        'Ошибка сохранения розничного возврата: позиции не соответствуют позициям продажи',
      )
    }
  }
  const { cashSum, noCashSum, qrSum } = draft
  if (sale.qrSum !== 0 && cashSum + noCashSum !== 0) {
    throw new DocumentRefused(
      19003,
      'Ошибка сохранения розничного возврата: возврат возможен только по QR-коду',
    )
  }
  if (sale.qrSum === 0 && qrSum !== 0) {
    throw new DocumentRefused(
      19004,
      'Ошибка сохранения розничного возврата: возврат по QR-коду поддержан только для операций, оплаченных по QR-коду',
    )
  }
  if (
    paidKopecks(draft) !== cashSum + noCashSum + qrSum ||
    Math.abs(cashSum + noCashSum + qrSum - saleSumKopecks(draft.rows)) >= TOLERANCE_KOPECKS
  ) {
    throw new DocumentRefused(
      19002,
      "Ошибка сохранения розничного возврата: сумма 'cashSum', 'noCashSum' и 'qrSum' не соответствует сумме по документу",
    )
  }
}

/** How a new return is paid out as long as nobody has said otherwise. */
export function proposedPayout(sale: SaleView, sumKopecks: number): Pick<Payment, 'noCashSum' | 'qrSum'> {
  if (sale.qrSum !== 0) return { noCashSum: 0, qrSum: sumKopecks }
  return { noCashSum: Math.min(sale.noCashSum, sumKopecks), qrSum: 0 }
}

type Sold = Pick<SaleRow, 'productId' | 'price' | 'discount' | 'quantity'>

/** Of all rows with this product, price and discount. */
function quantityOf(rows: readonly Sold[], wanted: Sold): number {
  return rows
    .filter(
      (row) =>
        row.productId === wanted.productId && row.price === wanted.price && row.discount === wanted.discount,
    )
    .reduce((sum, row) => sum + row.quantity, 0)
}
