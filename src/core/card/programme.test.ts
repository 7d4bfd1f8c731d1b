import { describe, expect, test } from 'vitest'
import { programmeOf } from '../testing/builders.ts'
import { seeded } from '../testing/random.ts'
import { kopecks } from '../money.ts'
import { certificateOf, creditOfLoad, Programme } from './programme.ts'
import { tryShape } from '../shape.ts'

describe('[C2] what a load credits', () => {
  test.each([
    ['face', 10_000, 1_000, 1_000, 1_000, 0],
    ['face', 12_000, 1_000, 1_000, 1_000, 200],
    ['face', 15_000, 333, 333, 333, 166],
    ['face', 8_000, 1_000, 1_000, 800, 0],
    ['paid', 10_000, 1_000, 700, 700, 0],
    ['paid', 12_000, 1_000, 700, 700, 140],
    ['paid', 10_000, 1_000, 0, 0, 0],
  ] as const)(
    '%s × %d of %d for %d: paid %d, granted %d',
    (creditBase, coefficient, face, paid, paidPart, granted) => {
      const programme = programmeOf({ creditBase, coefficientTenThousandths: coefficient })
      expect(creditOfLoad(programme, kopecks(face), kopecks(paid))).toEqual({
        paidKopecks: paidPart,
        grantedKopecks: granted,
      })
    },
  )

  test('the paid part never passes what was paid, and both make the credited sum, rounded down', () => {
    const random = seeded(6)
    for (let i = 0; i < 1_000; i++) {
      const creditBase = random.pick(['face', 'paid'] as const)
      const coefficient = random.int(1, 1_000_000)
      const face = random.int(1, 10_000_000)
      const paid = creditBase === 'face' ? face : random.int(0, face)
      const credit = creditOfLoad(
        programmeOf({ creditBase, coefficientTenThousandths: coefficient }),
        kopecks(face),
        kopecks(paid),
      )
      expect(credit.paidKopecks).toBeLessThanOrEqual(paid)
      const base = creditBase === 'face' ? face : paid
      expect(credit.paidKopecks + credit.grantedKopecks).toBe(
        Number((BigInt(base) * BigInt(coefficient)) / 10_000n),
      )
    }
  })
})

describe('rules that an owner may set', () => {
  const accepts = (rest: object) => tryShape(Programme, { ...programmeOf(), ...rest }).success
  test('the usual ones', () => expect(accepts({})).toBe(true))
  test.each([
    { coefficientTenThousandths: 0 },
    { coefficientTenThousandths: 1_000_001 },
    { coefficientTenThousandths: 1.5 },
    { shareTenThousandths: 0 },
    { shareTenThousandths: 10_001 },
    { balanceMaxKopecks: 0 },
    { timeZone: 'Moscow' },
    { currency: 'rub' },
    { name: '' },
    { validity: { kind: 'days', days: 0 } },
    { validity: { kind: 'until', date: '2026-02-30' } },
    { numberFormat: { prefix: 'A', length: 16, check: 'none' } },
    { surprise: 1 },
  ])('not %j', (rest) => expect(accepts(rest)).toBe(false))

  test('a certificate is found by its product', () => {
    const programme = programmeOf()
    expect(certificateOf(programme, programme.certificates[0]!.productId)).toBe(programme.certificates[0])
    expect(certificateOf(programme, 'another')).toBeUndefined()
  })
})
