import { saleSumKopecks } from '../wire/sale-sum.ts'
import type { Good, NewSale, SaleDraft, SaleRow, SaleView } from '../wire/ui-wire.ts'

/** A row on screen; `key` tells rows apart that have no id yet. */
export type Row = SaleRow & { readonly key: string }

/** The document on screen, saved or not. */
export type Sale = {
  readonly id: string | null
  readonly name: string
  readonly moment: string
  readonly created: string | null
  readonly updated: string
  readonly applicable: boolean
  readonly description: string | null
  readonly rows: readonly Row[]
  /** Paid by bank card; cash is always the rest. */
  readonly noCashSum: number
}

export function emptySale(fresh: NewSale): Sale {
  return {
    id: null,
    name: fresh.name,
    moment: fresh.moment,
    created: null,
    updated: fresh.moment,
    applicable: true,
    description: null,
    rows: [],
    noCashSum: 0,
  }
}

export function saleFrom(view: SaleView): Sale {
  const { id, name, moment, created, updated, applicable, description, noCashSum } = view
  const rows = view.rows.map((row) => ({ ...row, key: row.id }))
  return { id, name, moment, created, updated, applicable, description, rows, noCashSum }
}

export function draftOf(sale: Sale): SaleDraft {
  const { applicable, description, noCashSum } = sale
  const rows = sale.rows.map(({ id, productId, quantity, price, discount }) => ({
    id,
    productId,
    quantity,
    price,
    discount,
  }))
  return { applicable, description, rows, noCashSum, cashSum: cashKopecks(sale) }
}

export function sumKopecks(sale: Sale): number {
  return saleSumKopecks(sale.rows)
}

export function cashKopecks(sale: Sale): number {
  return sumKopecks(sale) - sale.noCashSum
}

/** The same goods again make the row larger, as a scanner at the till expects. */
export function withGood(sale: Sale, good: Good, key: string): Sale {
  const same = sale.rows.find((row) => row.productId === good.id)
  if (same !== undefined) return withRow(sale, same.key, { quantity: same.quantity + 1 })
  const row = { key, id: null, productId: good.id, quantity: 1, price: good.priceKopecks, discount: 0 }
  return { ...sale, rows: [...sale.rows, row] }
}

export type RowEdit = Partial<Pick<Row, 'quantity' | 'price' | 'discount'>>

export function withRow(sale: Sale, key: string, edit: RowEdit): Sale {
  const rows = sale.rows.map((row) => (row.key === key ? { ...row, ...edit } : row))
  return payable({ ...sale, rows })
}

export function withoutRow(sale: Sale, key: string): Sale {
  return payable({ ...sale, rows: sale.rows.filter((row) => row.key !== key) })
}

export function withNoCash(sale: Sale, noCashSum: number): Sale {
  return payable({ ...sale, noCashSum })
}

/** The bank card never pays more than the total. */
function payable(sale: Sale): Sale {
  return { ...sale, noCashSum: Math.min(Math.max(sale.noCashSum, 0), sumKopecks(sale)) }
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
