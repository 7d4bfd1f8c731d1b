import { expect, test } from 'vitest'
import { batchBytesMax } from '../../core/wire/tills.ts'
import type { Work } from '../db/db.ts'
import { onBothEngines } from '../../../test/server/engines.ts'
import { redeem, undo } from '../../../test/server/test-till.ts'
import { addCard, newReceiptId, verdictOf, world } from '../../../test/server/world.ts'

onBothEngines('batches of records', (engine) => {
  test('[J5] a batch of more than 256 KiB of records is refused as a whole', async () => {
    const { till } = await world(engine.db()).shop()
    const record = { seq: 1, id: newReceiptId(), receipt: '"'.repeat(60 * 1024), settled: null }
    const records = Array.from({ length: 5 }, (_, n) => ({ ...record, seq: n + 1, id: newReceiptId() }))
    expect(5 * 60 * 1024).toBeGreaterThan(batchBytesMax)
    expect(await till.denial('sync', { ...till.batch([]), records })).toBe('413 body_too_large')
    const fits = { ...till.batch([]), records: records.slice(0, 4) }
    expect((await till.answer('sync', fits)).outcomes.map(({ outcome }) => verdictOf(outcome))).toEqual(
      Array<string>(4).fill('in_review receipt_malformed'),
    )
  })

  test('records that cannot be read are kept, in review, and block nobody', async () => {
    const shop = world(engine.db())
    const { manager, till, accountId } = await shop.shop()
    const card = await addCard(manager, { paid: 100 })
    const good = [till.receipt([redeem(card.id, 10)]), till.receipt([redeem(card.id, 10)])]
    const batch = till.batch(good)
    const bad = (receipt: string) => ({ seq: ++till.seq, id: newReceiptId(), receipt, settled: null })
    const text = JSON.stringify(good[0])
    const poison = [
      bad('not JSON'),
      bad(text.replace('v1', 'v0')),
      bad(text),
      bad('{"a":"\0"}'),
      bad('\ud800\ud800'),
      bad(JSON.stringify({ ...good[0], surprise: true })),
    ]
    const records = [batch.records[0]!, ...poison, batch.records[1]!]
    const { outcomes, head } = await till.answer('sync', { ...batch, records })
    expect(outcomes.map(({ outcome }) => verdictOf(outcome))).toEqual([
      'applied',
      ...poison.map(() => 'in_review receipt_malformed'),
      'applied',
    ])
    expect(head.headSeq).toBe(till.seq)
    const again = await till.answer('sync', { ...batch, records })
    expect(again.outcomes).toEqual(outcomes)
    const cases = await engine
      .db()
      .read((query) =>
        query.all('select id from cases where account_id = $1 and closed_at_ms is null', [accountId]),
      )
    expect(cases).toHaveLength(poison.length)
    expect((await till.answer('operations', null)).receipts).toHaveLength(2)
  })

  test('[C8] what nobody could read can be cancelled by its till', async () => {
    const shop = world(engine.db())
    const { manager, till } = await shop.shop()
    const card = await addCard(manager, { paid: 100 })
    const bad = { seq: ++till.seq, id: newReceiptId(), receipt: 'not JSON', settled: null }
    await till.answer('sync', { ...till.batch([]), records: [bad] })
    const open = async () =>
      (await manager.answer('cases', null)).cases.filter(({ decision }) => decision === null).length
    expect(await open()).toBe(1)
    expect(verdictOf(await till.send(till.receipt([undo(bad.id)])))).toBe('applied')
    expect(await open()).toBe(0)
    expect(verdictOf(await till.send(till.receipt([undo(bad.id)])))).toBe('refused void_twice')
    expect(verdictOf(await till.send(till.receipt([redeem(card.id, 100)])))).toBe('applied')
  })

  test('[J6] the raw road keeps a record, opens a case and decides nothing', async () => {
    const shop = world(engine.db())
    const { manager, till } = await shop.shop()
    const card = await addCard(manager, { paid: 100 })
    const receipt = till.receipt([redeem(card.id, 10)])
    const batch = till.batch([receipt])
    const { outcomes } = await till.answer('syncRaw', batch)
    expect(verdictOf(outcomes[0]!.outcome)).toBe('in_review receipt_malformed')
    expect(verdictOf(await till.send(receipt))).toBe('in_review receipt_malformed')
    const found = await till.answer('lookup', { number: card.number, entered: 'scanned', hold: null })
    expect(found.card?.balanceKopecks).toBe(100)
  })

  test('[J6] [F21] when the database fails in the middle, that record and all after it are `later`', async () => {
    const shop = world(engine.db())
    const { manager, till } = await shop.shop()
    const card = await addCard(manager, { paid: 100 })
    const { db } = shop.deps
    let burns = true
    const burning =
      <T>(work: Work<T>): Work<T> =>
      async (tx) => {
        const done = await work(tx)
        if (burns) throw new Error('disk on fire')
        return done
      }
    shop.deps.db = {
      ...db,
      writeEach: (works) => db.writeEach(works.map((work, n) => (n === 1 ? burning(work) : work))),
    }
    const receipts = [10, 20, 30].map((amount) => till.receipt([redeem(card.id, amount)]))
    const { outcomes, head } = await till.sync(...receipts)
    expect(outcomes.map(({ outcome }) => verdictOf(outcome))).toEqual(['applied', 'later', 'later'])
    expect(head.headSeq).toBe(1)
    expect(shop.logged.some((line) => line.includes('receipt_failed') && line.includes('disk on fire'))).toBe(
      true,
    )
    burns = false
    const retried = await till.sync(...receipts)
    expect(retried.outcomes.map(({ outcome }) => verdictOf(outcome))).toEqual([
      'applied',
      'applied',
      'applied',
    ])
  })

  test('[J5] a till sends only its own records', async () => {
    const shop = world(engine.db())
    const { manager, till, accountId } = await shop.shop()
    const other = await shop.till(accountId)
    const card = await addCard(manager, { paid: 100 })
    const receipt = till.receipt([redeem(card.id, 10)])
    expect(await other.denial('sync', till.batch([receipt]))).toBe('401 signature_invalid')
    const smuggled = { ...other.batch([receipt]) }
    const { outcomes } = await other.answer('sync', smuggled)
    expect(verdictOf(outcomes[0]!.outcome)).toBe('in_review receipt_malformed')
  })
})
