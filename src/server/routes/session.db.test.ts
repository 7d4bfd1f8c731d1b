import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { AccountId, EmployeeId, StoreId } from '../../core/ids.ts'
import type { RequestOf } from '../../core/wire/endpoints.ts'
import { rememberMs, renewableMs, renewAfterMs, sessionMs } from '../http/sessions.ts'
import type { EmployeeBrief, EmployeeContext } from '../moysklad/moysklad.ts'
import { onBothEngines } from '../../../test/server/engines.ts'
import { redeem, type TestTill } from '../../../test/server/test-till.ts'
import { addCard, newNumber, programmeOf, verdictOf, world } from '../../../test/server/world.ts'

onBothEngines('sessions', (engine) => {
  async function scene(role: 'cashier' | 'manager' = 'cashier') {
    const shop = world(engine.db())
    const { accountId, manager } = await shop.shop()
    const till = await shop.till(accountId, role)
    const { key, person } = shop.moysklad.hire({ accountId, role, employeeId: till.employeeId })
    const stranger = till.copy()
    stranger.token = ''
    /** In the page of a till, or in a new one. */
    const open = (page: TestTill | null, request: RequestOf<'session'>) => {
      const caller = page ?? stranger
      return {
        answer: () => caller.answer('session', request),
        denial: () => caller.denial('session', request),
      }
    }
    const byToken = (told: EmployeeContext | EmployeeBrief) => ({
      wire: 'v1' as const,
      userToken: shop.moysklad.userToken(told),
    })
    const brief = (mayManage = false, employeeId = person.employeeId): EmployeeBrief => ({
      accountId,
      employeeId,
      mayManage,
    })
    return { shop, accountId, manager, till, person, key, open, stranger, byToken, brief }
  }
  const question = () => ({ number: newNumber(), entered: 'scanned' as const, hold: null })
  /** Takes a session that the page was given, as the page does. */
  const goOn = (till: TestTill, { token, session }: { token: string; session: string }) =>
    Object.assign(till, { token, session })

  test('[A1] a user token opens a session as a context key does, once', async () => {
    const { open, byToken, person, shop } = await scene()
    const request = byToken(person)
    expect(await open(null, request).answer()).toMatchObject({
      accountId: person.accountId,
      employee: { id: person.employeeId, name: person.name, role: 'cashier' },
      stores: [{ name: 'Магазин на Невском' }],
      isBound: false,
    })
    expect(await open(null, request).denial()).toBe('401 context_invalid')
    const unheard = byToken(person)
    shop.moysklad.away = true
    expect(await open(null, unheard).denial()).toBe('424 moysklad_unreachable')
    shop.moysklad.away = false
    expect(await open(null, unheard).answer()).toMatchObject({ isBound: false })
  })

  test.each([{}, { contextKey: '' }, { userToken: '' }, { contextKey: 'a', userToken: 'b' }])(
    '[A8] [A1] one thing vouches for a session, and no other: %j',
    async (vouched) => {
      const { stranger } = await scene()
      expect(await stranger.denial('session', { wire: 'v1', ...vouched } as never)).toBe('400 body_invalid')
    },
  )

  test('[A1] the new session speaks for the till of the one that it follows, which is over', async () => {
    const { open, byToken, till, person, shop } = await scene()
    const before = till.copy()
    const answer = await open(till, byToken(person)).answer()
    expect(answer).toMatchObject({ isBound: true, renewAfterMs })
    goOn(till, answer)
    expect(await till.answer('lookup', question())).toMatchObject({ card: null })
    expect(await before.denial('lookup', question())).toBe('401 session_expired')
    // Also where it was over long before: the frame was not shown for a day.
    shop.time.nowMs += 24 * 3_600_000
    expect(await till.denial('lookup', question())).toBe('401 session_expired')
    const next = await open(till, byToken(person)).answer()
    expect(next.isBound).toBe(true)
    goOn(till, next)
    expect(await till.answer('lookup', question())).toMatchObject({ card: null })
  })

  test('[A1] a session that nobody remembers, or that has no till, is followed by one that has to be told its till', async () => {
    const { open, byToken, till, person } = await scene()
    till.token = `${person.accountId}.${'A'.repeat(43)}`
    const answer = await open(till, byToken(person)).answer()
    expect(answer.isBound).toBe(false)
    goOn(till, answer)
    expect(await till.denial('lookup', question())).toBe('403 till_unknown')
    const again = await open(till, byToken(person)).answer()
    expect(again.isBound).toBe(false)
    goOn(till, again)
    await till.register()
    expect(await till.answer('lookup', question())).toMatchObject({ card: null })
  })

  test('[F23] [A7] a session of another account follows nothing: neither till nor right goes over, and the first one lives', async () => {
    const { open, till, byToken, shop } = await scene()
    const theirs = shop.moysklad.hire({ accountId: randomUUID() as AccountId }).person
    const answer = await open(till, byToken(theirs)).answer()
    expect(answer).toMatchObject({ accountId: theirs.accountId, isBound: false })
    expect(await till.answer('lookup', question())).toMatchObject({ card: null })
    goOn(till, answer)
    expect(await till.denial('till', till.registration())).toBe('403 till_unknown')
  })

  test('[A1] [A3] a page that can be asked again is asked each hour and has an hour for it; another one has a shift', async () => {
    const { open, byToken, person, key, shop, till } = await scene()
    const { nowMs } = shop.time
    const byKey = await open(null, { wire: 'v1', contextKey: key }).answer()
    expect(byKey).toMatchObject({ expiresAtMs: nowMs + sessionMs, renewAfterMs })
    const renewed = await open(till, byToken(person)).answer()
    expect(renewed).toMatchObject({ expiresAtMs: nowMs + renewableMs, renewAfterMs })
    goOn(till, renewed)
    shop.time.nowMs = renewed.expiresAtMs - 1
    expect(await till.answer('lookup', question())).toMatchObject({ card: null })
    shop.time.nowMs++
    expect(await till.denial('lookup', question())).toBe('401 session_expired')
  })

  test('[A3] whoever may sell no more is stopped in every session within a minute, and may again when MoySklad says so', async () => {
    const { open, byToken, person, till, shop, key } = await scene()
    const other = await shop.till(person.accountId)
    await other.reopen(key)
    const fired = { ...person, maySell: false }
    expect(await open(till, byToken(fired)).denial()).toBe('403 not_allowed')
    shop.time.nowMs += rememberMs
    expect(await till.denial('lookup', question())).toBe('403 not_allowed')
    expect(await other.denial('lookup', question())).toBe('403 not_allowed')
    // What was sold before goes to the server all the same (A2).
    expect(await other.ping()).toMatchObject({ state: 'active' })
    goOn(till, await open(till, byToken(person)).answer())
    shop.time.nowMs += rememberMs
    expect(await till.answer('lookup', question())).toMatchObject({ card: null })
    expect(await other.answer('lookup', question())).toMatchObject({ card: null })
  })

  test('[A3] a manager who is one no more changes nothing, also in the session of before', async () => {
    const { open, byToken, person, till, shop, key } = await scene('manager')
    const other = await shop.till(person.accountId, 'manager')
    await other.reopen(key)
    await other.answer('saveProgramme', programmeOf())
    goOn(till, await open(till, byToken({ ...person, role: 'cashier' })).answer())
    expect(await till.denial('saveProgramme', programmeOf())).toBe('403 not_allowed')
    shop.time.nowMs += rememberMs
    expect(await other.denial('saveProgramme', programmeOf())).toBe('403 not_allowed')
    expect(await other.answer('lookup', question())).toMatchObject({ card: null })
  })

  test('[A3] a short answer gives what the last full one gave, stores and name included', async () => {
    const stores = [randomUUID(), randomUUID()] as StoreId[]
    const { open, byToken, person, till, brief } = await scene()
    await open(till, byToken({ ...person, storeIds: stores, name: 'Петрова П.' })).answer()
    const { employee, stores: told } = await open(till, byToken(brief())).answer()
    expect(employee).toEqual({ id: person.employeeId, name: 'Петрова П.', role: 'cashier' })
    expect(told.map(({ id }) => id)).toEqual(stores)
  })

  test('[A3] a short answer never gives more than the last full one', async () => {
    const { open, byToken, person, brief, till } = await scene()
    const { employee } = await open(till, byToken(brief(true))).answer()
    expect(employee.role).toBe('cashier')
    expect(await open(null, byToken({ ...person, maySell: false })).denial()).toBe('403 not_allowed')
    expect(await open(null, byToken(brief(true))).denial()).toBe('403 not_allowed')
  })

  test('[A3] a short answer takes the manager’s rights away, and only a full one gives them back', async () => {
    const { open, byToken, person, brief } = await scene('manager')
    const roleBy = async (told: EmployeeContext | EmployeeBrief) =>
      (await open(null, byToken(told)).answer()).employee.role
    expect(await roleBy(brief(true))).toBe('manager')
    expect(await roleBy(brief(false))).toBe('cashier')
    expect(await roleBy(brief(true))).toBe('cashier')
    expect(await roleBy(person)).toBe('manager')
  })

  test('[A3] without any full answer the rights are not known, and nobody is let in', async () => {
    const { open, byToken, brief, shop } = await scene()
    const newcomer = randomUUID() as EmployeeId
    expect(await open(null, byToken(brief(true, newcomer))).denial()).toBe('401 context_invalid')
    expect(shop.logged.join('\n')).toContain('rights_unknown')
  })

  test('[J14] another employee in the same page: what each of them did is theirs', async () => {
    const { open, byToken, shop, accountId, manager, till } = await scene()
    const card = await addCard(manager, { paid: 100 })
    const annas = till.receipt([redeem(card.id, 10)])
    const { person: boris } = shop.moysklad.hire({ accountId })
    const answer = await open(till, byToken(boris)).answer()
    expect(answer).toMatchObject({ isBound: true, employee: { id: boris.employeeId } })
    goOn(till, answer)
    const boriss = till.receipt([redeem(card.id, 20)], { author: till.author(boris.employeeId) })
    // Anna’s name in the session of Boris.
    const mixed = till.receipt([redeem(card.id, 30)], { author: till.author() })
    const { outcomes } = await till.sync(annas, boriss, mixed)
    expect(outcomes.map(({ outcome }) => verdictOf(outcome))).toEqual([
      'applied',
      'applied',
      'refused not_allowed',
    ])
  })

  test('[L9] a user token is in no log line and no table', async () => {
    const { open, byToken, person, shop } = await scene()
    const request = byToken(person)
    await open(null, request).answer()
    await open(null, request).denial()
    for (const table of ['session', 'employee']) {
      const rows = await engine.db().read((query) => query.all(`select * from ${table}`))
      expect(JSON.stringify(rows)).not.toContain(request.userToken)
    }
    expect(shop.logged.join('\n')).not.toContain(request.userToken)
  })
})
