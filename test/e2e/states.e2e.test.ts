import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { databaseName } from '../../src/client/journal/database.ts'
import type { AnswerOf } from '../../src/core/wire/endpoints.ts'
import { paintMaxMs } from '../../widget/cashier/after-paint.ts'
import { type Look, look, sound } from './look.ts'
import { ACCOUNT_ID, cardWith, Shop, unsoldCards } from './shop.ts'
import { goods, TillPage } from './till-page.ts'

/** The states that a cashier meets on a bad day, brought about for real, in both languages at 400 px. */

type Point = 'create' | 'edit'
type See = (till: TillPage, point: Point, name: string, about: RegExp) => Promise<void>

const locales = ['ru_RU', 'en_US'] as const

async function inShop(work: (shop: Shop, see: See) => Promise<void>): Promise<void> {
  const shop = await Shop.open({ offline: true })
  const looks = new Map<string, Look>()
  try {
    await work(shop, async (till, point, name, about) => {
      await till.sees(point, about)
      looks.set(`${name} ${till.locale}`, await look(till, point, name, about))
    })
  } finally {
    await shop.close()
  }
  for (const [name, one] of looks) expect(one, name).toEqual(sound)
}

const operations = /Операции кассы|Operations/
const redeem = /Списать с подарочн|Redeem/
const yes = /^Да, |^Yes, /
const recorded = /Записано, ждём ответа|Recorded, waiting/
const promised = /Принято без связи|Accepted offline/

async function prepare(till: TillPage, good: string, number: string): Promise<void> {
  await till.addGood(good)
  await till.scan('create', number)
  await till.prepare(redeem)
}

/** As it stands, and then the page of the same till opened anew in the other language: what is stored is told again. */
async function inBoth(till: TillPage, work: (till: TillPage) => Promise<void>): Promise<TillPage> {
  await work(till)
  const other = await TillPage.reopen(
    till,
    locales.find((locale) => locale !== till.locale)!,
  )
  await work(other)
  return other
}

/** Two tills, one in each language, live through the same: most of an outage is waiting. */
it('[J2] [O3] [O6] [O8] an outage, from the first silence to what humans decide about it', () =>
  inShop(async (shop, see) => {
    const [ru, en] = [await shop.till({ locale: locales[0] }), await shop.till({ locale: locales[1] })]
    const both = (work: (till: TillPage) => Promise<void>) => Promise.all([work(ru), work(en)])
    await both(async (till) => {
      await till.firstSale()
      await till.press('create', operations)
      await till.sees('create', /карт в списке: 20|list: 20/)
      await see(till, 'create', 'not-ready', /после ночного перерыва|after the night/)
      await till.press('create', /Назад|Back/)
      await see(till, 'create', 'checking-chip', /проверяется|being checked/)
    })

    // What another till does after the list was read, nobody can know without the line.
    const other = await shop.till()
    await other.addGood(goods.certificate1000)
    await other.addGood(goods.grinder)
    await other.addGood(goods.mug)
    await other.scan('create', unsoldCards[0]!.number)
    await other.sees('create', '•••• 9501')
    await other.scanKeys(cardWith('active', 300_000).number)
    await other.prepare(redeem, 'both')
    await other.saveNew()
    await other.sees('edit', /активирована на/)

    await shop.fault({ kind: 'stall', path: '/api/sync', times: null })
    await both(async (till) => {
      await prepare(till, goods.mug, cardWith('active', till === ru ? 50_000 : 100_000).number)
      await till.saveNew()
      await see(till, 'edit', 'waiting', recorded)
      await till.sees('edit', /Принять без связи|Accept offline/)
      await see(till, 'edit', 'waiting-choice', recorded)
    })
    await shop.switch({ server: 'down' })
    await both(async (till) => {
      await till.press('edit', /Принять без связи|Accept offline/)
      await see(till, 'edit', 'promise-by-hold', promised)

      await till.newSale()
      await till.addGood(goods.grinder)
      await till.addGood(goods.mug)
      await till.scan('create', cardWith('active', 300_000).number)
      await see(till, 'create', 'from-book', /по списку на|from the list/)
      await till.prepare(redeem)
      await till.saveNew()
      await see(till, 'edit', 'question-offline', /Это для этой продажи|Is it for this sale/)
      await till.press('edit', yes)
      await see(till, 'edit', 'promise-by-grant', promised)

      await till.newSale()
      await till.addGood(goods.certificate1000)
      await till.addGood(goods.grinder)
      await till.scan('create', unsoldCards[0]!.number)
      await till.sees('create', '•••• 9501')
      await till.scanKeys(cardWith('active', 250_000).number)
      await see(till, 'create', 'rest-of-grant', /2.000,00|2,000\.00/)
      await till.prepare(redeem, 'both')
      await till.saveNew()
      await till.press('edit', yes)
      await see(till, 'edit', 'promise-of-both', promised)

      await till.newSale()
      await till.addGood(goods.mug)
      await till.scan('create', cardWith('active', 150_000).number)
      await see(till, 'create', 'grant-spent', /Лимит без связи исчерпан|limit is used up/)
      await till.press('create', operations)
      await see(till, 'create', 'grant-spent-why', /лимит исчерпан|limit is used up/)
    })

    await shop.clearFaults()
    await shop.switch({ server: 'up' })
    await both(async (till) => {
      await till.sees('create', /Карта уже продана раньше|had been sold before/)
      await see(till, 'create', 'in-review', /Требует решения|Needs a decision/)
      await till.press('create', /Понятно|OK/)
      // A fresh limit has come: what is left to prove is the browser's storage.
      await till.sees('create', /после ночного перерыва|after the night/)
      await till.press('create', operations)
      await till.press('create', operations)
      await see(till, 'create', 'shift', /Итоги смены|Shift summary/)
    })

    const { cases } = await shop.manage<AnswerOf<'cases'>>('GET', '/api/cases')
    for (const { id, choices } of cases) {
      await shop.manage('POST', `/api/cases/${id}/decision`, { choice: choices[0], note: '' })
    }
    await both(async (till) => {
      const again = await TillPage.reopen(till, till.locale)
      await again.press('create', operations)
      await again.sees('create', /Управляющий видел|manager has seen it/)
      await see(again, 'create', 'decided', /операции не было|it did not happen/)
    })
  }))

