import { describe, expect, it } from 'vitest'
import { kopecks } from '../core/money.ts'
import { cardCaption } from './captions.ts'
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

  it('prints all of them on the sheet, with the state that they have now', () => {
    const cards = CARDS.map(({ number }) => ({ number, state: 'active' as const, caption: 'активна, <b>' }))
    const html = sheetHtml(cards, '2026-10-02 12:31:00.000')
    expect(html.match(/<svg/g)).toHaveLength(CARDS.length + PRODUCTS.length)
    expect(html.match(/активна, &lt;b>/g)).toHaveLength(CARDS.length)
    expect(html).toContain('Состояние на 02.10.2026 12:31')
  })
})

describe('what is said of a card', () => {
  it.each([
    ['unsold', 0, null, 'не продана'],
    ['active', 150_000, null, 'активна, доступно 1\u00a0500,00\u00a0₽'],
    ['active', 1, '2030-12-31', 'активна, доступно 0,01\u00a0₽, до 31.12.2030'],
    ['active', 0, null, 'активна, вся сумма удержана'],
    ['blocked', 75_000, null, 'заблокирована, 750,00\u00a0₽'],
    ['expired', 25_050, '2025-12-31', 'срок истёк 31.12.2025, 250,50\u00a0₽'],
    ['annulled', 0, null, 'аннулирована'],
    ['used_up', 0, null, 'использована или удержана кассой'],
  ] as const)('that is %s with %d kopecks until %s: %s', (state, sum, expiresOn, caption) => {
    expect(cardCaption({ state, availableKopecks: kopecks(sum), expiresOn })).toBe(caption)
  })
})
