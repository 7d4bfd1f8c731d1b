import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { StoreId } from '../../src/core/ids.ts'
import type { Receipt } from '../../src/core/receipt/receipt.ts'
import { endpoints, type RequestOf } from '../../src/core/wire/endpoints.ts'
import { ErrorAnswer } from '../../src/core/wire/errors.ts'
import { nonceMs, signatureHeader, SyncAnswer } from '../../src/core/wire/tills.ts'
import { sessionMs } from '../../src/server/http/sessions.ts'
import { onBothEngines } from './engines.ts'
import { balanceOf, casesOf } from './look.ts'
import { TestDevice } from './test-device.ts'
import { redeem } from '../../src/core/testing/builders.ts'
import type { TestTill } from './test-till.ts'
import { addCard, verdictOf, world } from './world.ts'
import { parseShape } from '../../src/core/shape.ts'

const day = 24 * 3_600_000

/** What becomes of a till's records on their way: cut lines, long silence, other hands. */
onBothEngines('delivery of records', (engine) => {
  async function scene() {
    const shop = world(engine.db())
    const { manager, till, accountId } = await shop.shop()
    const card = await addCard(manager, { paid: 1_000 })
    const holdId = await till.hold(card.id, 100)
    const pay = (rest: Partial<Receipt> = {}) => till.receipt([redeem(card.id, 10)], rest)
    const promise = () => till.receipt([redeem(card.id, 10, { holdId })], { mode: 'promise' })
    const cases = () => casesOf(engine.db(), accountId)
    return {
      shop,
      manager,
      till,
      accountId,
      card,
      holdId,
      pay,
      promise,
      cases,
      balance: () => balanceOf(manager, card),
    }
  }
  type Signed = { body: string; signature: string }
  const signed = (till: TestTill, batch: RequestOf<'sync'>): Signed => {
    const body = JSON.stringify(batch)
    return { body, signature: till.device.sign(body) }
  }
  const post = (till: TestTill, { body, signature }: Signed) =>
    till.fetch(endpoints.sync.path, { method: 'POST', body, headers: { [signatureHeader]: signature } })
  const verdictsOf = async (response: Response) =>
    parseShape(SyncAnswer, await response.json()).outcomes.map(({ outcome }) => verdictOf(outcome))
  const codeOf = async (response: Response) =>
    `${response.status} ${parseShape(ErrorAnswer, await response.json()).error.code}`

  test('[F1] an answer that is lost after the commit comes again, word for word, with its proof', async () => {
    const { till, pay, balance } = await scene()
    const batch = till.batch([pay(), pay()])
    const lost = await till.answer('sync', batch)
    const again = await till.answer('sync', batch)
    expect(again.outcomes).toEqual(lost.outcomes)
    expect(again.outcomes.map(({ proof }) => proof)).toEqual(
      lost.outcomes.map((): unknown => expect.any(String)),
    )
    expect(await balance()).toBe(980)
  })

  test('[F2] after an answer that was cut off the till sends the same in other batches and loses nothing', async () => {
    const { till, pay, cases, balance } = await scene()
    const records = Array.from({ length: 6 }, () => pay())
    const whole = await till.sync(...records)
    const halves = [await till.sync(...records.slice(0, 3)), await till.sync(...records.slice(3), pay())]
    expect(halves.flatMap((half) => half.outcomes).slice(0, 6)).toEqual(whole.outcomes)
    expect(await balance()).toBe(930)
    expect(await cases()).toEqual([])
  })

  test('[F3] a request that a proxy sends twice at once is decided once', async () => {
    const { till, pay, balance } = await scene()
    const request = signed(till, till.batch([pay(), pay()]))
    const answers = await Promise.all([1, 2, 3].map(async () => verdictsOf(await post(till, request))))
    expect(answers).toEqual(Array(3).fill(['applied', 'applied']))
    expect(await balance()).toBe(980)
  })

  test.each([30, 90, 400])(
    '[F5] [F17] a till that returns after %i days hands over what it has',
    async (days) => {
      const { shop, till, card, pay, promise, cases } = await scene()
      const records = [pay(), promise(), pay()]
      shop.time.nowMs += days * day
      till.token = ''
      const { outcomes, head } = await till.answer('sync', till.batch(records))
      expect(outcomes.map(({ outcome }) => verdictOf(outcome))).toEqual(['applied', 'applied', 'applied'])
      expect(head).toMatchObject({ headSeq: 3, state: 'active' })
      expect(await cases()).toEqual([])
      const manager = await shop.till(till.accountId, 'manager')
      const rows = await engine
        .db()
        .read((query) => query.all('select happened_at_ms as at from receipt where till_id = $1', [till.id]))
      expect(rows.map((row) => row['at'])).toEqual(records.map((one) => one.happenedAtMs))
      expect(await balanceOf(manager, card)).toBe(970)
    },
  )

  test('[F18] a record of a version that is not known yet is kept for a human, text and all', async () => {
    const { till, pay, cases } = await scene()
    const batch = till.batch([pay()])
    const records = batch.records.map((one) => ({ ...one, receipt: one.receipt.replace('"v1"', '"v9"') }))
    const { outcomes } = await till.answer('sync', { ...batch, records })
    expect(verdictOf(outcomes[0]?.outcome)).toBe('in_review receipt_malformed')
    expect((await cases()).map(([kind]) => kind)).toEqual(['receipt_malformed'])
    const old = { ...batch, wire: 'v0' as never }
    expect(await till.denial('sync', old)).toBe('400 wire_version_unknown')
  })

  test('[A2] without a session the queue drains and outcomes come back, and nothing else is to be had', async () => {
    const { shop, till, pay, card } = await scene()
    const unsent = pay()
    shop.time.nowMs += sessionMs
    const question = { number: card.number, entered: 'scanned' as const, hold: null }
    expect(await till.denial('lookup', question)).toBe('401 session_expired')
    till.token = ''
    expect(verdictOf(await till.send(unsent))).toBe('applied')
    expect(await till.ping()).toMatchObject({ headSeq: 1, state: 'active' })
    expect(await till.denial('lookup', question)).toBe('401 session_missing')
    expect(await till.denial('operations', null)).toBe('401 session_missing')
    expect(await till.denial('grant', { ...till.envelope(), returned: null })).toBe('401 session_missing')
  })

  test('[F24] the author has left MoySklad and their session is forgotten: what they did counts', async () => {
    const { shop, till, accountId, pay } = await scene()
    const unsent = pay()
    shop.time.nowMs += 60 * day
    shop.moysklad.people.clear()
    await shop.till(accountId)
    const sessions = await engine
      .db()
      .read((query) => query.all('select 1 from session where token_hash = $1', [till.session]))
    expect(sessions).toEqual([])
    till.token = ''
    expect(verdictOf(await till.send(unsent))).toBe('applied')
  })

  test('[F25] with MoySklad gone for this account nobody can log in, and full queues still drain', async () => {
    const { shop, till, pay, promise, balance } = await scene()
    const records = [pay(), promise()]
    shop.moysklad.people.clear()
    shop.moysklad.away = true
    const login = { wire: 'v1' as const, contextKey: 'gone' }
    expect(await till.denial('session', login)).toBe('424 moysklad_unreachable')
    const { outcomes } = await till.sync(...records)
    expect(outcomes.map(({ outcome }) => verdictOf(outcome))).toEqual(['applied', 'applied'])
    expect(await balance()).toBe(980)
  })

  test('[J14] a record that names another one’s session is refused, and a promise waits for a human', async () => {
    const { shop, till, accountId, pay, promise, cases, balance } = await scene()
    const colleague = await shop.till(accountId)
    const theirs = { author: till.author(till.employeeId, colleague.session) }
    expect(verdictOf(await till.send(pay(theirs)))).toBe('refused not_allowed')
    expect(verdictOf(await till.send({ ...promise(), ...theirs }))).toBe('in_review promise_refused')
    expect(verdictOf(await till.send(pay({ author: till.author(colleague.employeeId) })))).toBe(
      'refused not_allowed',
    )
    // Both named rightly: the colleague has logged in at this till.
    expect(verdictOf(await till.send(pay({ author: colleague.author() })))).toBe('applied')
    expect(verdictOf(await till.send(pay({ author: till.author(till.employeeId, 'f'.repeat(64)) })))).toBe(
      'applied',
    )
    expect((await cases()).map(([kind]) => kind)).toEqual(['promise_refused'])
    expect(await balance()).toBe(980)
  })

  test('[J14] a till speaks for employees at its own doors: not for a register, a job, a manager or an import', async () => {
    const { till, pay, promise, balance } = await scene()
    const register = { kind: 'register' as const, storeId: randomUUID() as StoreId, cashierId: null }
    for (const author of [register, { kind: 'system' as const, job: 'chores' }, { kind: 'buyer' as const }]) {
      expect(verdictOf(await till.send(pay({ author })))).toBe('refused not_allowed')
      expect(verdictOf(await till.send({ ...promise(), author }))).toBe('in_review promise_refused')
    }
    for (const door of ['manager', 'import', 'register'] as const) {
      expect(verdictOf(await till.send(pay({ door })))).toBe('refused not_allowed')
    }
    expect(verdictOf(await till.send(pay({ door: 'till' })))).toBe('applied')
    expect(await balance()).toBe(990)
  })

  test('[J14] a record that says that somebody agreed is refused while nobody checks it', async () => {
    const { till, pay, promise, balance } = await scene()
    const agreed: Receipt['approvals'][] = [
      [{ kind: 'employee', employeeId: till.employeeId, session: till.session }],
      [{ kind: 'voice_code', code: '1234' }],
    ]
    for (const approvals of agreed) {
      expect(verdictOf(await till.send(pay({ approvals })))).toBe('refused not_allowed')
      expect(verdictOf(await till.send({ ...promise(), approvals }))).toBe('in_review promise_refused')
    }
    expect(await balance()).toBe(1_000)
  })

  test('[J14] a session of another account says nothing here', async () => {
    const { shop, till, pay } = await scene()
    const { till: stranger } = await shop.shop()
    expect(verdictOf(await till.send(pay({ author: till.author(till.employeeId, stranger.session) })))).toBe(
      'applied',
    )
  })

  test('[F26] [F27] a batch signed in advance is not taken: its nonce is stale, and the fresh one is not in the signature', async () => {
    const { shop, till, pay, balance } = await scene()
    const prepared = signed(till, till.batch([pay()]))
    shop.time.nowMs += nonceMs + 1
    const answer = await post(till, prepared)
    const { error } = parseShape(ErrorAnswer, await answer.json())
    expect(error).toMatchObject({ code: 'nonce_stale', nonce: expect.any(String) as string })
    const renewed = prepared.body.replace(/"nonce":"[^"]+"/, `"nonce":"${error.nonce}"`)
    expect(renewed).not.toBe(prepared.body)
    expect(await codeOf(await post(till, { ...prepared, body: renewed }))).toBe('401 signature_invalid')
    expect(await balance()).toBe(1_000)
  })

  test('[F26] a nonce of another till, of another account or of nobody opens nothing', async () => {
    const { shop, manager, till, pay } = await scene()
    const stranger = (await shop.shop()).till
    const batch = till.batch([pay()])
    const invented = `${shop.time.nowMs}.${'A'.repeat(43)}`
    for (const nonce of [manager.head!.nonce, stranger.head!.nonce, invented, null]) {
      expect(await till.denial('sync', { ...batch, nonce })).toBe('409 nonce_stale')
    }
  })

  test('[F26] a wrong key signs nothing, nor does the till’s own key for another till', async () => {
    const { shop, till, accountId, pay, balance } = await scene()
    const { body } = signed(till, till.batch([pay()]))
    expect(await codeOf(await post(till, { body, signature: new TestDevice().sign(body) }))).toBe(
      '401 signature_invalid',
    )
    const other = await shop.till(accountId)
    expect(await codeOf(await post(other, { body, signature: other.device.sign(body) }))).toBe(
      '401 signature_invalid',
    )
    expect(await codeOf(await post(till, { body, signature: '' }))).toBe('401 signature_invalid')
    expect(await balance()).toBe(1_000)
  })

  test('[F26] a body that was changed after it was signed is not taken', async () => {
    const { till, card, pay, balance } = await scene()
    const { body, signature } = signed(till, till.batch([pay()]))
    const changes = [
      body.replace('amountKopecks\\":10', 'amountKopecks\\":900'),
      body.replace(
        card.id,
        card.id.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      ),
      body.replace('"seq":1', '"seq":2'),
      `${body} `,
    ]
    for (const changed of changes) {
      expect(changed).not.toBe(body)
      expect(await codeOf(await post(till, { body: changed, signature }))).toBe('401 signature_invalid')
    }
    expect(await balance()).toBe(1_000)
    expect(await verdictsOf(await post(till, { body, signature }))).toEqual(['applied'])
  })

  test('[F27] an old signed batch that is played again changes nothing, fresh nonce or not', async () => {
    const { shop, till, pay, cases, balance } = await scene()
    const records = [pay(), pay()]
    const old = signed(till, till.batch(records))
    await post(till, old)
    await till.send(pay())
    expect(await verdictsOf(await post(till, old))).toEqual(['applied', 'applied'])
    shop.time.nowMs += nonceMs + 1
    expect(await codeOf(await post(till, old))).toBe('409 nonce_stale')
    await till.ping()
    const { outcomes, head } = await till.answer('sync', till.batch(records))
    expect(outcomes.map(({ outcome }) => verdictOf(outcome))).toEqual(['applied', 'applied'])
    expect(head.headSeq).toBe(3)
    expect(await balance()).toBe(970)
    expect(await cases()).toEqual([])
  })
})
