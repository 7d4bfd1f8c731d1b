import { describe, expect, it } from 'vitest'
import { CARDS, EMPLOYEES, PRODUCTS } from './demo.ts'
import { sheetHtml } from './sheet.ts'

/** GS1: weights 1, 3, 1, 3 … from the left of twelve digits. */
function hasEan13CheckDigit(number: string): boolean {
  const sum = [...number.slice(0, 12)].reduce(
    (total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 1 : 3),
    0,
  )
  return /^\d{13}$/.test(number) && Number(number[12]) === (10 - (sum % 10)) % 10
}

describe('the demo shop', () => {
  it('has sound barcodes, each once, cards and goods told apart by their prefix', () => {
    const numbers = [...CARDS.map((card) => card.number), ...PRODUCTS.map((product) => product.barcode)]
    expect(numbers.filter((number) => !hasEan13CheckDigit(number))).toEqual([])
    expect(new Set(numbers).size).toBe(numbers.length)
    expect(CARDS.every((card) => card.number.startsWith('29'))).toBe(true)
    expect(PRODUCTS.every((product) => product.barcode.startsWith('460'))).toBe(true)
  })

  it('has every id once', () => {
    const ids = [...CARDS, ...PRODUCTS, ...EMPLOYEES].map((thing) => thing.id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('has 10 unsold cards, 7 active, 1 blocked and 2 expired', () => {
    const count = (state: string) => CARDS.filter((card) => card.state === state).length
    expect(['unsold', 'active', 'blocked', 'expired'].map(count)).toEqual([10, 7, 1, 2])
  })

  it('prints all of them on the sheet', () => {
    const html = sheetHtml()
    expect(html.match(/<svg/g)).toHaveLength(CARDS.length + PRODUCTS.length)
    expect(html).toContain('1\u00a0500,00\u00a0₽')
    expect(html).toContain('срок истёк 31.01.2026')
  })
})
