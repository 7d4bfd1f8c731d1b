import { describe, expect, it } from 'vitest'
import { fieldSum, parseSum } from './sum-field.ts'

describe('sum field', () => {
  it.each([
    ['1500', 150_000],
    ['1 500,5', 150_050],
    ['1\u00a0500,00\u00a0₽', 150_000],
    ['0.01', 1],
    ['999999999,99', 99_999_999_999],
  ])('reads %s', (text, kopecks) => expect(parseSum(text)).toBe(kopecks))

  it.each(['', 'много', '1,234', '-5', '1,5,5', '1e3', '9999999999'])('refuses %s', (text) => {
    expect(parseSum(text)).toBeNull()
  })

  it('writes what it reads', () => {
    for (const kopecks of [0, 1, 10, 99, 100, 150_050, 99_999_999_999]) {
      expect(parseSum(fieldSum(kopecks, ','))).toBe(kopecks)
    }
    expect(fieldSum(150_050, ',')).toBe('1\u00a0500,50')
  })
})
