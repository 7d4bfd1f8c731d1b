import { expect, test } from 'vitest'
import type { DraftId, HoldId } from '../../src/core/ids.ts'
import { kopecks } from '../../src/core/money.ts'
import { load, redeem, saleOf } from '../../src/core/testing/builders.ts'
import { balanceOf } from './look.ts'
import { onRestoredServers, pay } from './restored-scene.ts'
import { newDraftId, type TestTill } from './test-till.ts'
import { addCard, certificateId, faceKopecks, type NewCard } from './world.ts'

/** What a restored server had applied finds the holds of its backup, which were over by then, and those that were made since (O2). */
onRestoredServers('the holds of a restored server', (scene) => {
  test('[F22] [O2] a hold that was over by then, and is in the backup, takes nothing from a payment', async () => {
    const { till, other, manager, card, backUp, setBack, send, refill, cases } = await scene()
    const holdId = await other.hold(card.id, 60)
    await backUp()
    await other.answer('release', null, holdId)
    const paid = pay(till, card, 80)
    expect(await send(till, paid)).toEqual(['applied'])
    await setBack()
    expect(await refill(till, paid)).toEqual(['applied'])
    expect(await balanceOf(manager, card)).toBe(20)
    expect(await cases()).toEqual([])
  })

  test('[F22] [O2] nor does it when another till had paid beside it, and that one comes first', async () => {
    const { till, other, manager, card, backUp, setBack, send, refill, cases } = await scene()
    const holdId = await manager.hold(card.id, 60)
    await backUp()
    await manager.answer('release', null, holdId)
    const [first, second] = [pay(till, card, 50), pay(other, card, 40)]
    expect([...(await send(till, first)), ...(await send(other, second))]).toEqual(['applied', 'applied'])
    await setBack()
    expect([...(await refill(other, second)), ...(await refill(till, first))]).toEqual(['applied', 'applied'])
    expect(await balanceOf(manager, card)).toBe(10)
    expect(await cases()).toEqual([])
  })

  /** A promise on the till's hold. */
  async function promiseOn(
    by: TestTill,
    card: NewCard,
    amount: number,
    hold: { id: HoldId; draftId: DraftId },
  ) {
    const sale = saleOf(null, amount, hold.draftId)
    const promise = by.receipt([redeem(card.id, amount, { holdId: hold.id })], { mode: 'promise', sale })
    return (await by.sync(promise)).outcomes[0]?.outcome
  }

  test('[F22] [O2] a payment of which its till had held some elsewhere takes nothing from the hold of another', async () => {
    const { till, other, card, backUp, setBack, send, refill } = await scene()
    const draftId = newDraftId()
    const holdId = await other.hold(card.id, 30, draftId)
    await till.hold(card.id, 50)
    await backUp()
    const paid = pay(till, card, 70, { sale: saleOf(null, 70, newDraftId()) })
    expect(await send(till, paid)).toEqual(['applied'])
    await setBack()
    expect(await refill(till, paid)).toEqual(['applied'])
    expect(await promiseOn(other, card, 30, { id: holdId, draftId })).toMatchObject({
      effects: [{ lossKopecks: 0 }],
    })
  })

  test('[F22] [O2] nor where its till has held of the rest since the restore', async () => {
    const { till, other, card, backUp, setBack, send, refill, later } = await scene()
    const draftId = newDraftId()
    const holdId = await other.hold(card.id, 30, draftId)
    await backUp()
    const paid = pay(till, card, 40, { sale: saleOf(null, 40, newDraftId()) })
    expect(await send(till, paid)).toEqual(['applied'])
    await setBack()
    later(1_000)
    await till.hold(card.id, 50)
    expect(await refill(till, paid)).toEqual(['applied'])
    expect(await promiseOn(other, card, 30, { id: holdId, draftId })).toMatchObject({
      effects: [{ lossKopecks: 0 }],
    })
  })

  test('[F22] [O2] what it had held itself is there for it, also where another has spent beside what it held since', async () => {
    const { till, other, manager, card, backUp, setBack, send, refill, later, cases } = await scene()
    const draftId = newDraftId()
    await till.hold(card.id, 50, draftId)
    await backUp()
    const paid = pay(till, card, 50, { sale: saleOf(null, 50, draftId) })
    expect(await send(till, paid)).toEqual(['applied'])
    await setBack()
    later(1_000)
    await other.hold(card.id, 50)
    const spent = pay(other, card, 50, { sale: saleOf(null, 50, newDraftId()) })
    expect(await send(other, spent)).toEqual(['applied'])
    expect(await refill(till, paid)).toEqual(['applied'])
    expect(await balanceOf(manager, card)).toBe(0)
    expect(await cases()).toEqual([])
  })

  test('[F22] [O2] a hold of the backup is there for its promise, also where a payment took what another held there', async () => {
    const { till, other, manager, card, backUp, setBack, send, refill } = await scene()
    const draftId = newDraftId()
    const held = await till.hold(card.id, 40, draftId)
    const over = await other.hold(card.id, 60)
    await backUp()
    await other.answer('release', null, over)
    const paid = pay(manager, card, 60)
    expect(await send(manager, paid)).toEqual(['applied'])
    await setBack()
    expect(await refill(manager, paid)).toEqual(['applied'])
    const renewed = { draftId, cardId: card.id, purpose: 'redeem' as const, amountKopecks: kopecks(40) }
    expect((await till.answer('hold', renewed, held)).refusal).toBeNull()
    expect(await promiseOn(till, card, 40, { id: held, draftId })).toMatchObject({
      effects: [{ lossKopecks: 0 }],
    })
    expect(await balanceOf(manager, card)).toBe(0)
  })

  test('[F22] [O2] and where its own till had paid beside it', async () => {
    const { till, other, manager, backUp, setBack, send, refill } = await scene()
    const card = await addCard(manager, { paid: 150 })
    const draftId = newDraftId()
    const held = await till.hold(card.id, 40, draftId)
    const over = await other.hold(card.id, 60)
    await backUp()
    await other.answer('release', null, over)
    const paid = pay(till, card, 110, { sale: saleOf(null, 110, newDraftId()) })
    expect(await send(till, paid)).toEqual(['applied'])
    await setBack()
    expect(await refill(till, paid)).toEqual(['applied'])
    expect((await manager.answer('risk', null)).maxLossKopecks).toBe(0)
    expect(await promiseOn(till, card, 40, { id: held, draftId })).toMatchObject({
      effects: [{ lossKopecks: 0 }],
    })
    expect(await balanceOf(manager, card)).toBe(0)
  })

  test('[F22] [O4] a card that another till had reserved is sold again', async () => {
    const { till, other, manager, backUp, setBack, send, refill, cases } = await scene()
    const fresh = await addCard(manager)
    const holdId = await other.hold(fresh.id, null)
    await backUp()
    await other.answer('release', null, holdId)
    const sold = till.receipt([load(fresh.id, certificateId, faceKopecks)])
    expect(await send(till, sold)).toEqual(['applied'])
    await setBack()
    expect(await refill(till, sold)).toEqual(['applied'])
    expect(await balanceOf(manager, fresh)).toBe(faceKopecks)
    expect(await cases()).toEqual([])
  })

  test('[F22] [O2] a hold that was taken since is another buyer’s: what had been paid waits, not what is held', async () => {
    const { till, other, manager, card, backUp, setBack, send, refill, later, kinds, bookWaiting, decide } =
      await scene()
    await backUp()
    const paid = pay(till, card, 80)
    expect(await send(till, paid)).toEqual(['applied'])
    await setBack()
    later(1)
    const holdId = await other.hold(card.id, 60)
    expect(await refill(till, paid)).toEqual(['in_review promise_refused'])
    const promised = other.receipt([redeem(card.id, 60, { holdId })], { mode: 'promise' })
    expect(await send(other, promised)).toEqual(['applied'])
    expect(await bookWaiting()).toBe(0)
    expect(await balanceOf(manager, card)).toBe(40)
    await decide('apply', paid)
    expect(await balanceOf(manager, card)).toBe(0)
    expect(await kinds()).toEqual(['outcome_changed', 'promise_refused (apply)', 'shortfall'])
  })
})
