import * as v from 'valibot'
import { Int } from './shape.ts'

/** The largest sum one operation may move, in minor units (C1): 100 million roubles. */
export const amountMaxKopecks = 10_000_000_000

/** A sum in minor units, zero allowed: balances, remainders. */
export const Kopecks = v.pipe(Int, v.minValue(0), v.brand('Kopecks'))
export type Kopecks = v.InferOutput<typeof Kopecks>

/** A sum that an operation moves (C1): a positive integer of minor units, at most `amountMaxKopecks`. */
export const AmountKopecks = v.pipe(Int, v.minValue(1), v.maxValue(amountMaxKopecks), v.brand('Kopecks'))

/** A sum that an operation names and that may be zero: a part of a balance, a price that was paid (C1). */
export const PartKopecks = v.pipe(Int, v.minValue(0), v.maxValue(amountMaxKopecks), v.brand('Kopecks'))

/** Says that `n` is a sum. Throws on anything else, because a wrong sum must stop the operation, not travel on. */
export function kopecks(n: number): Kopecks {
  if (!Number.isSafeInteger(n) || n < 0) throw new Error(`not a sum in minor units: ${n}`)
  return n as Kopecks
}

export const zeroKopecks = kopecks(0)

export function sumKopecks(amounts: Iterable<Kopecks>): Kopecks {
  let total = 0
  for (const amount of amounts) total += amount
  return kopecks(total)
}

export function minKopecks(a: Kopecks, b: Kopecks): Kopecks {
  return a < b ? a : b
}

/** `amount × numerator ÷ denominator`, rounded down, exact for every sum (C1, C2). */
export function mulDivFloor(amount: Kopecks, numerator: number, denominator: number): Kopecks {
  return kopecks(Number((BigInt(amount) * BigInt(numerator)) / BigInt(denominator)))
}
