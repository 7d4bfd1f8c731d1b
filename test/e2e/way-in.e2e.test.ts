import { afterEach, beforeEach, expect, it } from 'vitest'
import { cardWith, Shop } from './shop.ts'
import { goods } from './till-page.ts'

const live = cardWith('active', 150_000)

let shop: Shop
beforeEach(async () => {
  shop = await Shop.open()
})
afterEach(() => shop.close())

it('[A1] without a key in its address a frame is let in by what MoySklad’s page vouches for, at a new sale and at a saved one', async () => {
  const till = await shop.till({ contextKey: false, ready: false })
  const entries: unknown[] = []
  till.page.on('request', (one) => {
    if (one.url().endsWith('/api/session')) entries.push(one.postDataJSON())
  })
  await till.ready('create')
  await till.addGood(goods.mug)
  await till.scan('create', live.number)
  await till.prepare(/Списать с подарочной карты 790,00/)
  await till.saveNew()
  await till.sees('edit', /списано 790,00.₽, остаток 710,00.₽/)
  expect(shop.posted(live, 'redeem')).toBe(1)
  const byToken = { wire: 'v1', userToken: expect.stringMatching(/^[0-9a-f]{40}$/) as string }
  expect(entries).toEqual([byToken, byToken])
})
