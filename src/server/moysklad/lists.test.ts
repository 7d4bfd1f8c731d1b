import { describe, expect, test } from 'vitest'
import { MoySkladUnreachable } from './moysklad.ts'
import { accountId, demand, documentId, employeeId, setup } from './testing/moysklad-rig.ts'

describe('a list', () => {
  const sale = (n: number, rest: object = {}) => ({
    ...demand,
    id: `${documentId.slice(0, -4)}${String(n).padStart(4, '0')}`,
    ...rest,
  })

  test.each([
    [{ ...demand, moment: 'secret' }, 'moment'],
    [null, 'value'],
    ['secret', 'value'],
    [{ ...demand, id: 7 }, 'id'],
    [sale(9, { positions: { rows: [{ quantity: 1, name: 'secret' }] } }), 'positions.rows.0.assortment'],
    [
      sale(9, { positions: { rows: [{ ...demand.positions.rows[0], quantity: -5e9 }] } }),
      'a sale: an answer of another shape (quantity)',
    ],
  ])('[M5] passes over a sale that cannot be read, and says so: %j', async (odd, why) => {
    const { own, warnings } = setup(() => [200, { meta: { size: 3 }, rows: [sale(1), odd, sale(2)] }])
    const { sales, complete } = await own.retailDemandsSince(employeeId, 0)
    expect([sales.map(({ id }) => id), complete]).toEqual([[sale(1).id, sale(2).id], false])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('moysklad_row_unreadable')
    expect(warnings[0]).toContain(why)
    expect(warnings[0]).not.toContain('secret')
  })

  test('is silent as a whole when a sale of it is: it may be the one', async () => {
    const { own } = setup((url) =>
      url.pathname.endsWith('/positions')
        ? [503, '']
        : [200, { rows: [sale(1), sale(2, { positions: null })] }],
    )
    await expect(own.retailDemandsSince(employeeId, 0)).rejects.toBeInstanceOf(MoySkladUnreachable)
  })

  test.each([
    ['its size', { size: 130 }, {}],
    ['its next page', {}, { nextHref: 'https://ms.test/next' }],
  ])('goes on behind a short page as %s says', async (_, always, first) => {
    const pages = [Array.from({ length: 70 }, (_, n) => sale(n)), [sale(100)]]
    const { own, calls } = setup((url) => {
      const page = Number(url.searchParams.get('offset')) / 100
      return [200, { meta: { ...always, ...(page === 0 ? first : {}) }, rows: pages[page] }]
    })
    const { sales, complete } = await own.retailDemandsSince(employeeId, 0)
    expect([sales.length, complete, calls.length]).toEqual([71, true, 2])
  })

  test('goes on by the pages that MoySklad makes of it', async () => {
    const { own, calls } = setup((url) => {
      const offset = Number(url.searchParams.get('offset'))
      return [200, { meta: { size: 75, limit: 25 }, rows: [sale(offset)] }]
    })
    expect(await own.retailDemandsSince(employeeId, 0)).toMatchObject({ complete: true })
    expect(calls.map(({ url }) => new URL(url).searchParams.get('offset'))).toEqual(['0', '25', '50'])
  })

  const store = (n: number) => ({ id: `aa000000-0000-11f0-0a80-00000000000${n}`, accountId, name: `№ ${n}` })
  test('of points of sale is read to the end, row by row', async () => {
    const pages = [[store(1), { ...store(2), id: 'x' }], [{ ...store(3), name: null }]]
    const { own, warnings } = setup((url) => {
      const page = Number(url.searchParams.get('offset')) / 1000
      return [200, { meta: { size: 1001 }, rows: pages[page] }]
    })
    expect(await own.retailStores()).toEqual([
      { id: store(1).id, name: '№ 1' },
      { id: store(3).id, name: '' },
    ])
    expect(warnings).toHaveLength(1)
  })
  test.each([{ rows: null }, {}, { meta: null, rows: [] }])('without rows has none: %j', async (body) => {
    const { own } = setup(() => [200, body])
    expect(await own.retailStores()).toEqual([])
    expect(await own.retailDemandsSince(employeeId, 0)).toEqual({ sales: [], complete: true })
  })
  test('that MoySklad does not have is silence', async () => {
    const { own } = setup(() => [404, {}])
    await expect(own.retailStores()).rejects.toBeInstanceOf(MoySkladUnreachable)
  })
})
