import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { enterGuardMs } from '../../src/client/scanner.ts'
import { cardWith, Shop, unsoldCards } from './shop.ts'
import { goods, TillPage } from './till-page.ts'

let shop: Shop
let till: TillPage
const live = cardWith('active', 150_000)

beforeEach(async () => {
  shop = await Shop.open()
  till = await shop.till()
})
afterEach(() => shop.close())

describe('two at once', () => {
  it('[O2] a card that one till holds is busy at the other, by name', async () => {
    await till.addGood(goods.coffee)
    await till.scan('create', live.number)
    await till.sees('create', /Списать с подарочной карты/)
    const other = await shop.till({ employee: 'boris' })
    await other.addGood(goods.mug)
    await other.scan('create', live.number)
    await other.sees('create', 'Карта занята на кассе 1')
  })

  it('[O4] a new card that one till is selling cannot be sold at the other', async () => {
    const card = unsoldCards[0]!
    await till.addGood(goods.certificate3000)
    await till.scan('create', card.number)
    await till.sees('create', /Подготовлено/)
    const other = await shop.till({ employee: 'boris' })
    await other.addGood(goods.certificate3000)
    await other.scan('create', card.number)
    await other.sees('create', 'Карта занята на кассе 1')
  })

  it('[J11] two tabs of one till share the journal: both show the same, each record is posted once', async () => {
    const second = await TillPage.open(await till.page.context().newPage(), shop.hostUrl, {})
    const cards = [unsoldCards[0]!, unsoldCards[1]!]
    const tabs = [till, second]
    for (const [i, tab] of tabs.entries()) {
      await tab.page.bringToFront()
      await tab.addGood(goods.certificate1000)
      await tab.scan('create', cards[i]!.number)
      await tab.sees('create', /Подготовлено/)
    }
    await Promise.all(tabs.map((tab) => tab.saveNew()))
    for (const tab of tabs) await tab.sees('edit', /активирована на 1.000,00/)
    for (const card of cards) expect(shop.posted(card, 'load')).toBe(1)
    await second.press('edit', 'Операции кассы')
    await expect.poll(() => second.texts('edit')).toMatch(/(Активация 1 000,00 ₽[\s\S]*){2}/)
    expect(shop.tillOutcomes()).toEqual(['applied', 'applied'])
  })

  it('[J11] [F11] a tab that the browser has frozen while it sends does not keep the other from sending', async () => {
    const second = await TillPage.open(await till.page.context().newPage(), shop.hostUrl, {})
    const cards = [unsoldCards[0]!, unsoldCards[1]!]
    await till.page.bringToFront()
    await till.addGood(goods.certificate1000)
    await till.scan('create', cards[0]!.number)
    await till.sees('create', /Подготовлено/)
    await shop.fault({ kind: 'stall', path: '/api/sync' })
    const asked = till.page.waitForRequest(/\/api\/sync$/)
    await till.saveNew()
    await asked
    // A driven Chromium shows all its tabs at once and freezes none, so the page is told what a frozen one would be. Its
    // request is never answered, as it would not be heard in its sleep.
    for (const frame of till.page.frames()) {
      await frame.evaluate(() => document.dispatchEvent(new Event('freeze')))
    }
    await second.page.bringToFront()
    await second.addGood(goods.certificate1000)
    await second.scan('create', cards[1]!.number)
    await second.sees('create', /Подготовлено/)
    await second.saveNew()
    await second.sees('edit', /активирована на 1.000,00/)
    // What the frozen one had begun was sent by the other, and is shown there too.
    await expect.poll(() => shop.tillOutcomes()).toEqual(['applied', 'applied'])
    await till.page.bringToFront()
    await till.sees('edit', /активирована на 1.000,00/)
    for (const card of cards) expect(shop.posted(card, 'load')).toBe(1)
  })

  it('[O2] a card that is prepared in one tab cannot be prepared in another of the same till', async () => {
    await till.addGood(goods.coffee)
    await till.scan('create', live.number)
    await till.prepare(/Списать с подарочной карты/)
    const second = await TillPage.open(await till.page.context().newPage(), shop.hostUrl, {})
    await second.addGood(goods.mug)
    await second.scan('create', live.number)
    await second.sees('create', 'Эта карта уже в другой продаже на этой кассе')
    await expect.poll(() => shop.liveHolds(live)).toBe(1)
  })

  it('[F1] a look-up whose answer is lost leaves no money held', async () => {
    await till.addGood(goods.coffee)
    // Chromium itself sends a request again whose kept-alive connection was cut, so every answer is lost for a while.
    await shop.fault({ kind: 'drop-answer', path: '/api/lookup', times: null })
    await till.scan('create', live.number)
    // Other requests get through, so the line is back in a moment. The cashier who looked away reads what to do.
    await till.sees('create', 'Связь есть. Отсканируйте карту ещё раз')
    await shop.clearFaults()
    await expect.poll(() => shop.liveHolds(live)).toBe(0)
  })

  it('[J11] the same saved sale opened in two tabs charges its draft once', async () => {
    // A worker would open the saved sale in the first tab, and that would charge it when the server is back.
    till = await shop.till({ worker: false })
    await till.addGood(goods.coffee)
    await till.scan('create', live.number)
    await till.prepare(/Списать с подарочной карты/)
    await shop.switch({ server: 'down' })
    await till.save()
    await till.notLoaded('edit')
    await shop.switch({ server: 'up' })
    const address = till.page.url()
    const pages = await Promise.all([1, 2].map(() => till.page.context().newPage()))
    await Promise.all(pages.map((page) => page.goto(address)))
    const frames = pages.map((page) => page.frameLocator('[data-testid=widget-edit]'))
    // The form that prepared it is alive in the first tab, so a person says that it is this sale; here two do at once.
    const buttons = await Promise.all(
      frames.map((frame) => frame.getByRole('button', { name: /Да, списать 1.500,00/ }).elementHandle()),
    )
    // By script: where one is answered the other goes, and a slow finger would come too late.
    await Promise.all(buttons.map((button) => button.evaluate((one) => (one as HTMLElement).click())))
    await Promise.all(
      pages.map((page) =>
        page
          .frameLocator('[data-testid=widget-edit]')
          .getByText(/списано 1.500,00/)
          .waitFor(),
      ),
    )
    // Where the other one was faster, nothing is left to be asked.
    for (const frame of frames) await frame.getByText('Это для этой продажи').waitFor({ state: 'detached' })
    expect(shop.posted(live, 'redeem')).toBe(1)
    expect(shop.balance(live)).toBe(0)
  })
})

