import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { journalRows } from './journal-rows.ts'
import { cardWith, Shop, unsoldCards } from './shop.ts'
import { goods, TillPage } from './till-page.ts'

/** The line is cut before, during and after every step of a sale and of a payment (O2, O3, J1, J2, M3). */

declare global {
  interface Window {
    firstSights: (number | null)[]
  }
}

/** Notes, in every frame, when each text is there for the first time. */
function noteFirstSights(texts: string[]): void {
  window.firstSights = texts.map(() => null)
  new MutationObserver(() => {
    const shown = document.body?.textContent ?? ''
    for (const [n, text] of texts.entries()) {
      if (shown.includes(text)) window.firstSights[n] ??= performance.now()
    }
  }).observe(document, { childList: true, subtree: true, characterData: true })
}

let shop: Shop
let till: TillPage
const fresh = unsoldCards[0]!
const live = cardWith('active', 150_000)

beforeEach(async () => {
  shop = await Shop.open()
  till = await shop.till()
})
afterEach(() => shop.close())

async function prepareSale(): Promise<void> {
  await till.addGood(goods.certificate3000)
  await till.scan('create', fresh.number)
  await till.sees('create', /Подготовлено/)
}

async function preparePayment(): Promise<void> {
  await till.addGood(goods.coffee)
  await till.scan('create', live.number)
  await till.prepare(/Списать с подарочной карты 1.500,00/)
}

describe('«Наш сервер» is away', () => {
  it('[O2] [M3] cut after the scan: the sale is finished by a promise on its hold and arrives once', async () => {
    await till.firstSale()
    await prepareSale()
    await shop.switch({ server: 'down' })
    await till.saveNew()
    await till.sees('edit', /Нет связи. Подготовлено в \d\d:\d\d. Это для этой продажи\?/)
    await till.press('edit', /Да, активировать на 3.000,00/)
    await till.sees('edit', 'Принято без связи, отправим сами')
    await till.sees('edit', /не отправлено: 1, с \d\d:\d\d/)
    expect(shop.balance(fresh)).toBe(0)
    await shop.switch({ server: 'up' })
    await till.sees('edit', /активирована на 3.000,00/)
    await till.allSent('edit')
    expect(shop.balance(fresh)).toBe(300_000)
    expect(shop.posted(fresh, 'load')).toBe(1)
  })

  it('[O2] [M3] cut after the scan: the payment is finished by a promise on its hold and arrives once', async () => {
    await till.firstSale()
    await preparePayment()
    await shop.switch({ server: 'down' })
    await till.saveNew()
    await till.press('edit', /Да, списать 1.500,00/)
    await till.sees('edit', 'Принято без связи, отправим сами')
    await till.sees('edit', /к оплате деньгами 149,00/)
    await shop.switch({ server: 'up' })
    await till.sees('edit', /списано 1.500,00.₽, остаток 0,00/)
    await till.allSent('edit')
    expect(shop.balance(live)).toBe(0)
    expect(shop.posted(live, 'redeem')).toBe(1)
  })

  it('[M3] cut before Save with no frame of saved sales loaded: the next form asks, and nothing is lost', async () => {
    await preparePayment()
    await shop.switch({ server: 'down' })
    await till.save()
    await till.saved()
    await till.newSale()
    await till.sees('create', /Подготовлено в \d\d:\d\d. Эта продажа сохранена\?/)
    await till.press('create', /Да, списать 1.500,00/)
    await till.sees('create', 'Принято без связи, отправим сами')
    await shop.switch({ server: 'up' })
    await till.allSent('create')
    expect(shop.balance(live)).toBe(0)
    expect(shop.posted(live, 'redeem')).toBe(1)
  })

  it('[M3] the answer «нет» lets the card go when the line is back', async () => {
    await till.firstSale()
    await preparePayment()
    await shop.switch({ server: 'down' })
    await till.saveNew()
    await till.press('edit', 'Нет, отпустить карту')
    expect(shop.liveHolds(live)).toBe(1)
    await shop.switch({ server: 'up' })
    await till.frame('edit').locator('.status.good').waitFor()
    await expect.poll(() => shop.liveHolds(live)).toBe(0)
    expect(shop.balance(live)).toBe(150_000)
  })

  it('[O3] a card that was not scanned before the cut is not taken', async () => {
    await till.addGood(goods.mug)
    await shop.switch({ server: 'down' })
    await till.scan('create', live.number)
    await till.sees('create', 'Нет связи. Подарочную карту сейчас не принимаем')
    await shop.switch({ server: 'up' })
    await till.sees('create', 'Связь есть. Отсканируйте карту ещё раз')
    await till.scanKeys(live.number)
    await till.sees('create', /Списать с подарочной карты 790,00/)
  })

  it('[O5] a typed number never becomes a promise', async () => {
    await till.firstSale()
    await till.addGood(goods.mug)
    await till.typeNumber('create', live.number)
    await till.prepare(/Списать с подарочной карты 790,00/)
    await shop.switch({ server: 'down' })
    // Saved now, the goods would leave unpaid: the panel and MoySklad say so before.
    await till.sees('create', /Нет связи: эту карту не спишем/)
    expect(await till.texts('create')).not.toContain('Подготовлено')
    await till.save()
    expect(await till.hostError()).toContain('Нет связи: эту карту не спишем')
    await shop.switch({ server: 'up' })
    await till.sees('create', /Подготовлено/)
    await till.saveNew()
    await till.sees('edit', /списано 790,00/)
    expect(shop.balance(live)).toBe(71_000)
  })

  it('[M2] a sale without certificates and cards is saved whatever is broken', async () => {
    await shop.switch({ server: 'down' })
    await till.addGood(goods.tea)
    await till.save()
    await till.saved()
  })

  it('[M4] a certificate that was sold while the app was away is found and activated afterwards', async () => {
    await shop.switch({ server: 'down' })
    await till.newSale()
    await till.page.reload()
    await till.addGood(goods.certificate3000)
    await till.save()
    await till.saved()
    await shop.switch({ server: 'up' })
    await till.page.reload()
    await till.ready('edit')
    await till.sees('edit', 'В этой продаже сертификат без карты. Отсканируйте карту, чтобы активировать')
    await till.scan('edit', fresh.number)
    await till.press('edit', /Активировать подарочную карту на 3.000,00/)
    await till.sees('edit', /активирована на 3.000,00/)
    expect(shop.balance(fresh)).toBe(300_000)
  })
})

