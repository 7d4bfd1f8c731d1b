import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { EMPLOYEES, GOODS, SHIFT, STORE } from './demo.ts'
import { openDocuments, type Documents } from './documents.ts'
import { nothingPaid, type Payment } from './page/wire/payment.ts'
import type { ReturnDraft, SaleView } from './page/wire/ui-wire.ts'
import type { DocumentRefused } from './payments.ts'

const [ANNA] = EMPLOYEES
const [COFFEE, TEA] = GOODS
let file: string
let documents: Documents

const open = () => openDocuments({ file, storeId: STORE.id, now: () => Date.parse('2026-10-02T09:00:00Z') })

beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'sandbox-')), 'sales.json')
  documents = open()
})

/** Two coffees for 1 000 each with a tenth off, and a tea for 200. */
function sell(paid: Partial<Payment> = { cashSum: 200_000 }): SaleView {
  return documents.create(ANNA!.id, {
    applicable: true,
    description: null,
    rows: [
      { id: null, productId: COFFEE!.id, quantity: 2, price: 100_000, discount: 10 },
      { id: null, productId: TEA!.id, quantity: 1, price: 20_000, discount: 0 },
    ],
    ...nothingPaid,
    ...paid,
  })
}

function draft(sale: SaleView, coffees: number, paid: Partial<Payment>): ReturnDraft {
  const [coffee] = sale.rows
  return {
    demandId: sale.id,
    applicable: true,
    description: null,
    rows: [{ ...coffee!, id: null, quantity: coffees }],
    ...nothingPaid,
    ...paid,
  }
}

function codeOf(work: () => unknown): number | undefined {
  try {
    work()
  } catch (error) {
    expect(error).toMatchObject({ name: 'DocumentRefused' })
    return (error as DocumentRefused).code
  }
  throw new Error('It was not refused.')
}

describe('a return', () => {
  it('is proposed with all that has not come back, paid out as the sale was paid', () => {
    const sale = sell({ cashSum: 50_000, noCashSum: 150_000 })
    expect(documents.returns.propose(sale.id)).toMatchObject({
      name: '00001',
      demandId: sale.id,
      demandName: '00001',
      rows: [
        { id: null, productId: COFFEE!.id, quantity: 2, price: 100_000, discount: 10 },
        { id: null, productId: TEA!.id, quantity: 1 },
      ],
      noCashSum: 150_000,
      qrSum: 0,
    })
    documents.returns.create(ANNA!.id, draft(sale, 2, { cashSum: 180_000 }))
    expect(documents.returns.propose(sale.id)).toMatchObject({
      name: '00002',
      rows: [{ productId: TEA!.id, quantity: 1 }],
      noCashSum: 20_000,
    })
    expect(documents.returns.propose(sell({ qrSum: 200_000 }).id)).toMatchObject({
      noCashSum: 0,
      qrSum: 200_000,
    })
  })

  it('survives a restart, has numbers of its own, and goes to the bin', () => {
    const sale = sell()
    const made = documents.returns.create(ANNA!.id, draft(sale, 1, { cashSum: 90_000 }))
    expect(made).toMatchObject({ name: '00001', sum: 90_000, demandId: sale.id, deleted: null })
    const again = open()
    expect(again.returns.get(made.id)).toEqual(made)
    expect([again.returns.trash(made.id), again.returns.trash(made.id)]).toEqual([true, false])
    expect(again.returns.update(made.id, draft(sale, 1, { cashSum: 90_000 }))).toBeUndefined()
    expect(again.returns.create(ANNA!.id, draft(sale, 2, { cashSum: 180_000 })).name).toBe('00002')
  })

  it('gives back no more than was sold, over all returns of the sale, its own former state not counted', () => {
    const sale = sell()
    expect(
      codeOf(() => documents.returns.create(ANNA!.id, draft(sale, 3, { cashSum: 270_000 }))),
    ).toBeUndefined()
    const made = documents.returns.create(ANNA!.id, draft(sale, 1, { cashSum: 90_000 }))
    expect(
      codeOf(() => documents.returns.create(ANNA!.id, draft(sale, 2, { cashSum: 180_000 }))),
    ).toBeUndefined()
    expect(documents.returns.update(made.id, draft(sale, 2, { cashSum: 180_000 }))).toMatchObject({
      sum: 180_000,
    })
    const dearer = draft(sale, 1, { cashSum: 100_000 })
    expect(
      codeOf(() =>
        documents.returns.create(ANNA!.id, {
          ...dearer,
          rows: dearer.rows.map((row) => ({ ...row, discount: 0 })),
        }),
      ),
    ).toBeUndefined()
  })

  it('[19000] needs an open shift, and so does a sale', () => {
    const sale = sell()
    documents.shifts.close(SHIFT.id)
    expect(codeOf(() => documents.returns.create(ANNA!.id, draft(sale, 1, { cashSum: 90_000 })))).toBe(19000)
    expect(codeOf(() => sell())).toBeUndefined()
    expect(codeOf(() => documents.shifts.close(SHIFT.id))).toBe(12004)
    const opened = open()
    expect(opened.shifts.current()).toBeUndefined()
    const shift = opened.shifts.open()
    const made = opened.returns.create(ANNA!.id, draft(sale, 1, { cashSum: 90_000 }))
    expect(made).toMatchObject({ name: '00001', shiftId: shift.id, shiftName: '00002' })
  })

  it('[1020] needs its sale', () => {
    const sale = sell()
    documents.trash(sale.id)
    expect(codeOf(() => documents.returns.propose(sale.id))).toBe(1020)
    expect(codeOf(() => documents.returns.create(ANNA!.id, draft(sale, 1, { cashSum: 90_000 })))).toBe(1020)
  })

  it('[19002] pays out its total, and never as an advance', () => {
    const sale = sell({ cashSum: 100_000, advancePaymentSum: 100_000 })
    for (const paid of [{ cashSum: 89_990 }, { cashSum: 40_000, advancePaymentSum: 50_000 }]) {
      expect(codeOf(() => documents.returns.create(ANNA!.id, draft(sale, 1, paid)))).toBe(19002)
    }
    expect(documents.returns.create(ANNA!.id, draft(sale, 1, { noCashSum: 90_000 })).noCashSum).toBe(90_000)
  })

  it('[19003] [19004] pays by QR code what was paid so, and nothing else', () => {
    const byQr = sell({ qrSum: 200_000 })
    expect(codeOf(() => documents.returns.create(ANNA!.id, draft(byQr, 1, { cashSum: 90_000 })))).toBe(19003)
    const inCash = sell()
    expect(codeOf(() => documents.returns.create(ANNA!.id, draft(inCash, 1, { qrSum: 90_000 })))).toBe(19004)
  })
})
