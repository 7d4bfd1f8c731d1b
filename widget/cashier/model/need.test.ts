import { expect, it } from 'vitest'
import { redeemReceipt, uuid } from '../../../src/client/testing/builders.ts'
import type { Receipt } from '../../../src/core/receipt/receipt.ts'
import { wireVersion } from '../../../src/core/receipt/version.ts'
import type { SaleAnswer, ToldReceipt } from '../../../src/core/wire/receipts.ts'
import { doneFor } from './need.ts'
import { type Result, resultsOf } from './result.ts'

const nothing = {
  last4: null,
  productId: null,
  returnedKopecks: null,
  paidKopecks: null,
  cardId: null,
  receiptId: null,
  because: null,
}
const productId = uuid() as never

/** A receipt of another till, as the server tells of it. */
const told = (rest: Partial<ToldReceipt>): ToldReceipt => ({
  till: 2,
  employee: null,
  saleName: null,
  happenedAtMs: 1,
  stands: true,
  undone: false,
  operations: [{ ...nothing, kind: 'redeem', amountKopecks: 500 as never }],
  own: null,
  ...rest,
})
const answer = (...receipts: ToldReceipt[]): SaleAnswer => ({ read: true, document: null, receipts })

function recorded(parts: Partial<Receipt> = {}): Result {
  const place = { journal: 'J'.repeat(43) as never, seq: 1 }
  const receipt: Receipt = { version: wireVersion, ...redeemReceipt(), ...parts, place }
  const record = {
    ordinal: 1,
    seq: 1,
    id: receipt.id,
    receipt: JSON.stringify(receipt),
    recordedAtMs: 1,
    faces: [],
  }
  return resultsOf([{ record, outcome: null }])[0]!
}
const ownOf = (id: string, standsFor: string | null = null): NonNullable<ToldReceipt['own']> => ({
  id: id as never,
  mode: 'ask',
  standsFor: standsFor as never,
  documentId: null,
  outcome: { status: 'applied', by: null, postedAtMs: 1, effects: [], frozen: false },
})

it('what every till did for the sale counts, less what went back; what does not stand counts not', () => {
  const load = {
    ...nothing,
    kind: 'load' as const,
    productId,
    amountKopecks: 9 as never,
    paidKopecks: 7 as never,
  }
  const paid = {
    ...nothing,
    kind: 'redeem' as const,
    amountKopecks: 500 as never,
    returnedKopecks: 200 as never,
  }
  // It says of itself which payment it is of, and that payment says what came back.
  const refund = { ...nothing, kind: 'refund' as const, amountKopecks: 200 as never }
  const done = doneFor(
    answer(
      told({ operations: [paid] }),
      told({ operations: [load] }),
      told({ operations: [refund] }),
      told({ stands: false }),
    ),
    [],
  )
  expect(done).toEqual({ loads: [{ productId, paidKopecks: 7 }], redeemedKopecks: 300 })
})

it('a record of this till counts once, whether the server has told of it or of the promise in its place', () => {
  const mine = recorded()
  expect(doneFor(answer(told({})), [mine]).redeemedKopecks).toBe(500 + 150_000)
  expect(doneFor(answer(told({ own: ownOf(mine.receipt.id) })), [mine]).redeemedKopecks).toBe(500)
  expect(doneFor(answer(told({ own: ownOf(uuid(), mine.receipt.id) })), [mine]).redeemedKopecks).toBe(500)
})
