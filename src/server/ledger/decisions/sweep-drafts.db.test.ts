import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { caseScene } from '../../../../test/server/case-scene.ts'
import { onBothEngines } from '../../../../test/server/engines.ts'
import { goodsSale } from '../../../../test/server/fake-moysklad.ts'
import { redeem, saleOf } from '../../../../test/server/test-till.ts'
import { addCard, verdictOf } from '../../../../test/server/world.ts'
import type { Draft, DraftRedeem } from '../../../core/draft/draft.ts'
import type { DraftId, ReceiptId } from '../../../core/ids.ts'
import { kopecks } from '../../../core/money.ts'
import { holdKeepMs } from '../../../core/card/hold.ts'
import { sweepDrafts, unmatchedAfterMs } from './sweep-drafts.ts'

onBothEngines('drafts whose sale never comes', (engine) => {
  /** A card of 1 000 of which a draft holds 300; its sale of 500 is confirmed and not seen again. */
  async function scene(rest: Partial<Draft> = {}, confirmed = true) {
    const shop = await caseScene(engine.db())
    const { manager, till, time, accountId } = shop
    const card = await addCard(manager, { paid: 1_000 })
    const id = randomUUID() as DraftId
    const holdId = await till.hold(card.id, 300, id)
    const paying = (): DraftRedeem => ({
      cardId: card.id,
      last4: card.number.slice(-4),
      number: null,
      holdId,
      useUntilMs: time.nowMs + 60_000,
      entered: 'scanned',
      amountKopecks: kopecks(300),
      heldKopecks: kopecks(300),
      availableKopecks: kopecks(1_000),
      expiresOn: null,
      confirmed,
    })
    const draft: Draft = {
      id,
      receiptId: randomUUID() as ReceiptId,
      employeeId: till.employeeId,
      documentId: null,
      createdAtMs: time.nowMs,
      updatedAtMs: time.nowMs,
      heardMs: time.nowMs,
      documentMoment: null,
      sale: goodsSale(500),
      loads: [],
      redeems: [paying()],
      links: [],
      ...rest,
    }
    await till.answer('saveDraft', draft, id)
    const sweep = () => sweepDrafts(engine.db(), time.nowMs)
    /** Of this shop: others of the same database have drafts of their own. */
    const later = async (ms = unmatchedAfterMs + 1) => {
      time.nowMs += ms
      await sweep()
    }
    const free = async () => {
      const other = await shop.hire()
      const look = { number: card.number, entered: 'scanned' as const, hold: null }
      return (await other.answer('lookup', look)).card?.availableKopecks
    }
    const commit = () =>
      till.receipt([redeem(card.id, 300, { holdId })], {
        id: draft.receiptId,
        mode: 'promise',
        sale: { ...saleOf(null, 500), draftId: id },
      })
    return { ...shop, accountId, card, draft, holdId, sweep, later, free, commit }
  }

  test('[M3] after an hour it is a case, and its money stays held for as long as nobody decides', async () => {
    const { manager, moysklad, accountId, till, later, open, caseOf, free, draft } = await scene()
    await later(unmatchedAfterMs)
    expect(await open()).toEqual([])
    await later(1)
    expect(await caseOf('draft_unmatched')).toMatchObject({
      tillId: till.id,
      employeeId: till.employeeId,
      amountKopecks: 300,
      happenedAtMs: draft.updatedAtMs,
      evidence: { draftId: draft.id, sumKopecks: 500, loadKopecks: 0 },
      choices: ['release', 'acknowledge'],
    })
    for (let n = 0; n < 4; n++) await later(holdKeepMs / 2)
    expect(await free()).toBe(700)
    await manager.reopen(moysklad.hire({ accountId, role: 'manager' }).key)
    expect(await open()).toEqual(['draft_unmatched'])
  })

  test('[M3] its receipt comes after all: the case closes by itself, and its till hears of it', async () => {
    const { till, later, open, commit, manager, card } = await scene()
    await later()
    expect(verdictOf(await till.send(commit()))).toBe('applied')
    await later(1)
    expect(await open()).toEqual([])
    expect((await till.ping()).decisions).toMatchObject([
      { kind: 'draft_unmatched', choice: 'closed', note: 'receipt_came' },
    ])
    const look = { number: card.number, entered: 'scanned' as const, hold: null }
    expect((await manager.answer('lookup', look)).card?.availableKopecks).toBe(700)
  })

  test('[O2] its receipt waits for a person: its money stays held until they have decided', async () => {
    const { manager, moysklad, accountId, till, later, decide, commit, free, card } = await scene()
    const typed = commit()
    const operations = [redeem(card.id, 300, { entered: 'typed' })]
    expect(verdictOf(await till.send({ ...typed, operations }))).toBe('in_review promise_without_hold')
    for (let n = 0; n < 4; n++) await later(holdKeepMs / 2)
    expect(await free()).toBe(700)
    await manager.reopen(moysklad.hire({ accountId, role: 'manager' }).key)
    await decide('promise_without_hold', 'dismiss')
    expect(await free()).toBe(1_000)
  })

  test('[M3] its till gives it up: the case closes by itself', async () => {
    const { till, later, open, free, draft } = await scene()
    await later()
    await till.answer('dropDraft', null, draft.id)
    await later(1)
    expect([await open(), await free()]).toEqual([[], 1_000])
    expect((await till.ping()).decisions).toMatchObject([{ choice: 'closed', note: 'draft_dropped' }])
  })

  test('[M3] a manager gives it up: its money is free, and a late copy brings nothing back', async () => {
    const { manager, till, later, open, free, decide, draft } = await scene()
    await later()
    expect((await manager.answer('risk', null)).maxLossKopecks).toBe(0)
    await decide('draft_unmatched', 'release')
    expect([await open(), await free()]).toEqual([[], 1_000])
    // The till may have promised it and not told (O1).
    expect((await manager.answer('risk', null)).maxLossKopecks).toBe(300)
    const late = { ...draft, updatedAtMs: draft.updatedAtMs + 1_000 }
    expect(await till.answer('saveDraft', late, draft.id)).toEqual({ stored: false })
    await later()
    expect(await open()).toEqual([])
  })

  test('[M3] its receipt came, and waits for a human itself: its money cannot be let go by the draft', async () => {
    const { till, later, denied, card, draft, free, holdId } = await scene()
    await later()
    const more = till.receipt([redeem(card.id, 400, { holdId })], {
      id: draft.receiptId,
      mode: 'promise',
      sale: { ...saleOf(null, 500), draftId: draft.id },
    })
    expect(verdictOf(await till.send(more))).toBe('in_review promise_without_hold')
    expect(await denied('draft_unmatched', 'release')).toBe('409 choice_unknown')
    await till.answer('dropDraft', null, draft.id)
    expect(await free()).toBe(700)
  })

  test('[M3] touched again it has its hour again', async () => {
    const { till, later, open, draft, time } = await scene()
    time.nowMs += unmatchedAfterMs
    await till.answer('saveDraft', { ...draft, updatedAtMs: time.nowMs }, draft.id)
    await later(unmatchedAfterMs)
    expect(await open()).toEqual([])
    await later(1)
    expect(await open()).toEqual(['draft_unmatched'])
  })

  test('[M3] one whose cards nobody has confirmed, or that holds none, is no case', async () => {
    for (const one of [await scene({}, false), await scene({ redeems: [] })]) {
      await one.later()
      expect(await one.open()).toEqual([])
    }
  })

  test('[M3] two servers that look at once open one case', async () => {
    const { time, sweep, list } = await scene()
    time.nowMs += unmatchedAfterMs + 1
    await Promise.all([sweep(), sweep()])
    expect((await list()).map(({ kind }) => kind)).toEqual(['draft_unmatched'])
  })
})
