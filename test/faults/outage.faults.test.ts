import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { seeded } from '../../src/core/testing/random.ts'
import { openShop } from './shop.ts'

/** Longer than it takes a till to find out whether one record is what breaks the server. */
const outage = 9

test('[J6] a server that was out of order for long puts nothing aside as broken when it is back', async () => {
  const shop = await openShop(
    'sqlite',
    { ...seeded(1), chance: () => false },
    {
      receipts: 1,
      tillCount: 1,
      chance: 0,
      loseEvery: Infinity,
    },
  )
  try {
    const [page] = shop.pages
    // Each frame counts for itself what it has met.
    await shop.second.close()
    shop.proxy.arm()
    shop.proxy.breakFor(outage)
    await page!.evaluate((plan) => window.faultTill.write(plan), shop.plans[0]!)
    for (;;) {
      const { unsettled, headSeq } = await page!.evaluate(() => window.faultTill.course())
      if (unsettled === 0 && headSeq === 1) break
      await sleep(100)
    }
    expect(shop.proxy.struck.storm).toBe(outage)
    expect(await page!.evaluate(() => window.faultTill.ends([0, 0], 10))).toMatchObject([
      { status: 'applied' },
    ])
  } finally {
    await shop.close()
    await shop.remove()
  }
})
