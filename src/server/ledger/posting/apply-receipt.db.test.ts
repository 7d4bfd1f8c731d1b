import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { CardId, NoteId, ReceiptId, StoreId } from '../../../core/ids.ts'
import type { Receipt } from '../../../core/receipt/receipt.ts'
import { onBothEngines } from '../../../../test/server/engines.ts'
import { load, redeem, refund, type TestTill, undo } from '../../../../test/server/test-till.ts'
import { addCard, certificateId, faceKopecks, verdictOf, world } from '../../../../test/server/world.ts'
import { noSaleFacts } from '../arrival.ts'
import { ownArrival } from '../own-receipt.ts'
import { applyReceipt } from './apply-receipt.ts'

const unknownCard = () => randomUUID() as CardId

onBothEngines('receipts', (engine) => {
  const balanceOf = async (till: TestTill, number: string) =>
    (await till.answer('lookup', { number, entered: 'scanned', hold: null })).card

  const entriesOf = (receiptId: ReceiptId) =>
    engine
      .db()
      .read((query) =>
        query.all('select account, amount from entry where receipt_id = $1 order by operation_n, n', [
          receiptId,
        ]),
      )

  test('[L1] a redemption moves the paid part first, and its entries sum to zero', async () => {
    const { manager, till } = await world(engine.db()).shop()
    const card = await addCard(manager, { paid: 100, granted: 50 })
    const receipt = till.receipt([redeem(card.id, 120)])
    expect(await till.send(receipt)).toMatchObject({
      status: 'applied',
      by: null,
      effects: [
        {
          cardId: card.id,
          last4: card.number.slice(-4),
          changeKopecks: -120,
          balanceKopecks: 30,
          lossKopecks: 0,
        },
      ],
      frozen: false,
    })
    expect((await entriesOf(receipt.id)).map((row) => ({ ...row }))).toEqual([
      { account: 'card_paid', amount: -100 },
      { account: 'card_granted', amount: -20 },
      { account: 'redeemed', amount: 120 },
    ])
    expect(await balanceOf(till, card.number)).toMatchObject({ balanceKopecks: 30, grantedKopecks: 30 })
  })

  test('[L4] a receipt with one impossible operation changes nothing at all', async () => {
    const { manager, till } = await world(engine.db()).shop()
    const [rich, poor] = [await addCard(manager, { paid: 500 }), await addCard(manager, { paid: 5 })]
    const outcome = await till.send(till.receipt([redeem(rich.id, 500), redeem(poor.id, 6)]))
    expect(outcome).toEqual({
      status: 'refused',
      refusal: { code: 'insufficient_funds', cardId: poor.id, possibleKopecks: 5 },
    })
    expect(await balanceOf(till, rich.number)).toMatchObject({ balanceKopecks: 500 })
  })

  test('[L5] the same id with the same bytes gives the stored outcome again', async () => {
    const { manager, till } = await world(engine.db()).shop()
    const card = await addCard(manager, { paid: 500 })
    const receipt = till.receipt([redeem(card.id, 200)])
    const first = await till.send(receipt)
    expect(await till.send(receipt)).toEqual(first)
    expect((await till.sync(receipt, receipt)).outcomes.map(({ outcome }) => outcome)).toEqual([first, first])
    expect(await balanceOf(till, card.number)).toMatchObject({ balanceKopecks: 300 })
  })

  test('[L5] the same id with other bytes is a conflict, opens one case and changes nothing', async () => {
    const shop = world(engine.db())
    const { manager, till, accountId } = await shop.shop()
    const card = await addCard(manager, { paid: 500 })
    const receipt = till.receipt([redeem(card.id, 200)])
    const first = await till.send(receipt)
    const other = { ...receipt, operations: [redeem(card.id, 100)] }
    expect(verdictOf(await till.send(other))).toBe('in_review receipt_conflict')
    expect(verdictOf(await till.send(other))).toBe('in_review receipt_conflict')
    expect(await till.send(receipt)).toEqual(first)
    expect(await balanceOf(manager, card.number)).toMatchObject({ balanceKopecks: 300 })
    const cases = await engine
      .db()
      .read((query) =>
        query.all('select kind as code, body from cases where account_id = $1 order by kind', [accountId]),
      )
    expect(cases.map((row) => ({ ...row }))).toEqual([
      // Two texts of one id come from two journals (J8).
      { code: 'fork', body: null },
      { code: 'receipt_conflict', body: JSON.stringify(other) },
    ])
    expect(
      shop.logged.filter((line) => line.includes('"error"') && line.includes('receipt_conflict')),
    ).toHaveLength(2)
  })

  test('[L5] a refused id stays refused when the card could pay by now', async () => {
    const { manager, till, programme } = await world(engine.db()).shop()
    const card = await addCard(manager)
    const early = till.receipt([redeem(card.id, 100)])
    expect(verdictOf(await till.send(early))).toBe('refused card_unsold')
    expect(verdictOf(await till.send(till.receipt([load(card.id, certificateId, faceKopecks)])))).toBe(
      'applied',
    )
    expect(verdictOf(await till.send(early))).toBe('refused card_unsold')
    expect(programme.reloadable).toBe(false)
  })

  test('[L2] receipts, operations and entries can be neither changed nor deleted', async () => {
    const { manager, till } = await world(engine.db()).shop()
    const card = await addCard(manager, { paid: 500 })
    await till.send(till.receipt([redeem(card.id, 200)]))
    for (const sql of [
      `update receipt set status = 'refused'`,
      'delete from receipt',
      'update operation set loss = 1',
      'delete from operation',
      'update entry set amount = amount + 1',
      'delete from entry',
      'delete from programme',
    ]) {
      await expect(engine.db().write((tx) => tx.run(sql))).rejects.toThrow(/insert-only|permission denied/)
    }
  })

  test('[L2] both the business moment and the posting moment are kept', async () => {
    const shop = world(engine.db())
    const { manager, till } = await shop.shop()
    const card = await addCard(manager, { paid: 500 })
    const receipt = till.receipt([redeem(card.id, 200)], { happenedAtMs: shop.time.nowMs - 3_600_000 })
    await till.send(receipt)
    const rows = await engine
      .db()
      .read((query) =>
        query.all('select happened_at_ms as happened, posted_at_ms as posted from receipt where id = $1', [
          receipt.id,
        ]),
      )
    expect({ ...rows[0] }).toEqual({ happened: shop.time.nowMs - 3_600_000, posted: shop.time.nowMs })
  })

  test('[J14] the row of a receipt says by which door it came, who wrote it and why', async () => {
    const shop = world(engine.db())
    const { till, accountId } = await shop.shop()
    const storeId = 'aa000000-0000-11f0-0a80-000000000001' as StoreId
    const noteId = randomUUID() as NoteId
    const written: Partial<Receipt>[] = [
      {},
      { author: { kind: 'register', storeId, cashierId: 'anna@shop' }, door: 'register' },
      { author: { kind: 'system', job: 'expiry' }, reason: { code: 'owner_asked', noteId } },
      { author: { kind: 'buyer' } },
    ]
    const ids: string[] = []
    for (const rest of written) {
      const receipt = { ...till.receipt([redeem(unknownCard(), 1)]), place: null, ...rest }
      const arrival = ownArrival(accountId, receipt)
      const means = { programmes: shop.deps.programmes, nowMs: shop.time.nowMs }
      await engine.db().write((tx) => applyReceipt(tx, arrival, noSaleFacts, means))
      ids.push(receipt.id)
    }
    const rows = await engine.db().read((query) =>
      query.all(
        `select id, door, author_kind as kind, author_id as author, employee_id as employee,
            reason_code as reason, reason_note_id as note from receipt where account_id = $1`,
        [accountId],
      ),
    )
    const { employeeId } = till
    expect(ids.map((id) => ({ ...rows.find((row) => row['id'] === id) }))).toMatchObject([
      { door: 'checkout', kind: 'employee', author: employeeId, employee: employeeId, reason: null },
      { door: 'register', kind: 'register', author: 'anna@shop', employee: null },
      { kind: 'system', author: 'expiry', employee: null, reason: 'owner_asked', note: noteId },
      { kind: 'buyer', author: null, employee: null },
    ])
  })

  test('[L3] the database itself refuses a card below zero', async () => {
    const { manager } = await world(engine.db()).shop()
    const card = await addCard(manager, { paid: 500 })
    await expect(
      engine.db().write((tx) => tx.run('update card set paid = paid - 501 where id = $1', [card.id])),
    ).rejects.toThrow(/check/i)
  })

  test('[L9] a known number cannot be issued a second time', async () => {
    const { manager } = await world(engine.db()).shop()
    const card = await addCard(manager)
    const again = { id: unknownCard(), number: card.number, opening: null, blocked: false }
    const answer = await manager.answer('addCards', { receiptId: randomUUID() as ReceiptId, cards: [again] })
    expect(answer.outcome).toMatchObject({
      status: 'refused',
      refusal: { code: 'card_sold', cardId: again.id },
    })
    const twice = [1, 2].map(() => ({
      id: unknownCard(),
      number: '4999000000000001',
      opening: null,
      blocked: false,
    }))
    const both = await manager.answer('addCards', { receiptId: randomUUID() as ReceiptId, cards: twice })
    expect(both.outcome).toMatchObject({
      status: 'refused',
      refusal: { code: 'card_sold', cardId: twice[1]!.id },
    })
  })

  test('[O6] a promise that its card cannot cover is booked: card to zero, the rest a loss, a case, the card blocked', async () => {
    const shop = world(engine.db())
    const { manager, till, accountId } = await shop.shop()
    const card = await addCard(manager, { paid: 100 })
    const holdId = await till.hold(card.id, 100)
    await till.send(till.receipt([redeem(card.id, 60)]))
    const promise = till.receipt([redeem(card.id, 100, { holdId })], { mode: 'promise' })
    expect(await till.send(promise)).toMatchObject({
      status: 'applied',
      effects: [{ changeKopecks: -40, balanceKopecks: 0, lossKopecks: 60 }],
    })
    expect(await balanceOf(till, card.number)).toMatchObject({ state: 'blocked', balanceKopecks: 0 })
    const cases = await engine
      .db()
      .read((query) =>
        query.all('select kind as code, receipt_id from cases where account_id = $1', [accountId]),
      )
    expect(cases.map((row) => ({ ...row }))).toEqual([{ code: 'shortfall', receipt_id: promise.id }])
    // [C7] A return repays the loss before the card gets anything.
    expect(await till.send(till.receipt([refund(card.id, 70, promise.id)]))).toMatchObject({
      effects: [{ changeKopecks: 10, balanceKopecks: 10 }],
    })
    expect(await till.send(till.receipt([refund(card.id, 31, promise.id)]))).toMatchObject({
      refusal: { code: 'refund_above_paid', possibleKopecks: 30 },
    })
  })

  test('[J1] a promise is never refused: what cannot be applied waits for a human', async () => {
    const { manager, till } = await world(engine.db()).shop()
    const [card, sold] = [await addCard(manager, { paid: 100 }), await addCard(manager, { paid: 100 })]
    const promise = (operations: Parameters<TestTill['receipt']>[0]) =>
      till.send(till.receipt(operations, { mode: 'promise' }))
    const held = { holdId: await till.hold(card.id, 10) }
    const bought = await addCard(manager)
    const reserved = { holdId: await till.hold(bought.id, null) }
    await till.send(till.receipt([load(bought.id, certificateId, faceKopecks)]))
    expect(verdictOf(await promise([redeem(card.id, 10)]))).toBe('in_review promise_without_hold')
    const typed = redeem(card.id, 10, { ...held, entered: 'typed' })
    expect(verdictOf(await promise([typed]))).toBe('in_review promise_without_hold')
    expect(verdictOf(await promise([redeem(unknownCard(), 10, held)]))).toBe('in_review card_unknown')
    expect(verdictOf(await promise([load(sold.id, certificateId, faceKopecks, held)]))).toBe(
      'in_review promise_without_hold',
    )
    const sale = load(bought.id, certificateId, faceKopecks, reserved)
    expect(verdictOf(await promise([sale]))).toBe('in_review card_sold_twice')
    expect(verdictOf(await promise([undo(randomUUID() as ReceiptId)]))).toBe('in_review promise_refused')
    expect(verdictOf(await promise([refund(card.id, 1, randomUUID() as ReceiptId)]))).toBe(
      'in_review promise_refused',
    )
    expect(verdictOf(await promise([{ kind: 'block', cardId: card.id }]))).toBe('in_review promise_refused')
  })

  test('[A3] operations of managers in a till’s receipt are refused', async () => {
    const { manager } = await world(engine.db()).shop()
    const card = await addCard(manager, { paid: 100 })
    const receipt = manager.receipt([{ kind: 'unblock', cardId: card.id }])
    expect(verdictOf(await manager.send(receipt))).toBe('refused not_allowed')
  })

  test('[J6] an author whom no database can store makes a record that nobody can read, and no error', async () => {
    const { till, manager } = await world(engine.db()).shop()
    const card = await addCard(manager, { paid: 100 })
    const storeId = 'aa000000-0000-11f0-0a80-000000000001' as StoreId
    const by = (cashierId: string) =>
      till.receipt([redeem(card.id, 1)], {
        author: { kind: 'register', storeId, cashierId },
        door: 'register',
      })
    expect(verdictOf(await till.send(by('anna\0')))).toBe('in_review receipt_malformed')
    expect(verdictOf(await till.send(by('anna')))).toBe('refused not_allowed')
  })

  test('before there are rules every ask is refused and every promise in review', async () => {
    const shop = world(engine.db())
    const till = await shop.till(randomUUID() as never)
    expect(verdictOf(await till.send(till.receipt([redeem(unknownCard(), 1)])))).toBe(
      'refused programme_missing',
    )
    const promise = till.receipt([redeem(unknownCard(), 1)], { mode: 'promise' })
    expect(verdictOf(await till.send(promise))).toBe('in_review promise_refused')
  })

  test('[J7] the head is the highest number stored; one that comes late does not lower it', async () => {
    const shop = world(engine.db())
    const { manager, till } = await shop.shop()
    const card = await addCard(manager, { paid: 100 })
    const receipts = [1, 2, 3].map(() => till.receipt([redeem(card.id, 10)]))
    expect((await till.sync(receipts[2]!)).head.headSeq).toBe(3)
    expect((await till.sync(receipts[0]!)).head.headSeq).toBe(3)
    expect((await till.sync(receipts[1]!)).head.headSeq).toBe(3)
    expect(await balanceOf(till, card.number)).toMatchObject({ balanceKopecks: 70 })
  })

  test('[J3] a new journal starts with an empty head, and records of the old one still drain', async () => {
    const shop = world(engine.db())
    const { manager, till } = await shop.shop()
    const card = await addCard(manager, { paid: 100 })
    const late = till.receipt([redeem(card.id, 10)])
    await till.send(till.receipt([redeem(card.id, 10)]))
    const oldDevice = till.device
    till.goOn()
    expect((await till.register()).head.headSeq).toBe(0)
    const fresh = till.receipt([redeem(card.id, 10)])
    expect((await till.sync(fresh)).head.headSeq).toBe(1)
    const newDevice = till.device
    Object.assign(till, { device: oldDevice })
    const drained = await till.sync(late)
    expect(verdictOf(drained.outcomes[0]!.outcome)).toBe('applied')
    expect(drained.head.headSeq).toBe(2)
    Object.assign(till, { device: newDevice })
    expect((await till.ping()).headSeq).toBe(1)
  })
})
