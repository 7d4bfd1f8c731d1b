import * as v from 'valibot'
import { CardNumberFormat } from './card-number.ts'
import { ProductId, ProgrammeId } from '../ids.ts'
import { AmountKopecks, type Kopecks, kopecks, minKopecks, mulDivFloor } from '../money.ts'
import { Validity } from './validity.ts'
import { Int } from '../shape.ts'

/** Coefficients and shares are integers of ten-thousandths: 10 000 is "once" or "all". */
export const wholeTenThousandths = 10_000

function isTimeZone(timeZone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone }))
  } catch {
    // The only way Intl tells that it does not know a zone.
    return false
  }
}

/** A product whose sale loads a card. */
export const Certificate = v.strictObject({
  productId: ProductId,
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  faceKopecks: AmountKopecks,
})
export type Certificate = v.InferOutput<typeof Certificate>

/** The rules of an account's cards, set by the owner. */
export const Programme = v.strictObject({
  id: ProgrammeId,
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  /** ISO 4217 code from MoySklad (C12). */
  currency: v.pipe(v.string(), v.regex(/^[A-Z]{3}$/)),
  timeZone: v.pipe(v.string(), v.check(isTimeZone, 'unknown time zone')),
  certificates: v.pipe(v.array(Certificate), v.maxLength(200)),
  /** What the coefficient is applied to (C2). */
  creditBase: v.picklist(['face', 'paid']),
  coefficientTenThousandths: v.pipe(Int, v.minValue(1), v.maxValue(100 * wholeTenThousandths)),
  validity: Validity,
  reloadable: v.boolean(),
  balanceMaxKopecks: v.nullable(AmountKopecks),
  /** The largest part of a payable sum that cards may cover (C5). */
  shareTenThousandths: v.pipe(Int, v.minValue(1), v.maxValue(wholeTenThousandths)),
  /** Goods that cards may not pay for, besides the certificates themselves (C5). */
  excludedProductIds: v.pipe(v.array(ProductId), v.maxLength(10_000)),
  /** Which pair of entries the shop's accountant chose (M6): it decides what is rung up. */
  accounting: v.picklist(['goods', 'advance']),
  numberFormat: CardNumberFormat,
})
export type Programme = v.InferOutput<typeof Programme>

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
