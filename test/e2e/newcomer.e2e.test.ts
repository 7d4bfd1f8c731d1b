import { afterEach, beforeEach, expect, it } from 'vitest'
import { cardWith, Shop, unsoldCards } from './shop.ts'
import { goods, type TillPage } from './till-page.ts'

/** The README's minute, played with what the sandbox's bar offers to somebody who has no scanner. */

const fresh = unsoldCards[0]!
const second = unsoldCards[1]!

let shop: Shop
let till: TillPage
beforeEach(async () => {
  shop = await Shop.open({ offline: true })
  till = await shop.till()
})
afterEach(() => shop.close())

const bar = (testId: string) => till.page.getByTestId(testId)

async function choose(number: string): Promise<void> {
  await bar('scanner-choose').click()
  await bar(`thing-${number}`).click()
}
async function scan(number?: string): Promise<void> {
  if (number !== undefined) await choose(number)
  await till.focus('create')
  await bar('scanner-scan').click()
}
/** What the list of cards says of one while it is open. */
async function listSays(number: string, said: string | RegExp): Promise<void> {
  await bar('scanner-choose').click()
  const text = async () => ((await bar(`thing-${number}`).textContent()) ?? '').replace(/\u00a0/g, ' ')
  await expect.poll(text).toMatch(said)
  await till.page.locator('.scanner-backdrop').click({ position: { x: 200, y: 700 } })
  await bar('scanner-things').waitFor({ state: 'detached' })
}

it('a card is sold, pays, pays and is sold again while the line is cut, and all of it arrives', async () => {
  await listSays(fresh.number, 'не продана')
  await till.addGood(goods.certificate3000)
  await scan(fresh.number)
  await till.sees('create', /Подготовлено/)
  await listSays(fresh.number, 'удержана кассой')
  await till.saveNew()
  await till.sees('edit', /активирована на 3.000,00/)
  await listSays(fresh.number, 'активна, доступно 3 000,00 ₽')

  await till.newSale()
  await till.addGood(goods.coffee)
  await scan()
  await till.prepare(/Списать с подарочной карты 1.649,00/)
  await till.saveNew()
  await till.sees('edit', /списано 1.649,00.₽, остаток 1.351,00/)
  await listSays(fresh.number, 'активна, доступно 1 351,00 ₽')

  await till.newSale()
  await till.addGood(goods.tea)
  await scan()
  await till.sees('create', /Списать с подарочной карты 349,00/)
  await bar('switch-server').click()
  // The bar stands beside the till: the cursor is still where the scanner is heard.
  await till.frame('create').locator('.scan-row.on').waitFor()
  await till.press('create', /Списать с подарочной карты 349,00/)
  await till.sees('create', /Подготовлено\. Спишем/)
  await till.saveNew()
  await till.press('edit', /Да, списать 349,00/)
  await till.sees('edit', 'Принято без связи, отправим сами')
  // The server has not heard of it.
  expect(shop.balance(fresh)).toBe(135_100)

  await till.newSale()
  await till.addGood(goods.certificate1000)
  await scan(second.number)
  await till.sees('create', /Подготовлено/)
  await till.saveNew()
  await till.press('edit', /Да, активировать на 1.000,00/)
  await till.sees('edit', 'Принято без связи, отправим сами')
  await till.sees('edit', /не отправлено: 2/)

  await bar('switch-server').click()
  await till.allSent('edit')
  await listSays(fresh.number, 'активна, доступно 1 002,00 ₽')
  await listSays(second.number, 'активна, доступно 1 000,00 ₽')
  expect(shop.tillOutcomes()).toEqual(['applied', 'applied', 'applied', 'applied'])
})

it('the list says what each card is good for, and asking for it leaves one till and no trace in the owner’s list', async () => {
  await listSays(cardWith('blocked').number, 'заблокирована, 750,00 ₽')
  await listSays(cardWith('expired', 100_000).number, 'срок истёк 31.01.2026, 1 000,00 ₽')
  await listSays(cardWith('active', 250_000).number, 'активна, доступно 2 500,00 ₽')
  const { tills } = await shop.manage<{ tills: { ordinal: number }[] }>('GET', '/api/tills')
  expect(tills.map(({ ordinal }) => ordinal)).toEqual([1, 2])
  const watched = await shop.manage<{ lookupsWithoutSale: unknown[] }>('GET', '/api/watch')
  expect(watched.lookupsWithoutSale).toEqual([])
})
