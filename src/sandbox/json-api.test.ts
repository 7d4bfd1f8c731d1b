import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { beforeEach, describe, expect, it } from 'vitest'
import { APP_TOKEN, CERTIFICATES, EMPLOYEES, GOODS, ORGANIZATION, SHIFT, STORE } from './demo.ts'
import { openDocuments, type Documents } from './documents.ts'
import { createEntities } from './entities.ts'
import { createJsonApi } from './json-api.ts'
import { nothingPaid } from './page/wire/payment.ts'
import { createRateGuard, type RateGuard } from './rate-limits.ts'

const BASE = 'http://host/api/remap/1.2'
const anna = EMPLOYEES[0]!.id
const boris = EMPLOYEES[1]!.id
let clock: number
let documents: Documents
let rateGuard: RateGuard
let app: ReturnType<typeof createJsonApi>

type Body = {
  id?: string
  meta?: { size: number; nextHref?: string; previousHref?: string }
  rows?: { id: string; name: string; positions?: { rows?: unknown[] } }[]
  errors?: { error: string; code?: number }[]
}

beforeEach(() => {
  clock = Date.parse('2026-10-02T09:00:00.000Z')
  documents = openDocuments({
    file: join(mkdtempSync(join(tmpdir(), 'sandbox-')), 'sales.json'),
    storeId: STORE.id,
    now: () => clock,
  })
  rateGuard = createRateGuard(() => clock)
  app = createJsonApi({ documents, entities: createEntities(BASE), rateGuard, token: APP_TOKEN })
})

async function call(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const answer = await app.request(path, {
    method,
    headers: { authorization: `Bearer ${APP_TOKEN}`, 'accept-encoding': 'gzip', ...headers },
  })
  const bytes = Buffer.from(await answer.arrayBuffer())
  const packed = answer.headers.get('content-encoding') === 'gzip'
  const text = (packed ? gunzipSync(bytes) : bytes).toString()
  const body = (text === '' ? {} : JSON.parse(text)) as Body
  return { status: answer.status, packed, headers: answer.headers, body, text }
}

function sell(ownerId: string, minutesLater: number) {
  clock += minutesLater * 60_000
  return documents.create(ownerId, {
    applicable: true,
    description: null,
    rows: [{ id: null, productId: GOODS[0]!.id, quantity: 1, price: 100, discount: 0 }],
    ...nothingPaid,
    cashSum: 100,
  })
}

async function names(filter: string, rest = ''): Promise<string[]> {
  const { body } = await call(`/entity/retaildemand?filter=${encodeURIComponent(filter)}${rest}`)
  return body.rows?.map((row) => row.name) ?? [JSON.stringify(body)]
}

describe('every request', () => {
  it('needs Accept-Encoding: gzip, otherwise 415 without body', async () => {
    expect(await call('/entity/product', { 'accept-encoding': 'br' })).toMatchObject({
      status: 415,
      text: '',
    })
  })

  it('needs the token of the application', async () => {
    const { status, body } = await call('/entity/product', { authorization: 'Bearer other' })
    expect([status, body.errors?.[0]?.code]).toEqual([401, 1056])
  })

  it('[1062] asks for JSON in UTF-8 or for nothing, and gets it', async () => {
    for (const accept of ['application/json', '*/*', 'text/html, */*']) {
      expect((await call('/entity/product', { accept })).body.errors?.[0]?.code).toBe(1062)
    }
    const { status, headers } = await call('/entity/product', { accept: 'application/json;charset=utf-8' })
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json;charset=utf-8'])
  })

  it('[1049] is one of 45 in three seconds, and learns from the headers when it may come again', async () => {
    const limitsOf = async () => {
      const { status, headers, body } = await call('/entity/retailstore')
      const shown = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-lognex-retry-timeinterval']
      const wait = ['x-lognex-reset', 'x-lognex-retry-after']
      return [status, body.errors?.[0]?.code, ...[...shown, ...wait].map((name) => Number(headers.get(name)))]
    }
    expect(await limitsOf()).toEqual([200, undefined, 45, 44, 3000, 0, 0])
    for (let sent = 1; sent < 45; sent += 1) expect((await call('/entity/retailstore')).status).toBe(200)
    clock += 1_000
    expect(await limitsOf()).toEqual([429, 1049, 45, 0, 3000, 2000, 2000])
    clock += 2_000
    expect(await limitsOf()).toEqual([200, undefined, 45, 44, 3000, 0, 0])
  })

  it('[1073] is one of five at a time', async () => {
    const answers = await Promise.all(Array.from({ length: 7 }, () => call('/entity/retailstore')))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 200, 429, 429])
    const refused = answers.find(({ status }) => status === 429)
    expect([refused?.body.errors?.[0]?.code, refused?.headers.has('x-lognex-retry-after')]).toEqual([
      1073,
      false,
    ])
    expect((await call('/entity/retailstore')).status).toBe(200)
  })

  it('is answered packed, an error too', async () => {
    expect(await call('/entity/nothing')).toMatchObject({
      status: 404,
      packed: true,
      body: { errors: [{ code: 1002, error: 'Неопознанный путь: /entity/nothing' }] },
    })
  })
})

