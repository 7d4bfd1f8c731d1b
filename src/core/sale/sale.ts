import * as v from 'valibot'
import { ProductId } from '../ids.ts'
import { Kopecks, kopecks, minKopecks, mulDivFloor } from '../money.ts'
import { certificateOf, type Programme, wholeTenThousandths } from '../card/programme.ts'

/**
 * A row of a sale in MoySklad. Its numbers are JSON numbers there: the quantity may be fractional (weighed goods), the
 * price is in kopecks and may be fractional too, the discount is in per cent and may be negative (a mark-up).
 */
export const SaleRow = v.strictObject({
  productId: ProductId,
  quantity: v.pipe(v.number(), v.minValue(0), v.maxValue(1e9)),
  priceKopecks: v.pipe(v.number(), v.minValue(0), v.maxValue(1e13)),
  discountPercent: v.pipe(v.number(), v.minValue(-1e6), v.maxValue(100)),
})
export type SaleRow = v.InferOutput<typeof SaleRow>

export const rowsMax = 10_000

export const Sale = v.strictObject({
  rows: v.pipe(v.array(SaleRow), v.maxLength(rowsMax)),
  sumKopecks: Kopecks,
})
export type Sale = v.InferOutput<typeof Sale>

const scale = 1_000_000n
const scaled = (n: number) => BigInt(Math.round(n * Number(scale)))

/**
 * No sale is worth more than this (ten trillion roubles). Larger products of mistyped quantities count as this much, so
 * that nonsense on MoySklad's page never stops a till; no receipt can move such a sum anyway (C1).
 */
const sumMaxKopecks = 1_000_000_000_000_000
const saturated = (n: number): Kopecks => kopecks(Math.min(sumMaxKopecks, n))

/** The sum of a row, rounded half up to the kopeck. */
export function rowSum(row: SaleRow): Kopecks {
  const exact = scaled(row.quantity) * scaled(row.priceKopecks) * (100n * scale - scaled(row.discountPercent))
  const unit = 100n * scale * scale * scale
  return saturated(Number((exact + unit / 2n) / unit))
}

/** One card to be loaded: a certificate row of quantity n needs n of them (C2). */
export interface CertificateSlot {
  productId: ProductId
  name: string
  faceKopecks: Kopecks
  paidKopecks: Kopecks
}

type CertificateProblem = 'certificate_fraction' | 'certificate_discounted'

export interface CertificateNeed {
  slots: CertificateSlot[]
  /** The first row that cannot be sold as it stands. */
  problem: CertificateProblem | null
}

/** The cards that a sale must load. */
export function certificatesOf(programme: Programme, sale: Sale): CertificateNeed {
  const slots: CertificateSlot[] = []
  let problem: CertificateProblem | null = null
  for (const row of sale.rows) {
    const certificate = certificateOf(programme, row.productId)
    if (!certificate) continue
    if (!Number.isInteger(row.quantity)) {
      problem ??= 'certificate_fraction'
      continue
    }
    const paidEach = rowSum({ ...row, quantity: 1 })
    if (paidEach !== certificate.faceKopecks && programme.creditBase === 'face')
      problem ??= 'certificate_discounted'
    for (let i = 0; i < row.quantity && slots.length < slotsMax; i++) {
      slots.push({
        productId: certificate.productId,
        name: certificate.name,
        faceKopecks: certificate.faceKopecks,
        paidKopecks: paidEach,
      })
    }
  }
  return { slots, problem }
}

/** More certificates than this in one sale are a mistyped quantity. */
export const slotsMax = 100

/**
 * How much of a sale cards may pay (C5): never certificates nor excluded goods, never more than the programme's share,
 * never more than the sale's own sum, which MoySklad rounds in its own way.
 */
export function payableByCard(programme: Programme, sale: Sale): Kopecks {
  let eligible = 0
  let barred = 0
  for (const row of sale.rows) {
    const isBarred =
      certificateOf(programme, row.productId) || programme.excludedProductIds.includes(row.productId)
    if (isBarred) barred = saturated(barred + rowSum(row))
    else eligible = saturated(eligible + rowSum(row))
  }
  const rest = Math.max(0, sale.sumKopecks - barred)
  const payable = minKopecks(kopecks(eligible), kopecks(rest))
  return mulDivFloor(payable, programme.shareTenThousandths, wholeTenThousandths)
}

/** The same rows in any order, and the same sum. MoySklad's page and its API may differ in the last digits of a price. */
export function sameSale(a: Sale, b: Sale): boolean {
  return a.sumKopecks === b.sumKopecks && rowsOf(a) === rowsOf(b)
}

const rowsOf = ({ rows }: Sale): string =>
  rows
    .map(({ productId, quantity, priceKopecks, discountPercent }) =>
      [productId, quantity, hundredths(priceKopecks), hundredths(discountPercent)].join(' '),
    )
    .sort()
    .join('\n')

const hundredths = (n: number) => Math.round(n * 100)
