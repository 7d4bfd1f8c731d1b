import { describe, expect, it } from 'vitest'
import { readHostMessage, validationMessage } from './host-messages.ts'
import { idOfHref } from '../ids.ts'
import { payableByCard, rowSum, Sale } from '../sale/sale.ts'
import { tryShape } from '../shape.ts'
import { programmeOf } from '../testing/builders.ts'
import { type Random, seeded } from '../testing/random.ts'

const productId = '7c000000-0000-11f0-0a80-000000000004'
const documentId = '5b1d0c3e-7a10-11f0-0a80-0c0200000a01'
const unnamed = '00000000-0000-0000-0000-000000000000'

const row = (fields: Record<string, unknown> = {}) => ({
  id: null,
  quantity: 1,
  price: 250_000,
  discount: 0,
  assortment: {
    meta: { href: `https://api.moysklad.ru/api/remap/1.2/entity/product/${productId}`, type: 'product' },
  },
  ...fields,
})

const state = (fields: Record<string, unknown> = {}, ...rows: unknown[]) => ({
  id: null,
  name: null,
  applicable: true,
  moment: '2026-10-02 12:30:00.000',
  sum: 250_000,
  positions: { meta: { size: 1 }, rows: rows.length > 0 ? rows : [row()] },
  ...fields,
})

const said = (objectState: unknown) => ({
  name: 'Change',
  messageId: 42,
  extensionPoint: 'document.retaildemand.create',
  changeHints: ['positions'],
  objectState,
})

function change(objectState: unknown) {
  const message = readHostMessage(said(objectState))
  if (message?.name !== 'Change') throw new Error('no Change')
  return message
}

const read = {
  sale: {
    rows: [{ productId, quantity: 1, priceKopecks: 250_000, discountPercent: 0 }],
    sumKopecks: 250_000,
  },
  moment: '2026-10-02 12:30',
  posted: true,
  unread: false,
}