describe('a retail sale', () => {
  it('shows its rows only when asked to', async () => {
    const { id } = sell(anna, 0)
    expect((await call(`/entity/retaildemand/${id}`)).text).not.toContain('"rows"')
    const { body } = await call(`/entity/retaildemand/${id}?expand=positions`)
    expect(body).toMatchObject({
      id,
      moment: '2026-10-02 12:00:00.000',
      applicable: true,
      sum: 100,
      cashSum: 100,
      noCashSum: 0,
      advancePaymentSum: 0,
      owner: { meta: { href: `${BASE}/entity/employee/${anna}`, type: 'employee' } },
      retailStore: { meta: { href: `${BASE}/entity/retailstore/${STORE.id}` } },
      positions: {
        meta: { size: 1 },
        rows: [
          {
            quantity: 1,
            price: 100,
            discount: 0,
            assortment: { meta: { href: `${BASE}/entity/product/${GOODS[0]!.id}` } },
          },
        ],
      },
    })
  })

  it('has its rows in pages of their own; inside it stand a hundred at most', async () => {
    const row = { id: null, productId: GOODS[0]!.id, quantity: 1, price: 100, discount: 0 }
    const { id } = documents.create(anna, {
      applicable: true,
      description: null,
      rows: Array.from({ length: 120 }, () => row),
      ...nothingPaid,
      cashSum: 12_000,
    })
    const whole = await call(`/entity/retaildemand/${id}?expand=positions`)
    expect(whole.body).toMatchObject({ positions: { meta: { size: 120 } } })
    const inside = (whole.body as { positions?: { rows?: { id: string }[] } }).positions?.rows ?? []
    expect(inside).toHaveLength(100)
    const first = await call(`/entity/retaildemand/${id}/positions?limit=100`)
    expect(first.body.meta).toMatchObject({ type: 'demandposition', size: 120, limit: 100, offset: 0 })
    expect(first.body.rows?.map((one) => one.id)).toEqual(inside.map((one) => one.id))
    const next = await call((first.body.meta?.nextHref ?? '').slice(BASE.length))
    expect([next.body.rows?.length, next.body.meta?.nextHref]).toEqual([20, undefined])
  })

  it('unknown is 404; deleted is gone', async () => {
    const unknown = '00000000-0000-11f0-0a80-000000000000'
    expect((await call(`/entity/retaildemand/${unknown}`)).body.errors?.[0]).toMatchObject({
      code: 1021,
      error: `Объект с типом 'retaildemand' и идентификатором '${unknown}' не найден`,
    })
    expect((await call(`/entity/retaildemand/${unknown}/positions`)).status).toBe(404)
    expect((await call('/entity/retaildemand/metadata')).body.errors?.[0]?.code).toBe(1000)
    const { id } = sell(anna, 0)
    expect((await call(`/entity/retaildemand/${id}`, {}, 'DELETE')).status).toBe(200)
    expect((await call(`/entity/retaildemand/${id}`)).body.errors?.[0]?.code).toBe(1021)
  })
})

