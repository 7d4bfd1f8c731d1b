import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { caseScene } from '../../../test/server/case-scene.ts'
import { onBothEngines } from '../../../test/server/engines.ts'
import { goodsSale } from '../../../test/server/fake-moysklad.ts'
import { load, redeem, saleOf, undo } from '../../../test/server/test-till.ts'
import { addCard, certificateId, faceKopecks, verdictOf } from '../../../test/server/world.ts'
import type { CardId, DocumentId, DraftId } from '../../core/ids.ts'
import type { Operation } from '../../core/receipt/operations.ts'
import { applyReceipt } from '../ledger/posting/apply-receipt.ts'
import { noSaleFacts } from '../ledger/arrival.ts'
import { ownArrival } from '../ledger/own-receipt.ts'

onBothEngines('what is decided about a business is decided once', (engine) => {
  /** A card with 1 000, an ask for 300 of it, and a promise in its stead that has to wait for a human. */
  async function scene() {
    const shop = await caseScene(engine.db())
    const card = await addCard(shop.manager, { paid: 1_000 })
    const ask = shop.till.receipt([redeem(card.id, 300)])
    const promise = shop.till.receipt([redeem(card.id, 300)], { mode: 'promise', standsFor: ask.id })
    const has = async () => (await shop.balance(card.number))[1]
    return { ...shop, card, ask, promise, has }
  }

  describe('[J2] an ask and its promise have one case', () => {
    test('both wait: one decision takes the money once', async () => {
      const { till, ask, promise, open, decide, has } = await scene()
      expect(verdictOf(await till.send(promise))).toBe('in_review promise_without_hold')
      expect(verdictOf(await till.send(ask))).toBe('in_review promise_without_hold')
      expect(await open()).toEqual(['promise_without_hold'])
      await decide('promise_without_hold', 'apply')
      expect([await open(), await has()]).toEqual([[], 700])
    })

    test('the ask comes after its promise was posted: it is that posting', async () => {
      const { till, ask, promise, open, decide, has } = await scene()
      await till.send(promise)
      const { decision } = await decide('promise_without_hold', 'apply')
      expect(decision?.outcome?.status).toBe('applied')
      expect(await till.send(ask)).toMatchObject({ status: 'applied', effects: [{ changeKopecks: -300 }] })
      expect([await open(), await has()]).toEqual([[], 700])
      expect(verdictOf(await till.send(till.receipt([undo(ask.id)])))).toBe('applied')
      expect(verdictOf(await till.send(till.receipt([undo(promise.id)])))).toBe('refused void_twice')
      expect(await has()).toBe(1_000)
    })

    test('the ask comes after its promise was dismissed: nothing is taken and nobody is asked again', async () => {
      const { till, ask, promise, open, decide, has, denied } = await scene()
      await till.send(promise)
      await decide('promise_without_hold', 'dismiss')
      expect(verdictOf(await till.send(ask))).toBe('in_review promise_without_hold')
      expect([await open(), await has()]).toEqual([[], 1_000])
      expect(await denied('promise_without_hold', 'apply')).toBe('409 choice_unknown')
    })

    test('a second promise after the first was posted is that posting', async () => {
      const { till, card, ask, promise, decide, has } = await scene()
      await till.send(promise)
      await decide('promise_without_hold', 'apply')
      const again = till.receipt([redeem(card.id, 300)], { mode: 'promise', standsFor: ask.id })
      expect(verdictOf(await till.send(again))).toMatch(/^applied by /)
      expect(await has()).toBe(700)
    })

    test('two managers who decide the same at once decide once', async () => {
      const { manager, till, promise, caseOf, has } = await scene()
      await till.send(promise)
      const { id } = await caseOf('promise_without_hold')
      const decide = () => manager.answer('decideCase', { choice: 'apply', note: '' }, id)
      const [one, two] = await Promise.all([decide(), decide()])
      expect(one.decision).toEqual(two.decision)
      expect(await has()).toBe(700)
    })
  })

  describe('[C8] a till undoes what waits for a human', () => {
    test('nobody can have it posted any more, and what it held is free', async () => {
      const { manager, till, card, open, denied, has, promise } = await scene()
      const draftId = randomUUID() as DraftId
      const held = till.receipt([redeem(card.id, 400, { holdId: await till.hold(card.id, 300, draftId) })], {
        mode: 'promise',
        sale: { ...saleOf(null, 400), draftId },
      })
      expect(verdictOf(await till.send(held))).toBe('in_review promise_without_hold')
      expect(verdictOf(await till.send(till.receipt([undo(held.id)])))).toBe('applied')
      expect([await open(), await has()]).toEqual([[], 1_000])
      expect(await denied('promise_without_hold', 'apply')).toBe('409 choice_unknown')
      expect(await manager.answer('lookup', look(card.number))).toMatchObject({
        card: { availableKopecks: 1_000 },
      })
      expect(verdictOf(await till.send(till.receipt([undo(held.id)])))).toBe('refused void_twice')
      expect((await till.ping()).decisions).toMatchObject([
        { receiptId: held.id, choice: 'closed', note: 'undone' },
      ])
      // It is told in the list of the till as undone.
      const { receipts } = await till.answer('operations', null)
      expect(receipts.find((one) => one.own?.id === held.id)?.undone).toBe(true)
      await till.send(promise)
      expect(await open()).toEqual(['promise_without_hold'])
    })

    test('under either name; its ask that comes later moves nothing', async () => {
      const { till, ask, promise, open, has } = await scene()
      await till.send(promise)
      await till.send(till.receipt([undo(promise.id)]))
      expect(verdictOf(await till.send(ask))).toBe('in_review promise_without_hold')
      expect(verdictOf(await till.send(till.receipt([undo(ask.id)])))).toBe('refused void_twice')
      expect([await open(), await has()]).toEqual([[], 1_000])
      const other = await scene()
      await other.till.send(other.promise)
      await other.till.send(other.ask)
      expect(verdictOf(await other.till.send(other.till.receipt([undo(other.ask.id)])))).toBe('applied')
      expect(await other.open()).toEqual([])
    })

    test('of a sale that stands it is not undone, and a human may still decide', async () => {
      const { till, card, moysklad, open, decide, has } = await scene()
      const sale = moysklad.sell(goodsSale(300))
      const held = till.receipt([redeem(card.id, 300)], { mode: 'promise', sale: saleOf(sale.id, 300) })
      await till.send(held)
      const cancel = () => till.send(till.receipt([undo(held.id, 'cancelled')]))
      expect(verdictOf(await cancel())).toBe('refused sale_exists')
      expect(await open()).toEqual(['promise_without_hold'])
      await decide('promise_without_hold', 'apply')
      expect(await has()).toBe(700)
      moysklad.sales.delete(sale.id)
      expect(verdictOf(await cancel())).toBe('applied')
      expect(await has()).toBe(1_000)
    })
  })

  test('[A3] what a till may not ask for is not posted by a decision either', async () => {
    const { till, card, decide, denied, open, balance } = await scene()
    // An active card can be blocked: only a till may not ask for it.
    const forged = till.receipt([{ kind: 'block', cardId: card.id }], { mode: 'promise' })
    expect(verdictOf(await till.send(forged))).toBe('in_review promise_refused')
    expect(await denied('promise_refused', 'apply')).toBe('409 choice_unknown')
    expect([await open(), await balance(card.number)]).toEqual([['promise_refused'], ['active', 1_000]])
    await decide('promise_refused', 'dismiss')
  })

  test('[O6] a decision acts for its till: what that holds for other sales is not another’s', async () => {
    const { till, card, promise, decide, open, has } = await scene()
    await till.send(promise)
    await till.hold(card.id, 900)
    const { decision } = await decide('promise_without_hold', 'apply')
    expect(decision?.outcome).toMatchObject({ effects: [{ changeKopecks: -300, lossKopecks: 0 }] })
    expect([await open(), await has()]).toEqual([[], 700])
  })

  test('[M11] a promise in review that links an earlier receipt to its sale can be posted', async () => {
    const { till, card, moysklad, decide, has } = await scene()
    const earlier = till.receipt([redeem(card.id, 100)], { sale: saleOf(null, 500) })
    await till.send(earlier)
    const sale = moysklad.sell(goodsSale(500))
    const operations: Operation[] = [{ kind: 'link', receiptId: earlier.id }, redeem(card.id, 200)]
    const held = till.receipt(operations, { mode: 'promise', sale: saleOf(sale.id, 500) })
    expect(verdictOf(await till.send(held))).toBe('in_review promise_without_hold')
    await decide('promise_without_hold', 'apply')
    expect(await has()).toBe(700)
    const { receipts } = await till.answer('sale', null, sale.id)
    expect(receipts.map((one) => one.own?.id)).toContain(earlier.id)
  })

  describe('[O6] a promise in review whose link cannot be done', () => {
    /** A promise P without a document waits; so does Q, that links it to its sale and takes 400. */
    async function waiting(more: (cardId: CardId) => Operation[] = (cardId) => [redeem(cardId, 400)]) {
      const shop = await scene()
      const { till, card, moysklad } = shop
      const earlier = till.receipt([redeem(card.id, 100)], { mode: 'promise', sale: saleOf(null, 500) })
      expect(verdictOf(await till.send(earlier))).toBe('in_review promise_without_hold')
      const sale = moysklad.sell(goodsSale(500))
      const holdId = await till.hold(card.id, 400)
      const held = (one: Operation): Operation =>
        one.kind === 'redeem' ? redeem(one.cardId, one.amountKopecks, { holdId }) : one
      const link: Operation = { kind: 'link', receiptId: earlier.id }
      const said = { sale: saleOf(sale.id, 500) }
      const ask = till.receipt([link, ...more(card.id)], said)
      const linking = till.receipt([link, ...more(card.id).map(held)], {
        mode: 'promise',
        standsFor: ask.id,
        ...said,
      })
      const sendLinking = async () =>
        expect(verdictOf(await till.send(linking))).toBe('in_review promise_refused')
      const ofSale = async () => (await till.answer('sale', null, sale.id)).receipts.map((one) => one.own?.id)
      return { ...shop, earlier, ask, sendLinking, ofSale }
    }
    type Waiting = Awaited<ReturnType<typeof waiting>>

    test.each<[string, (shop: Waiting) => Promise<unknown>, number]>([
      ['the other one waits', () => Promise.resolve(), 600],
      ['it was dismissed', ({ decide }) => decide('promise_without_hold', 'dismiss'), 600],
      ['it was undone', ({ till, earlier }) => till.send(till.receipt([undo(earlier.id)])), 600],
      [
        'another sale has it',
        async ({ till, earlier, decide, moysklad }) => {
          await decide('promise_without_hold', 'apply')
          const other = saleOf(moysklad.sell(goodsSale(500)).id, 500)
          const link = till.receipt([{ kind: 'link', receiptId: earlier.id }], { sale: other })
          expect(verdictOf(await till.send(link))).toBe('applied')
        },
        500,
      ],
    ])('is booked without it: %s', async (_, happen, left) => {
      const shop = await waiting()
      const { manager, till, card, ask, earlier, sendLinking, decide, has, ofSale } = shop
      await happen(shop)
      await sendLinking()
      const { decision } = await decide('promise_refused', 'apply')
      expect(decision?.outcome).toMatchObject({ status: 'applied', effects: [{ changeKopecks: -400 }] })
      // What its till held for it is free.
      expect(await manager.answer('lookup', look(card.number))).toMatchObject({
        card: { balanceKopecks: left, availableKopecks: left },
      })
      expect(await ofSale()).not.toContain(earlier.id)
      // The decision says what the promise said, so the ask is no conflict.
      expect(await till.send(ask)).toMatchObject({ status: 'applied', effects: [{ changeKopecks: -400 }] })
      expect(await has()).toBe(left)
    })

    test('of links alone it can only be dismissed', async () => {
      const { sendLinking, decide, denied } = await waiting(() => [])
      await sendLinking()
      expect(await denied('promise_refused', 'apply')).toBe('409 choice_unknown')
      await decide('promise_refused', 'dismiss')
    })
  })

  describe('[M11] what is linked is the sale’s', () => {
    async function linked() {
      const shop = await scene()
      const { till, card, moysklad } = shop
      const earlier = till.receipt([redeem(card.id, 300)], { sale: saleOf(null, 500) })
      await till.send(earlier)
      const sale = moysklad.sell(goodsSale(500))
      const link = (more: Operation[] = []) =>
        till.receipt([{ kind: 'link', receiptId: earlier.id }, ...more], { sale: saleOf(sale.id, 500) })
      return { ...shop, earlier, sale, link, cancel: () => till.receipt([undo(earlier.id, 'cancelled')]) }
    }

    test('[C5] with what is paid beside it in the same receipt', async () => {
      const { till, card, link, has } = await linked()
      expect(verdictOf(await till.send(link([redeem(card.id, 201)])))).toBe('refused above_payable')
      expect(verdictOf(await till.send(link([redeem(card.id, 200)])))).toBe('applied')
      expect(await has()).toBe(500)
    })

    test('[C8] it is cancelled when that sale is gone, and not before', async () => {
      const { till, link, cancel, moysklad, sale, has } = await linked()
      await till.send(link())
      expect(verdictOf(await till.send(cancel()))).toBe('refused sale_exists')
      moysklad.sales.delete(sale.id)
      expect(verdictOf(await till.send(cancel()))).toBe('applied')
      expect(await has()).toBe(1_000)
    })

    test('[C8] also where the link stands in the same batch', async () => {
      const { till, link, cancel, has } = await linked()
      const { outcomes } = await till.sync(link(), cancel())
      expect(outcomes.map(({ outcome }) => verdictOf(outcome))).toEqual(['applied', 'refused sale_exists'])
      expect(await has()).toBe(700)
    })

    test('[C8] and where the batch undoes that link and makes another one, the other sale is asked about', async () => {
      const { till, moysklad, earlier, link, cancel, has } = await linked()
      const right = moysklad.sell(goodsSale(500))
      const [first, other] = [
        link(),
        till.receipt([{ kind: 'link', receiptId: earlier.id }], { sale: saleOf(right.id, 500) }),
      ]
      const { outcomes } = await till.sync(first, till.receipt([undo(first.id)]), other, cancel())
      expect(outcomes.map(({ outcome }) => verdictOf(outcome))).toEqual([
        ...['applied', 'applied', 'applied'],
        'refused sale_exists',
      ])
      expect(await has()).toBe(700)
    })

    test('[C8] until the receipt that linked it is undone: then it may be another sale’s', async () => {
      for (const more of [true, false]) {
        const { till, card, moysklad, earlier, sale, link, has } = await linked()
        const ofSale = async (id: DocumentId) =>
          (await till.answer('sale', null, id)).receipts.flatMap(({ stands, own }) =>
            stands && own ? own.id : [],
          )
        const first = link(more ? [redeem(card.id, 200)] : [])
        await till.send(first)
        expect(await ofSale(sale.id)).toContain(earlier.id)
        const right = moysklad.sell(goodsSale(500))
        const anew = () =>
          till.send(till.receipt([{ kind: 'link', receiptId: earlier.id }], { sale: saleOf(right.id, 500) }))
        expect(verdictOf(await anew())).toBe('refused link_not_possible')
        moysklad.sales.delete(sale.id)
        expect(verdictOf(await till.send(till.receipt([undo(first.id, 'cancelled')])))).toBe('applied')
        expect(await ofSale(sale.id)).toEqual([])
        expect(verdictOf(await anew())).toBe('applied')
        expect(await ofSale(right.id)).toContain(earlier.id)
        expect(verdictOf(await anew())).toBe('refused link_not_possible')
        // It counts for that sale alone, and is cancelled with it.
        const above = till.receipt([redeem(card.id, 201)], { sale: saleOf(right.id, 500) })
        expect(verdictOf(await till.send(above))).toBe('refused above_payable')
        const cancel = () => till.send(till.receipt([undo(earlier.id, 'cancelled')]))
        expect(verdictOf(await cancel())).toBe('refused sale_exists')
        moysklad.sales.delete(right.id)
        expect(verdictOf(await cancel())).toBe('applied')
        expect(await has()).toBe(1_000)
      }
    })

    test('[C8] what was paid at a sale is not its any more when the link is undone', async () => {
      const { till, card, sale, link, has } = await linked()
      const first = link()
      await till.send(first)
      const pay = () => till.send(till.receipt([redeem(card.id, 500)], { sale: saleOf(sale.id, 500) }))
      expect(verdictOf(await pay())).toBe('refused above_payable')
      expect(verdictOf(await till.send(till.receipt([undo(first.id)])))).toBe('applied')
      expect(verdictOf(await pay())).toBe('applied')
      expect(await has()).toBe(200)
    })

    test('named twice in one receipt it is refused, and blocks nobody', async () => {
      const { till, earlier, sale } = await linked()
      const twice: Operation = { kind: 'link', receiptId: earlier.id }
      const both = till.receipt([twice, twice], { sale: saleOf(sale.id, 500) })
      expect(verdictOf(await till.send(both))).toBe('refused link_not_possible')
    })
  })

  describe('[O6] a card that a loss has frozen', () => {
    /** A card of 100 whose hold a manager let go: another till took 70, and the promise of 100 fell short. */
    async function short() {
      const shop = await caseScene(engine.db())
      const { manager, till, deps, time, accountId } = shop
      const card = await addCard(manager, { paid: 100 })
      const hold = await till.hold(card.id, 100)
      await manager.answer('releaseHeld', null, hold)
      const thief = await shop.hire()
      await thief.send(thief.receipt([redeem(card.id, 70)]))
      const late = till.receipt([redeem(card.id, 100, { holdId: hold })], { mode: 'promise' })
      expect(await till.send(late)).toMatchObject({ effects: [{ lossKopecks: 70 }] })
      /** As an owner's own tool does. */
      const set = async (kind: 'block' | 'unblock') => {
        const receipt = { ...manager.receipt([{ kind, cardId: card.id }]), place: null }
        const own = ownArrival(accountId, receipt)
        const { outcome } = await deps.db.write((tx) =>
          applyReceipt(tx, own, noSaleFacts, { programmes: deps.programmes, nowMs: time.nowMs }),
        )
        expect(outcome.status).toBe('applied')
      }
      const state = async () => (await shop.balance(card.number))[0]
      expect(await state()).toBe('blocked')
      return { ...shop, card, set, state }
    }

    test('may pay again once that is decided', async () => {
      const { decide, state } = await short()
      const { decision } = await decide('shortfall', 'unblock')
      expect(decision).toMatchObject({ choice: 'unblock', outcome: { status: 'applied' } })
      expect(await state()).toBe('used_up')
    })

    test('and that may pay again already needs nothing more', async () => {
      const { decide, set, state, open } = await short()
      await set('unblock')
      const { decision } = await decide('shortfall', 'unblock')
      expect(decision).toMatchObject({ choice: 'unblock', outcome: null })
      expect([await state(), await open()]).toEqual(['used_up', []])
    })

    test('and that somebody has blocked since stays blocked', async () => {
      const { denied, set, state, open } = await short()
      await set('unblock')
      await set('block')
      expect(await denied('shortfall', 'unblock')).toBe('409 choice_unknown')
      expect([await state(), await open()]).toEqual(['blocked', ['shortfall']])
    })
  })

  test('[C2] a load that waits is posted once, whichever name comes after', async () => {
    const { manager, till, decide, balance } = await scene()
    const card = await addCard(manager)
    const ask = till.receipt([load(card.id, certificateId, faceKopecks)])
    const promise = till.receipt([load(card.id, certificateId, faceKopecks)], {
      mode: 'promise',
      standsFor: ask.id,
    })
    expect(verdictOf(await till.send(promise))).toBe('in_review promise_without_hold')
    await decide('promise_without_hold', 'apply')
    expect(verdictOf(await till.send(ask))).toMatch(/^applied by /)
    expect(await balance(card.number)).toEqual(['active', faceKopecks])
  })
})

const look = (number: string) => ({ number, entered: 'scanned' as const, hold: null })
