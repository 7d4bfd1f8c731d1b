import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { firefoxPath } from '../support/firefox.ts'
import { type CookieBehavior, cookieBehavior, Firefox, type FirefoxTill } from './firefox-till.ts'
import { cardWith, Shop, unsoldCards } from './shop.ts'
import { goods } from './till-page.ts'

/**
 * The till in Firefox: what it allows a frame of another site differs from Chromium. Where there is no Firefox these tests
 * are left out; `test/support/prepare.ts` gets it or says so.
 */

let shop: Shop
const open: Firefox[] = []
const fresh = unsoldCards[0]!
const live = cardWith('active', 150_000)
const opensAway = /новую подарочную карту не примем, подготовленное ждёт/

beforeEach(async () => {
  shop = await Shop.open()
})
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
  await shop.close()
})

async function start(profile: string, behavior?: CookieBehavior): Promise<Firefox> {
  const one = await Firefox.start(shop.profileDir(profile), behavior)
  open.push(one)
  return one
}

/** A card is prepared on the line, the line is cut, and the saved sale is paid by a promise. */
async function payInOutage(till: FirefoxTill): Promise<void> {
  await till.ready('create')
  await till.addGood(goods.tea)
  await till.saveNew()
  await till.ready('edit')
  await till.newSale()
  await till.addGood(goods.coffee)
  await till.scan('create', live.number)
  await till.press('create', 'Списать с подарочной карты 1 500,00')
  await till.sees('create', /Подготовлено/)
  await shop.switch({ server: 'down' })
  await till.saveNew()
  await till.press('edit', 'Да, списать 1 500,00')
}

