import { expect, test } from 'vitest'
import { load, redeem, refund, saleOf, undo } from '../../src/core/testing/builders.ts'
import { balanceOf } from './look.ts'
import { onRestoredServers, pay } from './restored-scene.ts'
import { newDraftId } from './test-till.ts'
import { addCard, certificateId, faceKopecks, type NewCard } from './world.ts'

/** What a restored server had applied moves the same money again (J7), whatever its backup says of holds and sales. */
onRestoredServers('the money of a restored server', (scene) => {
  test('[F22] a payment that comes before the sale of its card waits, and is booked when that has come', async () => {
    const { till, other, manager, backUp, setBack, send, refill, bookWaiting, kinds } = await scene()
    const fresh = await addCard(manager)
    await backUp()
    const sold = till.receipt([load(fresh.id, certificateId, faceKopecks)])
    const paid = pay(other, fresh, 100_000)
    expect([...(await send(till, sold)), ...(await send(other, paid))]).toEqual(['applied', 'applied'])
    await setBack()
    expect(await refill(other, paid)).toEqual(['in_review promise_refused'])
    expect(await bookWaiting()).toBe(0)
    expect(await refill(till, sold)).toEqual(['applied'])
    expect([await bookWaiting(), await bookWaiting()]).toEqual([1, 0])
    expect(await balanceOf(manager, fresh)).toBe(faceKopecks - 100_000)
    expect(await kinds()).toEqual(['outcome_changed (closed)', 'promise_refused (closed)'])
  })

  test('[F22] [C11] what was applied on the last day of a card is applied on that day, whenever it comes again', async () => {
    const { till, manager, backUp, setBack, send, refill, later, cases } = await scene()
    const card = await addCard(manager, { paid: 100, expiresOn: '2026-10-02' })
    await backUp()
    const paid = pay(till, card, 30)
    expect(await send(till, paid)).toEqual(['applied'])
    await setBack()
    later(86_400_000)
    expect(await refill(till, paid)).toEqual(['applied'])
    expect(await cases()).toEqual([])
  })

  test('[F22] [C8] a return in time that comes again too late gives no days when a later one is undone', async () => {
    const { till, manager, backUp, setBack, send, refill, later, read } = await scene()
    const card = await addCard(manager, { paid: 100, expiresOn: '2026-10-05' })
    await backUp()
    const paid = pay(till, card, 60)
    const inTime = till.receipt([refund(card.id, 30, paid.id)])
    await send(till, paid, inTime)
    await setBack()
    later(10 * 86_400_000)
    expect(await refill(till, paid, inTime)).toEqual(['applied', 'applied'])
    const late = till.receipt([refund(card.id, 10, paid.id)])
    expect(await send(till, late, till.receipt([undo(late.id)]))).toEqual(['applied', 'applied'])
    const rows = await read((query) => query.all('select expires_on from card where id = $1', [card.id]))
    expect(rows.map((row) => ({ ...row }))).toEqual([{ expires_on: '2026-10-05' }])
  })

  test('[F22] what was refused stays so for the reason that it had', async () => {
    const { till, other, card, backUp, setBack, send, refill } = await scene()
    await backUp()
    await send(other, pay(other, card, 80))
    const tooMuch = pay(till, card, 50)
    expect(await send(till, tooMuch)).toEqual(['refused insufficient_funds'])
    await setBack()
    // By now it would be refused since the card is empty.
    expect(await send(other, pay(other, card, 100))).toEqual(['applied'])
    expect(await refill(till, tooMuch)).toEqual(['refused insufficient_funds'])
  })

  test('[F22] [J2] an ask and its promise that waited together wait together again: one case', async () => {
    const { till, card, backUp, setBack, send, refill, kinds } = await scene()
    await backUp()
    const ask = pay(till, card, 40)
    const promise = pay(till, card, 40, { mode: 'promise', standsFor: ask.id })
    await send(till, promise)
    await send(till, ask)
    expect(await kinds()).toEqual(['promise_without_hold'])
    await setBack()
    await refill(till, promise, ask)
    expect(await kinds()).toEqual(['promise_without_hold'])
  })

  test('[F22] [O6] a promise with a loss has the same loss again, although the card could pay more by now', async () => {
    const { till, other, manager, card, backUp, setBack, send, refill, kinds } = await scene()
    await backUp()
    const holdId = await till.hold(card.id, 80)
    await manager.answer('releaseHeld', null, holdId)
    await send(other, pay(other, card, 50))
    const promised = till.receipt([redeem(card.id, 80, { holdId })], { mode: 'promise' })
    expect(await send(till, promised)).toEqual(['applied'])
    expect(await balanceOf(manager, card)).toBe(0)
    await setBack()
    expect(await refill(till, promised)).toEqual(['applied'])
    expect(await balanceOf(manager, card)).toBe(50)
    expect(await kinds()).toEqual(['shortfall'])
  })

  test('[F22] [C8] a load that was undone is undone again beside a hold of the backup', async () => {
    const { till, other, manager, card, backUp, setBack, send, refill, cases } = await scene()
    const sold = pay(till, card, 100)
    await send(till, sold)
    const back = till.receipt([refund(card.id, 70, sold.id)])
    await send(till, back)
    const holdId = await other.hold(card.id, 60)
    await backUp()
    await other.answer('release', null, holdId)
    const undone = till.receipt([undo(back.id)])
    expect(await send(till, undone)).toEqual(['applied'])
    await setBack()
    expect(await refill(till, undone)).toEqual(['applied'])
    expect(await balanceOf(manager, card)).toBe(0)
    expect(await cases()).toEqual([])
  })

  test('[F22] [C8] the sale of a payment that was undone is not asked about again', async () => {
    const { till, manager, card, sell, backUp, setBack, send, refill, cases } = await scene()
    const document = sell(5_000)
    const paid = pay(till, card, 50, { sale: saleOf(document.id, 5_000) })
    await send(till, paid)
    // With the new process comes a MoySklad that does not have the sale any more.
    await backUp()
    const undone = till.receipt([undo(paid.id, 'cancelled')])
    expect(await send(till, undone)).toEqual(['applied'])
    await setBack()
    expect(await refill(till, undone)).toEqual(['applied'])
    expect(await balanceOf(manager, card)).toBe(100)
    expect(await cases()).toEqual([])
  })

  test('[F22] [J2] a promise that its ask had settled, and both undone since, is not paid by the card after all', async () => {
    const { till, manager, card, backUp, setBack, send, refill, cases } = await scene()
    await backUp()
    const ask = pay(till, card, 40)
    const undone = till.receipt([undo(ask.id)])
    const promise = pay(till, card, 40, { mode: 'promise', standsFor: ask.id })
    // The undoing is the older record and came last.
    expect(await send(till, ask, promise)).toEqual(['applied', `applied by ${ask.id}`])
    expect(await send(till, undone)).toEqual(['applied'])
    await setBack()
    expect(await refill(till, ask, undone, promise)).toEqual(['applied', 'applied', `applied by ${ask.id}`])
    expect(await balanceOf(manager, card)).toBe(100)
    expect(await cases()).toEqual([])
  })

  test('[F22] [O6] a return that could not be booked again is booked when its payment has come', async () => {
    const { till, other, manager, card, backUp, setBack, send, refill, bookWaiting } = await scene()
    await backUp()
    const paid = pay(other, card, 80)
    await send(other, paid)
    const back = till.receipt([refund(card.id, 30, paid.id)])
    expect(await send(till, back)).toEqual(['applied'])
    await setBack()
    expect(await refill(till, back)).toEqual(['in_review promise_refused'])
    const { cases } = await manager.answer('cases', null)
    const { choices } = cases.find(({ kind }) => kind === 'promise_refused')!
    expect(choices).toEqual(['apply', 'dismiss'])
    expect(await refill(other, paid)).toEqual(['applied'])
    expect(await bookWaiting()).toBe(1)
    expect(await balanceOf(manager, card)).toBe(50)
  })

  test('[F22] money that one till gave back and another took is neither lost nor left on the card', async () => {
    const { till, other, manager, card, backUp, setBack, send, refill, bookWaiting, read } = await scene()
    const first = pay(other, card, 60)
    await send(other, first)
    await backUp()
    const back = other.receipt([undo(first.id)])
    const second = pay(till, card, 100)
    expect([...(await send(other, back)), ...(await send(till, second))]).toEqual(['applied', 'applied'])
    await setBack()
    expect(await refill(till, second)).toEqual(['in_review promise_refused'])
    expect(await refill(other, back)).toEqual(['applied'])
    expect(await bookWaiting()).toBe(1)
    expect(await balanceOf(manager, card)).toBe(0)
    const lost = await read((query) =>
      query.all("select 1 as one from entry where account = 'loss' and amount <> 0"),
    )
    expect(lost).toEqual([])
  })

  test('[F22] the second sale of a card is booked when the undoing of the first has come', async () => {
    const { till, other, manager, backUp, setBack, send, refill, bookWaiting } = await scene()
    const fresh = await addCard(manager)
    const [sold, again] = [till, other].map((one) =>
      one.receipt([load(fresh.id, certificateId, faceKopecks)]),
    )
    await send(till, sold!)
    await backUp()
    const undone = till.receipt([undo(sold!.id)])
    expect([...(await send(till, undone)), ...(await send(other, again!))]).toEqual(['applied', 'applied'])
    await setBack()
    expect(await refill(other, again!)).toEqual(['in_review card_sold_twice'])
    expect(await refill(till, undone)).toEqual(['applied'])
    expect(await bookWaiting()).toBe(1)
    expect(await balanceOf(manager, fresh)).toBe(faceKopecks)
  })

  test('[F22] a chain of payments, returns and sales of three hands is booked in the order that it had', async () => {
    const { till, other, manager, backUp, setBack, send, refill, bookWaiting, later, kinds } = await scene()
    const fresh = await addCard(manager)
    await backUp()
    const sold = till.receipt([load(fresh.id, certificateId, faceKopecks)])
    const first = pay(other, fresh, faceKopecks)
    const back = till.receipt([refund(fresh.id, 50_000, first.id)])
    const second = pay(other, fresh, 30_000)
    for (const [one, receipt] of [
      [till, sold],
      [other, first],
      [till, back],
      [other, second],
    ] as const) {
      later(1_000)
      expect(await send(one, receipt)).toEqual(['applied'])
    }
    await setBack()
    expect(await refill(other, first, second)).toEqual([
      'in_review promise_refused',
      'in_review promise_refused',
    ])
    expect(await refill(till, sold, back)).toEqual(['applied', 'in_review promise_refused'])
    expect(await bookWaiting()).toBe(3)
    expect(await balanceOf(manager, fresh)).toBe(20_000)
    expect((await kinds()).every((kind) => kind.endsWith('(closed)'))).toBe(true)
  })

  test('[F22] what was applied in one moment waits in the order of its numbers', async () => {
    const { till, other, manager, backUp, setBack, send, refill, bookWaiting } = await scene()
    const cards: NewCard[] = []
    for (let n = 0; n < 8; n++) cards.push(await addCard(manager))
    await backUp()
    const sold = cards.map(({ id }) => till.receipt([load(id, certificateId, faceKopecks)]))
    const moved = cards.flatMap((card) => {
      const first = pay(other, card, faceKopecks)
      const back = other.receipt([refund(card.id, 100_000, first.id)])
      return [first, back, pay(other, card, 100_000)]
    })
    await send(till, ...sold)
    // The clock of these tests stands still.
    expect(new Set(await send(other, ...moved))).toEqual(new Set(['applied']))
    await setBack()
    await refill(other, ...moved)
    await refill(till, ...sold)
    expect(await bookWaiting()).toBe(moved.length)
    const left = []
    for (const card of cards) left.push(await balanceOf(manager, card))
    expect(left).toEqual(cards.map(() => 0))
  })

  test('[F22] [O6] what a person has booked after a restore has the loss that it had', async () => {
    const { till, other, manager, backUp, setBack, send, refill, decide, read } = await scene()
    const fresh = await addCard(manager)
    await backUp()
    const sold = till.receipt([load(fresh.id, certificateId, faceKopecks)])
    await send(till, sold)
    const holdId = await other.hold(fresh.id, 50_000)
    await manager.answer('releaseHeld', null, holdId)
    await send(till, pay(till, fresh, faceKopecks - 20_000))
    const promised = other.receipt([redeem(fresh.id, 50_000, { holdId })], { mode: 'promise' })
    expect(await send(other, promised)).toEqual(['applied'])
    await setBack()
    expect(await refill(other, promised)).toEqual(['in_review promise_refused'])
    expect(await refill(till, sold)).toEqual(['applied'])
    await decide('apply', promised)
    expect(await balanceOf(manager, fresh)).toBe(faceKopecks - 20_000)
    const lost = await read((query) =>
      query.all("select sum(amount) as lost from entry where account = 'loss'"),
    )
    expect(lost.map(({ lost }) => Number(lost))).toEqual([-30_000])
  })

  test('[O5] a promise of a return or an undoing can only be dismissed', async () => {
    const { till, manager, card, send } = await scene()
    const paid = pay(till, card, 80, { sale: saleOf(null, 80, newDraftId()) })
    const promises = [refund(card.id, 30, paid.id), undo(paid.id)].map((one) =>
      till.receipt([one], { mode: 'promise' }),
    )
    await send(till, paid, ...promises)
    const { cases } = await manager.answer('cases', null)
    expect(cases.map(({ kind, choices }) => [kind, choices])).toEqual(
      promises.map(() => ['promise_refused', ['dismiss']]),
    )
    for (const { id } of cases) {
      expect(await manager.denial('decideCase', { choice: 'apply', note: '' }, id)).toBe('409 choice_unknown')
      await manager.answer('decideCase', { choice: 'dismiss', note: '' }, id)
    }
    expect(await balanceOf(manager, card)).toBe(20)
  })
})