describe('scanner', () => {
  it('[U2] with the cursor in the host’s goods field the app hears nothing and says so', async () => {
    await till.page.getByTestId('goods-field').click()
    await till.sees('create', 'Нажмите сюда и отсканируйте подарочную карту')
    await till.scanKeys(live.number)
    expect(await till.hostError()).toContain(live.number)
    await till.backFromServer('create')
    expect(await till.texts('create')).not.toContain('6537')
    expect(shop.liveHolds(live)).toBe(0)
  })

  it('[U3] a scanner that fires twice with Enter takes the card once and presses nothing', async () => {
    let lookedUp = 0
    till.page.on('request', (request) => (lookedUp += Number(request.url().endsWith('/api/lookup'))))
    await till.addGood(goods.coffee)
    await till.focus('create')
    await till.scanKeys(live.number, 2)
    await till.scanKeys(live.number, 2)
    await till.sees('create', /Списать с подарочной карты 1.500,00/)
    await till.backFromServer('create')
    expect(lookedUp).toBe(1)
    const texts = await till.texts('create')
    expect(texts.match(/•••• 6537/g)).toHaveLength(1)
    expect(texts).not.toContain('Подготовлено')
    expect(texts).not.toContain('уже в чеке')
  })

  it('[U3] a scan into the field for typed numbers leaves no digits behind', async () => {
    await till.press('create', 'Ввести номер')
    const field = till.frame('create').getByRole('textbox', { name: 'Номер подарочной карты' })
    await field.click()
    await till.scanKeys(live.number)
    await till.sees('create', '•••• 6537')
    // It closes: the number is there.
    await field.waitFor({ state: 'detached' })
  })

  it('[U3] the scanner’s Enter does not press the button that has the focus', async () => {
    await till.addGood(goods.coffee)
    await till.scan('create', live.number)
    const main = till.frame('create').getByRole('button', { name: /Списать с подарочной карты/ })
    await main.focus()
    await till.scanKeys(live.number, 2)
    await till.backFromServer('create')
    expect(await till.texts('create')).not.toContain('Подготовлено')
    // By the clock that keys are stamped with; the scan's last one is stamped a little ahead of its delivery.
    const app = await till.app('create')
    const later = (await app.evaluate(() => performance.now())) + enterGuardMs + 500
    await app.waitForFunction((ms) => performance.now() > ms, later)
    await main.press('Enter')
    await till.sees('create', /Подготовлено/)
  })
})

describe('messages', () => {
  it('[A4] a message of another frame is not heard, whatever it says', async () => {
    await till.addGood(goods.tea)
    // What the till has still to hear of the server would change its words in the middle.
    await till.backFromServer('create')
    const before = await till.texts('create')
    const app = await till.app('create')
    await app.evaluate(() => {
      let left = 2
      const page = window as unknown as { bothCame: Promise<unknown> }
      page.bothCame = new Promise((done) => {
        addEventListener('message', ({ source }) => source !== parent && --left === 0 && done(0))
      })
    })
    await till.page.evaluate(() => {
      const evil = document.createElement('iframe')
      evil.srcdoc = `<script>
        const target = parent.document.querySelector('[data-testid=widget-create]').contentWindow
        const id = '5b1d0c3e-7a10-11f0-0a80-0c0200000a01'
        target.postMessage({ name: 'Open', messageId: 99, extensionPoint: 'document.retaildemand.edit', objectId: id }, '*')
        target.postMessage({ name: 'Save', messageId: 100, extensionPoint: 'document.retaildemand.edit', objectId: id }, '*')
        document.title = 'sent'
      </script>`
      document.body.append(evil)
      return new Promise((done) => (evil.onload = done))
    })
    await app.evaluate(() => (window as unknown as { bothCame: Promise<unknown> }).bothCame)
    await till.backFromServer('create')
    expect(await till.texts('create')).toBe(before)
    await till.save()
    await till.saved()
  })

  it('[A6] no other site may put the app into a frame', async () => {
    const response = await fetch(`${shop.widgetUrl}/w/sale`)
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain(`frame-ancestors ${shop.hostUrl}`)
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
  })

  it('the app runs without a word on the console', async () => {
    const said: string[] = []
    const fresh = await till.page.context().newPage()
    fresh.on('console', (message) => said.push(message.text()))
    fresh.on('pageerror', (error) => said.push(error.message))
    const tab = await TillPage.open(fresh, shop.hostUrl, {})
    await tab.addGood(goods.coffee)
    await tab.scan('create', live.number)
    await tab.prepare(/Списать с подарочной карты/)
    await tab.saveNew()
    await tab.sees('edit', /списано/)
    expect(said).toEqual([])
  })
})
