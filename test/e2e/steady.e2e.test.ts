import { afterEach, beforeEach, expect, it } from 'vitest'
import { cardWith, Shop, unsoldCards } from './shop.ts'
import { goods, type TillPage } from './till-page.ts'

/** Nothing moves by itself under a cashier's finger: a press would hit something else. */

let shop: Shop
let till: TillPage
beforeEach(async () => {
  shop = await Shop.open({ offline: true })
  till = await shop.till()
  await till.page.addInitScript(watchShifts)
  await till.page.reload()
  await till.ready('create')
})
afterEach(() => shop.close())

interface Shifts {
  shifts?: { value: number; moved: string[] }[]
}

/** Runs in each frame before anything of its page does. What follows a press or a key within half a second is its answer. */
function watchShifts(): void {
  const kept: Required<Shifts>['shifts'] = []
  Object.assign(window, { shifts: kept })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & {
      value: number
      hadRecentInput: boolean
      sources: { node: Node | null; previousRect: DOMRect; currentRect: DOMRect }[]
    })[]) {
      if (entry.hadRecentInput) continue
      const moved = entry.sources.map(
        ({ node, previousRect, currentRect }) =>
          `${node?.textContent?.slice(0, 40)}: ${previousRect.top} → ${currentRect.top}`,
      )
      kept.push({ value: entry.value, moved })
    }
  }).observe({ type: 'layout-shift', buffered: true })
}

async function shifts(): Promise<unknown[]> {
  const apps = till.page.frames().filter((frame) => frame.url().startsWith(shop.widgetUrl))
  const seen = await Promise.all(apps.map((frame) => frame.evaluate(() => (window as Shifts).shifts)))
  // Not one frame where nobody looked.
  expect(seen).not.toContain(undefined)
  return seen.flat()
}

it('nothing moves by itself while a card is sold and pays on the line', async () => {
  await till.addGood(goods.certificate3000)
  await till.scan('create', unsoldCards[0]!.number)
  await till.sees('create', /Подготовлено\. Активируем/)
  await till.saveNew()
  await till.sees('edit', /активирована на 3.000,00/)
  await till.allSent('edit')
  await till.newSale()
  await till.addGood(goods.mug)
  await till.scan('create', cardWith('active', 150_000).number)
  await till.prepare(/Списать с подарочной карты/)
  await till.addGood(goods.mug)
  await till.sees('create', /Списать с подарочной карты 1.500,00/)
  await till.prepare(/Списать с подарочной карты 1.500,00/)
  await till.saveNew()
  await till.sees('edit', /списано 1.500,00/)
  await till.allSent('edit')
  expect(await shifts()).toEqual([])
})

it('nothing moves by itself while the line is cut, the sale is saved, and the line is back', async () => {
  await till.firstSale()
  await till.addGood(goods.mug)
  await till.scan('create', cardWith('active', 150_000).number)
  await till.prepare(/Списать с подарочной карты/)
  await shop.switch({ server: 'down' })
  await till.saveNew()
  await till.press('edit', /^Да, списать/)
  await till.sees('edit', /Принято без связи/)
  await shop.switch({ server: 'up' })
  await till.sees('edit', /списано 790,00/)
  await till.allSent('edit')
  expect(await shifts()).toEqual([])
})
