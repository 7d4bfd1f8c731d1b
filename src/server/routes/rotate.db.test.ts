import { expect, test } from 'vitest'
import { onBothEngines } from '../../../test/server/engines.ts'
import { casesOf } from '../../../test/server/look.ts'
import { TestDevice } from '../../../test/server/test-device.ts'
import { redeem, type TestTill } from '../../../test/server/test-till.ts'
import { addCard, verdictOf, world } from '../../../test/server/world.ts'

const day = 24 * 3_600_000

onBothEngines('keys of tills', (engine) => {
  async function scene() {
    const shop = world(engine.db())
    const { manager, till, accountId } = await shop.shop()
    const card = await addCard(manager, { paid: 1_000 })
    const pay = (one: TestTill = till) => one.receipt([redeem(card.id, 1)])
    const epochOf = async () =>
      (await manager.answer('tills', null)).tills.find((one) => one.id === till.id)?.epoch
    return { shop, manager, till, accountId, card, pay, epochOf }
  }
  const asking = (till: TestTill, device: TestDevice, epoch = till.epoch + 1) => ({
    ...till.envelope(),
    next: { epoch, deviceKey: device.publicKey },
  })

  test('[F19] after half a year the till is told to make a new key', async () => {
    const { shop, till, accountId } = await scene()
    expect((await till.register()).rotate).toBe(false)
    shop.time.nowMs += 181 * day
    await till.reopen(shop.moysklad.hire({ accountId }).key)
    expect((await till.register()).rotate).toBe(true)
  })

  test('[F19] the old key announces the new one, the epoch moves when the till sends in it, and old records still drain', async () => {
    const { till, pay, epochOf } = await scene()
    await till.send(pay())
    const [old, next] = [till.copy(), new TestDevice()]
    expect((await till.answer('rotate', asking(till, next))).headSeq).toBe(1)
    // The answer was lost: the till asks once more, and goes on in the old epoch meanwhile.
    expect(verdictOf(await till.send(pay()))).toBe('applied')
    expect((await till.answer('rotate', asking(till, next))).headSeq).toBe(2)
    expect(await epochOf()).toBe(1)
    const unsent = pay()
    old.seq = till.seq
    till.beginEpoch(2, next)
    expect(verdictOf(await till.send(pay()))).toBe('applied')
    expect(await epochOf()).toBe(2)
    expect(verdictOf(await old.send(unsent))).toBe('applied')
    expect((await till.ping()).state).toBe('active')
    expect((await till.register()).head.headSeq).toBe(1)
  })

  test('[F19] a key that nobody announced signs nothing', async () => {
    const { shop, till, pay } = await scene()
    till.device = new TestDevice()
    expect(await till.denial('sync', till.batch([pay()]))).toBe('401 signature_invalid')
    expect(await till.denial('rotate', asking(till, till.device))).toBe('401 signature_invalid')
    await expect(till.register()).rejects.toThrow('401')
    expect(shop.logged.filter((line) => line.includes('"signature_invalid"'))).toHaveLength(2)
  })

  test('[F19] a key that is lost with its storage ends with its epoch: nobody can write on in it', async () => {
    const { till, pay, accountId } = await scene()
    await till.sync(pay(), pay())
    till.beginEpoch()
    await till.register({ epoch: 1, fromSeq: 3, toSeq: 3 })
    expect(verdictOf(await till.send(pay()))).toBe('applied')
    expect((await casesOf(engine.db(), accountId)).map(([kind]) => kind)).toEqual(['lost_tail'])
  })

  test('[F9] two copies of a till that rotate at once get one successor between them', async () => {
    const { till, pay, epochOf } = await scene()
    const double = till.copy()
    const [mine, its] = [new TestDevice(), new TestDevice()]
    await double.answer('rotate', asking(double, its))
    expect(await till.denial('rotate', asking(till, mine))).toBe('401 signature_invalid')
    double.beginEpoch(2, its)
    await double.send(pay(double))
    // The one that stayed behind has no next epoch, neither this one nor the one after it.
    expect(await till.denial('rotate', asking(till, mine))).toBe('401 signature_invalid')
    expect(await till.denial('rotate', asking(till, mine, 3))).toBe('400 body_invalid')
    expect(await epochOf()).toBe(2)
  })

  test('[F19] a till that is not active makes no new keys', async () => {
    const { manager, till } = await scene()
    await manager.answer('tillState', { state: 'revoked' }, till.id)
    expect(await till.denial('rotate', asking(till, new TestDevice()))).toBe('403 till_not_active')
  })
})
