import { describe, expect, test } from 'vitest'
import { certificateId, faceKopecks, goodsId, programmeOf } from '../testing/builders.ts'
import { kopecks } from '../money.ts'
import { nothingDone } from '../sale/done.ts'
import type { Sale } from '../sale/sale.ts'
import type { Draft } from './draft.ts'
import { fitToSale } from './fit.ts'

const sale = (goods: number, certificates = 0, paidKopecks = faceKopecks): Sale => ({
  rows: [
    { productId: goodsId, quantity: 1, priceKopecks: goods, discountPercent: 0 },
    { productId: certificateId, quantity: certificates, priceKopecks: paidKopecks, discountPercent: 0 },
  ],
  sumKopecks: kopecks(goods + certificates * paidKopecks),
})
const redeem = (cardId: string, amount: number, confirmed = true, available = amount) =>
  ({
    cardId,
    amountKopecks: amount,
    availableKopecks: available,
    expiresOn: null,
    confirmed,
  }) as unknown as Draft['redeems'][0]
const load = (cardId: string, paidKopecks = faceKopecks) =>
  ({ cardId, productId: certificateId, faceKopecks, paidKopecks }) as unknown as Draft['loads'][0]

function fit(to: Sale, redeems: Draft['redeems'], loads: Draft['loads'] = [], done = nothingDone) {
  const draft = { redeems, loads, links: [] } as unknown as Draft
  const fitted = fitToSale(programmeOf({ creditBase: 'paid' }), to, draft, done)
  return {
    pays: fitted.draft.redeems.map(({ cardId, amountKopecks }) => `${cardId} ${amountKopecks}`),
    sells: fitted.draft.loads.map(({ cardId, paidKopecks }) => `${cardId} ${paidKopecks}`),
    freed: fitted.freed.map(({ cardId }) => cardId),
    lowered: fitted.lowered,
  }
}

describe('[M2] a draft follows its sale without anybody’s leave', () => {
  test('nothing goes up', () =>
    expect(fit(sale(900), [redeem('a', 500, false, 800)])).toEqual({
      pays: ['a 500'],
      sells: [],
      freed: [],
      lowered: false,
    }))
  test('what was confirmed goes down with the sale, and that is told', () =>
    expect(fit(sale(300), [redeem('a', 500)])).toMatchObject({ pays: ['a 300'], lowered: true }))
  test('what is not confirmed yields first, and what is not needed is free', () =>
    expect(fit(sale(500), [redeem('loose', 300, false), redeem('a', 400)])).toEqual({
      pays: ['loose 100', 'a 400'],
      sells: [],
      freed: [],
      lowered: false,
    }))
  test('[C6] of confirmed cards the one that is spent last yields', () =>
    expect(fit(sale(450), [redeem('large', 300), redeem('small', 200)])).toMatchObject({
      pays: ['large 250', 'small 200'],
      lowered: true,
    }))
  test('without goods every paying card is free', () =>
    expect(fit(sale(0), [redeem('a', 500), redeem('b', 100, false)])).toMatchObject({
      pays: [],
      freed: ['a', 'b'],
      lowered: true,
    }))
  test('what cards have paid already is not there to pay', () =>
    expect(
      fit(sale(500), [redeem('a', 500)], [], { loads: [], redeemedKopecks: kopecks(300) }),
    ).toMatchObject({ pays: ['a 200'] }))
  test('a card follows the price of its certificate', () =>
    expect(fit(sale(0, 1, 100), [], [load('new')])).toMatchObject({ sells: ['new 100'], freed: [] }))
  test('a card without a certificate is free, the first one stays', () =>
    expect(fit(sale(0, 1), [], [load('one'), load('two')])).toMatchObject({
      sells: [`one ${faceKopecks}`],
      freed: ['two'],
    }))
  test('a certificate that has its card already takes no second one', () =>
    expect(
      fit(sale(0, 1), [], [load('one')], {
        loads: [{ productId: certificateId, paidKopecks: kopecks(faceKopecks) }],
        redeemedKopecks: kopecks(0),
      }),
    ).toMatchObject({ sells: [], freed: ['one'] }))
})
