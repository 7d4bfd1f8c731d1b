import { describe, expect, test } from 'vitest'
import { seeded } from './testing/random.ts'
import {
  AmountKopecks,
  amountMaxKopecks,
  Kopecks,
  kopecks,
  minKopecks,
  mulDivFloor,
  sumKopecks,
} from './money.ts'
import { tryShape } from './shape.ts'

describe('[C1] sums are integers of minor units', () => {
  test.each([0, 1, Number.MAX_SAFE_INTEGER])('%d is a sum', (n) => expect(kopecks(n)).toBe(n))
  test.each([-1, 0.5, NaN, Infinity, 2 ** 53])('%d is none', (n) =>
    expect(() => kopecks(n)).toThrow('not a sum'),
  )

  test('an amount that moves is at least one kopeck and at most a hundred million roubles', () => {
    const accepts = (n: unknown) => tryShape(AmountKopecks, n).success
    expect([1, amountMaxKopecks].map(accepts)).toEqual([true, true])
    expect([0, -1, 1.5, amountMaxKopecks + 1, '1', null].some(accepts)).toBe(false)
    expect(tryShape(Kopecks, 0).success).toBe(true)
  })

  test('sums add up, and the smaller of two is found', () => {
    expect(sumKopecks([kopecks(1), kopecks(2), kopecks(3)])).toBe(6)
    expect(sumKopecks([])).toBe(0)
    expect(minKopecks(kopecks(5), kopecks(4))).toBe(4)
    expect(() => sumKopecks([kopecks(Number.MAX_SAFE_INTEGER), kopecks(1)])).toThrow('not a sum')
  })
})

test('[C1] a share of a sum is exact and rounded down, also where the product passes 2^53', () => {
  expect(mulDivFloor(kopecks(99), 10_000, 10_000)).toBe(99)
  expect(mulDivFloor(kopecks(1), 9_999, 10_000)).toBe(0)
  expect(mulDivFloor(kopecks(amountMaxKopecks), 1_000_000, 10_000)).toBe(amountMaxKopecks * 100)
  expect(mulDivFloor(kopecks(9_007_199_254_740_991), 9_999, 10_000)).toBe(9_006_298_534_815_516)
  const random = seeded(1)
  for (let i = 0; i < 2_000; i++) {
    const amount = random.int(0, amountMaxKopecks)
    const numerator = random.int(1, 1_000_000)
    const result = mulDivFloor(kopecks(amount), numerator, 10_000)
    // floor(x) ≤ x < floor(x) + 1, in whole numbers.
    const product = BigInt(amount) * BigInt(numerator)
    expect(BigInt(result) * 10_000n <= product && product < (BigInt(result) + 1n) * 10_000n).toBe(true)
  }
})
