import * as z from 'zod/mini'
import { CardNumberFormat } from './card-number.ts'
import { ProductId, ProgrammeId } from '../ids.ts'
import { AmountKopecks, type Kopecks, kopecks, minKopecks, mulDivFloor } from '../money.ts'
import { Validity } from './validity.ts'

/** Coefficients and shares are integers of ten-thousandths: 10 000 is "once" or "all". */
export const wholeTenThousandths = 10_000

/** A product whose sale loads a card. */
export const Certificate = z.strictObject({
  productId: ProductId,
  name: z.string().check(z.minLength(1), z.maxLength(255)),
  faceKopecks: AmountKopecks,
})
export type Certificate = z.infer<typeof Certificate>

/** The rules of an account's cards, set by the owner. */
export const Programme = z.strictObject({
  id: ProgrammeId,
  name: z.string().check(z.minLength(1), z.maxLength(255)),
  /** ISO 4217 code from MoySklad (C12). */
  currency: z.string().check(z.regex(/^[A-Z]{3}$/)),
  timeZone: z.string().check(({ value, issues }) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: value })
    } catch {
      // The only way Intl tells that it does not know a zone.
      issues.push({ code: 'custom', input: value, message: 'unknown time zone' })
    }
  }),
  certificates: z.array(Certificate).check(z.maxLength(200)),
  /** What the coefficient is applied to (C2). */
  creditBase: z.enum(['face', 'paid']),
  coefficientTenThousandths: z.int().check(z.minimum(1), z.maximum(100 * wholeTenThousandths)),
  validity: Validity,
  reloadable: z.boolean(),
  balanceMaxKopecks: z.nullable(AmountKopecks),
  /** The largest part of a payable sum that cards may cover (C5). */
  shareTenThousandths: z.int().check(z.minimum(1), z.maximum(wholeTenThousandths)),
  /** Goods that cards may not pay for, besides the certificates themselves (C5). */
  excludedProductIds: z.array(ProductId).check(z.maxLength(10_000)),
  /** Which pair of entries the shop's accountant chose (M6): it decides what is rung up. */
  accounting: z.enum(['goods', 'advance']),
  numberFormat: CardNumberFormat,
})
export type Programme = z.infer<typeof Programme>

export function certificateOf(programme: Programme, productId: string): Certificate | undefined {
  return programme.certificates.find((certificate) => certificate.productId === productId)
}

export interface Credit {
  paidKopecks: Kopecks
  grantedKopecks: Kopecks
}

/** What a load puts on the card (C2): the paid part is what was paid, the granted part is the rest, never below zero. */
export function creditOfLoad(programme: Programme, faceKopecks: Kopecks, paidKopecks: Kopecks): Credit {
  const base = programme.creditBase === 'face' ? faceKopecks : paidKopecks
  const credited = mulDivFloor(base, programme.coefficientTenThousandths, wholeTenThousandths)
  const paid = minKopecks(paidKopecks, credited)
  return { paidKopecks: paid, grantedKopecks: kopecks(credited - paid) }
}
