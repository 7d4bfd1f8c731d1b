import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { look, sound } from './look.ts'
import { cardWith, Shop } from './shop.ts'
import { goods, TillPage } from './till-page.ts'

/** The page is opened while our server is away: a service worker has kept its last version. */

const live = cardWith('active', 150_000)
const away = 'Нет связи: новую подарочную карту не примем, подготовленное ждёт'

let shop: Shop
beforeEach(async () => {
  shop = await Shop.open()
})
afterEach(() => shop.close())

/** Every file that the worker has, by the addresses of keys and of answers. */
async function keptFiles(till: TillPage): Promise<string[]> {
  const app = await till.app('create')
  return app.evaluate(async () => {
    const files: string[] = []
    for (const name of await caches.keys()) {
      const cache = await caches.open(name)
      for (const key of await cache.keys()) files.push(key.url, (await cache.match(key))!.url)
    }
    return files.filter((url) => url !== '').map((url) => url.slice(location.origin.length))
  })
}

/** The files that a frame has loaded, without their hashes: the same of one version has the same end. */
async function loaded(till: TillPage): Promise<string[]> {
  const app = await till.app('create')
  return app.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => new URL(name).pathname)
      .filter((path) => path.startsWith('/assets/')),
  )
}

it('[A1] what is kept is one version whole, in the partition of the frame, and no address holds its query', async () => {
  const till = await shop.till()
  await till.keptByWorker()
  const files = await keptFiles(till)
  expect(files.filter((file) => file.includes('?'))).toEqual([])
  expect(files).toContain('/w/sale-new')
  for (const part of ['engine', 'ru', 'en', 'operations', 'memory', 'index']) {
    expect(files).toContainEqual(expect.stringMatching(new RegExp(`^/assets/${part}-[^/]*\\.js$`)))
  }
  expect(files.filter((file) => !/^\/(assets\/[\w.-]+|w\/sale-new)$/.test(file))).toEqual([])
  // Our own pages at the top have a storage of their own (Chromium's partitions).
  const own = await till.page.context().newPage()
  await own.goto(`${shop.widgetUrl}/w/sale`)
  expect(await own.evaluate(async () => (await caches.keys()).length)).toBe(0)
})

it('[A6] no call passes through the worker, which opens page and files', async () => {
  const till = await shop.till()
  await till.keptByWorker()
  const again = await TillPage.reopen(till, till.locale)
  await again.ready('create')
  const app = await again.app('create')
  const seen = await app.evaluate(() =>
    performance.getEntriesByType('resource').map((one) => ({
      path: new URL(one.name).pathname,
      // Who answered, of Chromium's static routes.
      routed: (one as PerformanceResourceTiming & { workerFinalSourceType: string }).workerFinalSourceType,
      byWorker: (one as PerformanceResourceTiming).workerStart > 0,
    })),
  )
  const calls = seen.filter(({ path }) => path.startsWith('/api/'))
  const files = seen.filter(({ path }) => path.startsWith('/assets/'))
  expect(new Set(calls.map(({ routed }) => routed))).toEqual(new Set(['network']))
  expect(new Set(files.map(({ routed, byWorker }) => routed !== 'network' && byWorker))).toEqual(
    new Set([true]),
  )
})

it('[F31] a proxy whose server is away says 502, and the kept page is opened', async () => {
  const till = await shop.till()
  // MoySklad's page here asks the line what the frame got, so this one is opened by itself.
  const page = await till.page.context().newPage()
  await page.goto(`${shop.widgetUrl}/w/sale`)
  await page.evaluate(async () => void (await navigator.serviceWorker.ready))
  await shop.fault({ kind: 'status', path: '/w/sale', status: 502, times: null })
  await page.reload()
  await page.locator('.status').waitFor()
  await shop.clearFaults()
  await shop.fault({ kind: 'status', path: '/w/sale', status: 404, times: null })
  await page.reload()
  expect(await page.locator('body').innerText()).toContain('Fault')
})

