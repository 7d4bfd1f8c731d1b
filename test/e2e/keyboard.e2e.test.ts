import { afterEach, beforeEach, expect, it } from 'vitest'
import { enterGuardMs } from '../../src/client/scanner.ts'
import { cardWith, Shop, unsoldCards } from './shop.ts'
import { goods, type TillPage } from './till-page.ts'

/** A cashier without a mouse: Tab, Enter and keys, in MoySklad's page and in the frame of the app. */

let shop: Shop
let till: TillPage
beforeEach(async () => {
  shop = await Shop.open()
  till = await shop.till()
})
afterEach(() => shop.close())

/** More stops than both pages have together. */
const stopsMax = 150

/** What the cursor is on: `body` when keys would do nothing. */
async function cursor(): Promise<string> {
  for (const frame of till.page.frames().reverse()) {
    const name = await frame.evaluate(() => {
      const one = document.activeElement
      if (!one || !document.hasFocus() || one.tagName === 'IFRAME') return null
      if (one === document.body) return 'body'
      return (one.getAttribute('aria-label') ?? one.getAttribute('data-testid') ?? one.textContent).replace(
        /[\u00a0\u202f]/g,
        ' ',
      )
    })
    if (name !== null) return name
  }
  return 'nothing'
}

async function tabTo(wanted: string): Promise<void> {
  const passed: string[] = []
  for (let n = 0; n < stopsMax; n++) {
    const at = await cursor()
    if (at.startsWith(wanted)) return
    passed.push(at)
    await till.page.keyboard.press('Tab')
  }
  throw new Error(`no Tab leads to ${wanted}: ${passed.join(' → ')}`)
}

/** A scanner's own Enter presses nothing (U3): a hand is later than that. */
async function scan(number: string): Promise<void> {
  await tabTo('Сканер слушает')
  await till.scanKeys(number)
  await till.page.waitForTimeout(2 * enterGuardMs)
}

async function enter(wanted: string): Promise<void> {
  await tabTo(wanted)
  await till.page.keyboard.press('Enter')
}

const scanBox = /^(Сканер слушает|Проверяем карту…)$/

it('[U1] [U2] sells a card and pays with one, and the cursor never falls to the page', async () => {
  await enter(`good-${goods.certificate3000}`)
  await scan(unsoldCards[0]!.number)
  await till.sees('create', /Подготовлено\. Активируем/)
  expect(await cursor()).toMatch(scanBox)
  await enter('save')
  await till.sees('edit', /активирована на 3.000,00/)
  expect(shop.balance(unsoldCards[0]!)).toBe(300_000)

  await enter('new-sale')
  await till.backFromServer('create')
  await enter(`good-${goods.mug}`)
  const card = cardWith('active', 150_000)
  await scan(card.number)
  await till.sees('create', /Списать с подарочной карты/)
  await enter('Убрать •••• 6537')
  await till.frame('create').getByText('•••• 6537').waitFor({ state: 'detached' })
  expect(await cursor()).toMatch(scanBox)

  await enter('Ввести номер')
  await expect.poll(cursor).toBe('Номер подарочной карты')
  await till.page.keyboard.insertText(card.number)
  await till.page.keyboard.press('Enter')
  await till.sees('create', /Списать с подарочной карты/)
  expect(await cursor()).toMatch(scanBox)
  await tabTo('Сумма с подарочной карты •••• 6537')
  await till.page.keyboard.press('Control+A')
  await till.page.keyboard.insertText('500,50')
  await enter('Списать с подарочной карты 500,50')
  await till.sees('create', /Подготовлено\. Спишем/)
  expect(await cursor()).toMatch(scanBox)
  await enter('save')
  await till.sees('edit', /списано 500,50/)
  expect(shop.balance(card)).toBe(99_950)

  await enter('Операции кассы')
  await till.sees('edit', 'Последние операции этой кассы')
  expect(await cursor()).toBe('Операции кассы')
  await enter('Назад')
  await till.sees('edit', /списано 500,50/)
  expect(await cursor()).toBe('Операции кассы')
})
