import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Draft, SaleDocument } from '../../core/draft/draft.ts'
import type { DraftId, ReceiptId } from '../../core/ids.ts'
import { kopecks } from '../../core/money.ts'
import { onBothEngines } from '../../../test/server/engines.ts'
import { goodsSale } from '../../../test/server/fake-moysklad.ts'
import { newHoldId, redeem, saleOf, type TestTill } from '../../../test/server/test-till.ts'
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
      createdAtMs: shop.time.nowMs,
      updatedAtMs: shop.time.nowMs,
      documentMoment: '2026-10-02 12:00',
      sale: goodsSale(500),
      loads: [],
      redeems: [],
      links: [],
      ...rest,
    })
    /** A sale saved a minute after `draft`. */
    const saved = (draft: Draft, rest: Partial<SaleDocument> = {}) =>
      shop.moysklad.sell(draft.sale, {
        createdAtMs: draft.updatedAtMs + 60_000,
        employeeId: draft.employeeId,
        moment: '2026-10-02 12:00',
        ...rest,
      })
    const match = (till: TestTill, documentId: SaleDocument['id'] | null, ...drafts: Draft[]) =>
      till.answer('match', { documentId, drafts })
    return { shop, ...opened, card, draftOf, saved, match }
  }

  test('[M3] the sale that a draft was prepared for is found, with or without its id', async () => {
    const { till, draftOf, saved, match } = await scene()
    const draft = draftOf(till)
    const document = saved(draft)
    const found = [{ draft, verdict: 'same', documentId: document.id }]
    expect(await match(till, document.id, draft)).toEqual({ document, matches: found })
    expect(await match(till, null, draft)).toEqual({ document: null, matches: found })
  })

  test('a draft kept by the server outlives the till’s storage; the newer copy counts', async () => {
    const { till, draftOf, saved, match } = await scene()
    const draft = draftOf(till)
    const newer = { ...draft, updatedAtMs: draft.updatedAtMs + 1_000, sale: goodsSale(700) }
    expect(await till.answer('saveDraft', newer, draft.id)).toEqual({ stored: true })
    expect(await till.answer('saveDraft', draft, draft.id)).toEqual({ stored: false })
    const document = saved(newer)
    expect((await match(till, document.id)).matches).toEqual([
      { draft: newer, verdict: 'same', documentId: document.id },
    ])
    expect((await match(till, document.id, draft)).matches).toMatchObject([{ draft: newer, verdict: 'same' }])
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
    expect((await till.answer('match', { documentId: null, drafts: [] })).matches).toEqual([])
  })

  test('another till can neither take nor drop a draft', async () => {
    const { shop, accountId, till, draftOf, match } = await scene()
    const draft = draftOf(till)
    await till.answer('saveDraft', draft, draft.id)
    const other = await shop.till(accountId)
    expect(await other.denial('saveDraft', draft, draft.id)).toBe('409 id_taken')
    await other.answer('dropDraft', null, draft.id)
    expect((await match(till, null)).matches).toHaveLength(1)
    expect(await till.denial('saveDraft', draft, randomUUID())).toBe('400 body_invalid')
  })

  test('a sale that cards have served already is matched with nothing, until that is undone', async () => {
    const { till, card, draftOf, saved, match } = await scene()
    const draft = draftOf(till)
    const document = saved(draft)
    const receipt = till.receipt([redeem(card.id, 100)], { sale: saleOf(document.id, 500) })
    await till.send(receipt)
    expect((await match(till, document.id, draft)).matches).toEqual([
      { draft, verdict: 'other', documentId: null },
    ])
    expect((await match(till, null, draft)).matches).toEqual([{ draft, verdict: 'other', documentId: null }])
    await till.send(till.receipt([{ kind: 'void', receiptId: receipt.id, because: 'unanswered' }]))
    expect((await match(till, document.id, draft)).matches).toMatchObject([{ verdict: 'same' }])
  })

  test('a draft whose receipt is stored looks for no sale', async () => {
    const { till, card, draftOf, saved, match } = await scene()
    const draft = draftOf(till)
    await till.answer('saveDraft', draft, draft.id)
    const document = saved(draft)
    const receipt = till.receipt([redeem(card.id, 9_999)], { id: draft.receiptId })
    expect(verdictOf(await till.send(receipt))).toBe('refused insufficient_funds')
    expect((await match(till, document.id)).matches).toEqual([])
    expect((await match(till, document.id, draft)).matches).toEqual([
      { draft, verdict: 'other', documentId: null },
    ])
  })

  test('[M3] two sales for one draft are a doubt; two drafts for one sale are left to the till, which knows its tabs', async () => {
    const { till, draftOf, saved, match } = await scene()
    const [first, second] = [draftOf(till), draftOf(till)]
    const document = saved(first)
    expect((await match(till, document.id, first, second)).matches.map((one) => one.verdict)).toEqual([
      'same',
      'same',
    ])
    saved(first)
    expect((await match(till, null, first)).matches.map((one) => one.verdict)).toEqual(['doubtful'])
  })

  test('MoySklad’s silence is told, not guessed', async () => {
    const { shop, till, draftOf, match } = await scene()
    const draft = draftOf(till)
    expect((await match(till, randomUUID() as never, draft)).document).toBeNull()
    shop.moysklad.away = true
    expect(await till.denial('match', { documentId: null, drafts: [draft] })).toBe('424 moysklad_unreachable')
  })
})
