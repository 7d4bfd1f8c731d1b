import { describe, expect, test } from 'vitest'
import { seeded } from '../testing/random.ts'
import { type CardNumberFormat, ean13Digit, generateNumber, luhnDigit, recognise } from './card-number.ts'

const luhn: CardNumberFormat = { prefix: '4006', length: 16, check: 'luhn' }
const ean: CardNumberFormat = { prefix: '2', length: 13, check: 'ean13' }

describe('check digits', () => {
  test.each([
    ['7992739871', '3'],
    ['453201511283036', '6'],
    ['0', '0'],
  ])('Luhn of %s is %s', (digits, check) => expect(luhnDigit(digits)).toBe(check))
  test.each([
    ['400638133393', '1'],
    ['590123412345', '7'],
    ['460123456789', '3'],
  ])('EAN-13 of %s is %s', (digits, check) => expect(ean13Digit(digits)).toBe(check))

  test('one wrong digit is always found', () => {
    const random = seeded(2)
    for (let i = 0; i < 500; i++) {
      const format = random.pick([luhn, ean])
      const number = generateNumber(format, () => random.int(0, 9))
      const at = random.int(format.prefix.length, format.length - 1)
      const wrong =
        number.slice(0, at) + String((Number(number[at]) + random.int(1, 9)) % 10) + number.slice(at + 1)
      expect(recognise(number, format)).toEqual({ kind: 'card', number })
      expect(recognise(wrong, format)).toEqual({ kind: 'unreadable', reason: 'wrong_check_digit' })
    }
  })
})

describe('what a scanner or a person gave', () => {
  const card = '4006000000000000'.slice(0, 15) + luhnDigit('400600000000000')
  test.each([
    card,
    ` ${card}\r`,
    `${card.slice(0, 4)} ${card.slice(4, 8)}-${card.slice(8)}`,
    `;${card}=99121010000000000000?`,
    `;${card}?`,
    `%B${card}^PODAROK/CARD^9912?`,
  ])('%j is the card', (raw) => expect(recognise(raw, luhn)).toEqual({ kind: 'card', number: card }))

  test('goods are told from cards, though both may be EAN-13', () => {
    expect(recognise('4006381333931', luhn)).toEqual({ kind: 'goods', number: '4006381333931' })
    expect(recognise('4006381333931', ean)).toEqual({ kind: 'goods', number: '4006381333931' })
  })

  test('everything else says why it is no card', () => {
    const reason = (raw: string, format = luhn) => {
      const found = recognise(raw, format)
      return found.kind === 'unreadable' ? found.reason : found.kind
    }
    expect(reason('')).toBe('no_digits')
    expect(reason('привет')).toBe('no_digits')
    expect(reason('123')).toBe('wrong_length')
    expect(reason('5'.repeat(16))).toBe('wrong_prefix')
    expect(reason(card.slice(0, 15))).toBe('wrong_length')
  })
})

test('made numbers keep the format, and a source that is no die is refused', () => {
  const random = seeded(3)
  for (const format of [luhn, ean, { prefix: '', length: 6, check: 'none' } as const]) {
    const numbers = Array.from({ length: 200 }, () => generateNumber(format, () => random.int(0, 9)))
    for (const number of numbers)
      expect(number).toMatch(new RegExp(`^${format.prefix}\\d{${format.length - format.prefix.length}}$`))
  }
  expect(() => generateNumber(luhn, () => 10)).toThrow('not a digit')
  expect(() => generateNumber({ prefix: '12345', length: 6, check: 'luhn' }, () => 1)).toThrow('no room')
})
