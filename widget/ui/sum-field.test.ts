import { describe, expect, it } from 'vitest'
import { formats } from './formats.ts'
import { fieldSum, parseSum } from './sum-field.ts'

describe.each(['ru', 'en'] as const)('sum field in %s', (code) => {
  it.each([
    ['1500', 150_000],
    ['1 500,5', 150_050],
    ['1\u00a0500,00\u00a0₽', 150_000],
    ['1\u202f500,50', 150_050],
    ['1,500.50', 150_050],
    ['1,500,000.5', 150_000_050],
    ['1,5', 150],
    ['0.01', 1],
    ['999999999,99', 99_999_999_999],
  ])('reads %s', (text, kopecks) => expect(parseSum(text, code)).toBe(kopecks))

  it.each(['', 'много', '1,2345', '-5', '1,5,5', '1,50.00', '1,500.5.5', '1e3', '9999999999', '.5'])(
    'refuses %s',
    (text) => {
      expect(parseSum(text, code)).toBeNull()
    },
  )

  it.each(['RUB', 'KZT', 'BYN', 'UZS', 'AMD', 'KGS', 'GEL'])('reads what it writes, in %s', (currency) => {
    const { sum } = formats(code, currency)
    for (const kopecks of [0, 1, 10, 99, 100, 150_050, 99_999_999_999]) {
      expect(parseSum(fieldSum(sum(kopecks)), code)).toBe(kopecks)
    }
  })
})

describe('sum field', () => {
  it('[U4] is written as people of a language write', () => {
    expect(fieldSum(formats('ru', 'RUB').sum(150_050))).toBe('1\u00a0500,50')
    expect(fieldSum(formats('en', 'RUB').sum(150_050))).toBe('1,500.50')
    expect(fieldSum(formats('en', 'KZT').sum(150_050))).toBe('1,500.50')
  })

  it('a comma before three digits is a thousand in English, and no sum where it begins the decimals', () => {
    expect([parseSum('1,500', 'en'), parseSum('1,500', 'ru')]).toEqual([150_000, null])
  })
})
