import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { onBothEngines } from '../../../test/server/engines.ts'
import { balanceOf, casesOf } from '../../../test/server/look.ts'
import { newDraftId, redeem, type TestTill } from '../../../test/server/test-till.ts'
import { addCard, type NewCard, verdictOf, world } from '../../../test/server/world.ts'

onBothEngines('states of tills', (engine) => {
  async function scene() {
    const shop = world(engine.db())
    const { manager, till, accountId } = await shop.shop()
    const card = await addCard(manager, { paid: 1_000 })
    return { shop, manager, till, accountId, card, cases: () => casesOf(engine.db(), accountId) }
  }
  const set = (manager: TestTill, till: TestTill, state: 'active' | 'revoked' | 'retired') =>
    manager.answer('tillState', { state }, till.id)
  const refuse = (manager: TestTill, till: TestTill, state: 'active' | 'revoked' | 'retired') =>
    manager.denial('tillState', { state }, till.id)
  const lookup = (card: NewCard) => ({ number: card.number, entered: 'scanned' as const, hold: null })
  const fork = async (till: TestTill, card: NewCard) => {
    await till.send(till.receipt([redeem(card.id, 1)]))
    till.seq--
    await till.send(till.receipt([redeem(card.id, 1)]))
  }

  test('managers see every till: state, journals, head, open cases, and when it was last heard', async () => {
    const { shop, manager, till, card } = await scene()
    await till.send(till.receipt([redeem(card.id, 1)]))
    await fork(till, card)
    shop.time.nowMs += 30_000
    await till.ping()
    const { tills } = await manager.answer('tills', null)
    const ofTill = { id: till.id, ordinal: 2, state: 'quarantined', journals: 1, headSeq: 2, casesOpen: 1 }
    expect(tills).toMatchObject([{ id: manager.id, ordinal: 1, state: 'active', casesOpen: 0 }, ofTill])
    expect(await till.denial('tills', null)).toBe('403 not_allowed')
  })

  test('pings note once a minute that the till was heard', async () => {
    const { shop, manager, till } = await scene()
    const heard = async () =>
      (await manager.answer('tills', null)).tills.find((one) => one.id === till.id)?.lastSeenMs
    const start = shop.time.nowMs
    await till.ping()
    shop.time.nowMs = start + 59_000
    await till.ping()
    expect(await heard()).toBe(start)
    shop.time.nowMs = start + 60_000
    await till.ping()
    expect(await heard()).toBe(start + 60_000)
  })

  test('[F19] a revoked till hands over its journal, is decided nothing, and asks for nothing', async () => {
    const { shop, manager, till, card, cases } = await scene()
    const holdId = await till.hold(card.id, 10)
    expect(await set(manager, till, 'revoked')).toEqual({ state: 'revoked' })
    expect(await till.denial('lookup', lookup(card))).toBe('403 till_not_active')
    const hold = { draftId: newDraftId(), cardId: card.id, purpose: 'load' as const, amountKopecks: null }
    expect(await till.denial('hold', hold, randomUUID())).toBe('403 till_not_active')
    const ask = till.receipt([redeem(card.id, 10)])
    const promise = till.receipt([redeem(card.id, 10, { holdId })], { mode: 'promise' })
    const { outcomes, head } = await till.sync(ask, promise)
    expect(outcomes.map(({ outcome }) => verdictOf(outcome))).toEqual([
      'refused till_revoked',
      'in_review till_revoked',
    ])
    expect(head).toMatchObject({ state: 'revoked', headSeq: 2, casesOpen: 1 })
    expect((await cases()).map(([kind]) => kind)).toEqual(['till_revoked'])
    expect(await balanceOf(manager, card)).toBe(1_000)
    // [O7] Whoever has the till now does not get the key of its book again.
    const answer = await till.register()
    expect(answer).toMatchObject({ head: { state: 'revoked' }, bookKey: 'A'.repeat(43), keyIsOld: false })
    const who = shop.logged.filter((line) => line.includes('till_state_set'))
    expect(who).toHaveLength(1)
    expect(who[0]).toContain(`"employeeId":"${manager.employeeId}"`)
  })

  test('a revoked till may be let in again and works on', async () => {
    const { manager, till, card } = await scene()
    await set(manager, till, 'revoked')
    await set(manager, till, 'active')
    expect((await till.answer('lookup', lookup(card))).card?.id).toBe(card.id)
    expect(verdictOf(await till.send(till.receipt([redeem(card.id, 1)])))).toBe('applied')
    expect((await till.register()).bookKey).not.toBe('A'.repeat(43))
  })

  test('[J8] a till whose journal was forked can only start anew, however often it is revoked between', async () => {
    const { manager, till, card, cases } = await scene()
    expect(await refuse(manager, till, 'retired')).toBe('409 choice_unknown')
    await fork(till, card)
    expect(await refuse(manager, till, 'active')).toBe('409 choice_unknown')
    await set(manager, till, 'revoked')
    expect(await refuse(manager, till, 'active')).toBe('409 choice_unknown')
    expect(await set(manager, till, 'retired')).toEqual({ state: 'retired' })
    expect(await set(manager, till, 'retired')).toEqual({ state: 'retired' })
    expect(await refuse(manager, till, 'active')).toBe('409 choice_unknown')
    expect(await refuse(manager, till, 'revoked')).toBe('409 choice_unknown')
    expect((await cases()).map(([kind]) => kind)).toEqual(['fork (renew)'])
    const head = await till.ping()
    expect(head).toMatchObject({ state: 'retired', decisions: [{ kind: 'fork', choice: 'renew' }] })
    expect(verdictOf(await till.send(till.receipt([redeem(card.id, 1)])))).toBe('refused till_quarantined')
  })

  test('[J8] a retired till drains, and the same session then speaks for the new one', async () => {
    const { shop, manager, till, accountId, card } = await scene()
    await fork(till, card)
    await set(manager, till, 'retired')
    const unsent = till.receipt([redeem(card.id, 1)])
    const { key } = shop.moysklad.hire({ accountId, employeeId: till.employeeId })
    await till.reopen(key)
    expect(till.head?.state).toBe('retired')
    expect(await till.denial('lookup', lookup(card))).toBe('403 till_unknown')
    expect(verdictOf(await till.send(unsent))).toBe('refused till_quarantined')
    till.beginAnew()
    expect((await till.register()).head.state).toBe('active')
    expect((await till.answer('lookup', lookup(card))).card?.id).toBe(card.id)
    expect(verdictOf(await till.send(till.receipt([redeem(card.id, 1)])))).toBe('applied')
  })

  test('a till of nobody, or of another account, has no state', async () => {
    const { shop, manager } = await scene()
    const theirs = await shop.shop()
    expect(await refuse(manager, theirs.till, 'revoked')).toBe('404 till_unknown')
    expect((await theirs.till.ping()).state).toBe('active')
    expect(await theirs.till.denial('tillState', { state: 'revoked' }, theirs.manager.id)).toBe(
      '403 not_allowed',
    )
  })
})
