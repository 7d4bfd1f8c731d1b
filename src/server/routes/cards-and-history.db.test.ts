import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { AccountId, CardId } from '../../core/ids.ts'
import { kopecks } from '../../core/money.ts'
import { unknownMax } from '../http/attempts.ts'
import { onBothEngines } from '../../../test/server/engines.ts'
import { goodsSale } from '../../../test/server/fake-moysklad.ts'
import { redeem, saleOf } from '../../../test/server/test-till.ts'
import {
  addCard,
  newNumber,
  newReceiptId,
  programmeOf,
  verdictOf,
  world,
} from '../../../test/server/world.ts'

onBothEngines('cards and history', (engine) => {
  test('adding the same cards twice gives the same answer; other cards under the same id are a conflict', async () => {
    const shop = world(engine.db())
    const { manager } = await shop.shop()
    const request = {
      receiptId: newReceiptId(),
      cards: [{ id: randomUUID() as CardId, number: newNumber(), opening: null, blocked: true }],
    }
    const twoAtOnce = await Promise.all([1, 2].map(() => manager.answer('addCards', request)))
    expect(twoAtOnce[0]).toEqual(twoAtOnce[1])
    // A card that was never sold has nothing to block.
    expect(verdictOf(twoAtOnce[0]!.outcome)).toBe('refused not_allowed')
    const live = {
      receiptId: newReceiptId(),
      cards: [
        {
          id: randomUUID() as CardId,
          number: newNumber(),
          opening: { paidKopecks: kopecks(500), grantedKopecks: kopecks(0), expiresOn: null },
          blocked: true,
        },
      ],
    }
    const first = await manager.answer('addCards', live)
    expect(first.outcome).toMatchObject({ status: 'applied', effects: [{ changeKopecks: 500 }] })
    shop.time.nowMs += 60_000
    await manager.answer('saveProgramme', programmeOf({ id: randomUUID() as never }))
    expect(await manager.answer('addCards', live)).toEqual(first)
    const other = { ...live, cards: [{ ...live.cards[0]!, number: newNumber() }] }
    expect(verdictOf((await manager.answer('addCards', other)).outcome)).toBe('in_review receipt_conflict')
  })

  test('without rules there is nothing to look up nor to add', async () => {
    const shop = world(engine.db())
    const manager = await shop.till(randomUUID() as AccountId, 'manager')
    const card = { id: randomUUID() as CardId, number: newNumber(), opening: null, blocked: false }
    expect(await manager.denial('addCards', { receiptId: newReceiptId(), cards: [card] })).toBe(
      '409 programme_missing',
    )
    const guess = { number: card.number, entered: 'scanned' as const, hold: null }
    expect(await manager.denial('lookup', guess)).toBe('409 programme_missing')
  })

  test('a sale shows its document and what cards did for it; the till sees its last receipts, newest first', async () => {
    const shop = world(engine.db())
    const { manager, till } = await shop.shop()
    const card = await addCard(manager, { paid: 1_000 })
    const document = shop.moysklad.sell(goodsSale(500))
    const first = till.receipt([redeem(card.id, 100)], { sale: saleOf(document.id, 500) })
    const second = till.receipt([redeem(card.id, 50)])
    const undo = till.receipt([{ kind: 'void', receiptId: first.id, because: 'unanswered' }])
    for (const receipt of [first, second, undo]) {
      await till.send(receipt)
      shop.time.nowMs += 1_000
    }
    const sale = await till.answer('sale', null, document.id)
    expect(sale).toMatchObject({
      document: { id: document.id },
      receipts: [
        {
          happenedAtMs: first.happenedAtMs,
          stands: false,
          undone: true,
          operations: [{ kind: 'redeem', last4: card.number.slice(-4), amountKopecks: 100, cardId: card.id }],
          own: { id: first.id, documentId: document.id, outcome: { status: 'applied' } },
        },
      ],
    })
    const { receipts } = await till.answer('operations', null)
    expect(receipts.map(({ own }) => own?.id)).toEqual([undo.id, second.id, first.id])
    expect(receipts[0]!.operations).toMatchObject([
      { kind: 'void', receiptId: first.id, because: 'unanswered' },
    ])
    const nothing = await till.answer('sale', null, randomUUID())
    expect(nothing).toEqual({ read: true, document: null, receipts: [] })
    // What cards did is ours to tell: nobody charges the sale a second time because MoySklad is silent (M12).
    shop.moysklad.away = true
    const told = await till.answer('sale', null, document.id)
    expect(told).toMatchObject({ read: false, document: null })
    expect(told.receipts.length).toBeGreaterThan(0)
  })

  test('[T1] [T7] what other tills did for a sale is told without an id, a seal or a session', async () => {
    const shop = world(engine.db())
    const { accountId, manager, till } = await shop.shop()
    const card = await addCard(manager, { paid: 1_000 })
    const document = shop.moysklad.sell(goodsSale(500))
    const other = await shop.till(accountId)
    const blank = other.receipt([redeem(card.id, 100)], { sale: saleOf(document.id, 500) })
    const number = other.seal(card.number, blank.id)
    const paid = { ...blank, operations: [redeem(card.id, 100, { number })] }
    expect(verdictOf(await other.send(paid))).toBe('applied')
    const { receipts } = await till.answer('sale', null, document.id)
    expect(receipts).toEqual([
      {
        till: expect.any(Number) as unknown,
        employee: 'Иванова А.',
        saleName: document.name,
        happenedAtMs: paid.happenedAtMs,
        stands: true,
        undone: false,
        operations: [
          {
            kind: 'redeem',
            last4: card.number.slice(-4),
            productId: null,
            amountKopecks: 100,
            returnedKopecks: 0,
            paidKopecks: null,
            cardId: null,
            receiptId: null,
            because: null,
          },
        ],
        own: null,
      },
    ])
    const told = JSON.stringify(receipts)
    for (const secret of [paid.id, other.id, card.id, other.employeeId, other.session, number])
      expect(told).not.toContain(secret)
  })
  test('an operation is told with its sale and its cashier, also where a link found the sale later', async () => {
    const shop = world(engine.db())
    const { manager, till } = await shop.shop()
    const card = await addCard(manager, { paid: 1_000 })
    const [first, second] = [
      shop.moysklad.sell(goodsSale(500)),
      shop.moysklad.sell(goodsSale(200), { name: '00002' }),
    ]
    const paid = till.receipt([redeem(card.id, 100)], { sale: saleOf(first.id, 500) })
    const loose = till.receipt([redeem(card.id, 50)])
    const link = till.receipt([{ kind: 'link', receiptId: loose.id }], { sale: saleOf(second.id, 200) })
    for (const receipt of [paid, loose]) {
      await till.send(receipt)
      shop.time.nowMs += 1_000
    }
    const saleNames = async () =>
      (await till.answer('operations', null)).receipts.map((one) => [one.own?.id, one.saleName])
    expect(await saleNames()).toEqual([
      [loose.id, null],
      [paid.id, first.name],
    ])
    expect(verdictOf(await till.send(link))).toBe('applied')
    expect(await saleNames()).toEqual([
      [link.id, second.name],
      [loose.id, second.name],
      [paid.id, first.name],
    ])
    const { receipts } = await till.answer('operations', null)
    expect(receipts.map(({ employee }) => employee)).toEqual(Array(3).fill('Иванова А.'))
  })

  test('a card tells its last moves to whoever has its number, newest first', async () => {
    const shop = world(engine.db())
    const { accountId, manager, till } = await shop.shop()
    const card = await addCard(manager, { paid: 1_000 })
    const document = shop.moysklad.sell(goodsSale(500))
    const paid = till.receipt([redeem(card.id, 100)], { sale: saleOf(document.id, 500) })
    await till.send(paid)
    shop.time.nowMs += 1_000
    const loose = till.receipt([redeem(card.id, 250)])
    await till.send(loose)
    shop.time.nowMs += 1_000
    await till.send(till.receipt([{ kind: 'void', receiptId: loose.id, because: 'unanswered' }]))
    // Its sale is found later (M11).
    const late = till.receipt([redeem(card.id, 40)])
    await till.send(late)
    const found = shop.moysklad.sell(goodsSale(40), { name: '00002' })
    await till.send(till.receipt([{ kind: 'link', receiptId: late.id }], { sale: saleOf(found.id, 40) }))
    const other = await shop.till(accountId)
    const { moves } = await other.answer('cardHistory', { number: card.number })
    expect(
      moves.map((one) => [one.kind, one.changeKopecks, one.balanceKopecks, one.till, one.saleName]),
    ).toEqual([
      ['redeem', -40, 860, expect.any(Number), found.name],
      ['void', 250, 900, expect.any(Number), null],
      ['redeem', -250, 650, expect.any(Number), null],
      ['redeem', -100, 900, expect.any(Number), document.name],
      ['open', 1_000, 1_000, null, null],
      ['issue', 0, 0, null, null],
    ])
    for (const secret of [paid.id, card.id, till.id, till.employeeId])
      expect(JSON.stringify(moves)).not.toContain(secret)
  })

  test('a long history is cut, and what its oldest told move changed is right all the same', async () => {
    const shop = world(engine.db())
    const { manager, till } = await shop.shop()
    const card = await addCard(manager, { paid: 10_000 })
    for (let n = 0; n < 24; n++) await till.send(till.receipt([redeem(card.id, 10 + n)]))
    const { moves } = await till.answer('cardHistory', { number: card.number })
    expect(moves.map((one) => one.changeKopecks)).toEqual(Array.from({ length: 20 }, (_, n) => -(33 - n)))
  })

  test('[A5] wrong numbers count together, whether a balance or a history was asked for', async () => {
    const shop = world(engine.db())
    const { manager, till } = await shop.shop()
    const card = await addCard(manager, { paid: 100 })
    for (let n = 0; n < unknownMax; n++) {
      if (n % 2) await till.answer('lookup', { number: newNumber(), entered: 'scanned', hold: null })
      else expect(await till.answer('cardHistory', { number: newNumber() })).toEqual({ moves: [] })
    }
    expect(await till.denial('cardHistory', { number: card.number })).toBe('429 too_many_attempts')
    expect(await till.denial('lookup', { number: card.number, entered: 'scanned', hold: null })).toBe(
      '429 too_many_attempts',
    )
  })
})