it('[J4] [M3] [M11] what a page that died has left, and a till that is shut out', () =>
  inShop(async (shop, see) => {
    let till = await shop.till()
    const card = cardWith('active', 100_000)
    await prepare(till, goods.mug, card.number)
    till = await TillPage.reopen(till, till.locale)
    till = await inBoth(till, (one) =>
      see(one, 'create', 'draft-recovered', /подготовили, но не сохранили|never saved/),
    )
    await till.press('create', /тпустить карту|elease the card/)

    await prepare(till, goods.mug, card.number)
    await shop.switch({ server: 'down' })
    await till.save()
    await till.saved()
    await till.newSale()
    await see(till, 'create', 'question-unchecked', /Эта продажа сохранена|Was that sale saved/)
    await till.press('create', yes)
    await see(till, 'create', 'promise-without-sale', promised)
    await shop.switch({ server: 'up' })
    await till.allSent('create')
    await till.newSale()
    await till.addGood(goods.mug)
    await see(till, 'create', 'linking', /Это за эту продажу|Was it for this sale/)
    await till.press('create', /Нет, за другую|No, another one/)
    till = await TillPage.reopen(till, locales[0])
    await till.addGood(goods.mug)
    await see(till, 'create', 'linking', /Это за эту продажу|Was it for this sale/)
    await till.press('create', yes)
    await see(till, 'create', 'linked', /Отнесено к этой продаже|Belongs to this sale/)
    const before = shop.tillOutcomes().length
    await till.saveNew()
    await expect.poll(() => shop.tillOutcomes().length).toBe(before + 1)
    expect(shop.balance(card)).toBe(21_000)

    await till.newSale()
    await prepare(till, goods.bag, card.number)
    const edit = await till.app('edit')
    // The browser draws nothing more, however long it takes: what is recorded now nobody has seen.
    await edit.evaluate((neverMs) => {
      const setTimer = window.setTimeout.bind(window)
      window.requestAnimationFrame = () => 0
      window.setTimeout = ((work: () => void, ms?: number) =>
        ms === neverMs ? 0 : setTimer(work, ms)) as typeof setTimeout
    }, paintMaxMs)
    await till.saveNew()
    await till.sees('edit', recorded)
    till = await TillPage.reopen(till, till.locale)
    till = await inBoth(till, (one) =>
      see(one, 'edit', 'ghost', /Покупатель ушёл с товаром|Did the customer leave/),
    )
    await till.press('edit', /Нет, отменить|No, cancel it/)
    await see(till, 'edit', 'ghost-cancelled', /с карты ничего не взято|nothing was taken/)
    expect(shop.balance(card)).toBe(21_000)

    await till.newSale()
    await prepare(till, goods.bag, card.number)
    const { tills } = await shop.manage<AnswerOf<'tills'>>('GET', '/api/tills')
    await shop.manage('PUT', `/api/tills/${tills[0]!.id}/state`, { state: 'revoked' })
    await till.saveNew()
    till = await inBoth(till, (one) => see(one, 'edit', 'revoked-refused', /НЕ СПИСАНО|NOT REDEEMED/))
    await till.press('edit', /Понятно|OK/)
    await inBoth(till, (one) => see(one, 'edit', 'revoked', /Записанное отправим|still be sent/))
    expect(shop.balance(card)).toBe(21_000)
  }))

