import { afterEach, describe, expect, it } from 'vitest'
import { cardWith, Shop } from './shop.ts'
import { goods, type TillPage } from './till-page.ts'

/** Which saved sale a draft is charged for (M3), in a whole shop. */

let shop: Shop
let till: TillPage
const card = cardWith('active', 150_000)
const other = cardWith('active', 250_000)

async function open(documentsAheadMs = 0): Promise<void> {
  shop = await Shop.open({ documentsAheadMs })
  till = await shop.till()
}
afterEach(() => shop.close())

/** Coffee, for which the card is to pay. */
async function prepare(number = card.number): Promise<void> {
  await till.addGood(goods.coffee)
  await till.scan('create', number)
  await till.prepare(/Списать с подарочной карты/)
}

/** Coffee, paid in cash by the buyer before. */
async function cashSale(): Promise<void> {
  await till.addGood(goods.coffee)
  await till.saveNew()
}

/** All frames have heard of the line, and done what they were going to do: a wrong charge is in the books by now. */
async function settle(): Promise<void> {
  for (const point of ['create', 'edit'] as const) {
    if ((await till.page.getByTestId(`widget-${point}`).count()) > 0) await till.backFromServer(point)
  }
}

describe.each([-60, -3, 0, 3, 60])('MoySklad’s documents are %i s ahead of our clock', (seconds) => {
  it('[M3] an equal sale of the same hands, paid in cash before, is not charged to the card; the card’s own sale is', async () => {
    await open(seconds * 1_000)
    await cashSale()
    await till.newSale()
    await prepare()
    // The frame of saved sales still has the cash sale open, and asks anew when the line is back.
    await shop.switch({ server: 'down' })
    await till.sees('create', 'Нет связи')
    await shop.switch({ server: 'up' })
    await settle()
    expect(await shop.chargedFor(card)).toEqual([])
    await till.saveNew()
    await till.sees('edit', /списано 1.500,00/)
    expect(await shop.chargedFor(card)).toEqual(['00002'])

    // The form is gone, and a new one asks: the cash sale is not the draft's there either.
    await till.newSale()
    await cashSale()
    await till.newSale()
    await prepare(other.number)
    await till.page.reload()
    await till.ready('create')
    await till.sees('create', /подготовили, но не сохранили/)
    await settle()
    expect(await shop.chargedFor(other)).toEqual([])
  })
})

it('[M3] a sale that is open and saved while the next one is prepared is not charged for that', async () => {
  await open()
  // The frame of saved sales is slow: it hears of its till only when the next sale is prepared.
  await shop.fault({ kind: 'stall', path: '/api/session' })
  await cashSale()
  await till.newSale()
  await prepare()
  await shop.clearFaults()
  await settle()
  expect(await shop.chargedFor(card)).toEqual([])
  await till.saveNew()
  await till.sees('edit', /списано 1.500,00/)
  expect(await shop.chargedFor(card)).toEqual(['00002'])
})

it('[M3] an equal sale of another tab is asked about, and each card is charged for its own', async () => {
  await open()
  await prepare()
  const page = await till.page.context().newPage()
  const { TillPage } = await import('./till-page.ts')
  const first = till
  till = await TillPage.open(page, shop.hostUrl, {})
  await cashSale()
  await till.sees('edit', /Подготовлено в \d\d:\d\d. Это для этой продажи\?/)
  await settle()
  expect(await shop.chargedFor(card)).toEqual([])
  await first.page.bringToFront()
  await first.saveNew()
  await first.sees('edit', /списано 1.500,00/)
  expect(await shop.chargedFor(card)).toEqual(['00002'])
})

it('[M3] [M5] a sale that was saved without «Проведено» is charged when it is posted', async () => {
  await open()
  await prepare()
  await till.page.getByTestId('applicable').uncheck()
  await till.saveNew()
  await till.ready('edit')
  await settle()
  expect(await shop.chargedFor(card)).toEqual([])
  await till.page.getByTestId('applicable').check()
  await till.save()
  await till.sees('edit', /списано 1.500,00/)
  expect(await shop.chargedFor(card)).toEqual(['00001'])
})

it('[M3] a card that was scanned in a saved sale waits for that sale alone', async () => {
  await open()
  await till.addGood(goods.coffee)
  await till.saveNew()
  await till.ready('edit')
  await till.scan('edit', card.number)
  await till.sees('edit', '•••• 6537')
  await till.newSale()
  await cashSale()
  await till.ready('edit')
  await settle()
  expect(await till.texts('edit')).not.toContain('•••• 6537')
  expect(await shop.chargedFor(card)).toEqual([])
})
