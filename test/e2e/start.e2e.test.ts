import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pages } from '../../manifest/pages.ts'
import { orphans, pageSize, strayLoads } from '../support/bundle-size.ts'
import { look, sound } from './look.ts'
import { cardWith, Shop } from './shop.ts'
import { goods, TillPage } from './till-page.ts'

/** The first seconds: the scanner is heard before the app is there. */

const live = cardWith('active', 150_000)
const operations = 'Операции кассы'

let shop: Shop
beforeEach(async () => {
  shop = await Shop.open()
})
afterEach(() => shop.close())

/** Under whatever address it is asked for again. */
async function cutEngine(): Promise<void> {
  for (const folder of ['', ...Array.from({ length: 9 }, (_, n) => `${n + 1}/`)]) {
    await shop.fault({ kind: 'drop-request', path: `/assets/${folder}engine`, times: null })
  }
}

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
  await cutEngine()
  const till = await shop.till({ ready: false })
  await till.sees('create', 'Связь прервалась, и окно загрузилось не до конца. Пробуем снова')
  await till.opened('create')
  await till.addGood(goods.coffee)
  await till.scan('create', live.number)
  await till.sees('create', 'Проверяем карту…')
  await shop.clearFaults()
  await till.sees('create', /Списать с подарочной карты 1.500,00/)
  // What follows the engine finds the one that runs: two would not know of each other's screen.
  await till.press('create', operations)
  await till.sees('create', 'Итоги смены')
  const app = await till.app('create')
  const engines = await app.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter(({ name }) => /engine-[^/]*\.js/.test(name))
      .map((one) => (one as PerformanceResourceTiming).responseStatus),
  )
  expect(engines.filter((status) => status === 200)).toHaveLength(1)
})

describe('while the app cannot be loaded', () => {
  /** MoySklad's page hears the next verdict. */
  async function nextVerdict({ page }: TillPage) {
    const verdict = await page.evaluateHandle(() => {
      const come = new Promise<boolean>((done) => {
        addEventListener('message', ({ data }: MessageEvent<{ name?: string; valid?: boolean }>) => {
          if (data.name === 'ValidationFeedback') done(data.valid === true)
        })
      })
      return { come }
    })
    return () => verdict.evaluate(({ come }) => come)
  }

  it('[M4] a sale without cards is saved, the saved one is uncovered, and the app says nothing twice when it comes', async () => {
    await cutEngine()
    const till = await shop.till({ ready: false })
    const errors: string[] = []
    till.page.on('console', (line) => {
      if (line.text().includes('host_error')) errors.push(line.text())
    })
    await till.opened('create')
    const verdict = await nextVerdict(till)
    await till.addGood(goods.coffee)
    expect(await verdict()).toBe(true)
    await till.saveNew()
    await till.sees('edit', 'Связь прервалась, и окно загрузилось не до конца. Пробуем снова')
    await shop.clearFaults()
    await till.ready('edit')
    await till.newSale()
    await till.ready('create')
    await till.addGood(goods.coffee)
    await till.scan('create', live.number)
    await till.prepare(/Списать с подарочной карты/)
    await till.saveNew()
    await till.sees('edit', /списано .*остаток/)
    expect(errors).toEqual([])
  })

  it('[M2] [M4] a sale whose card was scanned waits; the next one is not held up by it, nor does it get the card', async () => {
    await cutEngine()
    const till = await shop.till({ ready: false })
    await till.opened('create')
    await till.scan('create', live.number)
    await till.sees('create', 'Проверяем карту…')
    const refused = await nextVerdict(till)
    await till.addGood(goods.coffee)
    expect(await refused()).toBe(false)
    await till.save()
    expect(await till.hostError()).toContain('Проверяем карту…')
    await till.newSale()
    const allowed = await nextVerdict(till)
    await till.addGood(goods.coffee)
    expect(await allowed()).toBe(true)
    await shop.clearFaults()
    await till.ready('create')
    await till.backFromServer('create')
    expect(shop.liveHolds(live)).toBe(0)
    await till.saveNew()
  })
})

describe('what a sale does not need', () => {
  it('[J7] has no button while its file cannot be had; the till sells all the same, and the button comes by itself', async () => {
    await shop.fault({ kind: 'drop-request', path: '/assets/operations', times: null })
    const till = await shop.till()
    const buttons = () => till.frame('edit').getByRole('button', { name: operations }).count()
    await till.firstSale()
    await till.addGood(goods.coffee)
    await till.scan('create', live.number)
    await till.prepare(/Списать с подарочной карты/)
    await till.saveNew()
    await till.sees('edit', /списано .*остаток/)
    await till.backFromServer('edit')
    expect(await buttons()).toBe(0)
    const without = await look(till, 'edit', 'operations-not-there', /списано/)
    await shop.clearFaults()
    await till.press('edit', operations)
    await till.sees('edit', 'Последние операции этой кассы')
    await till.sees('edit', /Продано карт/)
    const there = await look(till, 'edit', 'operations-there', /Итоги смены/)
    expect({ without, there }).toEqual({ without: sound, there: sound })
    await till.press('edit', 'Отменить')
    await till.sees('edit', 'Отменить операцию целиком?')
  })

  it('[J13] a till without storage waits for its journal in memory, asks for it again and works', async () => {
    const till = await shop.till({ worker: false })
    await till.page.addInitScript(() => {
      Object.defineProperty(window, 'indexedDB', {
        get() {
          throw new DOMException('denied', 'SecurityError')
        },
      })
    })
    await shop.fault({ kind: 'drop-request', path: '/assets/memory', times: null })
    const asked = till.page.waitForRequest(/\/assets\/memory-[^?]*\?again=1$/)
    const poor = await TillPage.reopen(till, till.locale)
    await asked
    await poor.sees('create', 'Подключаемся…')
    await shop.clearFaults()
    await poor.sees('create', 'Браузер не даёт хранить данные')
    await poor.ready('create')
  })
})
