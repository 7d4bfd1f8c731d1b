import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { certificateId, faceKopecks, programmeOf } from '../testing/builders.ts'
import type { CardId, ProductId } from '../ids.ts'
import { mayBeOfSale, type Unlinked } from './linking.ts'
import { kopecks } from '../money.ts'
import type { Sale } from '../sale/sale.ts'

const programme = programmeOf()
const saleOf = (goods: number, certificates = 0): Sale => ({
  rows: [
    { productId: randomUUID() as ProductId, quantity: 1, priceKopecks: goods, discountPercent: 0 },
    ...Array.from({ length: certificates }, () => ({
      productId: certificateId,
      quantity: 1,
      priceKopecks: faceKopecks,
      discountPercent: 0,
    })),
  ],
  sumKopecks: kopecks(goods + certificates * faceKopecks),
})
const nothing = { redeemedKopecks: 0, loads: [] }
const load = { cardId: randomUUID() as CardId, productId: certificateId, paidKopecks: kopecks(faceKopecks) }
const receipt = (rest: Partial<Unlinked> = {}): Unlinked => ({
  sumKopecks: null,
  redeemedKopecks: kopecks(0),
  loads: [],
  ...rest,
})

describe('[M11] a receipt without a document may be of a sale', () => {
  test('with the same sum, and for what cards may pay there', () => {
    const paid = receipt({ sumKopecks: kopecks(500), redeemedKopecks: kopecks(300) })
    expect(mayBeOfSale(programme, saleOf(500), paid, nothing)).toBe(true)
    expect(mayBeOfSale(programme, saleOf(501), paid, nothing)).toBe(false)
    expect(mayBeOfSale(programme, saleOf(500), paid, { ...nothing, redeemedKopecks: 200 })).toBe(true)
    expect(mayBeOfSale(programme, saleOf(500), paid, { ...nothing, redeemedKopecks: 201 })).toBe(false)
  })
  test('of any sum that covers it where the till knew none', () => {
    expect(mayBeOfSale(programme, saleOf(300), receipt({ redeemedKopecks: kopecks(300) }), nothing)).toBe(
      true,
    )
    expect(mayBeOfSale(programme, saleOf(299), receipt({ redeemedKopecks: kopecks(300) }), nothing)).toBe(
      false,
    )
  })
  test('only if a card paid or was sold in it', () => {
    expect(mayBeOfSale(programme, saleOf(300), receipt(), nothing)).toBe(false)
    expect(mayBeOfSale(programme, saleOf(300), receipt({ sumKopecks: kopecks(300) }), nothing)).toBe(false)
  })
  test('only if every card it loaded is a certificate of the sale that has none yet', () => {
    const sold = receipt({ loads: [load] })
    expect(mayBeOfSale(programme, saleOf(0, 1), sold, nothing)).toBe(true)
    expect(mayBeOfSale(programme, saleOf(500), sold, nothing)).toBe(false)
    expect(mayBeOfSale(programme, saleOf(0, 1), sold, { ...nothing, loads: [load] })).toBe(false)
    expect(mayBeOfSale(programme, saleOf(0, 2), sold, { ...nothing, loads: [load] })).toBe(true)
  })
})
