import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pages } from '../../manifest/pages.ts'
import { orphans, pageSize, strayLoads } from '../support/bundle-size.ts'
import { cardWith, Shop } from './shop.ts'
import { goods } from './till-page.ts'

/** The first seconds: the scanner is heard before the app is there. */

const live = cardWith('active', 150_000)

let shop: Shop
beforeEach(async () => {
  shop = await Shop.open()
})
afterEach(() => shop.close())

it('once a till is ready no press needs a file that is not there yet', () => {
  expect(strayLoads(pages.cashier)).toEqual([])
  expect(orphans()).toEqual([])
  const { app } = pageSize(pages.cashier)
  expect(app.files.map(({ name }) => name)).toContainEqual(expect.stringMatching(/^engine-/))
})

describe('a scan before the till is ready', () => {
  it('[U3] made while the app still loads is answered for the sale that is open', async () => {
    await shop.fault({ kind: 'stall', path: '/assets/engine', times: null })
    const till = await shop.till({ ready: false })
    await till.opened('create')
    await till.addGood(goods.coffee)
    await till.scan('create', live.number)
    await till.sees('create', 'Проверяем карту…')
    await till.sees('create', 'Подключаемся…')
    // MoySklad’s page did not wait for the engine either.
    expect(await till.frame('create').getByRole('button', { name: 'Ввести номер' }).count()).toBe(0)
    await shop.clearFaults()
    await till.sees('create', /Списать с подарочной карты 1.500,00/)
    expect(shop.liveHolds(live)).toBe(1)
    // The cashier’s cursor stays where it was.
    expect(await till.frame('create').locator('.scan-state:focus').count()).toBe(1)
  })

  it('[U3] made while the session is being opened is answered as well', async () => {
    await shop.fault({ kind: 'stall', path: '/api/session' })
    const till = await shop.till({ ready: false })
    await till.opened('create')
    await till.addGood(goods.coffee)
    await till.frame('create').getByRole('button', { name: 'Ввести номер' }).waitFor()
    await till.scan('create', live.number)
    await till.sees('create', 'Проверяем карту…')
    await shop.clearFaults()
    await till.sees('create', /Списать с подарочной карты 1.500,00/)
    expect(shop.liveHolds(live)).toBe(1)
  })

  it('[U3] made when the server turns out to be away is refused in words, and the sale may be saved', async () => {
    await shop.fault({ kind: 'stall', path: '/assets/engine', times: null })
    await shop.fault({ kind: 'status', path: '/api/session', status: 503, times: null })
    const till = await shop.till({ ready: false })
    await till.opened('create')
    await till.addGood(goods.coffee)
    await till.scan('create', live.number)
    await shop.clearFaults('/assets/engine')
    await till.sees('create', 'Нет связи. Подарочную карту сейчас не принимаем')
    await till.save()
    await till.saved()
  })
})

it('[J7] an app whose loading was cut says so, tries again by itself and has kept the scan', async () => {
  await shop.fault({ kind: 'drop-request', path: '/assets/engine', times: null })
  const till = await shop.till({ ready: false })
  await till.sees('create', 'Связь прервалась, и окно загрузилось не до конца. Пробуем снова')
  await till.opened('create')
  await till.addGood(goods.coffee)
  await till.scan('create', live.number)
  await till.sees('create', 'Проверяем карту…')
  await shop.clearFaults()
  await till.sees('create', /Списать с подарочной карты 1.500,00/)
})
