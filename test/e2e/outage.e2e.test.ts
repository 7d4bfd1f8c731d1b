import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cardWith, Shop, unsoldCards } from './shop.ts'
import { goods, type TillPage } from './till-page.ts'

/** A whole outage on the owner's grant: cards that were never scanned before pay and are sold out of the book (O3, O4). */

let shop: Shop
let till: TillPage
const live = cardWith('active', 150_000)
const fresh = unsoldCards[1]!

beforeEach(async () => {
  shop = await Shop.open({ offline: true })
  till = await shop.till()
  await till.firstSale()
  await till.press('create', /Операции кассы/)
  await till.sees('create', /карт в списке: 20/)
  await till.sees('create', /Лимит 5.000,00/)
  await till.press('create', 'Назад')
})
afterEach(() => shop.close())

describe('[O3] [O4] without the line', () => {
  it('a card out of the book pays on the grant, and arrives once', async () => {
    await till.addGood(goods.mug)
    await shop.switch({ server: 'down' })
    await till.scan('create', live.number)
    await till.sees('create', /по списку на \d\d:\d\d/)
    await till.prepare(/Списать с подарочной карты 790,00/)
    await till.saveNew()
    await till.press('edit', /Да, списать 790,00/)
    await till.sees('edit', 'Принято без связи, отправим сами')
    expect(shop.balance(live)).toBe(150_000)
    await shop.switch({ server: 'up' })
    await till.allSent('edit')
    await till.sees('edit', /списано 790,00.₽, остаток 710,00/)
    expect(shop.balance(live)).toBe(71_000)
    expect(shop.posted(live, 'redeem')).toBe(1)
  })

  it('the same card pays no more than it has, however often it comes, and is sold once', async () => {
    await shop.switch({ server: 'down' })
    for (const button of [/Списать с подарочной карты 790,00/, /Списать с подарочной карты 710,00/]) {
      await till.addGood(goods.mug)
      await till.scan('create', live.number)
      await till.prepare(button)
      await till.saveNew()
      await till.press('edit', /Да, списать/)
      await till.sees('edit', 'Принято без связи, отправим сами')
      await till.newSale()
    }
    await till.addGood(goods.mug)
    await till.scan('create', live.number)
    await till.sees('create', 'На карте пусто')
    await till.newSale()
    await till.addGood(goods.certificate3000)
    await till.scan('create', fresh.number)
    await till.sees('create', /Подготовлено/)
    await till.saveNew()
    await till.press('edit', /Да, активировать на 3.000,00/)
    await till.sees('edit', 'Принято без связи, отправим сами')
    await till.newSale()
    await till.addGood(goods.certificate3000)
    await till.scan('create', fresh.number)
    await till.sees('create', /Карта уже продана/)
    await till.newSale()
    await till.addGood(goods.mug)
    await till.scan('create', fresh.number)
    await till.sees('create', /Карта продана без связи/)
    await shop.switch({ server: 'up' })
    await till.allSent('create')
    expect([shop.balance(live), shop.balance(fresh)]).toEqual([0, 300_000])
    expect(await shop.manage('GET', '/api/cases')).toMatchObject({ cases: [] })
  })

  it('a card that the book knows as unsold is sold on the grant', async () => {
    await till.addGood(goods.certificate3000)
    await shop.switch({ server: 'down' })
    await till.scan('create', fresh.number)
    await till.sees('create', /Подготовлено/)
    await till.saveNew()
    await till.press('edit', /Да, активировать на 3.000,00/)
    await till.sees('edit', 'Принято без связи, отправим сами')
    await shop.switch({ server: 'up' })
    await till.allSent('edit')
    expect(shop.balance(fresh)).toBe(300_000)
    expect(shop.posted(fresh, 'load')).toBe(1)
  })

  it('[O1] an owner who turns it off is heard: the till says so, and takes nothing out of the book any more', async () => {
    const { policy } = await shop.manage<{ policy: object }>('GET', '/api/policy')
    await shop.manage('PUT', '/api/policy', { ...policy, enabled: false })
    await till.press('create', /Операции кассы/)
    await till.sees('create', 'владелец этого не разрешил')
    await till.press('create', 'Назад')
    await till.frame('create').locator('.scan-state').waitFor()
    // A shop that does not want it is not told about it at every sale.
    expect(await till.texts('create')).not.toContain('без связи')
    await till.addGood(goods.mug)
    await shop.switch({ server: 'down' })
    await till.scan('create', live.number)
    await till.sees('create', 'Лимит без связи исчерпан: с этой картой только на связи')
    expect(await shop.manage('GET', '/api/risk')).toMatchObject({ maxLossKopecks: 0, grants: [] })
  })

  it('[O5] what the book does not know, what is blocked, and typed numbers are not taken', async () => {
    await till.addGood(goods.mug)
    await shop.switch({ server: 'down' })
    await till.scan('create', cardWith('blocked').number)
    await till.sees('create', /Карта заблокирована/)
    await till.typeNumber('create', live.number)
    await till.sees('create', 'Без связи введённый номер не принимаем: отсканируйте карту')
  })
})
