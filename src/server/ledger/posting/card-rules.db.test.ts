import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { CardId, ProductId } from '../../../core/ids.ts'
import { kopecks } from '../../../core/money.ts'
import { goodsId, goodsSale } from '../../../../test/server/fake-moysklad.ts'
import { onBothEngines } from '../../../../test/server/engines.ts'
import {
  load,
  newDraftId,
  newHoldId,
  redeem,
  refund,
  saleOf,
  type TestTill,
  undo,
} from '../../../../test/server/test-till.ts'
import { addCard, certificateId, faceKopecks, verdictOf, world } from '../../../../test/server/world.ts'

const unknownCard = () => randomUUID() as CardId

onBothEngines('card rules', (engine) => {
  const balanceOf = async (till: TestTill, number: string) =>
    (await till.answer('lookup', { number, entered: 'scanned', hold: null })).card

  test('[C2] a sold certificate loads the scanned card', async () => {
    const { manager, till } = await world(engine.db()).shop({ coefficientTenThousandths: 12_000 })
    const card = await addCard(manager)
    const receipt = till.receipt([load(card.id, certificateId, faceKopecks)])
    expect(verdictOf(await till.send(receipt))).toBe('applied')
    expect(await balanceOf(till, card.number)).toMatchObject({
      state: 'active',
      balanceKopecks: 180_000,
      grantedKopecks: 30_000,
    })
  })

  test('[C3] each state of a card has its own refusal', async () => {
    const shop = world(engine.db())
    const { manager, till } = await shop.shop()
    const cases: [CardId, string][] = [
      [unknownCard(), 'card_unknown'],
      [(await addCard(manager)).id, 'card_unsold'],
      [(await addCard(manager, { paid: 100 }, true)).id, 'card_blocked'],
      [(await addCard(manager, { paid: 100, expiresOn: '2026-10-01' })).id, 'card_expired'],
      [(await addCard(manager, {})).id, 'card_empty'],
    ]
    for (const [cardId, code] of cases) {
      expect(verdictOf(await till.send(till.receipt([redeem(cardId, 10)])))).toBe(`refused ${code}`)
    }
    const sold = await addCard(manager, { paid: 100 })
    const selling = (cardId: CardId) => till.send(till.receipt([load(cardId, certificateId, faceKopecks)]))
    expect(verdictOf(await selling(sold.id))).toBe('refused card_sold')
    expect(verdictOf(await selling(cases[2]![0]))).toBe('refused card_blocked')
    expect(verdictOf(await selling(unknownCard()))).toBe('refused card_unknown')
  })

  test('[C11] a card pays through its last day in the time zone of the store', async () => {
    const shop = world(engine.db())
    shop.time.nowMs = Date.parse('2026-10-02T20:59:59Z')
    const { manager, till } = await shop.shop()
    const card = await addCard(manager, { paid: 100, expiresOn: '2026-10-02' })
    expect(verdictOf(await till.send(till.receipt([redeem(card.id, 10)])))).toBe('applied')
    shop.time.nowMs = Date.parse('2026-10-02T21:00:00Z')
    expect(verdictOf(await till.send(till.receipt([redeem(card.id, 10)])))).toBe('refused card_expired')
  })

  test('[C6] a sixth card and the same card twice are refused', async () => {
    const { manager, till } = await world(engine.db()).shop()
    const cards = await Promise.all(Array.from({ length: 6 }, () => addCard(manager, { paid: 100 })))
    const six = till.receipt(cards.map((card) => redeem(card.id, 1)))
    expect(verdictOf(await till.send(six))).toBe('refused too_many_cards')
    const twice = till.receipt([redeem(cards[0]!.id, 1), redeem(cards[0]!.id, 2)])
    expect(verdictOf(await till.send(twice))).toBe('refused card_twice')
    expect(verdictOf(await till.send(till.receipt(cards.slice(1).map((card) => redeem(card.id, 1)))))).toBe(
      'applied',
    )
  })

  test('[C5] a card loaded by a receipt cannot pay in it', async () => {
    const { manager, till } = await world(engine.db()).shop()
    const card = await addCard(manager)
    const receipt = till.receipt([load(card.id, certificateId, faceKopecks), redeem(card.id, 1)])
    expect(verdictOf(await till.send(receipt))).toBe('refused card_loaded_here')
  })

  test('[C2] certificates that the programme does not know, or that were discounted, load nothing', async () => {
    const { manager, till } = await world(engine.db()).shop()
    const card = await addCard(manager)
    const send = (operation: ReturnType<typeof load>) => till.send(till.receipt([operation]))
    const other = randomUUID() as ProductId
    expect(verdictOf(await send(load(card.id, other, faceKopecks)))).toBe('refused certificate_unknown')
    expect(verdictOf(await send(load(card.id, certificateId, 1)))).toBe('refused certificate_unknown')
    const cheap = load(card.id, certificateId, faceKopecks, { paid: 100 })
    expect(verdictOf(await send(cheap))).toBe('refused certificate_discounted')
  })

  test('[C3] a reloadable card is loaded up to the maximum', async () => {
    const { manager, till } = await world(engine.db()).shop({
      reloadable: true,
      balanceMaxKopecks: kopecks(faceKopecks + 100),
    })
    const card = await addCard(manager, { paid: 100 })
    const again = () => till.send(till.receipt([load(card.id, certificateId, faceKopecks)]))
    expect(verdictOf(await again())).toBe('applied')
    expect(await again()).toMatchObject({ refusal: { code: 'above_balance_max', possibleKopecks: 0 } })
  })

  test('[C5] cards pay at most what the sale in MoySklad leaves to them, over all receipts for it', async () => {
    const shop = world(engine.db())
    const { manager, till } = await shop.shop({ shareTenThousandths: 5_000 })
    const card = await addCard(manager, { paid: 100_000 })
    const document = shop.moysklad.sell(goodsSale(10_000))
    const pay = (amount: number) =>
      till.send(till.receipt([redeem(card.id, amount)], { sale: saleOf(document.id, 10_000) }))
    expect(await pay(5_001)).toMatchObject({ refusal: { code: 'above_payable', possibleKopecks: 5_000 } })
    expect(verdictOf(await pay(3_000))).toBe('applied')
    expect(await pay(2_001)).toMatchObject({ refusal: { code: 'above_payable', possibleKopecks: 2_000 } })
    expect(verdictOf(await pay(2_000))).toBe('applied')
  })

  test('[C5] an undone receipt gives its share of the sale back', async () => {
    const shop = world(engine.db())
    const { manager, till } = await shop.shop()
    const card = await addCard(manager, { paid: 100_000 })
    const document = shop.moysklad.sell(goodsSale(10_000))
    const pay = () => till.receipt([redeem(card.id, 10_000)], { sale: saleOf(document.id, 10_000) })
    const first = pay()
    expect(verdictOf(await till.send(first))).toBe('applied')
    expect(verdictOf(await till.send(till.receipt([undo(first.id)])))).toBe('applied')
    expect(verdictOf(await till.send(pay()))).toBe('applied')
  })

  test('[C5] [C7] what went back to a card may be paid again for its sale', async () => {
    const shop = world(engine.db())
    const { manager, till } = await shop.shop()
    const card = await addCard(manager, { paid: 100_000 })
    const document = shop.moysklad.sell(goodsSale(10_000))
    const sale = saleOf(document.id, 10_000)
    const first = till.receipt([redeem(card.id, 10_000)], { sale })
    expect(verdictOf(await till.send(first))).toBe('applied')
    expect(verdictOf(await till.send(till.receipt([refund(card.id, 4_000, first.id)], { sale })))).toBe(
      'applied',
    )
    const pay = (amount: number) => till.send(till.receipt([redeem(card.id, amount)], { sale }))
    expect(await pay(4_001)).toMatchObject({ refusal: { code: 'above_payable', possibleKopecks: 4_000 } })
    expect(verdictOf(await pay(4_000))).toBe('applied')
  })

  test('[C5] [C7] a return of another sale’s payment makes no room in the sale that it names', async () => {
    const shop = world(engine.db())
    const { manager, till } = await shop.shop()
    const card = await addCard(manager, { paid: 100_000 })
    const sales = [1, 2].map(() => saleOf(shop.moysklad.sell(goodsSale(10_000)).id, 10_000))
    const pay = (sale: (typeof sales)[number]) => till.receipt([redeem(card.id, 10_000)], { sale })
    const [one, other] = sales.map(pay)
    for (const paid of [one!, other!]) expect(verdictOf(await till.send(paid))).toBe('applied')
    const back = till.receipt([refund(card.id, 10_000, other!.id)], { sale: sales[0]! })
    expect(verdictOf(await till.send(back))).toBe('applied')
    expect(verdictOf(await till.send(pay(sales[0]!)))).toBe('refused above_payable')
    // In the sale that the card had paid for there is room.
    expect(verdictOf(await till.send(pay(sales[1]!)))).toBe('applied')
    expect(verdictOf(await till.send(pay(sales[1]!)))).toBe('refused above_payable')
  })

  test('[C5] [C7] a return that names no sale makes room where its card had paid; undone, it makes none', async () => {
    const shop = world(engine.db())
    const { manager, till } = await shop.shop()
    const card = await addCard(manager, { paid: 100_000 })
    const sale = saleOf(shop.moysklad.sell(goodsSale(10_000)).id, 10_000)
    const pay = (amount: number) => till.receipt([redeem(card.id, amount)], { sale })
    const first = pay(10_000)
    await till.send(first)
    const back = till.receipt([refund(card.id, 4_000, first.id)])
    expect(verdictOf(await till.send(back))).toBe('applied')
    const told = async () =>
      (await till.answer('sale', null, sale.documentId!)).receipts
        .filter(({ stands }) => stands)
        .map(({ operations }) => operations.map(({ returnedKopecks }) => returnedKopecks))
    expect(await told()).toEqual([[4_000]])
    expect(await till.send(pay(4_001))).toMatchObject({
      refusal: { code: 'above_payable', possibleKopecks: 4_000 },
    })
    await till.send(till.receipt([undo(back.id)]))
    expect(await told()).toEqual([[0]])
    expect(verdictOf(await till.send(pay(1)))).toBe('refused above_payable')
  })

  test('[C5] only certificates that are in the sale load cards', async () => {
    const shop = world(engine.db())
    const { manager, till } = await shop.shop()
    const [first, second] = [await addCard(manager), await addCard(manager)]
    const document = shop.moysklad.sell({
      rows: [{ productId: certificateId, quantity: 1, priceKopecks: faceKopecks, discountPercent: 0 }],
      sumKopecks: kopecks(faceKopecks),
    })
    const sell = (cardId: CardId) =>
      till.send(
        till.receipt([load(cardId, certificateId, faceKopecks)], { sale: saleOf(document.id, faceKopecks) }),
      )
    expect(verdictOf(await sell(first.id))).toBe('applied')
    expect(await sell(second.id)).toMatchObject({
      refusal: { code: 'certificate_not_in_sale', cardId: second.id },
    })
  })

  test('an ask is decided without the sale while MoySklad is away', async () => {
    const shop = world(engine.db())
    const { manager, till } = await shop.shop()
    const card = await addCard(manager, { paid: 500 })
    const document = shop.moysklad.sell(goodsSale(100))
    shop.moysklad.away = true
    const receipt = till.receipt([redeem(card.id, 200)], { sale: saleOf(document.id, 200) })
    expect(verdictOf(await till.send(receipt))).toBe('applied')
  })

  test('[C4] money that another till holds cannot be spent', async () => {
    const shop = world(engine.db())
    const { manager, till, accountId } = await shop.shop()
    const other = await shop.till(accountId)
    const card = await addCard(manager, { paid: 100 })
    const wish = { id: newHoldId(), draftId: newDraftId(), redeemKopecks: kopecks(70), load: false }
    await other.answer('lookup', { number: card.number, entered: 'scanned', hold: wish })
    expect(await till.send(till.receipt([redeem(card.id, 31)]))).toMatchObject({
      refusal: { code: 'insufficient_funds', possibleKopecks: 30 },
    })
    expect(verdictOf(await till.send(till.receipt([redeem(card.id, 30)])))).toBe('applied')
    expect(verdictOf(await till.send(till.receipt([redeem(card.id, 1)])))).toBe('refused card_held')
    const promise = other.receipt([redeem(card.id, 70, { holdId: wish.id })], { mode: 'promise' })
    expect(verdictOf(await other.send(promise))).toBe('applied')
  })

  test('goods that cards may not pay for are left out of the payable sum', async () => {
    const shop = world(engine.db())
    const { manager, till } = await shop.shop({ excludedProductIds: [goodsId] })
    const card = await addCard(manager, { paid: 100 })
    const document = shop.moysklad.sell(goodsSale(100))
    const receipt = till.receipt([redeem(card.id, 1)], { sale: saleOf(document.id, 100) })
    expect(await till.send(receipt)).toMatchObject({ refusal: { code: 'above_payable', possibleKopecks: 0 } })
  })
})
