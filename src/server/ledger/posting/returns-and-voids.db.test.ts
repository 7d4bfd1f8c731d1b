import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { CardId, ReceiptId } from '../../../core/ids.ts'
import type { Receipt } from '../../../core/receipt/receipt.ts'
import { goodsSale } from '../../../../test/server/fake-moysklad.ts'
import { onBothEngines } from '../../../../test/server/engines.ts'
import {
  load,
  newDraftId,
  redeem,
  refund,
  saleOf,
  type TestTill,
  undo,
} from '../../../../test/server/test-till.ts'
import { addCard, certificateId, faceKopecks, verdictOf, world } from '../../../../test/server/world.ts'

onBothEngines('returns and voids', (engine) => {
  const balanceOf = async (till: TestTill, number: string) =>
    (await till.answer('lookup', { number, entered: 'scanned', hold: null })).card

  test('[C7] a return restores the granted part first, up to what the card paid, over all returns', async () => {
    const { manager, till } = await world(engine.db()).shop()
    const card = await addCard(manager, { paid: 100, granted: 50 })
    const sale = till.receipt([redeem(card.id, 150)])
    await till.send(sale)
    const back = (amount: number) => till.send(till.receipt([refund(card.id, amount, sale.id)]))
    expect(await back(151)).toMatchObject({ refusal: { code: 'refund_above_paid', possibleKopecks: 150 } })
    expect(verdictOf(await back(60))).toBe('applied')
    expect(await balanceOf(till, card.number)).toMatchObject({ balanceKopecks: 60, grantedKopecks: 50 })
    expect(await back(91)).toMatchObject({ refusal: { code: 'refund_above_paid', possibleKopecks: 90 } })
    expect(verdictOf(await back(90))).toBe('applied')
    expect(verdictOf(await back(1))).toBe('refused refund_above_paid')
  })

  test('[C7] a return needs a sale that the card paid in; an undone one does not count', async () => {
    const { manager, till } = await world(engine.db()).shop()
    const [card, stranger] = [await addCard(manager, { paid: 100 }), await addCard(manager, { paid: 100 })]
    const sale = till.receipt([redeem(card.id, 50)])
    await till.send(sale)
    const back = (cardId: CardId, id: ReceiptId) => till.send(till.receipt([refund(cardId, 10, id)]))
    expect(verdictOf(await back(stranger.id, sale.id))).toBe('refused refund_not_of_sale')
    expect(verdictOf(await back(card.id, randomUUID() as ReceiptId))).toBe('refused refund_not_of_sale')
    const twice = till.receipt([refund(card.id, 10, sale.id), refund(card.id, 10, sale.id)])
    expect(verdictOf(await till.send(twice))).toBe('refused card_twice')
    await till.send(till.receipt([undo(sale.id)]))
    expect(verdictOf(await back(card.id, sale.id))).toBe('refused refund_not_of_sale')
  })

  test('[C7] an expired card that gets money back lives thirty more days', async () => {
    const shop = world(engine.db())
    const { manager, till, accountId } = await shop.shop()
    const card = await addCard(manager, { paid: 100, expiresOn: '2026-10-02' })
    const sale = till.receipt([redeem(card.id, 100)])
    await till.send(sale)
    shop.time.nowMs += 10 * 86_400_000
    // A session does not live that long.
    const later = await shop.till(accountId)
    expect(verdictOf(await later.send(later.receipt([refund(card.id, 40, sale.id)])))).toBe('applied')
    expect(await balanceOf(later, card.number)).toMatchObject({ state: 'active', expiresOn: '2026-11-11' })
  })

  test('[C8] a return that is undone takes its thirty days with it', async () => {
    const shop = world(engine.db())
    const { manager, till, accountId } = await shop.shop()
    const card = await addCard(manager, { paid: 100, expiresOn: '2026-10-02' })
    const sale = till.receipt([redeem(card.id, 60)])
    await till.send(sale)
    shop.time.nowMs += 10 * 86_400_000
    const later = await shop.till(accountId)
    const back = later.receipt([refund(card.id, 40, sale.id)])
    await later.send(back)
    expect(verdictOf(await later.send(later.receipt([undo(back.id)])))).toBe('applied')
    expect(await balanceOf(later, card.number)).toMatchObject({
      state: 'expired',
      balanceKopecks: 40,
      expiresOn: '2026-10-02',
    })
  })

  test('[C7] [C8] a payment that is undone after the last day gives thirty days, and they stay', async () => {
    const shop = world(engine.db())
    const { manager, till, accountId } = await shop.shop()
    const card = await addCard(manager, { paid: 100, expiresOn: '2026-10-02' })
    const [sale, other] = [till.receipt([redeem(card.id, 60)]), till.receipt([redeem(card.id, 40)])]
    await till.sync(sale, other)
    shop.time.nowMs += 10 * 86_400_000
    const later = await shop.till(accountId)
    await till.send(till.receipt([undo(sale.id)]))
    shop.time.nowMs += 40 * 86_400_000
    const back = till.receipt([refund(card.id, 10, other.id)])
    await till.send(back)
    await till.send(till.receipt([undo(back.id)]))
    const again = await shop.till(accountId)
    expect(await balanceOf(again, card.number)).toMatchObject({ expiresOn: '2026-11-11' })
    expect(later.id).not.toBe(again.id)
  })

  test('[C8] loads that are undone take their days with them in any order, and the last one makes the card unsold', async () => {
    for (const isFirstUndoneFirst of [true, false]) {
      const shop = world(engine.db())
      const { manager, till, accountId } = await shop.shop({
        reloadable: true,
        validity: { kind: 'days', days: 10 },
      })
      const [fresh, opened, payer] = [
        await addCard(manager),
        await addCard(manager, { paid: 100, expiresOn: '2026-10-05' }),
        await addCard(manager, { paid: 100 }),
      ]
      const first = till.receipt([fresh, opened].map(({ id }) => load(id, certificateId, faceKopecks)))
      await till.send(first)
      shop.time.nowMs += 86_400_000
      // Another card pays in it: what undoes that gives these cards nothing.
      const second = till.receipt([
        ...[fresh, opened].map(({ id }) => load(id, certificateId, faceKopecks)),
        redeem(payer.id, 1),
      ])
      await till.send(second)
      const [one, two] = isFirstUndoneFirst ? [first, second] : [second, first]
      for (const { id } of [one, two])
        expect(verdictOf(await till.send(till.receipt([undo(id)])))).toBe('applied')
      const later = await shop.till(accountId)
      expect(await balanceOf(later, fresh.number)).toMatchObject({ state: 'unsold', expiresOn: null })
      expect(await balanceOf(later, opened.number)).toMatchObject({
        balanceKopecks: 100,
        expiresOn: '2026-10-05',
      })
    }
  })

  test('[C8] a void undoes a receipt by what it really posted, once, by the same till', async () => {
    const shop = world(engine.db())
    const { manager, till, accountId } = await shop.shop()
    const other = await shop.till(accountId)
    const [card, fresh] = [await addCard(manager, { paid: 100, granted: 50 }), await addCard(manager)]
    const receipt = till.receipt([redeem(card.id, 120), load(fresh.id, certificateId, faceKopecks)])
    await till.send(receipt)
    expect(verdictOf(await other.send(other.receipt([undo(receipt.id)])))).toBe(
      'refused receipt_of_other_till',
    )
    const cancel = till.receipt([undo(receipt.id)])
    expect(await till.send(cancel)).toMatchObject({
      status: 'applied',
      effects: expect.arrayContaining([
        expect.objectContaining({ cardId: card.id, changeKopecks: 120, balanceKopecks: 150 }),
        expect.objectContaining({ cardId: fresh.id, changeKopecks: -faceKopecks, balanceKopecks: 0 }),
      ]) as unknown,
    })
    expect(await balanceOf(till, card.number)).toMatchObject({ balanceKopecks: 150, grantedKopecks: 50 })
    expect(await balanceOf(till, fresh.number)).toMatchObject({ state: 'unsold' })
    expect(verdictOf(await till.send(till.receipt([undo(receipt.id)])))).toBe('refused void_twice')
    expect(verdictOf(await till.send(till.receipt([undo(cancel.id)])))).toBe('refused void_not_possible')
    expect(verdictOf(await till.send(till.receipt([undo(randomUUID() as ReceiptId)])))).toBe(
      'refused receipt_unknown',
    )
    const two = till.receipt([undo(receipt.id), redeem(card.id, 1)])
    expect(verdictOf(await till.send(two))).toBe('refused void_not_possible')
  })

  test('[C8] [C3] a card whose first load is undone stays sold while another load or a payment stands on it', async () => {
    const shop = world(engine.db())
    const { manager, till } = await shop.shop({ reloadable: true })
    const card = await addCard(manager)
    const loaded = () => till.receipt([load(card.id, certificateId, faceKopecks)])
    const [first, second, paid] = [loaded(), loaded(), till.receipt([redeem(card.id, faceKopecks)])]
    for (const receipt of [first, paid, second]) expect(verdictOf(await till.send(receipt))).toBe('applied')
    const undone = async (receipt: Receipt) => {
      expect(verdictOf(await till.send(till.receipt([undo(receipt.id)])))).toBe('applied')
      return balanceOf(till, card.number)
    }
    expect(await undone(first)).toMatchObject({ state: 'used_up', balanceKopecks: 0 })
    expect(await undone(paid)).toMatchObject({ state: 'active', balanceKopecks: faceKopecks })
    expect(verdictOf(await till.send(till.receipt([redeem(card.id, 1)])))).toBe('applied')
  })

  test('[C8] voiding a refused receipt is applied with nothing', async () => {
    const { manager, till } = await world(engine.db()).shop()
    const card = await addCard(manager, { paid: 100 })
    const refused = till.receipt([redeem(card.id, 101)])
    await till.send(refused)
    expect(await till.send(till.receipt([undo(refused.id)]))).toMatchObject({
      status: 'applied',
      effects: [],
    })
    expect(verdictOf(await till.send(till.receipt([undo(refused.id)])))).toBe('applied')
  })

  test('[C8] a loaded card that was spent cannot be unloaded', async () => {
    const { manager, till } = await world(engine.db()).shop()
    const card = await addCard(manager)
    const sale = till.receipt([load(card.id, certificateId, faceKopecks)])
    await till.send(sale)
    await till.send(till.receipt([redeem(card.id, 1)]))
    expect(await till.send(till.receipt([undo(sale.id)]))).toMatchObject({
      refusal: { code: 'load_spent', cardId: card.id, possibleKopecks: faceKopecks - 1 },
    })
  })

  test('[C8] [O2] a loaded card whose money is kept for another sale cannot be unloaded, by its own till neither', async () => {
    const { manager, till } = await world(engine.db()).shop()
    const card = await addCard(manager)
    const sold = till.receipt([load(card.id, certificateId, faceKopecks)])
    await till.send(sold)
    const draftId = newDraftId()
    const holdId = await till.hold(card.id, 100, draftId)
    expect(await till.send(till.receipt([undo(sold.id)]))).toMatchObject({
      refusal: { code: 'load_spent', cardId: card.id, possibleKopecks: faceKopecks - 100 },
    })
    const sale = { ...saleOf(null, 100), draftId }
    const promise = till.receipt([redeem(card.id, 100, { holdId })], { mode: 'promise', sale })
    expect(await till.send(promise)).toMatchObject({ status: 'applied', effects: [{ lossKopecks: 0 }] })
  })

  test('[C8] a receipt with a return on it can be undone only after the return was', async () => {
    const { manager, till } = await world(engine.db()).shop()
    const card = await addCard(manager, { paid: 100 })
    const sale = till.receipt([redeem(card.id, 100)])
    await till.send(sale)
    const back = till.receipt([refund(card.id, 40, sale.id)])
    await till.send(back)
    expect(verdictOf(await till.send(till.receipt([undo(sale.id)])))).toBe('refused void_not_possible')
    expect(verdictOf(await till.send(till.receipt([undo(back.id)])))).toBe('applied')
    expect(verdictOf(await till.send(till.receipt([undo(sale.id)])))).toBe('applied')
    expect(await balanceOf(till, card.number)).toMatchObject({ balanceKopecks: 100 })
  })

  test('[C8] a cancelled sale must be gone from MoySklad before its receipt is undone', async () => {
    const shop = world(engine.db())
    const { manager, till } = await shop.shop()
    const card = await addCard(manager, { paid: 1_000 })
    const document = shop.moysklad.sell(goodsSale(100))
    const sale = till.receipt([redeem(card.id, 100)], { sale: saleOf(document.id, 100) })
    const cancel = () => till.receipt([undo(sale.id, 'cancelled')])
    // In one batch with the receipt that it undoes.
    const [, refused] = (await till.sync(sale, cancel())).outcomes
    expect(verdictOf(refused!.outcome)).toBe('refused sale_exists')
    shop.moysklad.away = true
    expect(verdictOf(await till.send(cancel()))).toBe('refused sale_unchecked')
    shop.moysklad.away = false
    shop.moysklad.sales.set(document.id, { ...document, applicable: false })
    expect(verdictOf(await till.send(cancel()))).toBe('applied')
    const second = till.receipt([redeem(card.id, 100)], { sale: saleOf(document.id, 100) })
    shop.moysklad.sales.set(document.id, document)
    shop.time.nowMs += 2_000
    await till.send(second)
    shop.moysklad.sales.delete(document.id)
    expect(verdictOf(await till.send(till.receipt([undo(second.id, 'cancelled')])))).toBe('applied')
  })

  test('[C8] a receipt without a document needs no word of MoySklad', async () => {
    const shop = world(engine.db())
    const { manager, till } = await shop.shop()
    const card = await addCard(manager, { paid: 100 })
    const sale = till.receipt([redeem(card.id, 100)])
    await till.send(sale)
    shop.moysklad.away = true
    expect(verdictOf(await till.send(till.receipt([undo(sale.id, 'cancelled')])))).toBe('applied')
  })
})
