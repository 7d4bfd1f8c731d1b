import { expect, test } from 'vitest'
import type { JournalId } from '../../../core/ids.ts'
import { onBothEngines } from '../../../../test/server/engines.ts'
import { casesOf } from '../../../../test/server/look.ts'
import { TestDevice } from '../../../../test/server/test-device.ts'
import { redeem, type TestTill } from '../../../../test/server/test-till.ts'
import { addCard, verdictOf, world } from '../../../../test/server/world.ts'

const day = 24 * 3_600_000

onBothEngines('keys of tills', (engine) => {
  async function scene() {
    const shop = world(engine.db())
    const { manager, till, accountId } = await shop.shop()
    const card = await addCard(manager, { paid: 1_000 })
    const pay = (one: TestTill = till) => one.receipt([redeem(card.id, 1)])
    const journals = async () =>
      (await manager.answer('tills', null)).tills.find((one) => one.id === till.id)?.journals
    return { shop, manager, till, accountId, card, pay, journals }
  }

  test('[F19] after half a year the till is told to make a new key', async () => {
    const { shop, till, accountId } = await scene()
    expect((await till.register()).keyIsOld).toBe(false)
    shop.time.nowMs += 181 * day
    await till.reopen(shop.moysklad.hire({ accountId }).key)
    expect((await till.register()).keyIsOld).toBe(true)
  })

  test('[F19] [A2] the old key signs for the new one, which needs no session for that, and old records still drain', async () => {
    const { till, pay, journals } = await scene()
    await till.send(pay())
    const [old, unsent] = [till.copy(), pay()]
    old.seq = till.seq
    till.goOn()
    const { token } = till
    till.token = ''
    // The answer was lost: the till tells it once more.
    for (let n = 0; n < 2; n++) expect((await till.register()).bookKey).toBe('A'.repeat(43))
    expect(verdictOf(await till.send(pay()))).toBe('applied')
    expect(await journals()).toBe(2)
    expect(verdictOf(await old.send(unsent))).toBe('applied')
    expect((await till.ping()).state).toBe('active')
    till.token = token
    expect((await till.register()).head.headSeq).toBe(1)
  })

  test('[F19] a till that is shut out stays so under its next key', async () => {
    const { manager, till } = await scene()
    await manager.answer('tillState', { state: 'revoked' }, till.id)
    till.goOn()
    expect((await till.register()).head.state).toBe('revoked')
  })

  test('[F19] a key that nobody vouched for signs nothing', async () => {
    const { till, pay } = await scene()
    till.device = new TestDevice()
    expect(await till.denial('sync', till.batch([pay()]))).toBe('403 till_unknown')
    const own = new TestDevice()
    till.goOn()
    const signature = own.sign('podarok-journal-1')
    till.parent = { ...till.parent!, proof: { signature } }
    expect(await till.denial('till', till.registration())).toBe('403 till_unknown')
    till.parent = null
    till.token = ''
    expect(await till.denial('till', till.registration())).toBe('401 session_missing')
  })

  test('[F19] a key that is lost with its storage ends with its journal: nobody can write on in it', async () => {
    const { till, pay, accountId } = await scene()
    await till.sync(pay(), pay())
    till.loseStorage(3)
    await till.register()
    expect(verdictOf(await till.send(pay()))).toBe('applied')
    expect((await casesOf(engine.db(), accountId)).map(([kind]) => kind)).toEqual(['lost_tail'])
  })

  test('[F9] [F19] two copies of a till that both go on under new keys are told by it, once both are used', async () => {
    const { till, pay, accountId } = await scene()
    const double = till.copy()
    for (const one of [double, till]) one.goOn()
    await double.register()
    await double.send(pay(double))
    expect((await till.register()).head.state).toBe('active')
    expect(verdictOf(await till.send(pay()))).toBe('applied')
    expect(verdictOf(await double.send(pay(double)))).toBe('refused till_quarantined')
    expect((await casesOf(engine.db(), accountId)).map(([kind]) => kind)).toEqual(['fork'])
  })

  test('[T7] [J8] a mark beside a parent that nobody knows makes no second branch in silence', async () => {
    const { till, accountId, pay } = await scene()
    await till.send(pay())
    const double = till.copy()
    double.device = new TestDevice()
    double.loseStorage(0)
    await double.register()
    expect(verdictOf(await double.send(pay(double)))).toBe('applied')
    expect(verdictOf(await till.send(pay()))).toBe('refused till_quarantined')
    expect(verdictOf(await double.send(pay(double)))).toBe('refused till_quarantined')
    expect((await casesOf(engine.db(), accountId)).map(([kind]) => kind)).toEqual(['fork'])
  })

  test('[T7] what another till names as its parent ends no journal and makes no rival', async () => {
    const { shop, till, accountId, pay } = await scene()
    const other = await shop.till(accountId)
    const names = async (id: JournalId) => {
      const { mark } = other.head!
      const liar = other.copy()
      liar.device = new TestDevice()
      liar.parent = { id, headSeq: 0, givenSeq: 1, proof: { tillId: other.id, mark } }
      await liar.register(false)
    }
    // As after a restore: the server does not know these journals yet.
    const first = till.copy()
    first.beginAnew()
    await names(first.device.journal)
    await first.reopen(shop.moysklad.hire({ accountId }).key)
    first.session = till.session
    expect(verdictOf(await first.send(pay(first)))).toBe('applied')
    expect(verdictOf(await first.send(pay(first)))).toBe('applied')
    till.goOn()
    till.loseStorage()
    const unknown = till.parent!.id
    await till.register()
    await names(unknown)
    expect(verdictOf(await till.send(pay()))).toBe('applied')
    expect((await till.register()).head.state).toBe('active')
    expect((await casesOf(engine.db(), accountId)).filter(([kind]) => kind === 'fork')).toEqual([])
  })
})
