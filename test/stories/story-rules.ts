import type { ProductId } from '../../src/core/ids.ts'
import { kopecks } from '../../src/core/money.ts'
import type { Programme } from '../../src/core/card/programme.ts'
import type { Random } from '../../src/core/testing/random.ts'
import type { Rules } from './oracle-words.ts'

export const products = [
  'ad000000-0000-11f0-0a80-000000000001',
  'ad000000-0000-11f0-0a80-000000000002',
] as ProductId[]
/** The rules of one shop, as the oracle reads them. */
export function randomRules(random: Random): Rules {
  const faces = [random.int(1, 2_000), random.int(1, 2_000)]
  return {
    certificates: new Map(products.map((id, n) => [id, faces[n]!])),
    creditBase: random.pick(['face', 'paid'] as const),
    coefficientTenThousandths: random.pick([10_000, 12_345, 7_500, 10_000]),
    validDays: random.pick([null, 1, 365]),
    reloadable: random.chance(0.6),
    balanceMax: random.pick([null, 2_500]),
    shareTenThousandths: random.pick([10_000, 5_000, 3_333]),
  }
}

/** The same rules, as the product reads them. */
export function programmeFor(rules: Rules): Partial<Programme> {
  return {
    certificates: products.map((productId, n) => ({
      productId,
      name: `Сертификат ${n}`,
      faceKopecks: kopecks(rules.certificates.get(productId)!),
    })),
    creditBase: rules.creditBase,
    coefficientTenThousandths: rules.coefficientTenThousandths,
    validity: rules.validDays === null ? { kind: 'none' } : { kind: 'days', days: rules.validDays },
    reloadable: rules.reloadable,
    balanceMaxKopecks: rules.balanceMax === null ? null : kopecks(rules.balanceMax),
    shareTenThousandths: rules.shareTenThousandths,
  }
}