describe('a Change', () => {
  it('of a new sale is read, with nulls where MoySklad has nothing yet', () => {
    expect(change(state())).toEqual({ name: 'Change', messageId: 42, ...read })
    const bare = change(state({ sum: null, moment: null }, row({ price: null, discount: undefined })))
    expect(bare).toMatchObject({ sale: { sumKopecks: 0 }, moment: null, unread: false })
  })

  it('[M5] tells whether the sale is posted', () => {
    expect(change(state({ applicable: false }))).toMatchObject({ posted: false, unread: false })
    expect(change(state({ applicable: null }))).toMatchObject({ posted: true, unread: false })
  })

  it('has the sum of its rows where its own is missing', () => {
    const rows = [row({ quantity: 2, price: 150 }), row({ price: 99.5 })]
    expect(change(state({ sum: undefined }, ...rows))).toMatchObject({
      sale: { sumKopecks: 400 },
      unread: false,
    })
  })

  it('may hold a mark-up, weighed goods and fractions of a kopeck', () => {
    const rows = [row({ quantity: 0.345, price: 99.99, discount: -10 })]
    expect(change(state({ sum: 37.6 }, ...rows))).toMatchObject({
      sale: {
        rows: [{ quantity: 0.345, priceKopecks: 99.99, discountPercent: -10 }],
        sumKopecks: 38,
      },
      unread: false,
    })
  })

  it('[M4] is due an answer by its envelope alone', () => {
    for (const messageId of [42, 0, -1, Number.MAX_SAFE_INTEGER]) {
      expect(readHostMessage({ name: 'Change', messageId })).toMatchObject({ messageId, unread: true })
    }
    for (const messageId of ['42', 4.5, NaN, null, undefined, 2 ** 53])
      expect(readHostMessage({ ...said(state()), messageId })).toBeNull()
  })

  it.each([
    ['a point that nobody names', { ...said(state()), extensionPoint: undefined }],
    ['a point that nobody knows', { ...said(state()), extensionPoint: 7 }],
    ['a flag that is none', said(state({ applicable: 'true' }))],
    ['a name that is a number', said(state({ name: 17 }))],
    ['fields that are new', { ...said(state({ more: {} })), more: 1 }],
  ])('[M4] is read whole in spite of %s', (_, message) => {
    expect(readHostMessage(message)).toMatchObject(read)
  })

  it.each([new Date(0), 'yesterday', 1_790_000_000, {}])('[M4] with a moment of %s has none', (moment) => {
    expect(change(state({ moment }))).toMatchObject({ ...read, moment: null })
  })

  it.each([
    [{ price: NaN }, { priceKopecks: 0 }],
    [{ price: Infinity }, { priceKopecks: 0 }],
    [{ price: 1e305 }, { priceKopecks: 0 }],
    [{ price: '250000' }, { priceKopecks: 0 }],
    [{ price: -5 }, { priceKopecks: 0 }],
    [{ price: 5n }, { priceKopecks: 0 }],
    [{ quantity: null }, { quantity: 0 }],
    [{ quantity: -3 }, { quantity: 0 }],
    [{ quantity: 1e300 }, { quantity: 0 }],
    [{ discount: 250 }, { discountPercent: 0 }],
    [{ discount: -Number.MAX_VALUE }, { discountPercent: 0 }],
    [{ assortment: null }, { productId: unnamed }],
    [{ assortment: { meta: { href: 'https://x/entity/product/' } } }, { productId: unnamed }],
    [{ assortment: { meta: { href: 7 } } }, { productId: unnamed }],
  ])('[M4] a field of a row that cannot be read falls back alone and is told of: %o', (fields, standIn) => {
    const { sale, unread } = change(state({}, row(fields), row()))
    expect(sale.rows).toEqual([{ ...read.sale.rows[0], ...standIn }, read.sale.rows[0]])
    expect([sale.sumKopecks, unread]).toEqual([250_000, true])
  })

  it.each([null, undefined, 'row', 7, [row()], new Date(0)])(
    '[M4] a row that is none leaves the others: %o',
    (none) => {
      const { sale, unread } = change(state({}, none, row()))
      expect(sale.rows.map((one) => one.productId)).toEqual([unnamed, productId])
      expect([sale.sumKopecks, unread]).toEqual([250_000, true])
    },
  )

  it.each([NaN, Infinity, '250000', -7, 1e300, {}])('[M4] with a sum of %s has that of its rows', (sum) => {
    expect(change(state({ sum }))).toMatchObject({ ...read, unread: true })
  })

  it.each([
    ['positions without rows', { positions: { meta: {} } }],
    ['rows that are null', { positions: { rows: null } }],
    ['rows that are no list', { positions: { rows: { 0: row() } } }],
    ['more rows than a sale can have', { positions: { rows: Array.from({ length: 10_001 }, () => row()) } }],
    ['no positions', { positions: null }],
  ])('[M4] with %s keeps its sum', (_, fields) => {
    expect(change(state(fields))).toMatchObject({ sale: { rows: [], sumKopecks: 250_000 }, unread: true })
  })

  it.each([null, undefined, [state()], 'state', 7])(
    '[M4] without a document is an empty sale: %o',
    (none) => {
      expect(change(none)).toMatchObject({ sale: { rows: [], sumKopecks: 0 }, moment: null, unread: true })
    },
  )

  it('[M4] whatever it holds, its sale fits its own schema and can be reckoned with', () => {
    const random = seeded(20_261_130)
    let unreads = 0
    for (let n = 0; n < 3_000; n++) {
      const { sale, unread } = change(spoilt(random, state({}, row(), row({ quantity: 2 }))))
      if (unread) unreads++
      expect(tryShape(Sale, sale).success).toBe(true)
      for (const one of sale.rows) expect(Number.isSafeInteger(rowSum(one))).toBe(true)
      expect(payableByCard(programmeOf(), sale)).toBeLessThanOrEqual(sale.sumKopecks)
    }
    expect(unreads).toBeGreaterThan(1_000)
  })
})

