import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { CardId } from '../../core/ids.ts'
import { kopecks } from '../../core/money.ts'
import { holdKeepMs, holdUseMs } from '../../core/card/hold.ts'
import type { LookupAnswer } from '../../core/wire/cards.ts'
import { onBothEngines } from '../../../test/server/engines.ts'
import { goodsSale } from '../../../test/server/fake-moysklad.ts'
import { newDraftId, newHoldId, redeem, saleOf, type TestTill, undo } from '../../../test/server/test-till.ts'
import { addCard, type NewCard, verdictOf, world } from '../../../test/server/world.ts'

onBothEngines('holds', (engine) => {
  interface Wish {
    id?: ReturnType<typeof newHoldId>
    draftId?: ReturnType<typeof newDraftId>
    redeem?: number | null
    load?: boolean
  }
  const scan = (till: TestTill, card: NewCard, wish: Wish): Promise<LookupAnswer> =>
    till.answer('lookup', {
      number: card.number,
      entered: 'scanned',
      hold: {
        id: wish.id ?? newHoldId(),
        draftId: wish.draftId ?? newDraftId(),
        redeemKopecks: typeof wish.redeem === 'number' ? kopecks(wish.redeem) : null,
        load: wish.load ?? false,
      },
    })
  const put = (
    till: TestTill,
    id: string,
    body: { draftId: ReturnType<typeof newDraftId>; cardId: CardId; amount: number | null },
  ) =>
    till.answer(
      'hold',
      {
        draftId: body.draftId,
        cardId: body.cardId,
        purpose: body.amount === null ? 'load' : 'redeem',
        amountKopecks: body.amount === null ? null : kopecks(body.amount),
      },
      id,
    )
  async function scene(paid: number | null = 100, programme = {}) {
    const shop = world(engine.db())
    const opened = await shop.shop(programme)
    const other = await shop.till(opened.accountId)
    const card = await addCard(opened.manager, paid === null ? null : { paid })
    return { shop, ...opened, other, card }
  }

  test('[O2] a scan holds what it wishes, at most what there is; other tills see who holds it', async () => {
    const { till, other, card } = await scene()
    const id = newHoldId()
    expect((await scan(till, card, { id, redeem: 250 })).hold).toEqual({
      id,
      cardId: card.id,
      purpose: 'redeem',
      amountKopecks: 100,
      useForMs: holdUseMs,
    })
    expect(await scan(other, card, { redeem: 10 })).toMatchObject({
      card: { balanceKopecks: 100, availableKopecks: 0, heldBy: till.ordinal },
      hold: null,
      refusal: { code: 'card_held' },
    })
    expect((await scan(till, card, {})).card).toMatchObject({ availableKopecks: 100, heldBy: null })
  })

  test('[O2] what somebody holds who is no till is held all the same', async () => {
    const { till, accountId, manager, card } = await scene()
    const unsold = await addCard(manager)
    const id = newHoldId()
    const rows = [
      [id, card.id, 'redeem', 70],
      [newHoldId(), unsold.id, 'load', 0],
    ] as const
    await engine.db().write(async (tx) => {
      for (const row of rows) {
        await tx.run(
          `insert into hold (account_id, id, holder_kind, holder_id, card_id, purpose, amount, made_at_ms, keep_until_ms)
            values ($1, $2, 'register', 'a point', $3, $4, $5, 0, 9000000000000)`,
          [accountId, ...row],
        )
      }
    })
    expect(await scan(till, card, { redeem: 100 })).toMatchObject({
      card: { availableKopecks: 30, heldBy: null },
      hold: { amountKopecks: 30 },
    })
    expect((await scan(till, unsold, { load: true })).refusal).toMatchObject({ code: 'card_held' })
    const receipt = till.receipt([redeem(card.id, 31, { holdId: id })])
    expect(verdictOf(await till.send(receipt))).toBe('refused insufficient_funds')
    const promise = till.receipt([redeem(card.id, 30, { holdId: id })], { mode: 'promise' })
    expect(verdictOf(await till.send(promise))).toBe('in_review promise_without_hold')
    expect(await till.answer('release', null, id)).toEqual({ released: false })
  })

  test('[O2] two drafts of a till do not hold the same money, and the promise of another till stays covered', async () => {
    const { till, other, card } = await scene()
    const [holdId, draftId] = [newHoldId(), newDraftId()]
    await scan(other, card, { id: holdId, draftId, redeem: 30 })
    expect((await scan(till, card, { redeem: 50 })).hold).toMatchObject({ amountKopecks: 50 })
    expect((await scan(till, card, { redeem: 50 })).hold).toMatchObject({ amountKopecks: 20 })
    expect((await scan(till, card, { redeem: 50 })).refusal).toMatchObject({ code: 'card_held' })
    const promise = other.receipt([redeem(card.id, 30, { holdId })], {
      mode: 'promise',
      sale: saleOf(null, 30, draftId),
    })
    expect(verdictOf(await other.send(promise))).toBe('applied')
    expect((await scan(other, card, {})).card).toMatchObject({ balanceKopecks: 70, state: 'active' })
  })

  test('[O2] asking twice under one id holds once, and the same draft holds a card once', async () => {
    const { till, other, card } = await scene()
    const [id, draftId] = [newHoldId(), newDraftId()]
    const first = await scan(till, card, { id, draftId, redeem: 30 })
    expect(await scan(till, card, { id, draftId, redeem: 30 })).toEqual(first)
    await scan(till, card, { draftId, redeem: 50 })
    expect((await scan(other, card, {})).card?.availableKopecks).toBe(50)
    // The first one was replaced: a late repetition does not bring it back.
    expect((await scan(till, card, { id, draftId, redeem: 30 })).refusal).toMatchObject({ code: 'hold_over' })
    expect((await scan(other, card, {})).card?.availableKopecks).toBe(50)
  })

  test('an unsold card is reserved for one till, and cannot pay', async () => {
    const { till, other, card } = await scene(null)
    expect((await scan(till, card, { redeem: 10 })).refusal).toMatchObject({ code: 'card_unsold' })
    expect((await scan(till, card, { redeem: 10, load: true })).hold).toMatchObject({
      purpose: 'load',
      amountKopecks: 0,
    })
    expect(await scan(other, card, { load: true })).toMatchObject({
      card: { heldBy: till.ordinal },
      refusal: { code: 'card_held' },
    })
  })

  test('a sold card is no card for a certificate, unless it is reloadable', async () => {
    const { till, card } = await scene()
    expect((await scan(till, card, { load: true })).refusal).toMatchObject({ code: 'card_sold' })
    const again = await scene(0, { reloadable: true })
    expect((await scan(again.till, again.card, { redeem: 10, load: true })).hold).toMatchObject({
      purpose: 'load',
    })
    expect((await scan(again.till, again.card, { redeem: 10 })).refusal).toMatchObject({ code: 'card_empty' })
  })

  test('the sum of a hold can be changed up to what is there', async () => {
    const { till, other, card } = await scene()
    const [id, draftId] = [newHoldId(), newDraftId()]
    await scan(till, card, { id, draftId, redeem: 30 })
    await scan(other, card, { redeem: 40 })
    const change = (amount: number) => put(till, id, { draftId, cardId: card.id, amount })
    expect((await change(60)).hold).toMatchObject({ amountKopecks: 60 })
    expect((await change(61)).refusal).toMatchObject({ code: 'insufficient_funds', possibleKopecks: 60 })
    expect((await change(5)).hold).toMatchObject({ amountKopecks: 5 })
    expect((await scan(other, card, {})).card?.availableKopecks).toBe(95)
  })

  test('a hold id that belongs to something else is taken', async () => {
    const { till, other, card, manager } = await scene()
    const [id, draftId] = [newHoldId(), newDraftId()]
    await scan(till, card, { id, draftId, redeem: 30 })
    const body = { draftId, cardId: card.id, purpose: 'redeem' as const, amountKopecks: kopecks(1) }
    expect(await other.denial('hold', body, id)).toBe('409 id_taken')
    expect(await till.denial('hold', { ...body, draftId: newDraftId() }, id)).toBe('409 id_taken')
    const second = await addCard(manager, { paid: 5 })
    expect(await till.denial('hold', { ...body, cardId: second.id }, id)).toBe('409 id_taken')
    expect(await till.denial('hold', { ...body, purpose: 'load' }, id)).toBe('400 body_invalid')
    const stranger = await put(till, newHoldId(), { draftId, cardId: randomUUID() as CardId, amount: 1 })
    expect(stranger.refusal).toMatchObject({ code: 'card_unknown' })
  })

  test('a hold is let go by its own till alone, once', async () => {
    const { till, other, card } = await scene()
    const [id, draftId] = [newHoldId(), newDraftId()]
    await scan(till, card, { id, draftId, redeem: 30 })
    expect(await other.answer('release', null, id)).toEqual({ released: false })
    expect(await till.answer('release', null, id)).toEqual({ released: true })
    expect(await till.answer('release', null, id)).toEqual({ released: false })
    expect(await till.answer('release', null, newHoldId())).toEqual({ released: false })
    const late = await put(till, id, { draftId, cardId: card.id, amount: 1 })
    expect(late.refusal).toMatchObject({ code: 'hold_over' })
  })

  test('[O2] the server keeps the money for a silent till for 72 hours', async () => {
    const { shop, till, card, accountId } = await scene()
    await scan(till, card, { redeem: 100 })
    shop.time.nowMs += holdKeepMs - 1
    const early = await shop.till(accountId)
    expect((await scan(early, card, {})).card?.availableKopecks).toBe(0)
    shop.time.nowMs += 1
    expect((await scan(early, card, {})).card?.availableKopecks).toBe(100)
  })

  test('a receipt ends all holds of its draft, those of cards that were taken off it as well', async () => {
    const { till, other, card, manager } = await scene()
    const [id, draftId] = [newHoldId(), newDraftId()]
    const second = await addCard(manager, { paid: 100 })
    await scan(till, card, { id, draftId, redeem: 60 })
    await scan(till, second, { draftId, redeem: 60 })
    await till.send(till.receipt([redeem(card.id, 50)], { sale: saleOf(null, 50, draftId) }))
    expect((await scan(other, card, {})).card).toMatchObject({ balanceKopecks: 50, availableKopecks: 50 })
    expect((await scan(other, second, {})).card).toMatchObject({ availableKopecks: 100 })
  })

  test('[O2] the money of a promise that waits for a human stays held', async () => {
    const { till, other, card } = await scene()
    const [id, draftId] = [newHoldId(), newDraftId()]
    await scan(till, card, { id, draftId, redeem: 60 })
    const promise = till.receipt([redeem(card.id, 60)], { mode: 'promise', sale: saleOf(null, 60, draftId) })
    expect(verdictOf(await till.send(promise))).toBe('in_review promise_without_hold')
    expect(await till.answer('release', null, id)).toEqual({ released: false })
    await till.answer('dropDraft', null, draftId)
    expect((await scan(other, card, {})).card?.availableKopecks).toBe(40)
  })

  test('[O2] the money of a promise that waits for a human stays held when the till fails to undo it', async () => {
    const { shop, till, other, card } = await scene()
    const [id, draftId] = [newHoldId(), newDraftId()]
    await scan(till, card, { id, draftId, redeem: 60 })
    const sale = saleOf(shop.moysklad.sell(goodsSale(61)).id, 61, draftId)
    const promise = till.receipt([redeem(card.id, 61, { holdId: id })], { mode: 'promise', sale })
    expect(verdictOf(await till.send(promise))).toBe('in_review promise_without_hold')
    const cancel = till.receipt([undo(promise.id, 'cancelled')], { sale })
    expect(verdictOf(await till.send(cancel))).toBe('refused sale_exists')
    expect((await scan(other, card, {})).card?.availableKopecks).toBe(40)
    expect(verdictOf(await till.send(till.receipt([undo(promise.id)], { sale })))).toBe('applied')
    expect((await scan(other, card, {})).card?.availableKopecks).toBe(100)
  })
})
