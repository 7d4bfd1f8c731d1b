import { describe, expect, it } from 'vitest'
import { HostMessage, idOfHref, momentOfState, ObjectState, saleOfState } from './host-messages.ts'
import { rowSum } from '../sale/sale.ts'
import { parseShape, tryShape } from '../shape.ts'

const row = (quantity: number, price: number, discount: number | null = 0) => ({
  quantity,
  price,
  discount,
  assortment: {
    meta: {
      href: 'https://api.moysklad.ru/api/remap/1.2/entity/product/7C000000-0000-11f0-0a80-000000000004',
      type: 'product',
    },
  },
})

describe('host messages', () => {
  it('a Change of a new sale, with nulls where MoySklad has nothing yet', () => {
    const message = parseShape(HostMessage, {
      name: 'Change',
      messageId: 42,
      extensionPoint: 'document.retaildemand.create',
      changeHints: ['positions'],
      objectState: {
        id: null,
        name: null,
        applicable: true,
        moment: '2026-10-02 12:30:00.000',
        sum: 250_000,
        positions: { meta: { size: 1 }, rows: [{ ...row(1, 250_000), id: null }] },
      },
    })
    if (message.name !== 'Change') throw new Error('no Change')
    const { rows, sumKopecks } = saleOfState(message.objectState)
    expect(sumKopecks).toBe(250_000)
    expect(rows[0]!.productId).toBe('7c000000-0000-11f0-0a80-000000000004')
    expect(momentOfState(message.objectState)).toBe('2026-10-02 12:30')
  })

  it.each([[[1]], [{ positions: { rows: [[]] } }]])(
    'a list in the place of an object is no message: %j',
    (objectState) => {
      const extensionPoint = 'document.retaildemand.create'
      expect(
        tryShape(HostMessage, { name: 'Change', messageId: 1, extensionPoint, objectState }).success,
      ).toBe(false)
    },
  )

  it('[M2] nonsense in a field that is being typed does not stop the verdict', () => {
    const states = [row(-3, 100), row(1e9, 1e13), row(1, 100, 250), row(1, -5, null)]
    const sale = saleOfState({ sum: -7, positions: { rows: states } })
    expect(sale.sumKopecks).toBe(0)
    for (const one of sale.rows) expect(Number.isSafeInteger(rowSum(one))).toBe(true)
  })

  it('a number is any that JSON can say', () => {
    const read = (sum: number) =>
      tryShape(ObjectState, { sum, positions: { rows: [row(sum, sum, sum)] } }).success
    for (const sum of [0, -7, 99.5, 1e300, -Number.MAX_VALUE, Number.MAX_VALUE]) expect(read(sum)).toBe(true)
    for (const sum of [Infinity, -Infinity, NaN]) expect(read(sum)).toBe(false)
  })

  it('the sum of the rows stands in for a sum that is missing', () => {
    expect(saleOfState({ positions: { rows: [row(2, 150), row(1, 99.5)] } }).sumKopecks).toBe(400)
  })

  it.each([
    [null, null],
    ['', null],
    ['https://x/entity/product/', null],
    [
      'https://x/product/7c000000-0000-11f0-0a80-000000000004?expand=a',
      '7c000000-0000-11f0-0a80-000000000004',
    ],
  ])('reads the id of %s', (href, id) => expect(idOfHref(href)).toBe(id))
})