it('[J13] [J10] [J8] storage that is full, of a newer version, denied by the browser, copied', () =>
  inShop(async (shop, see) => {
    const till = await shop.till()
    const card = cardWith('active', 100_000)
    await prepare(till, goods.bag, card.number)
    // No switch of this browser makes its disk smaller for one page: the one call that would fail is made to fail.
    await till.page.addInitScript(() => {
      // eslint-disable-next-line @typescript-eslint/unbound-method -- the browser's own one is called on its object
      const { add } = IDBObjectStore.prototype
      IDBObjectStore.prototype.add = function (value: unknown, key) {
        if (this.name === 'records') throw new DOMException('no room', 'QuotaExceededError')
        return key === undefined ? add.call(this, value) : add.call(this, value, key)
      }
    })
    await till.saveNew()
    const full = await inBoth(till, async (one) => {
      await one.sees('edit', /Да, списать 89|Yes, redeem/)
      await see(one, 'edit', 'storage-full', /Место на диске кончилось|disk is full/)
    })
    await (
      await full.app('edit')
    ).evaluate(
      (name) => new Promise((done) => (indexedDB.open(name, 1_000).onsuccess = done)),
      databaseName(ACCOUNT_ID),
    )
    await see(full, 'edit', 'old-version', /old version/)
    await see(await TillPage.reopen(full, locales[0]), 'edit', 'old-version', /открыта старая версия/)
    expect(shop.balance(card)).toBe(100_000)

    const denied = shop.profileDir('denied')
    mkdirSync(join(denied, 'Default'), { recursive: true })
    // What a person sets as "sites that may not store data" in the browser's settings.
    const cookies = { [`${shop.widgetUrl},*`]: { setting: 2, last_modified: '0' } }
    writeFileSync(
      join(denied, 'Default', 'Preferences'),
      JSON.stringify({ profile: { content_settings: { exceptions: { cookies } } } }),
    )
    const poor = await inBoth(await shop.persistentTill('denied'), (one) =>
      see(one, 'create', 'storage-denied', /Браузер не даёт хранить данные|does not let us store/),
    )
    const paying = cardWith('active', 150_000)
    await poor.addGood(goods.mug)
    await poor.scan('create', paying.number)
    await poor.sees('create', '•••• 6537')
    // What was prepared before the sale would be lost with this frame, so nothing is, and nothing is said to be.
    expect(await poor.texts('create')).not.toContain('Redeem')
    // A card that is scanned before the frame knows the saved sale is only looked at.
    const read = poor.page.waitForResponse(/\/api\/sales\//)
    await poor.saveNew()
    await (await read).finished()
    await poor.backFromServer('edit')
    await poor.scan('edit', paying.number)
    await see(poor, 'edit', 'storage-denied-card', redeem)
    await poor.press('edit', redeem)
    await see(poor, 'edit', 'storage-denied-done', /redeemed .790\.00/)
    expect(shop.balance(paying)).toBe(71_000)
    await poor.page.context().close()

    // Somebody copies the browser's profile, and both copies sell.
    const original = await shop.persistentTill('first')
    await original.page.context().close()
    cpSync(shop.profileDir('first'), shop.profileDir('double'), { recursive: true })
    const [first, double] = [await shop.persistentTill('first'), await shop.persistentTill('double')]
    const second = cardWith('active', 250_000)
    await Promise.all([prepare(first, goods.bag, paying.number), prepare(double, goods.bag, second.number)])
    // Neither hears of the other before it has given the number away.
    await shop.fault({ kind: 'stall', path: '/api/sync', times: null })
    const copies = [first, double]
    const sent = copies.map((copy) => copy.page.waitForRequest(/\/api\/sync$/))
    await Promise.all(copies.map((copy) => copy.saveNew()))
    await Promise.all(sent)
    await shop.clearFaults()
    const late = await Promise.any(copies.map((copy) => copy.sees('edit', 'НЕ СПИСАНО').then(() => copy)))
    const refused = await inBoth(late, (one) =>
      see(one, 'edit', 'quarantined-refused', /НЕ СПИСАНО|NOT REDEEMED/),
    )
    await refused.press('edit', /Понятно|OK/)
    await inBoth(refused, (one) => see(one, 'edit', 'quarantined', /Записанное отправим|still be sent/))
    expect(shop.posted(paying, 'redeem') + shop.posted(second, 'redeem')).toBe(2)
  }))