describe('opened while the server is away', () => {
  it('[J12] [F31] the app says how many records wait, lets sales be saved, and works without a reload when it is back', async () => {
    const till = await shop.till()
    await till.keptByWorker()
    await till.firstSale()
    await till.addGood(goods.coffee)
    await till.scan('create', live.number)
    await till.prepare(/Списать с подарочной карты/)
    await shop.switch({ server: 'down' })
    await till.saveNew()
    await till.press('edit', /Да, списать 1.500,00/)
    await till.sees('edit', 'Принято без связи, отправим сами')

    const again = await TillPage.reopen(till, till.locale)
    await again.opened('edit')
    await again.sees('edit', /Нет связи · не отправлено: 1, с \d\d:\d\d/)
    await again.sees('edit', away)
    expect(await look(again, 'edit', 'opened-away', /новую подарочную карту не примем/)).toEqual(sound)
    // A sale without cards is none of our business (M2).
    await again.newSale()
    await again.sees('create', /не отправлено: 1/)
    await again.addGood(goods.tea)
    await again.scan('create', live.number)
    await again.sees('create', 'Нет связи. Подарочную карту сейчас не принимаем')
    await again.save()
    await again.saved()

    await shop.switch({ server: 'up' })
    await again.ready('edit')
    await again.allSent('edit')
    expect(shop.balance(live)).toBe(0)
    expect(shop.posted(live, 'redeem')).toBe(1)
    expect(shop.tills()).toBe(1)
    expect(await again.texts('edit')).not.toContain(away)
    // The frame that was opened without the server sells.
    await again.newSale()
    await again.ready('create')
    await again.addGood(goods.mug)
    await again.scan('create', cardWith('active', 50_000).number)
    await again.prepare(/Списать с подарочной карты/)
    await again.saveNew()
    await again.sees('edit', /списано .*остаток/)
  })

  it('[M3] [F31] a sale that was saved meanwhile is charged once when the server is back, and nobody is asked', async () => {
    const till = await shop.till()
    await till.keptByWorker()
    await till.addGood(goods.coffee)
    await till.scan('create', live.number)
    await till.prepare(/Списать с подарочной карты/)
    await shop.switch({ server: 'down' })
    await till.save()
    await till.opened('edit')
    await till.sees('edit', away)
    expect(shop.balance(live)).toBe(150_000)
    await shop.switch({ server: 'up' })
    await till.sees('edit', /списано 1.500,00.₽, остаток 0,00/)
    await till.allSent('edit')
    expect(shop.posted(live, 'redeem')).toBe(1)
  })

  it('[F31] also in a browser that was started again, and under the address that was never opened before', async () => {
    const first = await shop.persistentTill('kept')
    await first.keptByWorker()
    await first.addGood(goods.tea)
    await shop.switch({ server: 'down' })
    await first.save()
    // No frame of saved sales was ever loaded here.
    await first.opened('edit')
    await first.sees('edit', away)
    await first.page.context().close()
    const till = await shop.persistentTill('kept', { ready: false })
    await till.opened('create')
    await till.sees('create', away)
    await shop.switch({ server: 'up' })
    await till.ready('create')
  })
})

describe('a new version of the pages', () => {
  it('[A1] is there whole with the next page, and so it is while the server is away after that', async () => {
    const till = await shop.till()
    await till.keptByWorker()
    const old = await loaded(till)
    shop.deploy('next')
    // A server that is slower than the bound gives it one page later.
    let now: string[] = []
    await expect
      .poll(async () => {
        const opened = await TillPage.reopen(till, till.locale)
        await opened.ready('create')
        now = await loaded(opened)
        return now.some((path) => path.includes('next.'))
      })
      .toBe(true)
    const ofNext = (paths: string[]) => paths.filter((path) => path.includes('next.'))
    expect(old.length).toBeGreaterThan(3)
    expect(ofNext(old)).toEqual([])
    expect(ofNext(now)).toEqual(now)
    await expect.poll(async () => ofNext(await keptFiles(till)).length).toBeGreaterThanOrEqual(old.length)
    // It came with a page whose address held a key.
    expect((await keptFiles(till)).filter((file) => file.includes('?'))).toEqual([])
    await shop.switch({ server: 'down' })
    const offline = await TillPage.reopen(till, till.locale)
    await offline.sees('create', away)
    const then = await loaded(offline)
    expect(then.length).toBeGreaterThan(2)
    expect(ofNext(then)).toEqual(then)
  })

  it('of which a file is missing leaves the one before, which still opens', async () => {
    const till = await shop.till()
    await till.keptByWorker()
    const before = await keptFiles(till)
    shop.deploy('broken')
    await shop.fault({ kind: 'status', path: '/assets/memory', status: 404, times: null })
    const opened = await TillPage.reopen(till, till.locale)
    await opened.ready('create')
    await opened.backFromServer('create')
    await shop.switch({ server: 'down' })
    const offline = await TillPage.reopen(till, till.locale)
    await offline.sees('create', away)
    const files = await keptFiles(offline)
    expect(files.filter((file) => !before.includes(file))).toEqual([])
  })
})
