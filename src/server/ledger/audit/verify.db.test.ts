import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runVerify } from '../../../../test/server/server-process.ts'
import { redeem, refund } from '../../../../test/server/test-till.ts'
import { unguarded } from '../../../../test/server/unguarded.ts'
import { addCard, world } from '../../../../test/server/world.ts'
import { verifyDigests, writeDailyDigest } from './digest.ts'
import { verifyLedger } from './verify.ts'

describe.each(['sqlite', 'postgres'] as const)('verify (%s)', (engine) => {
  /** A ledger with a little history, whose guards an intruder has taken off. */
  async function books() {
    const opened = await unguarded(engine)
    const shop = world(opened.db)
    const { manager, till } = await shop.shop()
    const card = await addCard(manager, { paid: 1_000, granted: 100 })
    const sale = till.receipt([redeem(card.id, 300)])
    await till.send(sale)
    await till.send(till.receipt([refund(card.id, 100, sale.id)]))
    return { ...opened, shop }
  }

  test('[L6] clean books are counted', async () => {
    const { db, close } = await books()
    expect(await verifyLedger(db)).toEqual({
      difference: null,
      counts: { accounts: 1, cards: 1, receipts: 3, operations: 4, entries: 7 },
    })
    await close()
  })

  const redeemed = `kind = 'redeem'`
  test.each([
    ['a balance', 'update card set paid = paid + 1', /the row says 801 \+ 100, the entries 800 \+ 100/],
    ['a status', `update card set status = 'blocked'`, /does not stand as its last operation left it/],
    [
      'one entry',
      `update entry set amount = amount - 1 where account = 'redeemed' and amount > 0`,
      /sum to -1/,
    ],
    [
      'two entries that still sum to zero',
      `update entry set amount = amount + case when account = 'redeemed' then 5 else -5 end
        where account in ('redeemed', 'card_paid') and receipt_id = (select receipt_id from operation where ${redeemed})`,
      /after operation 3 \(redeem, receipt .*\) the entries make 695 \+ 100/,
    ],
    [
      'an operation and its card together',
      `update operation set expires_after = '2030-01-01' where ${redeemed}`,
      /the hash chain breaks at operation 3/,
    ],
    [
      'the text of a receipt',
      `update receipt set body = replace(body, '300', '200')`,
      /does not match its digest/,
    ],
    [
      'the head of a chain',
      `update card set chain_head = 'x'`,
      /the head of the chain is not the one in the row/,
    ],
    [
      'the length of a chain',
      'update card set chain_length = 3',
      /the row says 3 operations, the chain has 4/,
    ],
    [
      'an outcome',
      `update receipt set status = 'refused' where mode = 'ask'`,
      /status does not match its outcome/,
    ],
  ])('[L7] a changed history shows: %s', async (_, sql, difference) => {
    const { db, close } = await books()
    await db.write((tx) => tx.run(sql))
    expect((await verifyLedger(db)).difference).toMatch(difference)
    await close()
  })

  test('[L7] a history rewritten chain and all no longer agrees with the daily digest', async () => {
    const { db, shop, folder, databaseUrl, close } = await books()
    const digests = join(folder, 'digests')
    const file = await writeDailyDigest(db, digests, shop.time.nowMs + 10 * 60_000)
    expect(file).toBe(join(digests, '2026-10-02.json'))
    expect(await writeDailyDigest(db, digests, shop.time.nowMs + 20 * 60_000)).toBeNull()
    expect(await verifyDigests(db, digests)).toEqual({ difference: null, digests: 1 })
    // Later work leaves the digest of the past as it was.
    shop.time.nowMs += 3_600_000
    const { manager } = await shop.shop()
    await addCard(manager, { paid: 5 })
    const place = { dataDir: folder, ...(databaseUrl && { databaseUrl }) }
    expect(await runVerify(place)).toMatchObject({
      code: 0,
      said: expect.stringContaining(
        '2 cards, 4 receipts, 6 operations, 9 entries, 1 daily digests',
      ) as unknown,
    })
    const kept = await readFile(file!, 'utf8')
    await writeFile(file!, kept.replace(/"digest": "./, '"digest": "x'))
    expect(await runVerify(place)).toMatchObject({
      code: 1,
      said: expect.stringMatching(
        /^DIFFERENCE: the ledger as of .* is not what .*2026-10-02\.json remembers/,
      ) as unknown,
    })
    await writeFile(file!, 'nothing')
    expect((await verifyDigests(db, digests)).difference).toContain('is no digest')
    await close()
  })
})
