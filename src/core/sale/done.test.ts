import { expect, it } from 'vitest'
import { kopecks, zeroKopecks } from '../money.ts'
import { doneBy, nothingDone } from './done.ts'
import type { Operation } from '../receipt/operations.ts'

const cardId = 'c0000000-0000-4000-8000-000000000001' as never
const receiptId = 'a0000000-0000-4000-8000-000000000001' as never
const redeem = (amountKopecks: number): Operation => ({
  kind: 'redeem',
  cardId,
  amountKopecks: amountKopecks as never,
  entered: 'scanned',
  proof: { sealed: null, holdId: null, secondCode: null },
  lastFourSeen: null,
  document: null,
})

it('a sale without operations has nothing done', () => {
  expect(doneBy([], zeroKopecks)).toEqual(nothingDone)
})

it('a return of an earlier payment lessens nothing by itself; what has come back of these payments does', () => {
  const refund: Operation = {
    kind: 'refund',
    basis: { kind: 'manager', cardId, amountKopecks: 300 as never, receiptId },
  }
  expect(doneBy([redeem(500), redeem(200), refund], zeroKopecks).redeemedKopecks).toBe(700)
  expect(doneBy([redeem(500), redeem(200)], kopecks(300)).redeemedKopecks).toBe(400)
})
