import * as v from 'valibot'
import { Int } from '../shape.ts'

/** How many digits a card may have, in every format: a seal has room for the most (sealed-number.ts). */
export const cardDigits = { least: 6, most: 24 }

/** What is in clear on a card, as its programme's format or another's has it. */
export const CardDigits = v.pipe(
  v.string(),
  v.regex(new RegExp(`^\\d{${cardDigits.least},${cardDigits.most}}$`)),
)

/**
 * What is printed or coded on a card: digits only, a secret like cash. The format belongs to the programme; its
 * prefix is what tells a card from a goods barcode, for both may be EAN-13.
 */
export const CardNumberFormat = v.strictObject({
  prefix: v.pipe(v.string(), v.regex(/^\d{0,12}$/)),
  /** All digits together, the prefix and the check digit included. */
  length: v.pipe(Int, v.minValue(cardDigits.least), v.maxValue(cardDigits.most)),
  check: v.picklist(['luhn', 'ean13', 'none']),
})
export type CardNumberFormat = v.InferOutput<typeof CardNumberFormat>

export type Recognised =
  | { kind: 'card'; number: string }
  /** A sound goods barcode (EAN-13) that is no card of this programme. */
  | { kind: 'goods'; number: string }
  | { kind: 'unreadable'; reason: 'no_digits' | 'wrong_length' | 'wrong_check_digit' | 'wrong_prefix' }

/** Check digit by Luhn (ISO/IEC 7812-1, annex B) of digits without it. */
export function luhnDigit(digits: string): string {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    const doubled = i % 2 === 0 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return String((10 - (sum % 10)) % 10)
}

/** Check digit of EAN-13 (GS1 General Specifications, 7.9) of the twelve digits before it. */
export function ean13Digit(digits: string): string {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    // Weights run 3, 1, 3, … from the right, whatever the length.
    sum += Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 3 : 1)
  }
  return String((10 - (sum % 10)) % 10)
}

function hasCheckDigit(number: string, check: CardNumberFormat['check']): boolean {
  const body = number.slice(0, -1)
  const last = number.slice(-1)
  switch (check) {
    case 'luhn':
      return luhnDigit(body) === last
    case 'ean13':
      return ean13Digit(body) === last
    case 'none':
      return true
  }
}

/**
 * Reads what a scanner or a person gave. Everything that is not a digit goes: the start and end signs of a magnetic
 * stripe (`;…?`, `%…?`), spaces and dashes of a printed number.
 */
export function recognise(raw: string, format: CardNumberFormat): Recognised {
  const stripe = /^[;%]?\D?(\d+)[=^?]/.exec(raw)
  const number = stripe ? stripe[1]! : raw.replace(/\D/g, '')
  if (number === '') return { kind: 'unreadable', reason: 'no_digits' }
  if (number.length === format.length && number.startsWith(format.prefix)) {
    return hasCheckDigit(number, format.check)
      ? { kind: 'card', number }
      : { kind: 'unreadable', reason: 'wrong_check_digit' }
  }
  if (number.length === 13 && hasCheckDigit(number, 'ean13')) return { kind: 'goods', number }
  return { kind: 'unreadable', reason: number.length === format.length ? 'wrong_prefix' : 'wrong_length' }
}

/**
 * A new number whose digits between prefix and check digit are random: counters would let a guesser walk from one
 * card to the next.
 *
 * @param randomDigit a uniform digit 0…9 from a cryptographic source
 */
export function generateNumber(format: CardNumberFormat, randomDigit: () => number): string {
  const free = format.length - format.prefix.length - (format.check === 'none' ? 0 : 1)
  if (free < 1) throw new Error('the format leaves no room for random digits')
  let number = format.prefix
  for (let i = 0; i < free; i++) {
    const digit = randomDigit()
    if (!Number.isInteger(digit) || digit < 0 || digit > 9) throw new Error(`not a digit: ${digit}`)
    number += String(digit)
  }
  switch (format.check) {
    case 'luhn':
      return number + luhnDigit(number)
    case 'ean13':
      return number + ean13Digit(number)
    case 'none':
      return number
  }
}
