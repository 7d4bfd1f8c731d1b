import { describe, expect, it } from 'vitest'
import { readDiscount, readKopecks, readQuantity, showKopecks, showMoment } from './sale.ts'
import { readRoute, routeHash } from './route.ts'

describe('what a person types', () => {
  it.each([
    ['1 500,5', 150_050],
    ['0.01', 1],
    ['1500 ₽', 150_000],
    ['1,005', null],
    ['', null],
    ['-5', null],
    ['1e3', null],
    ['100000001', null],
  ])('%j is %s kopecks', (typed, kopecks) => {
    expect(readKopecks(typed)).toBe(kopecks)
  })

  it('is a quantity with at most three digits after the point, and not zero', () => {
    expect([readQuantity('0,375'), readQuantity('0'), readQuantity('0,0001'), readQuantity('x')]).toEqual([
      0.375,
      null,
      null,
      null,
    ])
  })

  it('is a discount up to 100 %', () => {
    expect([readDiscount('12,5 %'), readDiscount('100'), readDiscount('101')]).toEqual([12.5, 100, null])
  })
})

it('sums and moments are shown as people write them', () => {
  expect([showKopecks(150_000_050), showKopecks(1), showMoment('2026-10-02 12:31:00.000')]).toEqual([
    '1\u00a0500\u00a0000,50',
    '0,01',
    '02.10.2026 12:31',
  ])
})

it('addresses are read back as they were written', () => {
  const id = '5b1d0c3e-7a10-11f0-0a80-0c0200000a01'
  for (const route of [{ page: 'list' }, { page: 'new' }, { page: 'sale', id }] as const) {
    expect(readRoute(routeHash(route))).toEqual(route)
  }
  expect(readRoute('#good/edit?id=1')).toBeNull()
})
