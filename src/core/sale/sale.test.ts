import { describe, expect, test } from 'vitest'
import { goodsId, certificateId, faceKopecks, programmeOf } from '../testing/builders.ts'
import { seeded } from '../testing/random.ts'
import { kopecks } from '../money.ts'
import { certificatesOf, payableByCard, rowSum, type Sale, type SaleRow, slotsMax } from './sale.ts'

const row = (rest: Partial<SaleRow> = {}): SaleRow => ({
  productId: goodsId,
  quantity: 1,
  priceKopecks: 100,
  discountPercent: 0,
  ...rest,
})
const saleOf = (...rows: SaleRow[]): Sale => ({
  rows,
  sumKopecks: kopecks(rows.reduce((total, one) => total + rowSum(one), 0)),
})
const certificate = (rest: Partial<SaleRow> = {}) =>
  row({ productId: certificateId, priceKopecks: faceKopecks, ...rest })

/** Decimal text × decimal text, by hand: digits as a whole number, and how many of them stand after the point. */
function exactSum({ quantity, priceKopecks, discountPercent }: SaleRow): number {
  const parts = [quantity, priceKopecks, 100 - discountPercent].map((n) => {
    const text = n.toFixed(6)
    return BigInt(text.replace('.', ''))
  })
  const product = parts.reduce((a, b) => a * b, 1n)
  const unit = 100n * 10n ** 18n
  return Number(product / unit + (2n * (product % unit) >= unit ? 1n : 0n))
}

describe('the sum of a row', () => {
  test.each([
    [row({ quantity: 3, priceKopecks: 99 }), 297],
    [row({ quantity: 0.333, priceKopecks: 100 }), 33],
    [row({ quantity: 1.005, priceKopecks: 100 }), 101],
    [row({ discountPercent: 33.3333 }), 67],
    [row({ discountPercent: -10 }), 110],
    [row({ discountPercent: 100 }), 0],
    [row({ priceKopecks: 0.5 }), 1],
    [row({ quantity: 0 }), 0],
  ])('%j is %d', (one, sum) => expect(rowSum(one)).toBe(sum))

  test('is what arithmetic on paper gives', () => {
    const random = seeded(4)
    for (let i = 0; i < 2_000; i++) {
      const one = row({
        quantity: random.int(0, 9_999_999) / 1_000,
        priceKopecks: random.int(0, 99_999_999) / 100,
        discountPercent: random.int(-1_000_000, 1_000_000) / 10_000,
      })
      expect(rowSum(one), JSON.stringify(one)).toBe(exactSum(one))
    }
  })
})

describe('[C2] certificates of a sale', () => {
  test('a quantity of n needs n cards', () => {
    const { slots, problem } = certificatesOf(programmeOf(), saleOf(row(), certificate({ quantity: 3 })))
    expect(problem).toBeNull()
    expect(slots).toHaveLength(3)
    expect(slots[0]).toMatchObject({ productId: certificateId, faceKopecks, paidKopecks: faceKopecks })
  })
  test('a fraction cannot be sold', () => {
    expect(certificatesOf(programmeOf(), saleOf(certificate({ quantity: 1.5 })))).toEqual({
      slots: [],
      problem: 'certificate_fraction',
    })
  })
  test('a discounted one cannot be sold, unless the card gets what was paid', () => {
    const sale = saleOf(certificate({ discountPercent: 10 }))
    expect(certificatesOf(programmeOf(), sale).problem).toBe('certificate_discounted')
    const paid = certificatesOf(programmeOf({ creditBase: 'paid' }), sale)
    expect(paid.problem).toBeNull()
    expect(paid.slots[0]?.paidKopecks).toBe(135_000)
  })
  test('a mistyped quantity does not make a million slots', () => {
    expect(certificatesOf(programmeOf(), saleOf(certificate({ quantity: 1e6 }))).slots).toHaveLength(slotsMax)
  })
})

describe('[C5] what cards may pay', () => {
  test('never a certificate nor excluded goods', () => {
    expect(payableByCard(programmeOf(), saleOf(row(), certificate()))).toBe(100)
    expect(payableByCard(programmeOf({ excludedProductIds: [goodsId] }), saleOf(row()))).toBe(0)
  })
  test('at most the programme’s share, rounded down', () => {
    expect(payableByCard(programmeOf({ shareTenThousandths: 3_333 }), saleOf(row()))).toBe(33)
  })
  test('never more than MoySklad’s own sum leaves', () => {
    const sale = {
      ...saleOf(row({ priceKopecks: 101 }), certificate()),
      sumKopecks: kopecks(faceKopecks + 99),
    }
    expect(payableByCard(programmeOf(), sale)).toBe(99)
    expect(payableByCard(programmeOf(), { ...sale, sumKopecks: kopecks(10) })).toBe(0)
  })
})
