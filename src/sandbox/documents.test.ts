import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import * as v from 'valibot'
import { GOODS, STORE } from './demo.ts'
import { openDocuments } from './documents.ts'
import { nothingPaid } from './page/wire/payment.ts'
import { rowSumKopecks } from './page/wire/sale-sum.ts'
import type { SaleDraft } from './page/wire/ui-wire.ts'
import { DocumentRefused } from './payments.ts'
import { tryShape } from '../core/shape.ts'

const OWNER = '8a5e0f10-0000-11f0-0a80-000000000001'
const productId = GOODS[0]!.id
let file: string
let clock: number

beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'sandbox-')), 'sales.json')
  clock = Date.parse('2026-10-02T09:31:05.120Z')
})

function open() {
  return openDocuments({ file, storeId: STORE.id, now: () => clock })
}

function draft(overrides: Partial<SaleDraft> = {}): SaleDraft {
  return {
    applicable: true,
    description: null,
    rows: [{ id: null, productId, quantity: 2, price: 75_000, discount: 10 }],
    ...nothingPaid,
    cashSum: 135_000,
    ...overrides,
  }
}

describe('saved sales', () => {
  it('get a number, Moscow time, a moment in whole minutes and ids of the platform’s shape', () => {
    const sale = open().create(OWNER, draft())
    expect(sale).toMatchObject({
      name: '00001',
      moment: '2026-10-02 12:31:00.000',
      created: '2026-10-02 12:31:05.120',
      sum: 135_000,
      deleted: null,
    })
    expect(tryShape(v.pipe(v.string(), v.uuid()), sale.id).success).toBe(true)
    expect(sale.rows[0]?.id).toEqual(expect.any(String))
  })

  it('survive a restart, and the numbers go on', () => {
    const first = open().create(OWNER, draft())
    const again = open()
    expect(again.get(first.id)).toEqual(first)
    expect(again.create(OWNER, draft()).name).toBe('00002')
    expect(readdirSync(join(file, '..'))).toEqual(['sales.json'])
  })

  it('keep the ids of rows that were there before', () => {
    const documents = open()
    const sale = documents.create(OWNER, draft())
    clock += 60_000
    const rows = [...sale.rows, { id: null, productId, quantity: 1, price: 100, discount: 0 }]
    const updated = documents.update(sale.id, draft({ rows, cashSum: 135_100 }))
    expect(updated?.rows[0]?.id).toBe(sale.rows[0]?.id)
    expect(updated).toMatchObject({ sum: 135_100, moment: sale.moment, updated: '2026-10-02 12:32:05.120' })
  })

  it('[18000] are refused when the payment is not the total, with the tolerance of less than ten kopecks', () => {
    const documents = open()
    expect(() => documents.create(OWNER, draft({ cashSum: 134_990 }))).toThrow(DocumentRefused)
    expect(documents.create(OWNER, draft({ cashSum: 134_991 })).name).toBe('00001')
  })

  it('go to the bin and cannot be changed there; removal is for good', () => {
    const documents = open()
    const { id } = documents.create(OWNER, draft())
    expect([documents.trash(id), documents.trash(id)]).toEqual([true, false])
    expect(documents.get(id)?.deleted).toBe('2026-10-02 12:31:05.120')
    expect(documents.update(id, draft())).toBeUndefined()
    expect([documents.remove(id), documents.remove(id)]).toEqual([true, false])
    expect(open().list()).toEqual([])
  })

  it('are not silently forgotten when the file is broken', () => {
    writeFileSync(file, '{"lastNumber":')
    expect(open).toThrow()
  })
})

describe('the sum of a row', () => {
  it.each([
    [{ quantity: 1, price: 1, discount: 50 }, 1],
    [{ quantity: 0.125, price: 48_000, discount: 0 }, 6_000],
    [{ quantity: 0.333, price: 48_000, discount: 0 }, 15_984],
    [{ quantity: 3, price: 33_333, discount: 33.33 }, 66_669],
    [{ quantity: 100_000, price: 10_000_000_000, discount: 0.01 }, 999_900_000_000_000],
  ])('%o is %i', (row, kopecks) => {
    expect(rowSumKopecks(row)).toBe(kopecks)
  })
})
