import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { goodsId, goodsSale, certificateId, faceKopecks, programmeOf } from '../testing/builders.ts'
import {
  type Draft,
  draftIsEmpty,
  draftIsPrepared,
  type DraftLoad,
  draftOperations,
  type DraftRedeem,
  loadTotal,
  mayPromise,
  openSlots,
  redeemTotal,
  saleFault,
} from './draft.ts'
import type { CardId, DraftId, EmployeeId, HoldId, ReceiptId } from '../ids.ts'
import { kopecks } from '../money.ts'
import { certificatesOf, type Sale } from '../sale/sale.ts'

const minute = 60_000
const startedAt = Date.parse('2026-10-02T09:00:00Z')
const employeeId = '8a000000-0000-11f0-0a80-000000000001' as EmployeeId

const loadOf = (rest: Partial<DraftLoad> = {}): DraftLoad => ({
  cardId: randomUUID() as CardId,
  last4: '4821',
  number: null,
  holdId: randomUUID() as HoldId,
  useUntilMs: startedAt + 15 * minute,
  entered: 'scanned',
  productId: certificateId,
  faceKopecks: kopecks(faceKopecks),
  paidKopecks: kopecks(faceKopecks),
  ...rest,
})
const redeemOf = (amount: number, rest: Partial<DraftRedeem> = {}): DraftRedeem => ({
  cardId: randomUUID() as CardId,
  last4: '4821',
  number: null,
  holdId: randomUUID() as HoldId,
  useUntilMs: startedAt + 15 * minute,
  entered: 'scanned',
  amountKopecks: kopecks(amount),
  heldKopecks: kopecks(amount),
  availableKopecks: kopecks(amount),
  expiresOn: null,
  confirmed: true,
  ...rest,
})
const draftOf = (rest: Partial<Draft> = {}): Draft => ({
  id: randomUUID() as DraftId,
  receiptId: randomUUID() as ReceiptId,
  employeeId,
  documentId: null,
  createdAtMs: startedAt,
  updatedAtMs: startedAt + minute,
  heardMs: startedAt,
  documentMoment: '2026-10-02 12:00',
  sale: goodsSale(500),
  loads: [],
  redeems: [],
  links: [],
  ...rest,
})
const certificates = (quantity: number, goods = 0, discountPercent = 0): Sale => ({
  rows: [
    { productId: certificateId, quantity, priceKopecks: faceKopecks, discountPercent },
    { productId: goodsId, quantity: 1, priceKopecks: goods, discountPercent: 0 },
  ],
  sumKopecks: kopecks(quantity * faceKopecks + goods),
})

