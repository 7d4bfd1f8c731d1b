import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { AccountId, CardId, ReceiptId } from '../core/ids.ts'
import { kopecks } from '../core/money.ts'
import { endpoints } from '../core/wire/endpoints.ts'
import { signatureHeader } from '../core/wire/tills.ts'
import { onBothEngines } from '../../test/server/engines.ts'
import { newDraftId, newHoldId, redeem } from '../../test/server/test-till.ts'
import { addCard, newNumber, newReceiptId, programmeOf, verdictOf, world } from '../../test/server/world.ts'
import { unknownMax, windowMs } from './http/attempts.ts'
import { sessionMs } from './http/sessions.ts'

onBothEngines('the API', (engine) => {
  const count = async (table: string) =>
    (await engine.db().read((query) => query.all(`select count(*) as n from ${table}`)))[0]!['n']

  const send = (
    app: ReturnType<typeof world>['app'],
    method: string,
    path: string,
    body?: string,
    token?: string,
  ) =>
    Promise.resolve(
      app.request(path, {
        method,
        body: body ?? null,
        headers: token ? { authorization: `Bearer ${token}` } : {},
      }),
    )
  const codeOf = async (response: Response) =>
    `${response.status} ${((await response.json()) as { error: { code: string } }).error.code}`

  test('health says which database answers', async () => {
    const { app } = world(engine.db())
    const response = await app.request('/api/health')
    expect(await response.json()).toMatchObject({ status: 'ok', database: engine.name })
  })

  test('[A1] a context key opens a session; a wrong one does not, and MoySklad’s silence is told apart', async () => {
    const { app, moysklad } = world(engine.db())
    const { key, person } = moysklad.hire({ accountId: randomUUID() as AccountId, role: 'manager' })
    const open = (contextKey: string, wire = 'v1') =>
      send(app, 'POST', '/api/session', JSON.stringify({ wire, contextKey }))
    expect(await (await open(key)).json()).toMatchObject({
      accountId: person.accountId,
      employee: { id: person.employeeId, name: 'Иванова А.', role: 'manager' },
      stores: [{ name: 'Магазин на Невском' }],
      programme: null,
    })
    expect(await codeOf(await open('nobody'))).toBe('401 context_invalid')
    expect(await codeOf(await open(key, 'dev-0'))).toBe('400 wire_version_unknown')
    const { key: idle } = moysklad.hire({ accountId: person.accountId, maySell: false })
    expect(await codeOf(await open(idle))).toBe('403 not_allowed')
    moysklad.away = true
    expect(await codeOf(await open(key))).toBe('424 moysklad_unreachable')
  })

  test('[A1] every route but the open ones needs a living session, and most need its till', async () => {
    const shop = world(engine.db())
    const { till, accountId } = await shop.shop()
    const { key } = shop.moysklad.hire({ accountId })
    const opened = await send(
      shop.app,
      'POST',
      '/api/session',
      JSON.stringify({ wire: 'v1', contextKey: key }),
    )
    const { token: tillless } = (await opened.json()) as { token: string }
    for (const { method, path, access } of Object.values(endpoints)) {
      if (access === 'open' || access === 'device') continue
      const address = path.replace('{id}', randomUUID())
      const body = method === 'GET' || method === 'DELETE' ? undefined : '{}'
      expect(await codeOf(await send(shop.app, method, address, body)), path).toBe('401 session_missing')
      const forged = `${accountId}.${'A'.repeat(43)}`
      expect(await codeOf(await send(shop.app, method, address, body, forged)), path).toBe(
        '401 session_missing',
      )
      if (access === 'session' && path !== '/api/till') {
        expect(await codeOf(await send(shop.app, method, address, body, tillless)), path).toBe(
          '403 till_unknown',
        )
      }
    }
    shop.time.nowMs += sessionMs
    expect(await till.denial('operations', null)).toBe('401 session_expired')
  })

  test('a session speaks for one till, and its token is not in the database', async () => {
    const { till } = await world(engine.db()).shop()
    till.beginAnew()
    await expect(till.register()).rejects.toThrow('till_unknown')
    // Another till's key may be told all the same: the till was that one before (J7).
    expect((await till.register(false)).head.state).toBe('active')
    await expect(till.register()).rejects.toThrow('till_unknown')
    const rows = await engine.db().read((query) => query.all('select * from session'))
    expect(JSON.stringify(rows)).not.toContain(till.token.split('.')[1])
  })

  test('[A3] rules and cards are the managers’', async () => {
    const { till } = await world(engine.db()).shop()
    expect(await till.denial('saveProgramme', programmeOf())).toBe('403 not_allowed')
    const card = { id: randomUUID() as CardId, number: newNumber(), opening: null, blocked: false }
    expect(await till.denial('addCards', { receiptId: newReceiptId(), cards: [card] })).toBe(
      '403 not_allowed',
    )
  })

  test('[A8] bad input of every kind gets a 4xx with a code and changes nothing', async () => {
    const { app } = world(engine.db())
    const { till, manager } = await world(engine.db()).shop()
    const before = [
      await count('receipt'),
      await count('hold'),
      await count('draft'),
      await count('programme'),
    ]
    const bad: [string, string, string][] = [
      ['', '400 body_invalid', 'empty'],
      ['{', '400 body_invalid', 'cut'],
      ['null', '400 body_invalid', 'null'],
      ['[]', '400 body_invalid', 'another shape'],
      ['{"wire":"v1","till":1}', '400 body_invalid', 'wrong types'],
      ['{"wire":1}', '400 body_invalid', 'wire of another type'],
      [' '.repeat(3 * 1024 * 1024), '413 body_too_large', 'too large'],
    ]
    for (const { method, path, access, request } of Object.values(endpoints)) {
      if (!request) continue
      const token = access === 'open' ? undefined : manager.token
      const address = path.replace('{id}', path.startsWith('/api/tills/') ? till.id : randomUUID())
      for (const [body, code, what] of bad) {
        expect(await codeOf(await send(app, method, address, body, token)), `${path}: ${what}`).toBe(code)
      }
    }
    const extra = JSON.stringify({
      ...till.batch([till.receipt([redeem(randomUUID() as CardId, 1)])]),
      more: 1,
    })
    const signed = async (body: string) =>
      codeOf(
        await app.request('/api/sync', {
          method: 'POST',
          body,
          headers: { [signatureHeader]: till.device.sign(body) },
        }),
      )
    expect(await signed(extra)).toBe('400 body_invalid')
    expect(await signed(extra.replace('v1', 'v9'))).toBe('400 wire_version_unknown')
    const utf8 = new Request('http://x/api/lookup', {
      method: 'POST',
      body: new Uint8Array([0x7b, 0xff, 0x7d]),
      headers: { authorization: `Bearer ${till.token}` },
    })
    expect(await codeOf(await app.request(utf8))).toBe('400 body_invalid')
    expect(await codeOf(await send(app, 'PUT', '/api/holds/17', '{}', till.token))).toBe('400 body_invalid')
    expect(await codeOf(await send(app, 'GET', '/api/nothing'))).toBe('404 not_found')
    expect(await codeOf(await send(app, 'GET', '/elsewhere'))).toBe('404 not_found')
    expect(await codeOf(await send(app, 'PATCH', '/api/sync', '{}', till.token))).toBe('405 not_found')
    expect(await codeOf(await send(app, 'DELETE', '/api/health'))).toBe('405 not_found')
    const after = [
      await count('receipt'),
      await count('hold'),
      await count('draft'),
      await count('programme'),
    ]
    expect(after).toEqual(before)
  })

  test('[A5] after twenty unknown numbers this person at this till waits, and nobody else does', async () => {
    const shop = world(engine.db())
    const { manager, till, accountId } = await shop.shop()
    const card = await addCard(manager, { paid: 100 })
    const guess = (number: string) => ({ number, entered: 'typed' as const, hold: null })
    for (let i = 0; i < unknownMax; i++) {
      expect(await till.answer('lookup', guess(newNumber()))).toEqual({
        card: null,
        hold: null,
        refusal: { code: 'card_unknown', cardId: null, possibleKopecks: null },
        serverTimeMs: shop.time.nowMs,
      })
    }
    expect(await till.denial('lookup', guess(newNumber()))).toBe('429 too_many_attempts')
    expect(await till.denial('lookup', guess(card.number))).toBe('429 too_many_attempts')
    const other = await shop.till(accountId)
    expect((await other.answer('lookup', guess(card.number))).card).toMatchObject({ id: card.id })
    shop.time.nowMs += windowMs
    expect((await till.answer('lookup', guess(card.number))).card).toMatchObject({ id: card.id })
  })

  test('[A7] another account’s cards, receipts and holds do not exist', async () => {
    const shop = world(engine.db())
    const mine = await shop.shop()
    const theirs = await shop.shop()
    const card = await addCard(mine.manager, { paid: 100 })
    const receipt = mine.till.receipt([redeem(card.id, 10)])
    await mine.till.send(receipt)
    const guess = { number: card.number, entered: 'scanned' as const, hold: null }
    expect((await theirs.till.answer('lookup', guess)).card).toBeNull()
    const steal = theirs.till.receipt([redeem(card.id, 10)])
    expect(verdictOf(await theirs.till.send(steal))).toBe('refused card_unknown')
    const undo = theirs.till.receipt([{ kind: 'void', receiptId: receipt.id, because: 'unanswered' }])
    expect(verdictOf(await theirs.till.send(undo))).toBe('refused receipt_unknown')
  })

  test('[L9] no log line, error text or answer but the session’s own holds a number, a token or a context key', async () => {
    const shop = world(engine.db())
    const { manager, till, accountId } = await shop.shop()
    const card = await addCard(manager, { paid: 100 })
    const { key } = shop.moysklad.hire({ accountId })
    const said: string[] = []
    const hear = async (response: Response | Promise<Response>) => said.push(await (await response).text())
    const json = JSON.stringify
    for (const { method, path } of Object.values(endpoints)) {
      const bodies = [
        json({ number: card.number, entered: 'scanned', hold: null, [card.number]: 1 }),
        json({ number: [card.number] }),
        json({ wire: 'v1', contextKey: key, [card.number]: card.number }),
        json({ wire: 'v1', userToken: card.number }),
        `{"number": ${card.number}`,
        card.number,
      ]
      for (const body of method === 'GET' || method === 'DELETE' ? [undefined] : bodies) {
        for (const id of [card.number, randomUUID()]) {
          await hear(send(shop.app, method, path.replace('{id}', id), body, manager.token))
          await hear(send(shop.app, method, path.replace('{id}', id), body, till.token))
        }
      }
    }
    const hold = { id: newHoldId(), draftId: newDraftId(), redeemKopecks: kopecks(10), load: false }
    await till.answer('lookup', { number: card.number, entered: 'scanned', hold })
    await hear(send(shop.app, 'GET', `/api/${card.number}?number=${card.number}&contextKey=${key}`))
    // A failing database is the way in which a driver's own words could reach a log.
    shop.deps.programmes.current = () => Promise.reject(new Error('the driver failed'))
    await hear(till.call('lookup', { number: card.number, entered: 'scanned', hold: null }))
    await hear(
      manager.call('addCards', {
        receiptId: randomUUID() as ReceiptId,
        cards: [{ id: card.id, number: card.number, opening: null, blocked: false }],
      }),
    )
    const everything = [...said, ...shop.logged].join('\n')
    expect(everything).toContain('the driver failed')
    for (const secret of [card.number, till.token, manager.token, key])
      expect(everything).not.toContain(secret)
    const tables = ['receipt', 'card', 'operation', 'cases', 'hold', 'session']
    for (const table of tables) {
      const rows = await engine
        .db()
        .read((query) => query.all(`select * from ${table} where account_id = $1`, [accountId]))
      expect(JSON.stringify(rows), table).not.toContain(card.number)
    }
  })
})
