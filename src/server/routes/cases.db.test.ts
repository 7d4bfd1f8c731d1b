import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { onBothEngines } from '../../../test/server/engines.ts'
import { goodsSale } from '../../../test/server/fake-moysklad.ts'
import { load, redeem, refund, saleOf, type TestTill, undo } from '../../../test/server/test-till.ts'
import { addCard, certificateId, faceKopecks, newReceiptId, verdictOf } from '../../../test/server/world.ts'
import { caseScene } from '../../../test/server/case-scene.ts'
import type { DocumentId, ReceiptId } from '../../core/ids.ts'
import type { Receipt } from '../../core/receipt/receipt.ts'
import type { Operation } from '../../core/receipt/operations.ts'

onBothEngines('cases', (engine) => {
  const scene = () => caseScene(engine.db())

  test('[J6] a promise in review is applied: it is booked, its till hears of it, and the same decision again is the same', async () => {
    const { manager, till, list, caseOf, decide, balance, promise } = await scene()
    const card = await addCard(manager, { paid: 1_000 })
    const { id, sent } = promise([redeem(card.id, 300)])
    expect(verdictOf(await sent)).toBe('in_review promise_without_hold')
    const open = await caseOf('promise_without_hold')
    expect(open).toMatchObject({
      receiptId: id,
      tillOrdinal: till.ordinal,
      employeeId: till.employeeId,
      amountKopecks: 300,
      choices: ['apply', 'dismiss'],
      decision: null,
    })
    expect(await till.ping()).toMatchObject({ casesOpen: 1, decisions: [] })
    const decided = await decide('promise_without_hold', 'apply', 'Был в магазине')
    expect(decided.decision).toMatchObject({
      choice: 'apply',
      note: 'Был в магазине',
      outcome: { status: 'applied' },
    })
    expect(await balance(card.number)).toEqual(['active', 700])
    const head = await till.ping()
    expect(head).toMatchObject({ casesOpen: 0, decisions: [{ receiptId: id, choice: 'apply' }] })
    expect((await till.ping({ decidedAfterMs: head.decisions[0]!.decidedAtMs })).decisions).toEqual([])
    expect(await manager.answer('decideCase', { choice: 'apply', note: '' }, open.id)).toEqual(decided)
    expect(await manager.denial('decideCase', { choice: 'dismiss', note: '' }, open.id)).toBe(
      '409 choice_unknown',
    )
    expect(await balance(card.number)).toEqual(['active', 700])
    expect((await list())[0]?.choices).toEqual([])
  })

  test('[J6] a till hears of every decision, also where the clock of the server steps back between two', async () => {
    const { manager, till, time, decide, promise } = await scene()
    const card = await addCard(manager, { paid: 1_000 })
    const heard = async (decidedAfterMs: number) => (await till.ping({ decidedAfterMs })).decisions
    const first = promise([redeem(card.id, 100)])
    await first.sent
    await decide('promise_without_hold', 'apply')
    const [one] = await heard(0)
    expect(one).toMatchObject({ receiptId: first.id })
    time.nowMs -= 60_000
    const second = promise([redeem(card.id, 200)])
    await second.sent
    await decide('promise_without_hold', 'apply')
    expect(await heard(one!.decidedAtMs)).toMatchObject([{ receiptId: second.id }])
  })

  test('[C7] [C8] what was applied by a decision is returned and cancelled like any other', async () => {
    const { manager, till, decide, balance, promise } = await scene()
    const card = await addCard(manager, { paid: 1_000 })
    const first = promise([redeem(card.id, 300)])
    await first.sent
    await decide('promise_without_hold', 'apply')
    expect(verdictOf(await till.send(till.receipt([refund(card.id, 100, first.id)])))).toBe('applied')
    expect(await balance(card.number)).toEqual(['active', 800])
    expect(verdictOf(await till.send(till.receipt([undo(first.id, 'cancelled')])))).toBe(
      'refused void_not_possible',
    )
    const second = promise([redeem(card.id, 50)])
    await second.sent
    await decide('promise_without_hold', 'apply')
    expect(verdictOf(await till.send(till.receipt([undo(second.id, 'cancelled')])))).toBe('applied')
    expect(await balance(card.number)).toEqual(['active', 800])
  })

  test('[J6] a promise in review is dismissed: nothing is taken, and its money is free', async () => {
    const { manager, till, hire, decide, balance, promise } = await scene()
    const card = await addCard(manager, { paid: 1_000 })
    const hold = await till.hold(card.id, 300)
    // More than was held: a human decides.
    const { sent } = promise([redeem(card.id, 400, { holdId: hold })])
    expect(verdictOf(await sent)).toBe('in_review promise_without_hold')
    const other = await hire()
    const seen = async () =>
      (await other.answer('lookup', { number: card.number, entered: 'scanned', hold: null })).card
        ?.availableKopecks
    expect(await seen()).toBe(700)
    await decide('promise_without_hold', 'dismiss')
    expect(await seen()).toBe(1_000)
    expect(await balance(card.number)).toEqual(['active', 1_000])
  })

  test('[O6] a shortfall is acknowledged, or its card may pay again', async () => {
    const { manager, till, hire, decide, caseOf, balance, promise, list } = await scene()
    const card = await addCard(manager, { paid: 100 })
    const hold = await till.hold(card.id, 100)
    await manager.answer('releaseHeld', null, hold)
    const thief = await hire()
    expect(verdictOf(await thief.send(thief.receipt([redeem(card.id, 70)])))).toBe('applied')
    expect(await promise([redeem(card.id, 100, { holdId: hold })]).sent).toMatchObject({
      effects: [{ changeKopecks: -30, lossKopecks: 70 }],
    })
    expect(await balance(card.number)).toEqual(['blocked', 0])
    expect((await caseOf('shortfall')).choices).toEqual(['acknowledge', 'unblock'])
    expect(
      await manager.denial('decideCase', { choice: 'apply', note: '' }, (await caseOf('shortfall')).id),
    ).toBe('409 choice_unknown')
    await decide('shortfall', 'unblock')
    expect(await balance(card.number)).toEqual(['used_up', 0])
    expect((await list()).filter((one) => one.decision === null)).toEqual([])
  })

  test('[O6] a promise on a card that was blocked meanwhile is booked, and told', async () => {
    const { manager, till, caseOf, decide, promise } = await scene()
    const card = await addCard(manager, { paid: 500 })
    const hold = await till.hold(card.id, 300)
    await engine
      .db()
      .write((tx) =>
        tx.run(`update card set status = 'blocked' where account_id = $1 and id = $2`, [
          till.accountId,
          card.id,
        ]),
      )
    expect(verdictOf(await promise([redeem(card.id, 300, { holdId: hold })]).sent)).toBe('applied')
    expect((await caseOf('card_blocked_meanwhile')).amountKopecks).toBe(300)
    await decide('card_blocked_meanwhile', 'acknowledge')
  })

  test('[O6] a promise on a card that expired before it arrived is booked, and told', async () => {
    const { manager, till, moysklad, accountId, time, caseOf, decide, balance } = await scene()
    const today = new Date(time.nowMs).toISOString().slice(0, 10)
    const card = await addCard(manager, { paid: 500, expiresOn: today })
    const holdId = await till.hold(card.id, 300)
    const promised = till.receipt([redeem(card.id, 300, { holdId })], { mode: 'promise' })
    time.nowMs += 30 * 3_600_000
    expect(verdictOf(await till.send(promised))).toBe('applied')
    await manager.reopen(moysklad.hire({ accountId, employeeId: manager.employeeId, role: 'manager' }).key)
    expect(await caseOf('card_expired_meanwhile')).toMatchObject({
      amountKopecks: 300,
      tillOrdinal: till.ordinal,
      choices: ['acknowledge'],
    })
    await decide('card_expired_meanwhile', 'acknowledge')
    expect(await balance(card.number)).toEqual(['expired', 200])
    expect((await till.ping()).casesOpen).toBe(0)
  })

  test('[O6] a promise whose number is another card’s is booked on the card it names when a human says so', async () => {
    const { manager, till, decide, balance } = await scene()
    const [card, other] = [await addCard(manager, { paid: 500 }), await addCard(manager, { paid: 500 })]
    const holdId = await till.hold(card.id, 300)
    const id = newReceiptId()
    const number = till.seal(other.number, id)
    const promised = till.receipt([redeem(card.id, 300, { holdId, number })], { id, mode: 'promise' })
    expect(verdictOf(await till.send(promised))).toBe('in_review number_mismatch')
    expect(await balance(card.number)).toEqual(['active', 500])
    await decide('number_mismatch', 'apply')
    expect([await balance(card.number), await balance(other.number)]).toEqual([
      ['active', 200],
      ['active', 500],
    ])
  })

  test('[O6] a card that was sold twice cannot be applied, only settled by hand', async () => {
    const { manager, till, hire, caseOf, decide, promise } = await scene()
    const card = await addCard(manager)
    const hold = await till.hold(card.id, null)
    await manager.answer('releaseHeld', null, hold)
    const other = await hire()
    expect(verdictOf(await other.send(other.receipt([load(card.id, certificateId, faceKopecks)])))).toBe(
      'applied',
    )
    expect(verdictOf(await promise([load(card.id, certificateId, faceKopecks, { holdId: hold })]).sent)).toBe(
      'in_review card_sold_twice',
    )
    expect((await caseOf('card_sold_twice')).choices).toEqual(['dismiss'])
    await decide('card_sold_twice', 'dismiss', 'Деньги вернули')
  })

  test('[O6] what the books do not allow is not decided, and nothing of it stays', async () => {
    const { manager, caseOf, promise, balance } = await scene()
    const card = await addCard(manager, { paid: 500 })
    const both = [redeem(card.id, 100), load(card.id, certificateId, faceKopecks)]
    expect(verdictOf(await promise(both).sent)).toBe('in_review promise_refused')
    const one = await caseOf('promise_refused')
    expect(await manager.denial('decideCase', { choice: 'apply', note: '' }, one.id)).toBe(
      '409 choice_unknown',
    )
    expect(await balance(card.number)).toEqual(['active', 500])
    expect((await caseOf('promise_refused')).decision).toBeNull()
  })

  test('[J6] records that nobody can read are acknowledged; unknown cases are told', async () => {
    const { manager, till, caseOf, decide } = await scene()
    const id = randomUUID() as ReceiptId
    await till.answer('sync', {
      ...till.envelope(),
      records: [{ seq: ++till.seq, id, receipt: '{"x":1}', settled: null }],
    })
    expect((await caseOf('receipt_malformed')).choices).toEqual(['acknowledge'])
    // No database may fail at what a person wrote.
    const { id: caseId } = await caseOf('receipt_malformed')
    expect(await manager.denial('decideCase', { choice: 'acknowledge', note: 'a\0b' }, caseId)).toBe(
      '400 body_invalid',
    )
    await decide('receipt_malformed', 'acknowledge')
    expect(await manager.denial('decideCase', { choice: 'apply', note: '' }, 'f'.repeat(32))).toBe(
      '404 case_unknown',
    )
    expect(await till.denial('cases', null)).toBe('403 not_allowed')
  })

  test('[J8] a fork is decided by starting anew', async () => {
    const { manager, till, decide } = await scene()
    const card = await addCard(manager, { paid: 500 })
    const first = till.receipt([redeem(card.id, 10)])
    await till.send(first)
    till.seq -= 1
    expect(verdictOf(await till.send(till.receipt([redeem(card.id, 20)])))).toBe('refused till_quarantined')
    await decide('fork', 'renew')
    expect((await till.ping()).state).toBe('retired')
  })

  test('[M11] a receipt without a document is linked to its sale once, and counts there', async () => {
    const { manager, till, hire, promise, moysklad, list } = await scene()
    const card = await addCard(manager, { paid: 1_000 })
    const hold = await till.hold(card.id, 300)
    const promised = promise([redeem(card.id, 300, { holdId: hold })], { sale: saleOf(null, 500) })
    expect(verdictOf(await promised.sent)).toBe('applied')
    const goods = {
      productId: 'ad000000-0000-11f0-0a80-0000000000aa' as never,
      quantity: 1,
      priceKopecks: 500,
      discountPercent: 0,
    }
    const document = moysklad.sell({ rows: [goods], sumKopecks: 500 as never })
    const link = (
      documentId: DocumentId,
      receiptId = promised.id,
    ): Partial<Receipt> & { operations: Operation[] } => ({
      operations: [{ kind: 'link', receiptId }],
      sale: saleOf(documentId, 500),
    })
    const send = (by: TestTill, { operations, ...rest }: ReturnType<typeof link>) =>
      by.send(by.receipt(operations, rest))
    expect(verdictOf(await send(await hire(), link(document.id)))).toBe('refused receipt_of_other_till')
    expect(verdictOf(await send(till, link(document.id, randomUUID() as ReceiptId)))).toBe(
      'refused receipt_unknown',
    )
    expect(verdictOf(await send(till, link(document.id)))).toBe('applied')
    expect(verdictOf(await send(till, link(document.id)))).toBe('refused link_not_possible')
    const sale = await till.answer('sale', null, document.id)
    expect(sale.receipts.map((one) => one.own?.id)).toContain(promised.id)
    const again = till.receipt([redeem(card.id, 201)], { sale: saleOf(document.id, 500) })
    expect(verdictOf(await till.send(again))).toBe('refused above_payable')
    const fits = till.receipt([redeem(card.id, 200)], { sale: saleOf(document.id, 500) })
    expect(verdictOf(await till.send(fits))).toBe('applied')
    expect(await list()).toEqual([])
  })

  test('[A9] owners see loads without a sale, typed numbers, and cards that were only looked at', async () => {
    const { manager, till, accountId, moysklad, time } = await scene()
    const [card, live] = [await addCard(manager), await addCard(manager, { paid: 500 })]
    const sold = till.receipt([load(card.id, certificateId, faceKopecks)])
    const typed = till.receipt([redeem(live.id, 70, { entered: 'typed' })])
    await till.sync(sold, typed)
    const look = { number: live.number, entered: 'scanned' as const, hold: null }
    await till.answer('lookup', look)
    await till.answer('lookup', look)
    expect((await manager.answer('watch', null)).loadsWithoutSale).toEqual([])
    time.nowMs += 25 * 3_600_000
    await manager.reopen(moysklad.hire({ accountId, role: 'manager' }).key)
    expect(await manager.answer('watch', null)).toMatchObject({
      loadsWithoutSale: [
        { amountKopecks: faceKopecks, tillOrdinal: till.ordinal, employeeId: till.employeeId },
      ],
      typedRedeems: [{ amountKopecks: 70 }],
      lookupsWithoutSale: [{ employeeId: till.employeeId, day: '2026-10-02', count: 2 }],
    })
    const unsold = async () => (await manager.answer('watch', null)).loadsWithoutSale.length
    const link = till.receipt([{ kind: 'link', receiptId: sold.id }], {
      sale: saleOf(moysklad.sell(goodsSale(500)).id, 500),
    })
    expect(verdictOf(await till.send(link))).toBe('applied')
    expect(await unsold()).toBe(0)
    // Undone, it says of no load any more which sale it was for.
    expect(verdictOf(await till.send(till.receipt([undo(link.id)])))).toBe('applied')
    expect(await unsold()).toBe(1)
    for (const { id } of [sold, typed])
      expect(verdictOf(await till.send(till.receipt([undo(id)])))).toBe('applied')
    expect(await manager.answer('watch', null)).toMatchObject({ loadsWithoutSale: [], typedRedeems: [] })
  })
})
