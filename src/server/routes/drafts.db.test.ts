import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Draft, SaleDocument } from '../../core/draft/draft.ts'
import type { DraftId, ReceiptId } from '../../core/ids.ts'
import { kopecks } from '../../core/money.ts'
import { onBothEngines } from '../../../test/server/engines.ts'
import { goodsSale } from '../../../test/server/fake-moysklad.ts'
import { newHoldId, redeem, saleOf, type TestTill, undo } from '../../../test/server/test-till.ts'
import { addCard, verdictOf, world } from '../../../test/server/world.ts'

onBothEngines('drafts', (engine) => {
  async function scene() {
    const shop = world(engine.db())
    const opened = await shop.shop()
    const card = await addCard(opened.manager, { paid: 1_000 })
    const draftOf = (till: TestTill, rest: Partial<Draft> = {}): Draft => ({
      id: randomUUID() as DraftId,
      receiptId: randomUUID() as ReceiptId,
      employeeId: till.employeeId,
      documentId: null,
      createdAtMs: shop.time.nowMs,
      updatedAtMs: shop.time.nowMs,
      heardMs: shop.time.nowMs,
      documentMoment: '2026-10-02 12:00',
      sale: goodsSale(500),
      loads: [],
      redeems: [],
      links: [],
      ...rest,
    })
    /** A sale that was saved a moment later. */
    const saved = (draft: Draft, rest: Partial<SaleDocument> = {}) => {
      shop.time.nowMs += 1
      return shop.moysklad.sell(draft.sale, {
        createdAtMs: shop.time.nowMs,
        employeeId: draft.employeeId,
        moment: '2026-10-02 12:00',
        ...rest,
      })
    }
    /** Of each draft, what the sales that may be its own are to it. */
    const match = async (till: TestTill, documentId: SaleDocument['id'] | null, ...drafts: Draft[]) => {
      const { matches } = await till.answer('match', { documentId, drafts })
      return matches.map(({ candidates }) => candidates.map(({ sale, verdict }) => `${verdict} ${sale.id}`))
    }
    return { shop, ...opened, card, draftOf, saved, match }
  }

  test('[M3] the sale that a draft was prepared for is found, with or without its id, and named', async () => {
    const { till, draftOf, saved } = await scene()
    const draft = draftOf(till)
    const document = saved(draft, { name: '00042' })
    const sale = { id: document.id, name: '00042', moment: '2026-10-02 12:00', sumKopecks: 500, posted: true }
    const matches = [{ draftId: draft.id, candidates: [{ sale, verdict: 'same' }], complete: true }]
    expect(await till.answer('match', { documentId: document.id, drafts: [draft] })).toEqual({
      opened: { read: true, document, receipts: [] },
      matches,
    })
    expect(await till.answer('match', { documentId: null, drafts: [draft] })).toEqual({
      opened: null,
      matches,
    })
  })

  test.each([-90, -60, -3, 0, 3, 60, 90])(
    '[M3] MoySklad’s clock %i minutes off: an equal sale that was read before is never the draft’s, one saved after is',
    async (minutes) => {
      const { shop, till, draftOf, saved, match } = await scene()
      const offMs = minutes * 60_000
      const before = saved(draftOf(till), { createdAtMs: shop.time.nowMs + offMs })
      await match(till, before.id)
      // The till hears of a later moment, and begins the draft.
      shop.time.nowMs += 1_500
      const draft = draftOf(till)
      shop.time.nowMs += 1_500
      const own = saved(draft, { createdAtMs: shop.time.nowMs + offMs })
      expect(await match(till, before.id, draft)).toEqual([[]])
      expect(await match(till, null, draft)).toEqual([[`same ${own.id}`]])
      expect(await match(till, own.id, draft)).toEqual([[`same ${own.id}`]])
    },
  )

  test('[M3] [F16] a till whose clock is a day ahead finds its sale all the same', async () => {
    const { shop, till, draftOf, saved, match } = await scene()
    const draft = { ...draftOf(till), createdAtMs: shop.time.nowMs + 86_400_000 }
    const own = saved(draft, { createdAtMs: shop.time.nowMs })
    expect(await match(till, null, draft)).toEqual([[`same ${own.id}`]])
  })

  test('[M3] every look at a sale counts, from whichever till of the account; another account’s does not', async () => {
    const { shop, accountId, till, draftOf, saved, match } = await scene()
    const other = await shop.till(accountId)
    const stranger = (await shop.shop()).till
    const [opened, read, foreign] = [saved(draftOf(till)), saved(draftOf(till)), saved(draftOf(till))]
    await match(other, opened.id)
    await other.answer('sale', null, read.id)
    await stranger.answer('sale', null, foreign.id)
    shop.time.nowMs += 1
    const draft = draftOf(till)
    for (const { id } of [opened, read]) expect(await match(till, id, draft)).toEqual([[]])
    expect(await match(till, foreign.id, draft)).toEqual([[`same ${foreign.id}`]])
  })

  test('[M3] the first look counts, not the last one', async () => {
    const { shop, till, draftOf, saved, match } = await scene()
    const document = saved(draftOf(till))
    await match(till, document.id)
    const draft = draftOf(till)
    shop.time.nowMs += 60_000
    await match(till, document.id)
    expect(await match(till, document.id, draft)).toEqual([[]])
  })

  test('[M3] a sale that nobody has read, made before one that was, is asked about', async () => {
    const { shop, till, draftOf, saved, match } = await scene()
    const old = saved(draftOf(till), { createdAtMs: 1_000 })
    const read = saved(draftOf(till), { createdAtMs: 2_000 })
    await match(till, read.id)
    const draft = draftOf(till)
    shop.time.nowMs += 1
    expect(await match(till, old.id, draft)).toEqual([[`doubtful ${old.id}`]])
  })

  test('[M3] a draft that was begun in a saved sale is matched with it alone', async () => {
    const { till, draftOf, saved, match } = await scene()
    const [own, equal] = [saved(draftOf(till)), saved(draftOf(till))]
    await match(till, own.id)
    const draft = draftOf(till, { documentId: own.id })
    expect(await match(till, equal.id, draft)).toEqual([[]])
    expect(await match(till, own.id, draft)).toEqual([[`same ${own.id}`]])
    expect(await match(till, null, draft)).toEqual([[`same ${own.id}`]])
  })

  test('[M3] [M5] a sale that is not posted is told as such', async () => {
    const { shop, till, draftOf, saved } = await scene()
    const draft = draftOf(till)
    shop.time.nowMs += 1
    const document = saved(draft, { applicable: false })
    const posted = async () => {
      const { matches } = await till.answer('match', { documentId: document.id, drafts: [draft] })
      return matches[0]!.candidates.map(({ sale, verdict }) => [verdict, sale.posted])
    }
    expect(await posted()).toEqual([['same', false]])
    shop.moysklad.sales.set(document.id, { ...document, applicable: true })
    expect(await posted()).toEqual([['same', true]])
  })

  test('of two copies of a draft the server keeps the newer one', async () => {
    const { till, draftOf } = await scene()
    const draft = draftOf(till)
    const newer = { ...draft, updatedAtMs: draft.updatedAtMs + 1_000, sale: goodsSale(700) }
    expect(await till.answer('saveDraft', newer, draft.id)).toEqual({ stored: true })
    expect(await till.answer('saveDraft', draft, draft.id)).toEqual({ stored: false })
  })

  test('a dropped draft lets its holds go and does not come back', async () => {
    const { till, card, draftOf } = await scene()
    const draft = draftOf(till)
    await till.answer('saveDraft', draft, draft.id)
    const hold = { id: newHoldId(), draftId: draft.id, redeemKopecks: kopecks(600), load: false }
    await till.answer('lookup', { number: card.number, entered: 'scanned', hold })
    expect(await till.answer('dropDraft', null, draft.id)).toEqual({ stored: false })
    expect(
      await till.answer('saveDraft', { ...draft, updatedAtMs: draft.updatedAtMs + 1 }, draft.id),
    ).toEqual({ stored: false })
    expect(await till.answer('release', null, hold.id)).toEqual({ released: false })
  })

  test('another till can neither take nor drop a draft', async () => {
    const { shop, accountId, till, draftOf } = await scene()
    const draft = draftOf(till)
    await till.answer('saveDraft', draft, draft.id)
    const other = await shop.till(accountId)
    expect(await other.denial('saveDraft', draft, draft.id)).toBe('409 id_taken')
    await other.answer('dropDraft', null, draft.id)
    const newer = { ...draft, updatedAtMs: draft.updatedAtMs + 1 }
    expect(await till.answer('saveDraft', newer, draft.id)).toEqual({ stored: true })
    expect(await till.denial('saveDraft', draft, randomUUID())).toBe('400 body_invalid')
  })

  test('a sale that cards have served already is matched with nothing, until that is undone', async () => {
    const { till, card, draftOf, saved, match } = await scene()
    const draft = draftOf(till)
    const document = saved(draft)
    const receipt = till.receipt([redeem(card.id, 100)], { sale: saleOf(document.id, 500) })
    await till.send(receipt)
    expect(await match(till, document.id, draft)).toEqual([[]])
    expect(await match(till, null, draft)).toEqual([[]])
    // As a till writes it: the undoing names the sale too.
    await till.send(till.receipt([undo(receipt.id)], { sale: saleOf(document.id, 500) }))
    expect(await match(till, document.id, draft)).toEqual([[`same ${document.id}`]])
  })

  test('a draft whose receipt is stored looks for no sale', async () => {
    const { till, card, draftOf, saved, match } = await scene()
    const draft = draftOf(till)
    await till.answer('saveDraft', draft, draft.id)
    const document = saved(draft)
    const receipt = till.receipt([redeem(card.id, 9_999)], { id: draft.receiptId })
    expect(verdictOf(await till.send(receipt))).toBe('refused insufficient_funds')
    expect(await match(till, document.id, draft)).toEqual([[]])
  })

  test('[M3] two sales for one draft, and two drafts for one sale, are told as they are: the till knows its tabs', async () => {
    const { till, draftOf, saved, match } = await scene()
    const [first, second] = [draftOf(till), draftOf(till)]
    const document = saved(first)
    const same = `same ${document.id}`
    expect(await match(till, document.id, first, second)).toEqual([[same], [same]])
  })

  test('MoySklad’s silence is told, not guessed', async () => {
    const { shop, till, draftOf } = await scene()
    const draft = draftOf(till)
    const gone = { documentId: randomUUID() as never, drafts: [draft] }
    expect((await till.answer('match', gone)).opened).toMatchObject({ read: true, document: null })
    shop.moysklad.away = true
    expect(await till.denial('match', { documentId: null, drafts: [draft] })).toBe('424 moysklad_unreachable')
  })
})