describe('the list of sales', () => {
  beforeEach(() => {
    sell(anna, 0)
    sell(boris, 10)
    sell(anna, 10)
  })

  it('filters by moment, owner and both', async () => {
    const owner = `owner=${BASE}/entity/employee/${anna}`
    expect(await names('moment>=2026-10-02 12:10:00')).toEqual(['00003', '00002'])
    expect(await names('moment>=2026-10-02 12:05:00;moment<=2026-10-02 12:10:00.000')).toEqual(['00002'])
    expect(await names(owner)).toEqual(['00003', '00001'])
    expect(await names(`${owner};moment>2026-10-02 12:00:00`)).toEqual(['00003'])
    expect(await names('updated>=2026-10-02 12:20:00')).toEqual(['00003'])
  })

  it('reads several equalities of one field as "or", several inequalities as "and"', async () => {
    const [third, , first] = documents.list()
    expect(await names(`id=${first!.id};id=${third!.id}`)).toEqual(['00003', '00001'])
    expect(await names(`id!=${first!.id};id!=${third!.id}`)).toEqual(['00002'])
  })

  it('refuses an equality beside an inequality, an unknown field and money fields', async () => {
    for (const filter of ['sum=100;sum>5', 'colour=red', 'cashSum=100']) {
      const { status, body } = await call(`/entity/retaildemand?filter=${encodeURIComponent(filter)}`)
      expect([status, body.errors?.[0]?.code]).toEqual([400, 1034])
    }
  })

  it('is searched by the beginnings of words', async () => {
    const search = async (text: string) => {
      const { body } = await call(`/entity/retaildemand?search=${encodeURIComponent(text)}`)
      return body.rows?.map((row) => row.name)
    }
    expect(await search('0000')).toEqual(['00003', '00002', '00001'])
    expect(await search('00002')).toEqual(['00002'])
    expect(await search('002')).toEqual([])
    const goods = await call(`/entity/product?search=${encodeURIComponent('КОФЕ утр')}`)
    expect(goods.body.rows?.map((row) => row.name)).toEqual(['Кофе в зёрнах «Утро», 1 кг'])
  })

  it('leaves the bin out unless it is asked for', async () => {
    documents.trash(documents.list()[0]!.id)
    expect(await names('')).toEqual(['00002', '00001'])
    expect(await names('isDeleted=true')).toEqual(['00003'])
  })

  it('sorts and pages, with links that can be followed', async () => {
    expect(await names('', '&order=name,asc')).toEqual(['00001', '00002', '00003'])
    const { body } = await call('/entity/retaildemand?order=name&limit=2')
    expect(body.rows?.map((row) => row.name)).toEqual(['00001', '00002'])
    expect(body.meta?.size).toBe(3)
    const next = await call((body.meta?.nextHref ?? '').slice(BASE.length))
    expect(next.body.rows?.map((row) => row.name)).toEqual(['00003'])
    expect(next.body.meta?.previousHref).toContain('offset=0')
  })

  it('expands rows only up to a limit of 100, silently', async () => {
    const rowsAt = async (limit: number) =>
      (await call(`/entity/retaildemand?expand=positions&limit=${limit}`)).body.rows?.[0]?.positions?.rows
    expect(await rowsAt(100)).toHaveLength(1)
    expect(await rowsAt(101)).toBeUndefined()
  })

  it.each(['limit=0', 'limit=1001', 'limit=x', 'offset=-1', 'order=colour'])('refuses %s', async (query) => {
    expect((await call(`/entity/retaildemand?${query}`)).status).toBe(400)
  })
})

