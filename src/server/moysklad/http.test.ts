import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { AccountId } from '../../core/ids.ts'
import { fromMoscow, toMoscow } from './moscow-time.ts'
import { type MoySklad, MoySkladUnreachable } from './moysklad.ts'
import {
  accountId,
  demand,
  documentId,
  employee,
  employeeId,
  meta,
  productId,
  secret,
  setup,
} from './testing/moysklad-rig.ts'

describe('a context key', () => {
  test('is exchanged by a fresh token each time, and becomes an employee', async () => {
    const { moysklad, calls } = setup(() => [200, employee])
    const context = await moysklad.exchangeContext('a/b')
    expect(context).toEqual({
      accountId: employee.accountId,
      employeeId,
      name: 'Иванова А.',
      role: 'cashier',
      maySell: true,
      storeIds: ['aa000000-0000-11f0-0a80-000000000001'],
    })
    await moysklad.exchangeContext('a/b')
    expect(calls[0]).toMatchObject({ method: 'POST', url: 'https://ms.test/api/vendor/1.0/context/a%2Fb' })
    expect(calls[0]!.headers.get('accept-encoding')).toBe('gzip')
    const tokens = calls.map((call) => call.headers.get('authorization')!.slice('Bearer '.length).split('.'))
    const read = (part: string | undefined) =>
      JSON.parse(Buffer.from(part!, 'base64url').toString()) as Record<string, unknown>
    expect(read(tokens[0]![0])).toMatchObject({ alg: 'HS256' })
    const claims = tokens.map((token) => read(token[1]))
    expect(claims[0]).toMatchObject({ sub: 'podarok.vendor', iat: 1_790_000_000 })
    expect(claims[0]!['jti']).not.toBe(claims[1]!['jti'])
    const [head, body, signature] = tokens[0]!
    expect(createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url')).toBe(signature)
  })

  test.each([
    [{ admin: { view: 'ALL' } }, 'manager', true],
    [{ Admin: { view: 'ALL' } }, 'manager', true],
    [{ admin: { view: 'OWN' }, retailDemand: { create: 'ALL' } }, 'cashier', true],
    [{ retaildemand: { create: 'NO' } }, 'cashier', false],
    [{ retaildemand: { view: 'ALL' } }, 'cashier', false],
    [{}, 'cashier', false],
  ])('[A3] rights %j make a %s, who may sell: %s', async (permissions, role, maySell) => {
    const { moysklad } = setup(() => [
      200,
      { ...employee, permissions, cashiers: { rows: employee.cashiers } },
    ])
    expect(await moysklad.exchangeContext('key')).toMatchObject({
      role,
      maySell,
      storeIds: [expect.any(String)],
    })
  })

  test.each([
    [{ shortFio: null }, 'Иванова'],
    [{ shortFio: null, name: null, fullName: null }, 'cashier1@shop'],
    [{ shortFio: null, name: null, uid: null }, ''],
    [{ phone: null, middleName: null, inn: null }, 'Иванова А.'],
  ])('of an employee with nulls: %j', async (fields, name) => {
    const { moysklad } = setup(() => [200, { ...employee, ...fields }])
    expect(await moysklad.exchangeContext('key')).toMatchObject({ employeeId, name })
  })
  test.each([
    [{ cashiers: null, permissions: null }, []],
    [{ cashiers: { rows: null } }, []],
    [
      {
        cashiers: [
          null,
          {},
          { meta: null },
          meta('entity/RetailStore/AA000000-0000-11f0-0a80-000000000001/x'),
        ],
      },
      ['aa000000-0000-11f0-0a80-000000000001'],
    ],
  ])('[A3] of an employee whose points of sale are %j', async (fields, storeIds) => {
    const { moysklad } = setup(() => [200, { ...employee, ...fields }])
    expect(await moysklad.exchangeContext('key')).toMatchObject({ storeIds })
  })

  test('is asked for again by a token of its own while MoySklad is busy', async () => {
    const statuses = [503, 200]
    const { moysklad, calls } = setup(() => [statuses.shift()!, employee])
    expect(await moysklad.exchangeContext('key')).not.toBeNull()
    expect(new Set(calls.map(({ headers }) => headers.get('authorization'))).size).toBe(2)
  })

  test.each([403, 404])('answered %d opens nothing', async (status) => {
    expect(await setup(() => [status, {}]).moysklad.exchangeContext('key')).toBeNull()
  })

  test('and its address stay out of every error', async () => {
    const key = 'top-secret-key'
    for (const answer of [
      new TypeError(`fetch failed: https://ms.test/${key}`),
      [500, key],
      [200, `{"${key}"`],
      [200, { id: key }],
    ] as const) {
      const { moysklad } = setup(() => answer as [number, unknown] | Error)
      const error = await moysklad.exchangeContext(key).catch((e: unknown) => e)
      expect(error).toBeInstanceOf(MoySkladUnreachable)
      expect(`${(error as Error).stack} ${String((error as Error).cause)}`).not.toContain(key)
    }
  })
})

describe('a sale', () => {
  const document = {
    id: documentId,
    name: '00042',
    moment: '2026-10-02 12:31',
    createdAtMs: Date.parse('2026-10-02T09:31:07.250Z'),
    employeeId,
    applicable: true,
    sale: {
      rows: [{ productId, quantity: 2, priceKopecks: 75_049.8, discountPercent: 0 }],
      sumKopecks: 150_100,
    },
  }
  test('is read with its rows, whatever else MoySklad says', async () => {
    const { own, calls } = setup(() => [200, demand])
    expect(await own.retailDemand(documentId)).toEqual(document)
    expect(calls[0]).toMatchObject({
      method: 'GET',
      url: `https://ms.test/api/remap/1.2/entity/retaildemand/${documentId}?expand=positions`,
    })
    expect(calls[0]!.headers.get('authorization')).toBe('Bearer json-api-token')
  })
  test.each([
    [{ owner: null }, { employeeId: null }],
    [{ owner: { name: 'Администратор' } }, { employeeId: null }],
    [{ owner: meta('entity/employee/') }, { employeeId: null }],
    [{ name: null }, { name: '' }],
    [{ created: null }, { createdAtMs: Date.parse('2026-10-02T09:31:00Z') }],
    [{ applicable: null }, { applicable: true }],
    [{ sum: null }, { sale: document.sale }],
    [{ deleted: null, description: null, state: null, attributes: null }, {}],
  ])('[M5] may lack what the platform may leave out: %j', async (fields, expected) => {
    const { own } = setup(() => [200, { ...demand, ...fields }])
    expect(await own.retailDemand(documentId)).toEqual({ ...document, ...expected })
  })
  test('may have rows without a price or a discount, which are free and undiscounted', async () => {
    const row = { ...demand.positions.rows[0], price: null, discount: null, pack: null }
    const { own } = setup(() => [200, { ...demand, positions: { meta: null, rows: [row] } }])
    expect((await own.retailDemand(documentId))?.sale.rows).toEqual([
      { productId, quantity: 2, priceKopecks: 0, discountPercent: 0 },
    ])
  })
  test.each(['retaildemand', 'retailDemand'])('may have references that are spelt %s', async (type) => {
    const upper = meta(`entity/${type}/${productId.toUpperCase()}`)
    const { own } = setup(() => [
      200,
      {
        ...demand,
        meta: { href: `https://ms.test/api/remap/1.2/entity/${type}/${documentId}`, type },
        owner: meta(`entity/Employee/${employeeId}`),
        positions: { rows: [{ ...demand.positions.rows[0], assortment: upper }] },
      },
    ])
    expect(await own.retailDemand(documentId)).toEqual(document)
  })
  test.each([[null], [{ meta: { size: 1 } }], [{ meta: { size: 1 }, rows: null }], [{}]])(
    'that came without its rows is asked for them: %j',
    async (positions) => {
      const { own, calls } = setup((url) => [
        200,
        url.pathname.endsWith('/positions') ? { ...demand.positions } : { ...demand, positions },
      ])
      expect(await own.retailDemand(documentId)).toEqual(document)
      expect(calls[1]!.url).toMatch(/\/positions\?limit=1000&offset=0$/)
    },
  )
  test('that MoySklad does not have, or has in the bin, is none', async () => {
    expect(await setup(() => [404, {}]).own.retailDemand(documentId)).toBeNull()
    const binned = { ...demand, deleted: '2026-10-02 13:00:00.000' }
    expect(await setup(() => [200, binned]).own.retailDemand(documentId)).toBeNull()
  })
  test('of more rows than one answer holds is read to the end', async () => {
    const row = demand.positions.rows[0]!
    const { own } = setup((url) =>
      url.pathname.endsWith('/positions')
        ? [200, { rows: Array.from({ length: 50 }, () => row), meta: { size: 150 } }]
        : [
            200,
            { ...demand, positions: { meta: { size: 150 }, rows: Array.from({ length: 100 }, () => row) } },
          ],
    )
    expect((await own.retailDemand(documentId))?.sale.rows).toHaveLength(150)
  })
  test('of which rows are missing is silence, and never a smaller sale', async () => {
    const rows = demand.positions.rows
    const { own } = setup((url) => [
      200,
      url.pathname.endsWith('/positions')
        ? { rows: [], meta: { size: 2 } }
        : { ...demand, positions: { meta: { size: 2 }, rows } },
    ])
    await expect(own.retailDemand(documentId)).rejects.toBeInstanceOf(MoySkladUnreachable)
  })
  test.each([401, 403, 415, 429, 500, 503])('%d is silence, not absence', async (status) => {
    await expect(setup(() => [status, '']).own.retailDemand(documentId)).rejects.toBeInstanceOf(
      MoySkladUnreachable,
    )
  })
  test('of another shape is silence', async () => {
    for (const body of [
      {},
      [],
      { ...demand, moment: 'today' },
      { ...demand, moment: null },
      { ...demand, id: null },
      { ...demand, positions: { rows: [{}] } },
      { ...demand, positions: { rows: [null] } },
      { ...demand, positions: { rows: [{ ...demand.positions.rows[0], quantity: null }] } },
      { ...demand, positions: { rows: [{ ...demand.positions.rows[0], price: 1e305 }] } },
      { ...demand, sum: -5 },
    ]) {
      await expect(setup(() => [200, body]).own.retailDemand(documentId)).rejects.toBeInstanceOf(
        MoySkladUnreachable,
      )
    }
  })
  test('of one employee since a moment is searched in Moscow time', async () => {
    const { own, calls } = setup(() => [200, { rows: [demand, { ...demand, deleted: 'yes' }] }])
    expect(await own.retailDemandsSince(employeeId, Date.parse('2026-10-02T21:05:06Z'))).toEqual({
      sales: [document],
      complete: true,
    })
    const query = new URL(calls[0]!.url).searchParams
    expect(query.get('filter')).toBe(
      `created>=2026-10-03 00:05:06;owner=https://ms.test/api/remap/1.2/entity/employee/${employeeId}`,
    )
    expect(Number(query.get('limit'))).toBeLessThanOrEqual(100)
  })
  test('of one employee is searched page by page, and it is told where there are more', async () => {
    const from = (offset: number) =>
      Array.from({ length: 100 }, (_, n) => ({
        ...demand,
        id: `${demand.id.slice(0, -4)}${String(offset + n).padStart(4, '0')}`,
      }))
    const offsetOf = (url: URL) => Number(url.searchParams.get('offset'))
    // Between the two a sale was made, and so the last of the first page comes again.
    const two = setup((url) => [200, { rows: offsetOf(url) === 0 ? from(0) : from(99).slice(0, 2) }])
    const both = await two.own.retailDemandsSince(employeeId, 0)
    expect([both.sales.length, both.complete, two.calls.length]).toEqual([101, true, 2])
    // The newest first: they are what a list that is cut off must hold.
    expect(new URL(two.calls[0]!.url).searchParams.get('order')).toBe('created,desc')
    const endless = setup((url) => [200, { rows: from(offsetOf(url)) }])
    const { sales, complete } = await endless.own.retailDemandsSince(employeeId, 0)
    expect([sales.length, complete]).toEqual([300, false])
  })
})

test('what the token shows of another account is silence, never a sale or a store of this one', async () => {
  const other = '9b000000-0000-11f0-0a80-000000000002' as AccountId
  const asks = [
    [demand, (moysklad: MoySklad, account: AccountId) => moysklad.of(account).retailDemand(documentId)],
    [
      { rows: [demand] },
      (moysklad: MoySklad, account: AccountId) => moysklad.of(account).retailDemandsSince(employeeId, 0),
    ],
    [
      { rows: [{ id: 'aa000000-0000-11f0-0a80-000000000001', accountId, name: 'Магазин' }] },
      (moysklad: MoySklad, account: AccountId) => moysklad.of(account).retailStores(),
    ],
  ] as const
  for (const [body, ask] of asks) {
    const { moysklad } = setup(() => [200, body])
    expect(await ask(moysklad, accountId)).toBeTruthy()
    await expect(ask(moysklad, other)).rejects.toBeInstanceOf(MoySkladUnreachable)
  }
})

test('Moscow time goes both ways', () => {
  expect(fromMoscow('2026-10-02 00:00:00.000')).toBe(Date.parse('2026-10-01T21:00:00Z'))
  expect(toMoscow(Date.parse('2026-10-01T21:00:00Z'))).toBe('2026-10-02 00:00:00')
  expect(() => fromMoscow('2026-10-02')).toThrow('not a moment')
})