describe.skipIf(!firefoxPath())('Firefox as it comes', () => {
  it('[J11] gives the frame a partition of its own, and locks that nobody may list', async () => {
    const till = await (await start('plain')).tab(shop.hostUrl)
    await till.ready('create')
    const app = await till.app('create')
    const known = await app.evaluate(async () => ({
      listed: await navigator.locks.query().then(
        () => 'listed',
        (error: Error) => error.name,
      ),
      granted: await navigator.locks.request('test', () => true),
      databases: (await indexedDB.databases()).length,
    }))
    expect(known).toEqual({ listed: 'SecurityError', granted: true, databases: 1 })
  })

  it('[J4] [J11] sells a certificate and takes its card in payment, and asks about nothing', async () => {
    const till = await (await start('plain')).tab(shop.hostUrl)
    await till.ready('create')
    await till.addGood(goods.certificate3000)
    await till.scan('create', fresh.number)
    await till.sees('create', /Подготовлено. Активируем, когда вы сохраните продажу/)
    await till.saveNew()
    await till.sees('edit', /активирована на 3 000,00/)
    expect(shop.balance(fresh)).toBe(300_000)

    await till.newSale()
    await till.addGood(goods.mug)
    await till.scan('create', fresh.number)
    await till.press('create', 'Списать с подарочной карты 790,00')
    await till.sees('create', /Подготовлено. Спишем, когда вы сохраните продажу/)
    await till.saveNew()
    await till.sees('edit', /списано 790,00 ₽, остаток 2 210,00 ₽/)
    expect(shop.balance(fresh)).toBe(221_000)
    await till.sees('edit', /всё отправлено/)
    expect([await till.asked('create'), await till.asked('edit')]).toEqual([[], []])
  })

  it('[M3] [J11] a second tab asks nothing about a draft that the first one prepares, and the first one is charged', async () => {
    const browser = await start('plain')
    const one = await browser.tab(shop.hostUrl)
    await one.ready('create')
    await one.addGood(goods.coffee)
    await one.scan('create', live.number)
    await one.press('create', 'Списать с подарочной карты 1 500,00')
    await one.sees('create', /Подготовлено/)

    const two = await browser.tab(shop.hostUrl)
    await two.ready('create')
    await two.addGood(goods.tea)
    await two.saveNew()
    await two.ready('edit')
    await two.newSale()
    await two.backFromServer('create')
    expect([await two.asked('create'), await two.asked('edit')]).toEqual([[], []])

    await one.toFront()
    await one.saveNew()
    await one.sees('edit', /списано 1 500,00/)
    expect(shop.posted(live, 'redeem')).toBe(1)
    await two.toFront()
    await two.backFromServer('create')
    for (const till of [one, two]) {
      expect([await till.asked('create'), await till.asked('edit')]).toEqual([[], []])
    }
  })

  it('[O2] [J1] cut after the scan: what was promised without the line arrives once', async () => {
    const till = await (await start('plain')).tab(shop.hostUrl)
    await payInOutage(till)
    await till.sees('edit', /Принято без связи, отправим сами/)
    // What is asked is noted: elsewhere nothing is.
    expect(await till.asked('edit')).toEqual([expect.stringContaining('Это для этой продажи?')])
    expect(shop.balance(live)).toBe(150_000)
    await shop.switch({ server: 'up' })
    await till.sees('edit', /списано 1 500,00 ₽, остаток 0,00/)
    expect(shop.posted(live, 'redeem')).toBe(1)
  })

  it('[J3] [J4] a browser that is started again is the same till, and sends what it had not sent', async () => {
    const first = await start('kept')
    const till = await first.tab(shop.hostUrl)
    await payInOutage(till)
    await till.sees('edit', /не отправлено: 1/)
    const tills = shop.tills()
    open.splice(open.indexOf(first), 1)
    await first.close()
    await shop.switch({ server: 'up' })
    const again = await (await start('kept')).tab(shop.hostUrl)
    await again.ready('create')
    await again.sees('create', /всё отправлено/)
    await expect.poll(() => shop.balance(live)).toBe(0)
    expect(shop.posted(live, 'redeem')).toBe(1)
    expect(shop.tills()).toBe(tills)
    expect(await again.asked('create')).toEqual([])
  })

  it('[F31] the page is opened by the worker while the server is away, also in a browser that was started again', async () => {
    const first = await start('worker')
    const till = await first.tab(shop.hostUrl)
    await payInOutage(till)
    await till.sees('edit', /не отправлено: 1/)
    const edit = await till.app('edit')
    await edit.evaluate(async () => void (await navigator.serviceWorker.ready))
    await till.reload()
    await till.opened('edit')
    await till.sees('edit', /Нет связи · не отправлено: 1/)
    await till.sees('edit', opensAway)
    open.splice(open.indexOf(first), 1)
    await first.close()
    const again = await (await start('worker')).tab(shop.hostUrl)
    await again.sees('create', /Нет связи · не отправлено: 1/)
    await again.sees('create', opensAway)
    expect(shop.balance(live)).toBe(150_000)
    await shop.switch({ server: 'up' })
    await again.ready('create')
    await again.sees('create', /всё отправлено/)
    expect(shop.balance(live)).toBe(0)
    expect(shop.posted(live, 'redeem')).toBe(1)
  })
})

describe.skipIf(!firefoxPath())('Firefox that blocks the storage of other sites', () => {
  it('[J13] denies the till everything, and the till works on the line: saved first, scanned then', async () => {
    const till = await (await start('blocked', cookieBehavior.blocked)).tab(shop.hostUrl)
    await till.ready('create')
    await till.sees('create', /Браузер не даёт хранить данные: работаем только на связи/)
    expect(await till.texts('create')).not.toContain('Подключаемся')
    await till.addGood(goods.mug)
    await till.saveNew()
    await till.ready('edit')
    await till.scan('edit', live.number)
    await till.press('edit', 'Списать с подарочной карты 790,00')
    await till.sees('edit', /списано 790,00/)
    expect(shop.balance(live)).toBe(71_000)
  })

  it('[F31] [J13] gives no worker: without the server the page is not opened, and sales are saved all the same', async () => {
    const till = await (await start('blocked', cookieBehavior.blocked)).tab(shop.hostUrl)
    await till.ready('create')
    const app = await till.app('create')
    const worker = await app.evaluate(() =>
      Promise.resolve()
        .then(() => navigator.serviceWorker.getRegistration())
        .then(
          (one) => one?.scope ?? 'none',
          () => 'none',
        ),
    )
    expect(worker).toBe('none')
    await shop.switch({ server: 'down' })
    await till.reload()
    await till.addGood(goods.mug)
    await till.notLoaded('create')
    await till.save()
  })
})