describe('a retail return', () => {
  it('names its sale, has its own kind of rows and no advance, and is listed and paged', async () => {
    const sale = sell(anna, 0)
    const { id } = documents.returns.create(boris, {
      demandId: sale.id,
      applicable: true,
      description: null,
      rows: sale.rows.map((row) => ({ ...row, id: null })),
      ...nothingPaid,
      cashSum: 100,
    })
    const { body } = await call(`/entity/retailsalesreturn/${id}?expand=positions`)
    expect(body).toMatchObject({
      id,
      sum: 100,
      cashSum: 100,
      noCashSum: 0,
      qrSum: 0,
      demand: { meta: { type: 'retaildemand', href: `${BASE}/entity/retaildemand/${sale.id}` } },
      positions: { meta: { type: 'salesreturnposition' }, rows: [{ quantity: 1, price: 100 }] },
    })
    expect(body).not.toHaveProperty('advancePaymentSum')
    const owner = encodeURIComponent(`owner=${BASE}/entity/employee/${boris}`)
    const list = await call(`/entity/retailsalesreturn?filter=${owner}`)
    expect(list.body.rows?.map((row) => row.id)).toEqual([id])
    expect((await call(`/entity/retailsalesreturn/${id}/positions`)).body.meta).toMatchObject({
      type: 'salesreturnposition',
      size: 1,
    })
    documents.returns.trash(id)
    expect((await call('/entity/retailsalesreturn')).body.rows).toEqual([])
  })
})

describe('a retail shift', () => {
  it('is found open or closed, with what came in and went out', async () => {
    const first = sell(anna, 0)
    documents.returns.create(anna, {
      demandId: first.id,
      applicable: true,
      description: null,
      rows: first.rows.map((row) => ({ ...row, id: null })),
      ...nothingPaid,
      cashSum: 100,
    })
    sell(anna, 1)
    clock += 30_500
    documents.shifts.close(SHIFT.id)
    const { body } = await call(`/entity/retailshift/${SHIFT.id}`)
    expect(body).toMatchObject({
      name: '00001',
      closeDate: '2026-10-02 12:01:00.000',
      proceedsCash: 100,
      receivedCash: 200,
      retailStore: { meta: { href: `${BASE}/entity/retailstore/${STORE.id}` } },
    })
    const open = documents.shifts.open()
    expect(documents.shifts.open()).toEqual(open)
    const store = `retailStore=${BASE}/entity/retailstore/${STORE.id}`
    const found = await call(`/entity/retailshift?filter=${encodeURIComponent(`${store};closeDate=;`)}`)
    expect(found.body.rows).toMatchObject([{ id: open.id, name: '00002' }])
    expect(found.body.rows?.[0]).not.toHaveProperty('closeDate')
    const { id } = sell(anna, 1)
    expect((await call(`/entity/retaildemand/${id}`)).body).toMatchObject({
      retailShift: { meta: { href: `${BASE}/entity/retailshift/${open.id}` } },
    })
  })
})

describe('a fiscal receipt', () => {
  it('is a mark on its sale, made once', async () => {
    const { id } = sell(anna, 0)
    expect((await call(`/entity/retaildemand/${id}`)).body).not.toHaveProperty('cheque')
    documents.printCheque(id)
    clock += 60_000
    documents.printCheque(id)
    expect((await call(`/entity/retaildemand/${id}`)).body).toMatchObject({
      cheque: { fiscalDocNumber: '1', time: '2026-10-02 12:00:00.000' },
    })
  })
})

describe('the organization', () => {
  it('of the documents can be read', async () => {
    const { id } = ORGANIZATION
    expect((await call('/entity/organization')).body.rows).toMatchObject([{ id, name: ORGANIZATION.name }])
    expect((await call(`/entity/organization/${id}`)).body).toMatchObject({ id, inn: ORGANIZATION.inn })
  })
})

describe('goods', () => {
  it('are found by barcode, several at once too', async () => {
    const barcodes = CERTIFICATES.map((product) => `barcode=${product.barcode}`)
    const { body } = await call(`/entity/assortment?filter=${barcodes[0]}`)
    expect(body.rows?.map((row) => row.name)).toEqual(['Сертификат 1 000 ₽'])
    expect((await call(`/entity/product?filter=${barcodes.join(';')}`)).body.rows).toHaveLength(2)
    expect((await call('/entity/assortment?filter=barcode=2000000000015')).body.rows).toEqual([])
  })

  it('are read one by one; stores too', async () => {
    expect((await call(`/entity/product/${GOODS[0]!.id}`)).body).toMatchObject({
      salePrices: [{ value: 164_900 }],
    })
    expect((await call('/entity/retailstore')).body.rows).toMatchObject([{ name: STORE.name, active: true }])
  })
})
