import { nothingPaid, paidKopecks, paymentOf, type Payment } from '../wire/payment.ts'
import { saleSumKopecks } from '../wire/sale-sum.ts'
import type {
  Cheque,
  Good,
  NewReturn,
  NewSale,
  ReturnView,
  SaleDraft,
  SaleRow,
  SaleView,
} from '../wire/ui-wire.ts'

/** A row on screen; `key` tells rows apart that have no id yet. */
export type Row = SaleRow & { readonly key: string }

export type OtherThanCash = Omit<Payment, 'cashSum'>

/** The sale that a return is made on. */
export type Basis = { readonly id: string; readonly name: string }

/** The document on screen, saved or not: a sale, or a return when it has a basis. */
export type Sale = {
  readonly id: string | null
  readonly basis: Basis | null
  readonly name: string
  readonly moment: string
  readonly created: string | null
  readonly updated: string
  readonly applicable: boolean
  /** Null when none is open for a document that is not saved. */
  readonly shiftName: string | null
  readonly cheque: Cheque | null
  readonly description: string | null
  readonly rows: readonly Row[]
  /** Cash is always the rest, and not in it. */
  readonly paid: OtherThanCash
}

export function emptySale(fresh: NewSale): Sale {
  return {
    id: null,
    basis: null,
    name: fresh.name,
    moment: fresh.moment,
    created: null,
    updated: fresh.moment,
    applicable: true,
    shiftName: fresh.shiftName,
    cheque: null,
    description: null,
    rows: [],
    paid: nothingPaid,
  }
}

export function saleFrom(view: SaleView): Sale {
  const { id, name, moment, created, updated, applicable, description, shiftName, cheque } = view
  const rows = view.rows.map((row) => ({ ...row, key: row.id }))
  return {
    id,
    basis: null,
    name,
    moment,
    created,
    updated,
    applicable,
    shiftName,
    cheque,
    description,
    rows,
    paid: paymentOf(view),
  }
}

export function emptyReturn(fresh: NewReturn): Sale {
  const { demandId, demandName, rows, noCashSum, qrSum } = fresh
  return {
    ...emptySale(fresh),
    basis: { id: demandId, name: demandName },
    rows: rows.map((row, index) => ({ ...row, key: `basis-${index}` })),
    paid: { ...nothingPaid, noCashSum, qrSum },
  }
}

export function returnFrom(view: ReturnView): Sale {
  return { ...saleFrom(view), basis: { id: view.demandId, name: view.demandName } }
}

export function draftOf(sale: Sale): SaleDraft {
  const { applicable, description } = sale
  const rows = sale.rows.map(({ id, productId, quantity, price, discount }) => ({
    id,
    productId,
    quantity,
    price,
    discount,
  }))
  return { applicable, description, rows, ...sale.paid, cashSum: cashKopecks(sale) }
}

export function sumKopecks(sale: Sale): number {
  return saleSumKopecks(sale.rows)
}

export function cashKopecks(sale: Sale): number {
  return sumKopecks(sale) - paidKopecks({ ...sale.paid, cashSum: 0 })
}

/** The same goods again make the row larger, as a scanner at the till expects. */
export function withGood(sale: Sale, good: Good, key: string): Sale {
  const same = sale.rows.find((row) => row.productId === good.id)
  if (same !== undefined) return withRow(sale, same.key, { quantity: same.quantity + 1 })
  const row = { key, id: null, productId: good.id, quantity: 1, price: good.priceKopecks, discount: 0 }
  return { ...sale, rows: [...sale.rows, row] }
}

const OLDEST_FIRST = [
  'advancePaymentSum',
  'prepaymentCashSum',
  'prepaymentNoCashSum',
  'prepaymentQrSum',
  'qrSum',
  'noCashSum',
] as const satisfies readonly (keyof OtherThanCash)[]

export type RowEdit = Partial<Pick<Row, 'quantity' | 'price' | 'discount'>>

export function withRow(sale: Sale, key: string, edit: RowEdit): Sale {
  const rows = sale.rows.map((row) => (row.key === key ? { ...row, ...edit } : row))
  return payable({ ...sale, rows })
}

export function withoutRow(sale: Sale, key: string): Sale {
  return payable({ ...sale, rows: sale.rows.filter((row) => row.key !== key) })
}

/** How much is paid by bank card or by QR code. */
export function withPaid(sale: Sale, paid: Partial<Pick<OtherThanCash, 'noCashSum' | 'qrSum'>>): Sale {
  return payable({ ...sale, paid: { ...sale.paid, ...paid } })
}

/** Nothing ever pays more than is left of the total; what a server has written gives way last. */
function payable(sale: Sale): Sale {
  const paid = { ...sale.paid }
  let left = sumKopecks(sale)
  for (const field of OLDEST_FIRST) {
    paid[field] = Math.min(Math.max(paid[field], 0), left)
    left -= paid[field]
  }
  return { ...sale, paid }
}

/** What a person typed: «1 500,5» is 150050 kopecks. Null for what is no amount. */
export function readKopecks(typed: string): number | null {
  const number = readDecimal(typed, 2)
  return number === null || number > 100_000_000 ? null : Math.round(number * 100)
}

export function readQuantity(typed: string): number | null {
  const number = readDecimal(typed, 3)
  return number === null || number === 0 || number > 100_000 ? null : number
}

export function readDiscount(typed: string): number | null {
  const number = readDecimal(typed, 2)
  return number === null || number > 100 ? null : number
}

/** @param digits how many may stand after the point; more are refused rather than rounded behind the back */
function readDecimal(typed: string, digits: number): number | null {
  const plain = typed.replace(/[\s\u00a0₽%]/g, '').replace(',', '.')
  const [, fraction = ''] = plain.split('.')
  return /^\d+(\.\d+)?$/.test(plain) && fraction.length <= digits ? Number(plain) : null
}

/** 150050 → «1 500,50». */
export function showKopecks(kopecks: number): string {
  const whole = String(Math.floor(kopecks / 100)).replace(/\B(?=(\d{3})+$)/g, '\u00a0')
  return `${whole},${String(kopecks % 100).padStart(2, '0')}`
}

export function showDecimal(number: number): string {
  return String(number).replace('.', ',')
}

/** «2026-10-02 12:31:00.000» → «02.10.2026 12:31». */
export function showMoment(moment: string): string {
  const [date = '', time = ''] = moment.split(' ')
  return `${date.split('-').reverse().join('.')} ${time.slice(0, 5)}`
}