describe('the line flaps', () => {
  it('[M3] while a sale is being prepared: its draft stays what it is, and nobody asks about it', async () => {
    await preparePayment()
    await shop.switch({ server: 'down' })
    await till.sees('create', 'Нет связи')
    await shop.switch({ server: 'up' })
    await till.backFromServer('create')
    expect(await till.texts('create')).toContain('Подготовлено. Спишем, когда вы сохраните продажу')
    expect(shop.liveHolds(live)).toBe(1)
    expect(shop.balance(live)).toBe(150_000)
    await till.saveNew()
    await till.sees('edit', /списано 1.500,00/)
    expect(shop.posted(live, 'redeem')).toBe(1)
  })

  it('[M3] a card that was taken off is not charged, though the server still has the old draft', async () => {
    await preparePayment()
    await shop.fault({ kind: 'drop-request', path: '/api/drafts/', method: 'DELETE', times: null })
    await till.press('create', 'Убрать')
    await till.frame('create').locator('.cards .card').waitFor({ state: 'detached' })
    const read = till.page.waitForResponse(/\/api\/sales\//)
    await till.saveNew()
    await (await read).finished()
    await shop.clearFaults()
    await till.backFromServer('edit')
    expect(await till.texts('edit')).not.toContain('списано')
    await expect.poll(() => shop.liveHolds(live)).toBe(0)
    expect(shop.balance(live)).toBe(150_000)
    expect((await journalRows(till, shop.widgetUrl)).records).toEqual([])
  })
})

describe('cut during the charge', () => {
  it('[F1] [J6] the answer is lost after the server’s commit: sent again, posted once', async () => {
    await preparePayment()
    await shop.fault({ kind: 'drop-answer', path: '/api/sync', times: 2 })
    await till.saveNew()
    await till.sees('edit', /списано 1.500,00/)
    await till.allSent('edit')
    expect(shop.posted(live, 'redeem')).toBe(1)
    expect(shop.balance(live)).toBe(0)
  })

  it('[J6] the request is lost before the server: sent again, posted once', async () => {
    await prepareSale()
    await shop.fault({ kind: 'drop-request', path: '/api/sync', times: 2 })
    await till.saveNew()
    await till.sees('edit', /активирована на 3.000,00/)
    expect(shop.posted(fresh, 'load')).toBe(1)
  })

  it('[J6] the server answers 503 for a while: sent again, posted once', async () => {
    await preparePayment()
    await shop.fault({ kind: 'status', path: '/api/sync', status: 503, times: 2 })
    await till.saveNew()
    await till.sees('edit', /списано 1.500,00/)
    expect(shop.posted(live, 'redeem')).toBe(1)
  })

  it('[J2] nobody answers for 5 s: accepted without the line, the two records are applied once', async () => {
    await preparePayment()
    await shop.fault({ kind: 'stall', path: '/api/sync', times: null })
    await till.page.addInitScript(noteFirstSights, ['Записано, ждём ответа…', 'Принять без связи'])
    await till.saveNew()
    await till.press('edit', 'Принять без связи')
    const [recorded, offered] = await (await till.app('edit')).evaluate(() => window.firstSights)
    expect(offered! - recorded!).toBeGreaterThan(4_000)
    await till.sees('edit', 'Принято без связи, отправим сами')
    await shop.clearFaults()
    await till.sees('edit', /списано 1.500,00/)
    await till.allSent('edit')
    expect(shop.posted(live, 'redeem')).toBe(1)
    expect(shop.balance(live)).toBe(0)
    expect(shop.tillOutcomes()).toEqual(['applied', 'applied'])
  })

  it('[J2] nobody answers: given up, the money is taken otherwise and the card keeps its balance', async () => {
    await preparePayment()
    await shop.fault({ kind: 'drop-answer', path: '/api/sync', times: null })
    await till.saveNew()
    await till.press('edit', 'Отменить')
    await till.sees('edit', /Отмена записана. Примите 1.500,00.₽ деньгами/)
    await shop.clearFaults()
    await till.sees('edit', /Отменено, с карты ничего не взято. Примите 1.500,00/)
    await till.allSent('edit')
    expect(shop.balance(live)).toBe(150_000)
    expect(shop.posted(live, 'void')).toBe(1)
  })

  it('[J7] the server is killed with the record on its way and comes back: posted once', async () => {
    await preparePayment()
    await shop.fault({ kind: 'drop-answer', path: '/api/sync', times: 1 })
    const sent = till.page.waitForRequest(/\/api\/sync$/)
    await till.saveNew()
    await sent
    await shop.crashServer()
    await till.sees('edit', /списано 1.500,00/)
    await till.allSent('edit')
    expect(shop.posted(live, 'redeem')).toBe(1)
  })
})

describe('«Вся связь» is away', () => {
  it('MoySklad cannot save; afterwards the prepared sale goes through as if nothing had been', async () => {
    await prepareSale()
    await shop.switch({ everything: 'down' })
    await till.save()
    expect(await till.hostError()).not.toBe('')
    expect(shop.balance(fresh)).toBe(0)
    await shop.switch({ everything: 'up' })
    await till.saveNew()
    await till.sees('edit', /активирована на 3.000,00/)
    expect(shop.posted(fresh, 'load')).toBe(1)
  })

  it('cut right after MoySklad’s Save: the payment is finished without the line', async () => {
    await till.firstSale()
    await preparePayment()
    await shop.fault({ kind: 'stall', path: '/api/drafts/match', times: null })
    await till.saveNew()
    await shop.switch({ everything: 'down' })
    await till.press('edit', /Да, списать 1.500,00/)
    await till.sees('edit', 'Принято без связи, отправим сами')
    await shop.clearFaults()
    await shop.switch({ everything: 'up' })
    await till.sees('edit', /списано 1.500,00/)
    expect(shop.posted(live, 'redeem')).toBe(1)
  })
})

describe('page and browser end', () => {
  async function promise(): Promise<void> {
    await till.firstSale()
    await preparePayment()
    await shop.switch({ server: 'down' })
    await till.saveNew()
    await till.press('edit', /Да, списать 1.500,00/)
    await till.sees('edit', 'Принято без связи, отправим сами')
    // A page that ends before the result was drawn asks about it (J4).
    await expect.poll(async () => (await journalRows(till, shop.widgetUrl)).unseen).toEqual([])
  }

  it('[J1] a reload with an unsent record loses nothing and doubles nothing', async () => {
    await promise()
    await till.page.reload()
    await shop.switch({ server: 'up' })
    await till.page.reload()
    await till.ready('edit')
    await till.allSent('edit')
    expect(shop.posted(live, 'redeem')).toBe(1)
    expect(shop.balance(live)).toBe(0)
  })

  it('[J1] the browser is closed and opened again on the same profile with an unsent record', async () => {
    till = await shop.persistentTill('profile')
    await promise()
    await till.page.context().close()
    await shop.switch({ server: 'up' })
    till = await shop.persistentTill('profile')
    await till.allSent('create')
    expect(shop.posted(live, 'redeem')).toBe(1)
    expect(shop.balance(live)).toBe(0)
  })

  it.each([
    ['which a worker had opened', true],
    ['which was not opened', false],
  ])(
    '[M3] the tab is closed after Save and before the charge: its sale, %s, is found, and charged once when that is confirmed',
    async (_which, worker) => {
      till = await shop.till({ worker })
      if (worker) await till.keptByWorker()
      await preparePayment()
      await shop.switch({ server: 'down' })
      await till.save()
      await (worker ? till.opened('edit') : till.notLoaded('edit'))
      const { page } = till
      const context = page.context()
      const next = await context.newPage()
      await page.close()
      await shop.switch({ server: 'up' })
      till = await TillPage.open(next, shop.hostUrl, {})
      await till.sees('create', /Подготовлено в \d\d:\d\d. Эта продажа сохранена\?/)
      expect(shop.posted(live, 'redeem')).toBe(0)
      await till.press('create', /Да, списать 1.500,00/)
      await till.sees('create', /списано 1.500,00/)
      await till.allSent('create')
      expect(shop.posted(live, 'redeem')).toBe(1)
      expect(await shop.chargedFor(live)).toEqual(['00001'])
      expect(shop.balance(live)).toBe(0)
    },
  )
})