describe('[M2] why a sale may not be saved', () => {
  const fault = (sale: Sale, loads: DraftLoad[] = [], redeems: DraftRedeem[] = [], redeemed = 0) =>
    saleFault(programmeOf(), sale, {
      done: { loads: [], redeemedKopecks: kopecks(redeemed) },
      loads,
      redeems,
    })

  test('it may, without certificates and without cards', () => expect(fault(goodsSale(500))).toBeNull())
  test('it may, with what it needs', () => {
    expect(fault(certificates(2, 500), [loadOf(), loadOf()], [redeemOf(200), redeemOf(300)])).toBeNull()
  })
  test('a certificate without a card', () => {
    expect(fault(certificates(1))).toEqual({ code: 'certificate_without_card', name: 'Сертификат 1 500 ₽' })
    expect(fault(certificates(3), [loadOf()])).toEqual({ code: 'cards_missing', needed: 3, scanned: 1 })
  })
  test('a card without a certificate', () => {
    expect(fault(goodsSale(500), [loadOf()])).toEqual({ code: 'cards_spare' })
    // Its certificate costs something else now.
    expect(fault(certificates(1), [loadOf({ paidKopecks: kopecks(1) })])?.code).toBe(
      'certificate_without_card',
    )
  })
  test('a sale that cards have served already, changed since', () => {
    const served = (sale: Sale, sold: DraftLoad[], redeemed: number) =>
      saleFault(programmeOf(), sale, {
        done: { loads: sold, redeemedKopecks: kopecks(redeemed) },
        loads: [],
        redeems: [],
      })
    expect(served(certificates(1, 500), [loadOf()], 500)).toBeNull()
    expect(served(goodsSale(500), [loadOf()], 0)).toEqual({ code: 'sold_certificate_gone' })
    expect(served(goodsSale(500), [], 501)).toEqual({
      code: 'paid_above_sale',
      paidKopecks: 501,
      payableKopecks: 500,
    })
  })
  test('[C2] a fraction or a discount', () => {
    expect(fault(certificates(0.5))).toEqual({ code: 'certificate_fraction' })
    expect(fault(certificates(1, 0, 5))).toEqual({ code: 'certificate_discounted' })
  })
  test('[C5] more by card than is payable, what cards paid before included', () => {
    const above = (amount: number) => ({ code: 'above_payable', amountKopecks: amount, payableKopecks: 500 })
    expect(fault(goodsSale(500), [], [redeemOf(501)])).toEqual(above(501))
    expect(fault(goodsSale(500), [], [redeemOf(200)], 301)).toEqual(above(501))
    expect(fault(goodsSale(500), [], [redeemOf(200)], 300)).toBeNull()
  })
  test('[C6] a sixth card', () => {
    expect(
      fault(
        goodsSale(500),
        [],
        Array.from({ length: 6 }, () => redeemOf(1)),
      ),
    ).toEqual({ code: 'too_many_cards' })
  })
  test('a card that was only looked at', () => {
    expect(fault(goodsSale(500), [], [redeemOf(1, { confirmed: false })])).toEqual({
      code: 'redeem_unconfirmed',
    })
  })
  test('certificates that have no card yet are told', () => {
    const { slots } = certificatesOf(programmeOf(), certificates(3))
    expect(openSlots(slots, [loadOf(), loadOf()])).toHaveLength(1)
  })
})

describe('a draft', () => {
  test('is prepared when nothing of it waits for a press', () => {
    expect(draftIsEmpty(draftOf())).toBe(true)
    expect(draftIsPrepared(draftOf())).toBe(false)
    expect(draftIsPrepared(draftOf({ redeems: [redeemOf(1, { confirmed: false })] }))).toBe(false)
    expect(draftIsPrepared(draftOf({ redeems: [redeemOf(1)], loads: [loadOf()] }))).toBe(true)
  })
  test('becomes operations, loads first, with its totals', () => {
    const draft = draftOf({ redeems: [redeemOf(70), redeemOf(30)], loads: [loadOf()] })
    expect(draftOperations(draft).map((operation) => operation.kind)).toEqual(['load', 'redeem', 'redeem'])
    expect([redeemTotal(draft), loadTotal(draft)]).toEqual([100, faceKopecks])
  })
  test('[O2] may be promised while its holds may be used and cover it', () => {
    const draft = draftOf({ redeems: [redeemOf(70)], loads: [loadOf()] })
    expect(mayPromise(draft, startedAt, false)).toBe(true)
    expect(mayPromise(draft, startedAt + 15 * minute, true)).toBe(false)
    expect(
      mayPromise(draftOf({ redeems: [redeemOf(70, { heldKopecks: kopecks(69) })] }), startedAt, true),
    ).toBe(false)
  })
  test('[O3] may be promised without a hold where the grant has room', () => {
    const draft = draftOf({ redeems: [redeemOf(70, { holdId: null })] })
    expect(mayPromise(draft, startedAt, true)).toBe(true)
    expect(mayPromise(draft, startedAt, false)).toBe(false)
  })
  test('[O5] with a typed number is never promised', () => {
    expect(mayPromise(draftOf({ redeems: [redeemOf(70, { entered: 'typed' })] }), startedAt, true)).toBe(
      false,
    )
    expect(mayPromise(draftOf({ loads: [loadOf({ entered: 'typed' })] }), startedAt, true)).toBe(false)
  })
})
