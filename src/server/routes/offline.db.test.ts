import { expect, test } from 'vitest'
import { onBothEngines } from '../../../test/server/engines.ts'
import { redeem, type TestTill } from '../../../test/server/test-till.ts'
import { addCard, certificateId, faceKopecks, verdictOf, world } from '../../../test/server/world.ts'
import type { GrantId } from '../../core/ids.ts'
import { kopecks } from '../../core/money.ts'
import type { Grant, OfflinePolicy } from '../../core/receipt/grant.ts'
import { load } from '../../../test/server/test-till.ts'
import { holdKeepMs } from '../../core/card/hold.ts'

const hour = 3_600_000
const policyOf = (rest: Partial<OfflinePolicy> = {}): OfflinePolicy => ({
  enabled: true,
  perReceiptKopecks: kopecks(500),
  perCardKopecks: kopecks(400),
  perTillKopecks: kopecks(1_000),
  loads: 2,
  loadsKopecks: kopecks(3 * faceKopecks),
  grantHours: 12,
  bookHours: 24,
  ...rest,
})

onBothEngines('what tills may promise offline', (engine) => {
  async function scene(policy: OfflinePolicy | null = policyOf()) {
    const shop = world(engine.db())
    const opened = await shop.shop()
    if (policy) await opened.manager.answer('savePolicy', policy)
    const ask = (till: TestTill, returned: GrantId | null, rest = {}) =>
      till.answer('grant', { ...till.envelope({ drained: true, ...rest }), returned })
    const granted = async (till: TestTill, returned: GrantId | null = null): Promise<Grant> => {
      const { grant, reason } = await ask(till, returned)
      if (!grant) throw new Error(`no grant: ${reason}`)
      return grant
    }
    const risk = async (by = opened.manager) => (await by.answer('risk', null)).maxLossKopecks
    /** A promise on a grant: the card's sealed number goes with it. */
    const promise = async (
      till: TestTill,
      grantId: GrantId,
      card: { id: never; number: string },
      amount: number,
      rest = {},
    ) => {
      const receipt = till.receipt([], { mode: 'promise', grantId, ...rest })
      const number = till.seal(card.number, receipt.id)
      return till.send({ ...receipt, operations: [redeem(card.id, amount, { number })] })
    }
    const hire = (role: 'cashier' | 'manager') => shop.till(opened.accountId, role)
    return { ...shop, ...opened, hire, ask, granted, risk, promise }
  }

  test('[O1] is nothing until the owner has decided, and nothing new after they have switched it off', async () => {
    const { manager, till, ask, granted, risk } = await scene(null)
    expect(await manager.answer('policy', null)).toEqual({ policy: null })
    expect(await ask(till, null)).toEqual({ grant: null, reason: 'off' })
    expect(await risk()).toBe(0)
    await manager.answer('savePolicy', policyOf())
    const first = await granted(till)
    expect(await manager.answer('policy', null)).toEqual({ policy: policyOf() })
    await manager.answer('savePolicy', policyOf({ enabled: false }))
    // What is out there may still be used.
    expect(await risk()).toBe(1_000)
    expect(await ask(till, first.id)).toEqual({ grant: null, reason: 'off' })
    expect(await risk()).toBe(0)
  })

  test('[O1] is the cap less what is open, and the answer of a lost request is given again', async () => {
    const { till, ask, granted, risk, manager } = await scene()
    const first = await granted(till)
    expect(first).toMatchObject({ sumKopecks: 1_000, loads: 2, useUntilMs: first.issuedAtMs + 12 * hour })
    expect((await granted(till)).id).toBe(first.id)
    const second = await granted(till, first.id)
    expect(second.id).not.toBe(first.id)
    expect((await granted(till, first.id)).id).toBe(second.id)
    expect(await risk()).toBe(1_000)
    // A till that has forgotten its grant gets what the cap leaves beside it: nothing.
    expect(await ask(till, null)).toEqual({ grant: null, reason: 'used_up' })
    await manager.answer('savePolicy', policyOf({ perTillKopecks: kopecks(1_500) }))
    expect((await granted(till)).sumKopecks).toBe(500)
    expect(await risk()).toBe(1_500)
  })

  test('[O1] is closed only by a till that has told everything', async () => {
    const { till, ask, granted, manager, promise, risk } = await scene()
    const card = (await addCard(manager, { paid: 1_000 })) as never as { id: never; number: string }
    const first = await granted(till)
    const late = till.receipt([redeem(card.id, 1)])
    expect(await ask(till, first.id)).toEqual({ grant: null, reason: 'not_drained' })
    expect(await ask(till, first.id, { drained: false })).toEqual({ grant: null, reason: 'not_drained' })
    await till.send(late)
    const waiting = { waiting: [{ seq: 9, recordedAtMs: 1 }] }
    expect(await ask(till, first.id, waiting)).toEqual({ grant: null, reason: 'not_drained' })
    expect(verdictOf(await promise(till, first.id, card, 100))).toBe('applied')
    expect(await risk()).toBe(1_000)
    const second = await granted(till, first.id)
    expect(verdictOf(await promise(till, first.id, card, 100))).toBe('in_review grant_unknown')
    expect(verdictOf(await promise(till, second.id, card, 100))).toBe('applied')
  })

  test('[O1] is for one till, and not for one that is shut out', async () => {
    const { till, hire, granted, manager, promise, ask } = await scene()
    const card = (await addCard(manager, { paid: 1_000 })) as never as { id: never; number: string }
    const grant = await granted(till)
    const other = await hire('cashier')
    expect(verdictOf(await promise(other, grant.id, card, 100))).toBe('in_review grant_unknown')
    await manager.answer('tillState', { state: 'revoked' }, till.id)
    expect(await ask(till, grant.id)).toEqual({ grant: null, reason: 'not_active' })
  })

  test('[O3] [O9] a promise is charged again when it arrives', async () => {
    const { till, granted, manager, promise, time } = await scene()
    const [a, b, c, d] = (await Promise.all(
      [1, 2, 3, 4].map(() => addCard(manager, { paid: 1_000 })),
    )) as never as { id: never; number: string }[]
    const grant = await granted(till)
    expect(verdictOf(await promise(till, grant.id, a!, 401))).toBe('in_review grant_exceeded')
    expect(verdictOf(await promise(till, grant.id, a!, 400))).toBe('applied')
    expect(verdictOf(await promise(till, grant.id, a!, 1))).toBe('in_review grant_exceeded')
    expect(verdictOf(await promise(till, grant.id, b!, 400))).toBe('applied')
    // What was held is not charged: 200 are left.
    expect(verdictOf(await promise(till, grant.id, c!, 201))).toBe('in_review grant_exceeded')
    expect(verdictOf(await promise(till, grant.id, d!, 100))).toBe('applied')
    const late = { happenedAtMs: grant.useUntilMs }
    time.nowMs = grant.useUntilMs + hour
    expect(verdictOf(await promise(till, grant.id, d!, 1, late))).toBe('in_review grant_expired')
    expect(verdictOf(await promise(till, grant.id, d!, 1, { happenedAtMs: grant.useUntilMs - 1 }))).toBe(
      'applied',
    )
    expect(verdictOf(await promise(till, grant.id, d!, 1, { happenedAtMs: grant.issuedAtMs - hour }))).toBe(
      'in_review grant_expired',
    )
    // [F16] A clock that is years ahead promises now, not then.
    expect(
      verdictOf(await promise(till, grant.id, d!, 1, { happenedAtMs: time.nowMs + 365 * 24 * hour })),
    ).toBe('in_review grant_expired')
  })

  test('[O4] cards are sold on a grant up to its count', async () => {
    const { till, ask, granted, manager } = await scene()
    const grant = await granted(till)
    for (const verdict of ['applied', 'applied', 'in_review grant_exceeded']) {
      const card = await addCard(manager)
      const receipt = till.receipt([], { mode: 'promise', grantId: grant.id })
      const number = till.seal(card.number, receipt.id)
      const operations = [load(card.id, certificateId, faceKopecks, { number })]
      expect(verdictOf(await till.send({ ...receipt, operations }))).toBe(verdict)
    }
    // [O1] It is used by now, and not given again.
    expect(await ask(till, null)).toEqual({ grant: null, reason: 'used_up' })
  })

  test('[O6] what the card lacks is a loss within N', async () => {
    const { till, granted, manager, promise, risk } = await scene()
    const card = (await addCard(manager, { paid: 30 })) as never as { id: never; number: string }
    const grant = await granted(till)
    const before = await risk()
    const outcome = await promise(till, grant.id, card, 400)
    expect(outcome).toMatchObject({ status: 'applied', effects: [{ changeKopecks: -30, lossKopecks: 370 }] })
    expect(before).toBeGreaterThanOrEqual(370)
  })

  test('[F29] two tills spend one card without the line: both sales count, the loss is within N and a case', async () => {
    const { till, hire, granted, manager, promise, risk } = await scene()
    const card = (await addCard(manager, { paid: 350 })) as never as { id: never; number: string }
    const other = await hire('cashier')
    const [mine, theirs] = [await granted(till), await granted(other)]
    const told = await risk()
    expect(await promise(till, mine.id, card, 300)).toMatchObject({ effects: [{ lossKopecks: 0 }] })
    const second = await promise(other, theirs.id, card, 300)
    expect(second).toMatchObject({ status: 'applied', effects: [{ changeKopecks: -50, lossKopecks: 250 }] })
    expect(told).toBeGreaterThanOrEqual(250)
    const { cases } = await manager.answer('cases', null)
    expect(cases).toMatchObject([{ kind: 'shortfall', tillId: other.id, amountKopecks: 300 }])
    const look = { number: card.number, entered: 'scanned' as const, hold: null }
    expect((await till.answer('lookup', look)).card).toMatchObject({ state: 'blocked', balanceKopecks: 0 })
  })

  test('[O1] a manager ends a grant; what comes on it afterwards is the manager’s to decide, and it is out of N', async () => {
    const { till, granted, manager, promise, risk } = await scene()
    const card = (await addCard(manager, { paid: 1_000 })) as never as { id: never; number: string }
    const grant = await granted(till)
    expect(await manager.answer('closeGrant', null, grant.id)).toEqual({ closed: true })
    expect(await manager.answer('closeGrant', null, grant.id)).toEqual({ closed: false })
    expect(await risk()).toBe(0)
    expect(verdictOf(await promise(till, grant.id, card, 100))).toBe('in_review grant_unknown')
  })

  test('[O1] a till hears that its grant was ended, or that the owner allows something else by now', async () => {
    const { till, granted, manager, time, promise } = await scene()
    const card = (await addCard(manager, { paid: 1_000 })) as never as { id: never; number: string }
    const isOver = async (grant: Grant | null) => (await till.ping({ grant })).grantIsOver
    const first = await granted(till)
    expect([await isOver(null), await isOver(first)]).toEqual([false, false])
    await manager.answer('closeGrant', null, first.id)
    expect(await isOver(first)).toBe(true)
    const second = await granted(till, first.id)
    expect(await isOver(second)).toBe(false)
    time.nowMs += 1
    await manager.answer('savePolicy', policyOf({ perTillKopecks: kopecks(200) }))
    expect(await isOver(second)).toBe(true)
    // What was promised before it heard of it counts; the next grant is the smaller one.
    expect(verdictOf(await promise(till, second.id, card, 300))).toBe('applied')
    const third = await granted(till, second.id)
    expect([third.sumKopecks, await isOver(third)]).toEqual([200, false])
  })

  test('[O1] [O2] a hold that lapsed while its till was silent is in N until the till has told everything', async () => {
    const { till, manager, hire, risk, time, ask, moysklad, accountId } = await scene()
    const card = await addCard(manager, { paid: 1_000 })
    await till.hold(card.id, 300)
    expect(await risk()).toBe(0)
    time.nowMs += holdKeepMs
    const later = await hire('manager')
    expect(await risk(later)).toBe(300)
    await till.reopen(moysklad.hire({ accountId }).key)
    expect(await ask(till, null, { drained: false })).toMatchObject({ grant: { sumKopecks: 1_000 } })
    expect(await risk(later)).toBe(1_300)
    await ask(till, null)
    expect(await risk(later)).toBe(1_000)
  })

  test('[J7] [F22] a restored server knows a grant again by its proof, and no other', async () => {
    const { till, granted, manager, promise, accountId } = await scene()
    const card = (await addCard(manager, { paid: 1_000 })) as never as { id: never; number: string }
    const grant = await granted(till)
    await engine
      .db()
      .write((tx) =>
        tx.run('delete from offline_grant where account_id = $1 and id = $2', [accountId, grant.id]),
      )
    const other = world(engine.db())
    const again = Object.assign(till, {
      fetch: (path: string, init: RequestInit) => Promise.resolve(other.app.request(path, init)),
    })
    other.time.nowMs = Date.parse('2026-10-02T09:00:00Z')
    await again.ping({ grant: { ...grant, sumKopecks: kopecks(999_999) } })
    expect(verdictOf(await promise(again, grant.id, card, 100))).toBe('in_review grant_unknown')
    await again.ping({ grant })
    expect(verdictOf(await promise(again, grant.id, card, 100))).toBe('applied')
  })

  test('[J7] [F22] a grant that is known again is charged with what had come back on it before', async () => {
    const { till, granted, manager, promise, accountId } = await scene()
    const card = (await addCard(manager, { paid: 1_000 })) as never as { id: never; number: string }
    const grant = await granted(till)
    expect(verdictOf(await promise(till, grant.id, card, 150))).toBe('applied')
    // As if the promise had been refilled to a server that had forgotten the grant.
    for (const table of ['offline_grant', 'grant_card']) {
      await engine.db().write((tx) => tx.run(`delete from ${table} where account_id = $1`, [accountId]))
    }
    const other = world(engine.db())
    till.fetch = (path, init) => Promise.resolve(other.app.request(path, init))
    await till.ping({ grant })
    expect(await manager.answer('risk', null)).toMatchObject({
      grants: [{ id: grant.id, tillOrdinal: till.ordinal, spentKopecks: 150 }],
      outside: ['native_registers', 'copied_profiles', 'ended_grants', 'grants_after_backup'],
    })
    expect(verdictOf(await promise(till, grant.id, card, 300))).toBe('in_review grant_exceeded')
  })
})
