import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { holdKeepMs } from '../../../core/card/hold.ts'
import { HoldId } from '../../../core/ids.ts'
import { kopecks } from '../../../core/money.ts'
import { parseShape } from '../../../core/shape.ts'
import { caseScene } from '../../../../test/server/case-scene.ts'
import { onBothEngines } from '../../../../test/server/engines.ts'
import { newDraftId, redeem, refund, saleOf, type TestTill, undo } from '../../../../test/server/test-till.ts'
import { addCard, verdictOf } from '../../../../test/server/world.ts'

onBothEngines('holds whose money their own till has spent', (engine) => {
  /** A card with 200 that two tills hold and pay with. */
  async function scene() {
    const shop = await caseScene(engine.db())
    const { manager, time } = shop
    const other = await shop.hire()
    const card = await addCard(manager, { paid: 200 })
    const hold = async (by: TestTill, amount: number, of = card) => {
      time.nowMs++
      const draftId = newDraftId()
      return { id: await by.hold(of.id, amount, draftId), draftId, amount }
    }
    /** A payment of another draft than any that holds. */
    const pay = async (by: TestTill, amount: number) => {
      const receipt = by.receipt([redeem(card.id, amount)], { sale: saleOf(null, amount, newDraftId()) })
      expect(verdictOf(await by.send(receipt))).toBe('applied')
      return receipt
    }
    type Held = Awaited<ReturnType<typeof hold>>
    const promise = async (by: TestTill, { id, draftId, amount }: Held, more = 0) => {
      const operations = [redeem(card.id, amount + more, { holdId: id })]
      const receipt = by.receipt(operations, { mode: 'promise', sale: saleOf(null, amount + more, draftId) })
      return by.send(receipt)
    }
    const free = async (by: TestTill) =>
      (await by.answer('lookup', { number: card.number, entered: 'scanned', hold: null })).card
        ?.availableKopecks
    const atRisk = async () => (await manager.answer('risk', null)).uncoveredHoldsKopecks
    const drained = (by: TestTill) =>
      by.answer('grant', { ...by.envelope({ drained: true }), returned: null })
    return { ...shop, other, card, hold, pay, promise, free, atRisk, drained }
  }
  const lost = (lossKopecks: number) => ({ status: 'applied', effects: [{ lossKopecks }] })

  test('[O2] the newest gives way, as far as the card lacks it; the oldest, and those of another till, stay whole', async () => {
    const { till, other, manager, hold, pay, promise, free, atRisk } = await scene()
    const theirs = await hold(other, 50)
    const over = await hold(till, 5)
    await till.answer('release', null, over.id)
    const [oldest, middle, newest] = [await hold(till, 80), await hold(till, 40), await hold(till, 30)]
    const elsewhere = await addCard(manager, { paid: 300 })
    await hold(till, 300, elsewhere)
    await pay(till, 60)
    expect([await atRisk(), await free(other)]).toEqual([60, 0])
    expect(await promise(other, theirs)).toMatchObject(lost(0))
    expect(await promise(till, oldest)).toMatchObject(lost(0))
    // 10 are left of the middle one, and nothing of the newest.
    expect(await promise(till, middle)).toMatchObject(lost(30))
    expect(await promise(till, newest)).toMatchObject(lost(30))
    expect(await atRisk()).toBe(0)
    expect(
      (await till.answer('lookup', { number: elsewhere.number, entered: 'scanned', hold: null })).card,
    ).toMatchObject({ balanceKopecks: 300, state: 'active' })
  })

  test('[O2] what another till takes meanwhile was not held, and a late promise loses what its own till has spent', async () => {
    const { till, other, hold, pay, promise, free, atRisk } = await scene()
    const held = await hold(till, 160)
    await pay(till, 100)
    expect([await atRisk(), await free(other)]).toEqual([60, 0])
    expect(await promise(till, held)).toMatchObject(lost(60))
  })

  test('[O2] [C8] a payment that is undone leaves them as they were', async () => {
    const { till, other, hold, pay, promise, free, atRisk } = await scene()
    const [older, newer] = [await hold(till, 60), await hold(till, 50)]
    const paid = await pay(till, 150)
    expect([await atRisk(), await free(other)]).toEqual([60, 0])
    expect(verdictOf(await till.send(till.receipt([undo(paid.id)])))).toBe('applied')
    expect([await atRisk(), await free(other)]).toEqual([0, 90])
    expect(await promise(till, older)).toMatchObject(lost(0))
    expect(await promise(till, newer)).toMatchObject(lost(0))
  })

  test('[O2] of a promise in review the rest stays held, and its decision loses only what its own till has spent', async () => {
    const { till, other, card, hold, pay, promise, free, decide, balance } = await scene()
    const held = await hold(till, 100)
    expect(verdictOf(await promise(till, held, 1))).toBe('in_review promise_without_hold')
    await pay(till, 150)
    expect(await free(other)).toBe(0)
    const { decision } = await decide('promise_without_hold', 'apply')
    expect(decision?.outcome).toMatchObject(lost(51))
    expect(await balance(card.number)).toEqual(['blocked', 0])
  })

  test('[O2] [O6] a promise in review is applied on what its hold covers, whatever another till has spent of its own', async () => {
    const { till, other, card, hold, pay, decide, balance, atRisk } = await scene()
    const held = await hold(till, 100)
    const theirs = await hold(other, 100)
    const typed = redeem(card.id, 100, { holdId: held.id, entered: 'typed' })
    const sale = saleOf(null, 100, held.draftId)
    const promised = await till.send(till.receipt([typed], { mode: 'promise', sale }))
    expect(verdictOf(promised)).toBe('in_review promise_without_hold')
    await pay(other, 100)
    expect(await atRisk()).toBe(theirs.amount)
    const { decision } = await decide('promise_without_hold', 'apply')
    expect(decision?.outcome).toMatchObject(lost(0))
    expect([await balance(card.number), await atRisk()]).toEqual([['used_up', 0], 100])
  })

  test('[O2] [O6] so is one that names no hold, on what its draft holds: it uncovers nothing that its till holds besides', async () => {
    const { till, other, card, hold, pay, promise, decide, atRisk } = await scene()
    const [held, besides, theirs] = [await hold(till, 60), await hold(till, 40), await hold(other, 100)]
    const sale = saleOf(null, 60, held.draftId)
    const typed = till.receipt([redeem(card.id, 60, { entered: 'typed' })], { mode: 'promise', sale })
    expect(verdictOf(await till.send(typed))).toBe('in_review promise_without_hold')
    await pay(other, 100)
    const { decision } = await decide('promise_without_hold', 'apply')
    expect(decision?.outcome).toMatchObject(lost(0))
    expect(await atRisk()).toBe(100)
    expect(await promise(till, besides)).toMatchObject(lost(0))
    expect(await promise(other, theirs)).toMatchObject(lost(100))
  })

  test('[O2] what a promise in review waits for stays held, whatever else its till asks for the draft', async () => {
    const { till, other, card, hold, promise, free, decide } = await scene()
    const held = await hold(till, 100)
    expect(verdictOf(await promise(till, held, 1))).toBe('in_review promise_without_hold')
    const { id, draftId } = held
    const less = { draftId, cardId: card.id, purpose: 'redeem' as const, amountKopecks: kopecks(1) }
    expect((await till.answer('hold', less, id)).refusal).toMatchObject({ code: 'hold_over' })
    const wish = { id: parseShape(HoldId, randomUUID()), draftId, redeemKopecks: kopecks(1), load: false }
    const looked = { number: card.number, entered: 'scanned' as const, hold: wish }
    expect(await till.answer('lookup', looked)).toMatchObject({ hold: null, refusal: { code: 'hold_over' } })
    expect(await free(other)).toBe(100)
    const { decision } = await decide('promise_without_hold', 'apply')
    expect(decision?.outcome).toMatchObject(lost(0))
  })

  test('[O2] a request whose moment is older than another till’s hold leaves that what it covers', async () => {
    const { till, other, card, time, accountId, moysklad, hold } = await scene()
    const lapsed = await hold(till, 200)
    time.nowMs += holdKeepMs
    for (const one of [till, other])
      await one.reopen(moysklad.hire({ accountId, employeeId: one.employeeId }).key)
    await other.hold(card.id, 200)
    time.nowMs--
    const sale = saleOf(null, 200, lapsed.draftId)
    const receipt = till.receipt([redeem(card.id, 200)], { sale })
    expect(verdictOf(await till.send(receipt))).toBe('refused card_held')
  })

  test('[O2] a hold that is renewed is for what the card still has', async () => {
    const { till, card, hold, pay, atRisk } = await scene()
    const { id, draftId } = await hold(till, 100)
    await pay(till, 150)
    const renew = (amount: number) =>
      till.answer('hold', { draftId, cardId: card.id, purpose: 'redeem', amountKopecks: kopecks(amount) }, id)
    expect((await renew(100)).refusal).toMatchObject({ code: 'insufficient_funds', possibleKopecks: 50 })
    expect(await atRisk()).toBe(50)
    expect((await renew(50)).hold).toMatchObject({ amountKopecks: 50 })
    expect(await atRisk()).toBe(0)
  })

  test('[O2] the hold of another till may be renewed, and pays for a sale, whatever this one has spent', async () => {
    const { till, other, card, hold, pay, atRisk } = await scene()
    const theirs = await hold(other, 80)
    await hold(till, 120)
    await pay(till, 100)
    const held = { draftId: theirs.draftId, cardId: card.id, purpose: 'redeem' as const }
    expect(
      (await other.answer('hold', { ...held, amountKopecks: kopecks(80) }, theirs.id)).hold,
    ).toMatchObject({ amountKopecks: 80 })
    const paid = other.receipt([redeem(card.id, 80)], { sale: saleOf(null, 80, theirs.draftId) })
    expect(verdictOf(await other.send(paid))).toBe('applied')
    expect(await atRisk()).toBe(100)
  })

  test('[O2] when an older hold goes, nobody else has the money that a newer one lacked', async () => {
    const { till, other, hold, pay, promise, free } = await scene()
    const [older, newer] = [await hold(till, 120), await hold(till, 80)]
    await pay(till, 120)
    await till.answer('release', null, older.id)
    expect(await free(other)).toBe(0)
    expect(await promise(till, newer)).toMatchObject(lost(0))
  })

  test('[C7] [O2] nor what a manager returns of what its till had spent', async () => {
    const { till, other, manager, card, hold, pay, promise, free } = await scene()
    const held = await hold(till, 120)
    const paid = await pay(till, 140)
    await manager.send(manager.receipt([refund(card.id, 140, paid.id)]))
    expect(await free(other)).toBe(80)
    expect(await promise(till, held)).toMatchObject(lost(0))
  })

  test('[O1] what is uncovered is in N until its own till has told everything after the hold was over', async () => {
    const { till, other, manager, accountId, moysklad, time, hold, pay, atRisk, drained } = await scene()
    await hold(till, 100)
    await pay(till, 150)
    await drained(till)
    expect(await atRisk()).toBe(50)
    // A lapsed hold covers nothing.
    time.nowMs += holdKeepMs
    for (const one of [till, other, manager]) {
      const role = one === manager ? 'manager' : 'cashier'
      await one.reopen(moysklad.hire({ accountId, employeeId: one.employeeId, role }).key)
    }
    await drained(other)
    expect(await atRisk()).toBe(100)
    await till.ping()
    await drained(till)
    expect(await atRisk()).toBe(0)
  })

  test('[O2] a payment on a hold that was made for another draft ends that hold, and no other', async () => {
    const { till, other, card, hold, free, atRisk } = await scene()
    const [named, another] = [await hold(till, 100), await hold(till, 60)]
    const operations = [redeem(card.id, 100, { holdId: named.id })]
    const receipt = till.receipt(operations, { sale: saleOf(null, 100, newDraftId()) })
    expect(verdictOf(await till.send(receipt))).toBe('applied')
    expect([await atRisk(), await free(other), another.amount]).toEqual([0, 40, 60])
  })
})
