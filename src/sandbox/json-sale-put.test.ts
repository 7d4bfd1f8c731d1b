import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { APP_TOKEN, EMPLOYEES, GOODS, STORE } from './demo.ts'
import { openDocuments, type Documents } from './documents.ts'
import { createEntities } from './entities.ts'
import { createJsonApi } from './json-api.ts'
import { nothingPaid } from './page/wire/payment.ts'
import type { SaleView } from './page/wire/ui-wire.ts'
import { createRateGuard } from './rate-limits.ts'

/** PUT of a retail sale by the JSON API, by MoySklad's description of the money fields. */
const BASE = 'http://host/api/remap/1.2'
const [COFFEE, TEA] = GOODS
let clock: number
let documents: Documents
let app: ReturnType<typeof createJsonApi>
let sale: SaleView

beforeEach(() => {
  clock = Date.parse('2026-10-02T09:00:00.000Z')
  documents = openDocuments({
    file: join(mkdtempSync(join(tmpdir(), 'sandbox-')), 'sales.json'),
    storeId: STORE.id,
    now: () => clock,
  })
  const rateGuard = createRateGuard(() => clock)
  app = createJsonApi({ documents, entities: createEntities(BASE), rateGuard, token: APP_TOKEN })
  sale = documents.create(EMPLOYEES[0]!.id, {
    applicable: true,
    description: 'до',
    rows: [
      { id: null, productId: COFFEE!.id, quantity: 1, price: 100_000, discount: 0 },
      { id: null, productId: TEA!.id, quantity: 2, price: 25_000, discount: 0 },
    ],
    ...nothingPaid,
    cashSum: 150_000,
  })
  clock += 5_000
})

async function put(body: unknown, contentType = 'application/json') {
  const answer = await app.request(`/entity/retaildemand/${sale.id}?expand=positions`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${APP_TOKEN}`,
      'accept-encoding': 'gzip',
      'content-type': contentType,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await new Response(answer.body?.pipeThrough(new DecompressionStream('gzip'))).text()
  return { status: answer.status, body: JSON.parse(text) as { errors?: { code?: number }[] } }
}

async function refusal(body: unknown): Promise<[number, number | undefined]> {
  const before = documents.get(sale.id)
  const answer = await put(body)
  expect(documents.get(sale.id)).toEqual(before)
  return [answer.status, answer.body.errors?.[0]?.code]
}

describe('the money of a sale', () => {
  it('is written in all its fields and answered as it is then', async () => {
    const money = { cashSum: 20_000, noCashSum: 30_000, advancePaymentSum: 100_000 }
    const { status, body } = await put({ ...money, sum: 1, payedSum: 2 })
    expect([status, body]).toMatchObject([
      200,
      { ...money, qrSum: 0, sum: 150_000, payedSum: 150_000, description: 'до' },
    ])
    expect(documents.get(sale.id)).toMatchObject({
      ...money,
      moment: sale.moment,
      updated: '2026-10-02 12:00:05.000',
      rows: sale.rows,
    })
  })

  it.each([
    [
      'what is not cash: the rest is cash',
      { advancePaymentSum: 100_000 },
      { advancePaymentSum: 100_000, cashSum: 50_000 },
    ],
    ['cash: the rest is paid by card', { cashSum: 10_000 }, { cashSum: 10_000, noCashSum: 140_000 }],
    ['a part of what was paid by QR code', { qrSum: 50_000 }, { qrSum: 50_000, prepaymentQrSum: 100_000 }],
    ['a prepayment by QR code', { prepaymentQrSum: 50_000 }, { qrSum: 100_000, prepaymentQrSum: 50_000 }],
    ['nothing', { description: 'после' }, { cashSum: 150_000, description: 'после' }],
  ])('is completed where the request names %s', async (_what, body, expected) => {
    expect((await put(body)).status).toBe(200)
    expect(documents.get(sale.id)).toMatchObject({ ...nothingPaid, ...expected })
  })

  it.each([
    ['is not the total', 18000, { cashSum: 150_000, noCashSum: 10 }],
    ['is more than the total', 18000, { advancePaymentSum: 150_010 }],
    ['is below zero', 18000, { cashSum: -10_000, noCashSum: 160_000 }],
    [
      'mixes a QR code with an advance',
      18005,
      { qrSum: 50_000, prepaymentQrSum: 0, advancePaymentSum: 100_000 },
    ],
    ['mixes a prepaid QR code with cash', 18006, { prepaymentQrSum: 50_000, qrSum: 0, cashSum: 100_000 }],
    ['mixes an advance with a prepayment', 18007, { advancePaymentSum: 50_000, prepaymentCashSum: 50_000 }],
  ])('is refused when it %s (%i)', async (_what, code, body) => {
    expect(await refusal(body)).toEqual([412, code])
  })
})

describe('the rows of a sale', () => {
  it('are replaced as a whole: those with an id are kept or changed, others are new, the rest is gone', async () => {
    const kept = sale.rows[1]!
    const assortment = { meta: { href: `${BASE}/entity/product/${COFFEE!.id}` } }
    const positions = [
      { id: kept.id, discount: 10 },
      { assortment, quantity: 3, price: 1_000 },
    ]
    expect((await put({ positions, cashSum: 48_000, noCashSum: 0 })).status).toBe(200)
    const [first, second, ...more] = documents.get(sale.id)!.rows
    expect(first).toEqual({ ...kept, discount: 10 })
    expect(second).toMatchObject({ productId: COFFEE!.id, quantity: 3, price: 1_000, discount: 0 })
    expect([second!.id === sale.rows[0]!.id, more]).toEqual([false, []])
  })

  it('[18000] may not change the total while the payment stays', async () => {
    expect(await refusal({ positions: [{ id: sale.rows[0]!.id }] })).toEqual([412, 18000])
  })

  it('[3000] need a product of the shop when they are new', async () => {
    expect(await refusal({ positions: [{ quantity: 1 }] })).toEqual([412, 3000])
    const assortment = { meta: { href: `${BASE}/entity/product/${sale.id}` } }
    expect(await refusal({ positions: [{ assortment }] })).toEqual([412, 3000])
  })
})

describe('a request', () => {
  it('[1047] may not give a syncId', async () => {
    expect(await refusal({ syncId: 'c1000000-0000-4000-8000-000000000001' })).toEqual([400, 1047])
  })

  it('[2016] has values of the right types', async () => {
    expect(await refusal({ cashSum: '1' })).toEqual([400, 2016])
    expect(await refusal({ moment: '02.10.2026' })).toEqual([400, 2016])
    expect(await refusal('{')).toEqual([400, undefined])
  })

  it('[1037] says that it is JSON', async () => {
    const answer = await put({ description: 'x' }, 'text/plain')
    expect([answer.status, answer.body.errors?.[0]?.code]).toEqual([400, 1037])
  })

  it('keeps whole minutes of a moment', async () => {
    expect((await put({ moment: '2026-10-01 10:20:30' })).status).toBe(200)
    expect(documents.get(sale.id)?.moment).toBe('2026-10-01 10:20:00.000')
  })
})