/** A few places of a message hold something else. */
function spoilt(random: Random, message: unknown): unknown {
  const nonsense = [
    ...[NaN, Infinity, -Infinity, -1, 1e13, 1e14, 1e305, Number.MAX_VALUE, 0.1, 1e9, 2 ** 53],
    ...[null, undefined, '', '7', true, 5n, new Date(NaN), new Map(), [], {}, [[]], '\0'],
  ]
  const walk = (value: unknown): unknown => {
    if (random.chance(0.04)) return random.pick(nonsense)
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, walk(one)]))
  }
  return walk(message)
}

describe('an Open', () => {
  const open = {
    name: 'Open',
    messageId: 41,
    extensionPoint: 'document.retaildemand.edit',
    objectId: documentId,
    displayMode: 'expanded',
  }
  const create = 'document.retaildemand.create'
  it.each([
    [{}, { extensionPoint: open.extensionPoint, objectId: documentId, unread: false }],
    [
      { extensionPoint: create, objectId: null },
      { extensionPoint: create, objectId: null, unread: false },
    ],
    [
      { extensionPoint: create, objectId: undefined },
      { objectId: null, unread: false },
    ],
    [{ displayMode: 7 }, { unread: false }],
  ])('names what is shown: %o', (fields, expected) => {
    expect(readHostMessage({ ...open, ...fields })).toMatchObject({ messageId: 41, ...expected })
  })

  it.each([
    [{ extensionPoint: undefined }, { extensionPoint: open.extensionPoint, objectId: documentId }],
    [
      { extensionPoint: 'document.retaildemand.list', objectId: null },
      { extensionPoint: create, objectId: null },
    ],
    [{ objectId: 'x' }, { extensionPoint: open.extensionPoint, objectId: null }],
    [{ objectId: null }, { extensionPoint: open.extensionPoint, objectId: null }],
    [
      { objectId: 7, extensionPoint: null },
      { extensionPoint: create, objectId: null },
    ],
  ])('[M4] of which something cannot be read is told all the same: %o', (fields, expected) => {
    expect(readHostMessage({ ...open, ...fields })).toEqual({
      name: 'Open',
      messageId: 41,
      unread: true,
      ...expected,
    })
  })
})

it('what asks for no answer and cannot be read is no message', () => {
  const save = { name: 'Save', messageId: 43, objectId: documentId }
  expect(readHostMessage(save)).toEqual(save)
  expect(readHostMessage({ ...save, objectId: 'x' })).toBeNull()
  const error = { name: 'InvalidMessageError', correlationId: 2, errors: [1] }
  expect(readHostMessage({ ...error, invalidMessage: {} })).toEqual(error)
  for (const correlationId of [null, 'x', 1.5])
    expect(readHostMessage({ ...error, correlationId })).toEqual({ ...error, correlationId: null })
  const response = { name: 'UserContextResponse', correlationId: 2, token: 'token' }
  expect(readHostMessage({ ...response, more: 1 })).toEqual(response)
  for (const bad of [{ token: '' }, { token: null }, { correlationId: null }])
    expect(readHostMessage({ ...response, ...bad })).toBeNull()
  for (const none of [null, undefined, 'Open', 7, [], [save], {}, { ...save, name: 'OpenPopup' }])
    expect(readHostMessage(none)).toBeNull()
})

it('[M2] what we say fits into 100 characters', () => {
  expect(validationMessage('ы'.repeat(100))).toBe('ы'.repeat(100))
  expect(validationMessage('ы'.repeat(101))).toBe(`${'ы'.repeat(99)}…`)
})

it.each([
  [null, null],
  [7, null],
  ['', null],
  ['https://x/entity/product/', null],
  ['https://x/product/7C000000-0000-11f0-0a80-000000000004?expand=a', productId],
])('reads the id of %s', (href, id) => expect(idOfHref(href)).toBe(id))
