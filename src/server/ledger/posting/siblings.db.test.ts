import { describe, expect, test } from 'vitest'
import type { ReceiptId } from '../../../core/ids.ts'
import type { Receipt } from '../../../core/receipt/receipt.ts'
import type { Operation } from '../../../core/receipt/operations.ts'
import { onBothEngines } from '../../../../test/server/engines.ts'
import { goodsSale } from '../../../../test/server/fake-moysklad.ts'
import { redeem, refund, saleOf, type TestTill, undo } from '../../../../test/server/test-till.ts'
import { addCard, verdictOf, world } from '../../../../test/server/world.ts'

async function releaseHoldOf(till: TestTill, { operations }: Receipt): Promise<void> {
  const [first] = operations
  if (first?.kind === 'redeem' && first.proof.holdId) await till.answer('release', null, first.proof.holdId)
}

onBothEngines('an ask and the promise made in its stead', (engine) => {
  /** A card with 100, an ask for `amount` of it, and the promise that stands for the ask. */
  async function scene(amount = 60) {
    const shop = world(engine.db())
    const { manager, till, accountId } = await shop.shop()
    const card = await addCard(manager, { paid: 100 })
    const ask = till.receipt([redeem(card.id, amount)])
    const promise = till.receipt([redeem(card.id, amount, { holdId: await till.hold(card.id, amount) })], {
      mode: 'promise',
      standsFor: ask.id,
    })
    const balance = async () =>
      (await till.answer('lookup', { number: card.number, entered: 'scanned', hold: null })).card
        ?.balanceKopecks
    return { shop, accountId, till, card, ask, promise, balance }
  }

  test('[J2] the ask came first: the promise is applied by it, the card pays once', async () => {
    const { till, ask, promise, balance } = await scene()
    expect(verdictOf(await till.send(ask))).toBe('applied')
    expect(await till.send(promise)).toMatchObject({
      status: 'applied',
      by: ask.id,
      effects: [{ changeKopecks: -60 }],
    })
    expect(await balance()).toBe(40)
  })

  test('[J2] the promise came first: the ask is applied by it, the card pays once', async () => {
    const { till, ask, promise, balance } = await scene()
    expect(verdictOf(await till.send(promise))).toBe('applied')
    expect(verdictOf(await till.send(ask))).toBe(`applied by ${promise.id}`)
    expect(verdictOf(await till.send(ask))).toBe(`applied by ${promise.id}`)
    expect(await balance()).toBe(40)
  })

  test('[J2] both in one batch, in either order, are applied once', async () => {
    for (const order of [(a: Receipt, p: Receipt) => [a, p], (a: Receipt, p: Receipt) => [p, a]]) {
      const { till, ask, promise, balance } = await scene()
      const { outcomes } = await till.sync(...order(ask, promise))
      expect(outcomes.map(({ outcome }) => outcome.status)).toEqual(['applied', 'applied'])
      expect(await balance()).toBe(40)
    }
  })

  test('[J2] [L6] an ask for an ask, and a promise for a promise, are one business as well, in either order', async () => {
    for (const mode of ['ask', 'promise'] as const) {
      for (const isTurned of [false, true]) {
        const { till, card, balance } = await scene(20)
        const pay = async (standsFor: ReceiptId | null) =>
          till.receipt([redeem(card.id, 30, { holdId: await till.hold(card.id, 30) })], { mode, standsFor })
        const one = await pay(null)
        const other = await pay(one.id)
        const [first, second] = isTurned ? [other, one] : [one, other]
        expect(verdictOf(await till.send(first))).toBe('applied')
        expect(verdictOf(await till.send(second))).toBe(`applied by ${first.id}`)
        expect(await balance()).toBe(70)
      }
    }
  })

  test('[J2] the ask was refused: the promise is decided on its own', async () => {
    const { shop, accountId, till, card, ask, promise, balance } = await scene()
    // The hold is over, and another till holds more than is left besides.
    await releaseHoldOf(till, promise)
    await (await shop.till(accountId)).hold(card.id, 70)
    expect(verdictOf(await till.send(ask))).toBe('refused insufficient_funds')
    expect(await till.send(promise)).toMatchObject({
      status: 'applied',
      by: null,
      effects: [{ changeKopecks: -30, lossKopecks: 30 }],
    })
    expect(await balance()).toBe(70)
  })

  test('[J2] the promise waits for a human: its ask waits with it and moves no money', async () => {
    const { till, card, ask, balance } = await scene()
    const promise = till.receipt([redeem(card.id, 60)], { mode: 'promise', standsFor: ask.id })
    expect(verdictOf(await till.send(promise))).toBe('in_review promise_without_hold')
    expect(verdictOf(await till.send(ask))).toBe('in_review promise_without_hold')
    expect(await balance()).toBe(100)
  })

  test('[J2] an ask that arrives after its promise was undone moves no money', async () => {
    const { till, ask, promise, balance } = await scene()
    await till.send(promise)
    expect(verdictOf(await till.send(till.receipt([undo(promise.id)])))).toBe('applied')
    expect(verdictOf(await till.send(ask))).toBe(`applied by ${promise.id}`)
    expect(await balance()).toBe(100)
  })

  test('[J2] a promise made after its ask was undone stands alone', async () => {
    const { till, ask, promise, balance } = await scene()
    await till.send(ask)
    await till.send(till.receipt([undo(ask.id)]))
    expect(verdictOf(await till.send(promise))).toBe('applied')
    expect(await balance()).toBe(40)
  })

  test('[J2] two that name each other and ask for different things wait for a human', async () => {
    const { till, card, ask, promise, balance } = await scene()
    await till.send(ask)
    await releaseHoldOf(till, promise)
    const other = till.receipt([redeem(card.id, 10, { holdId: await till.hold(card.id, 10) })], {
      mode: 'promise',
      standsFor: ask.id,
    })
    expect(verdictOf(await till.send(other))).toBe('in_review receipt_conflict')
    expect(await balance()).toBe(40)
  })

  test('[J2] a second promise for the same ask is the same business', async () => {
    const { till, card, ask, promise, balance } = await scene()
    await till.send(promise)
    const again = till.receipt([redeem(card.id, 60, { holdId: await till.hold(card.id, 40) })], {
      mode: 'promise',
      standsFor: ask.id,
    })
    expect(verdictOf(await till.send(again))).toBe(`applied by ${promise.id}`)
    expect(await balance()).toBe(40)
  })

  test('[J2] another till’s receipt is nobody’s twin', async () => {
    const { shop, accountId, till, card, ask, promise, balance } = await scene()
    await till.send(ask)
    await releaseHoldOf(till, promise)
    const other = await shop.till(accountId)
    const stranger = other.receipt([redeem(card.id, 10, { holdId: await other.hold(card.id, 10) })], {
      mode: 'promise',
      standsFor: ask.id,
    })
    expect(verdictOf(await other.send(stranger))).toBe('applied')
    expect(await balance()).toBe(30)
  })

  describe('[C8] either name undoes or returns the one business', () => {
    test('a void of the twin that did nothing undoes the one that did', async () => {
      const { till, ask, promise, balance } = await scene()
      await till.sync(ask, promise)
      expect(verdictOf(await till.send(till.receipt([undo(promise.id)])))).toBe('applied')
      expect(await balance()).toBe(100)
      expect(verdictOf(await till.send(till.receipt([undo(ask.id)])))).toBe('refused void_twice')
    })

    test('[C7] returns under both names together never pass what the card paid', async () => {
      const { till, card, ask, promise, balance } = await scene()
      await till.sync(ask, promise)
      const both = till.receipt([refund(card.id, 60, ask.id), refund(card.id, 60, promise.id)])
      expect(verdictOf(await till.send(both))).toBe('refused card_twice')
      expect(verdictOf(await till.send(till.receipt([refund(card.id, 50, promise.id)])))).toBe('applied')
      expect(await till.send(till.receipt([refund(card.id, 11, ask.id)]))).toMatchObject({
        refusal: { code: 'refund_above_paid', possibleKopecks: 10 },
      })
      expect(await balance()).toBe(90)
    })
  })

  describe('[M11] both link an earlier receipt to their sale', () => {
    async function linking() {
      const opened = await scene(1)
      const { till, shop, card, accountId } = opened
      const earlier = till.receipt([redeem(card.id, 30)], { sale: saleOf(null, 500) })
      await till.send(earlier)
      const sale = saleOf(shop.moysklad.sell(goodsSale(500)).id, 500)
      const said = (rest: Parameters<typeof redeem>[2] = {}): Operation[] => [
        { kind: 'link', receiptId: earlier.id },
        redeem(card.id, 20, rest),
      ]
      const ask = till.receipt(said(), { sale })
      const promise = till.receipt(said({ holdId: await till.hold(card.id, 20) }), {
        mode: 'promise',
        standsFor: ask.id,
        sale,
      })
      const links = () =>
        engine
          .db()
          .read((query) =>
            query.all(
              'select receipt_id as "receiptId", linked_by as "linkedBy" from receipt_link where account_id = $1',
              [accountId],
            ),
          )
      return { ...opened, earlier, ask, promise, links }
    }

    test('whichever comes first links it, once', async () => {
      for (const askIsFirst of [true, false]) {
        const { till, card, ask, promise, earlier, balance, links } = await linking()
        const [first, second] = askIsFirst ? [ask, promise] : [promise, ask]
        expect(verdictOf(await till.send(first))).toBe('applied')
        expect(verdictOf(await till.send(second))).toBe(`applied by ${first.id}`)
        expect(await balance()).toBe(50)
        expect((await links()).map((row) => ({ ...row }))).toEqual([
          { receiptId: earlier.id, linkedBy: first.id },
        ])
        // [C5] It counts for the sale once.
        const { sale } = first
        expect(await till.send(till.receipt([redeem(card.id, 451)], { sale }))).toMatchObject({
          refusal: { code: 'above_payable', possibleKopecks: 450 },
        })
      }
    })

    test('[C8] a promise made after its ask was undone links it again', async () => {
      const { till, ask, promise, balance } = await linking()
      await till.send(ask)
      await till.send(till.receipt([undo(ask.id)]))
      expect(verdictOf(await till.send(promise))).toBe('applied')
      expect(await balance()).toBe(50)
    })
  })
})
