import { afterEach, beforeEach, expect, it } from 'vitest'
import { look, sound } from './look.ts'
import { cardWith, Shop } from './shop.ts'
import { goods, type TillPage } from './till-page.ts'

/** What a buyer or a manager asks at the counter: where the money went, whose operation it was, and to take it back. */

let shop: Shop
let till: TillPage

beforeEach(async () => {
  shop = await Shop.open()
  till = await shop.till()
})
afterEach(() => shop.close())

const card = cardWith('active', 150_000)

async function pay(): Promise<void> {
  await till.addGood(goods.mug)
  await till.scan('create', card.number)
  await till.prepare(/Списать с подарочной карты 790,00/)
  await till.saveNew()
  await till.sees('edit', /списано 790,00/)
}

it('«где потрачено?»: a card that was looked at tells its last moves, with till and sale', async () => {
  await pay()
  await till.newSale()
  await till.scan('create', card.number)
  await till.sees('create', 'Остаток')
  await till.press('create', 'История карты')
  await till.sees('create', /Списание -790,00.₽ · остаток 710,00/)
  expect(await till.texts('create')).toMatch(/Списание[\s\S]*Продажа № \S+ · касса 1[\s\S]*Перенесён остаток/)
  expect(await look(till, 'create', 'card-history', /Списание -790,00/)).toEqual(sound)
  await till.press('create', 'Скрыть историю')
  expect(await till.texts('create')).not.toContain('Перенесён остаток')
  expect(shop.liveHolds(card)).toBe(0)
})

it('[J13] an operation names its sale and its cashier', async () => {
  await pay()
  await till.press('edit', 'Операции кассы')
  await till.sees('edit', /Продажа № \S+ · Иванова А\./)
  expect(await look(till, 'edit', 'operations-whose', /Продажа № /)).toEqual(sound)
})

it('[C8] the result itself can be undone, and says what is in the way', async () => {
  await pay()
  await till.press('edit', 'Отменить')
  expect(await look(till, 'edit', 'undo-asked', /Отменить операцию целиком/)).toEqual(sound)
  await till.press('edit', 'Нет')
  await till.press('edit', 'Отменить')
  await till.press('edit', 'Да, отменить')
  await till.sees('edit', 'Сначала удалите продажу в МоёмСкладе, потом отмените операцию')
  expect(shop.balance(card)).toBe(71_000)
})
