import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { buildDescriptor } from '../../manifest/build.ts'
import { chromiumLaunch } from '../../test/support/chromium.ts'
import { APP_TOKEN, CERTIFICATES, GOOD_FOLDERS, GOODS } from './demo.ts'
import { startSandbox, type Sandbox } from './server.ts'
import { fakePopupHtml, fakeWidgetHtml, withEverythingDeclared } from './testing/fake-widget.ts'
import { startProductDouble, type ProductDouble } from './testing/product-double.ts'

/** The checkout page in a real browser, with a fake widget on another site. Needs dist/sandbox. */
let browser: Browser
let page: Page
let product: ProductDouble
let sandbox: Sandbox

beforeAll(async () => {
  browser = await chromium.launch(chromiumLaunch())
})
afterAll(() => browser.close())

beforeEach(async () => {
  product = await startProductDouble((req, res) => {
    res.setHeader('content-type', 'text/html; charset=utf-8')
    if (req.url?.startsWith('/p/') === true) res.end(fakePopupHtml)
    else if (req.url === '/mark') res.end('<script>localStorage.setItem("mark", "first-party")</script>')
    else if (req.url?.startsWith('/w/return?') === true) res.end(fakeWidgetHtml('return'))
    else res.end(fakeWidgetHtml(req.url?.startsWith('/w/sale?') === true ? 'edit' : 'create'))
  })
  sandbox = await startSandbox({
    hostPort: 0,
    widgetPort: 0,
    productPort: product.port,
    dataDir: mkdtempSync(join(tmpdir(), 'sandbox-')),
    pageDir: fileURLToPath(new URL('../../dist/sandbox', import.meta.url)),
    descriptorXml: (widgetUrl) =>
      withEverythingDeclared(buildDescriptor(widgetUrl, { allowHttp: true }), widgetUrl),
  })
  page = await browser.newPage({ viewport: { width: 1366, height: 768 } })
})

afterEach(async () => {
  await page.close()
  await sandbox.close()
  await product.close()
})

const frame = (point: 'create' | 'edit' | 'return' | 'card') =>
  page.frameLocator(`[data-testid=${point === 'card' ? 'popup-card' : `widget-${point}`}]`)
const press = (testId: string) => page.getByTestId(testId).click()
const tell = (point: 'create' | 'edit' | 'return' | 'card', button: string) =>
  frame(point).locator(`#${button}`).click()
const textOf = (testId: string) => page.getByTestId(testId).textContent()
const state = (wanted: string) => expect.poll(() => textOf('widget-state')).toBe(wanted)
const control = (path: string, body: unknown) =>
  fetch(`${sandbox.hostUrl}/control/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })

async function openNew(query = ''): Promise<void> {
  await page.goto(`${sandbox.hostUrl}/${query}`)
  await state('create Opened')
}

async function log(point: 'create' | 'edit' | 'return'): Promise<string[]> {
  return ((await frame(point).locator('#log').textContent()) ?? '').trim().split('\n').slice(2)
}

/** Every state of the widget that is shown from now on: some last 100 ms only. */
async function viewsFromNow(): Promise<() => Promise<string[]>> {
  const views = await page.evaluateHandle(() => {
    const seen: string[] = []
    const note = () => {
      const shown = document.querySelector('[data-testid=widget-state]')?.textContent
      const loader = document.querySelector('[data-testid=widget-loader]')
      seen.push(`${shown}, ${loader === null ? 'open' : 'covered'}`)
    }
    new MutationObserver(note).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    })
    return seen
  })
  return () => views.jsonValue()
}

async function saveOne(): Promise<string> {
  await press('good-00003')
  await press('save')
  await state('edit Opened')
  return new URL(page.url()).hash.slice('#retaildemand/edit?id='.length)
}

describe('the frame', () => {
  it('has the platform’s attributes, exactly 400 px and the height of the descriptor', async () => {
    await openNew('?employee=boris&locale=en_US')
    const element = page.getByTestId('widget-create')
    expect(await element.getAttribute('sandbox')).toBe(
      'allow-forms allow-scripts allow-same-origin allow-popups allow-modals allow-downloads',
    )
    expect(await element.getAttribute('allow')).toBe('clipboard-read; clipboard-write')
    expect(await element.boundingBox()).toMatchObject({ width: 400, height: 420 })
    expect(await frame('create').locator('#log').textContent()).toContain('frame podarok.sandbox en_US 40')
  })

  it('has storage of its own for the site of the checkout page', async () => {
    await page.goto(`${sandbox.widgetUrl}/mark`)
    await openNew()
    expect(await frame('create').locator('#log').textContent()).toContain('stored null')
  })
})

describe('a sale', () => {
  it('is scanned, refused, agreed, saved, and opened at the other point', async () => {
    await openNew()
    await press('goods-field')
    await page.keyboard.type(`${GOODS[0]!.barcode}\n${CERTIFICATES[0]!.barcode}\n${GOODS[0]!.barcode}\n`)
    await expect.poll(() => textOf('total')).toBe('4\u00a0298,00')
    await tell('create', 'bad')
    await press('save')
    await expect.poll(() => textOf('error')).toBe('Ошибка Подарок: Нужно карт: 1')
    await tell('create', 'good')
    const views = await viewsFromNow()
    await press('save')
    await state('edit Opened')
    expect(await views()).toContain('edit Opening, covered')
    expect(await log('create')).toEqual([
      'Open 1',
      'Change 2 positions',
      'Change 3 positions',
      'Change 4 positions',
    ])
    expect(await log('edit')).toEqual([expect.stringMatching(/^Open 1 [0-9a-f-]{36}$/)])
  })

  it('is not saved while the widget is silent', async () => {
    await openNew()
    await tell('create', 'mute')
    await press('good-00003')
    const startedAt = performance.now()
    await press('save')
    await expect.poll(() => page.getByTestId('error').isVisible()).toBe(true)
    expect(await textOf('error')).toContain('Ошибка Подарок: Приложение не отвечает.')
    expect(performance.now() - startedAt).toBeGreaterThan(2900)
  })

  it('saved again tells the widget; the next one uses the same frames', async () => {
    await openNew()
    const first = await saveOne()
    await page.getByTestId('description').fill('тест')
    await press('save')
    await expect.poll(() => log('edit')).toEqual([`Open 1 ${first}`, 'Change 2 _fields', `Save 3 ${first}`])
    await press('new-sale')
    await state('create Opened')
    const second = await saveOne()
    expect((await log('edit')).at(-1)).toBe(`Open 4 ${second}`)
    expect(product.seen.filter((request) => request.includes('/w/'))).toHaveLength(2)
  })

  it('is opened from the list, changed in its cells and deleted', async () => {
    await openNew()
    await saveOne()
    await press('close')
    await press('open-00001')
    await state('edit Opened')
    await page.getByTestId('quantity-1').fill('3')
    await page.getByTestId('discount-1').fill('10')
    await page.getByTestId('no-cash').fill('1000')
    await page.keyboard.press('Enter')
    await press('save')
    await expect.poll(() => textOf('save-state')).toBe('Сохранено')
    expect([await textOf('total'), await page.getByTestId('cash').inputValue()]).toEqual([
      '4\u00a0452,30',
      '3\u00a0452,30',
    ])
    await press('delete')
    await press('dialog-yes')
    await expect.poll(() => page.getByText('Продаж пока нет').isVisible()).toBe(true)
  })
})

describe('an open page', () => {
  async function writeAdvance(id: string, advancePaymentSum: number): Promise<void> {
    const answer = await fetch(`${sandbox.hostUrl}/api/remap/1.2/entity/retaildemand/${id}`, {
      method: 'PUT',
      headers: {
        authorization: `Bearer ${APP_TOKEN}`,
        'accept-encoding': 'gzip',
        accept: 'application/json;charset=utf-8',
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        cashSum: GOODS[0]!.priceKopecks - advancePaymentSum,
        noCashSum: 0,
        advancePaymentSum,
      }),
    })
    expect(answer.status).toBe(200)
  }
  const stored = async () => {
    const answer = await fetch(`${sandbox.hostUrl}/control/documents`)
    const { sales } = (await answer.json()) as { sales: { advancePaymentSum: number; cashSum: number }[] }
    return sales[0]
  }

  it('goes on showing what it had when a server writes, and its Save takes that back', async () => {
    await openNew()
    const id = await saveOne()
    await writeAdvance(id, 100_000)
    expect(await page.getByTestId('cash').inputValue()).toBe('1\u00a0649,00')
    await press('save')
    await expect.poll(async () => (await log('edit')).at(-1)).toBe(`Save 2 ${id}`)
    expect(await stored()).toMatchObject({ advancePaymentSum: 0, cashSum: 164_900 })
  })

  it('shows it when the sale is opened again, and its Save keeps it', async () => {
    await openNew()
    const id = await saveOne()
    await writeAdvance(id, 100_000)
    await press('close')
    await press('open-00001')
    await state('edit Opened')
    expect(await textOf('advancePaymentSum')).toBe('1\u00a0000,00')
    expect(await page.getByTestId('cash').inputValue()).toBe('649,00')
    await page.getByTestId('description').fill('тест')
    await press('save')
    await expect.poll(() => textOf('save-state')).toBe('Сохранено')
    expect(await stored()).toMatchObject({ advancePaymentSum: 100_000, cashSum: 64_900 })
  })

  it('[18005] cannot be saved with a QR code beside cash', async () => {
    await openNew()
    await press('good-00003')
    await page.getByTestId('qr').fill('100')
    await page.keyboard.press('Enter')
    await press('save')
    await expect.poll(() => textOf('error')).toContain("В случае заполненного поля 'qrSum'")
    await page.getByTestId('qr').fill('1649')
    await page.keyboard.press('Enter')
    await press('save')
    await state('edit Opened')
  })
})

describe('a return', () => {
  it('is begun on its sale without a widget, saved, and opened at its own point', async () => {
    await openNew()
    const saleId = await saveOne()
    await press('new-return')
    await expect.poll(() => textOf('title')).toContain('Возврат № 00001')
    await state('Closed')
    await page.getByTestId('quantity-1').fill('2')
    await page.keyboard.press('Enter')
    await press('save')
    await expect.poll(() => textOf('error')).toContain('позиции не соответствуют позициям продажи')
    await page.getByTestId('quantity-1').fill('1')
    await page.keyboard.press('Enter')
    await press('save')
    await state('return Opened')
    const id = new URL(page.url()).hash.slice('#retailsalesreturn/edit?id='.length)
    await page.getByTestId('description').fill('тест')
    await press('save')
    await expect.poll(() => log('return')).toEqual([`Open 1 ${id}`, `Save 2 ${id}`])
    await press('basis')
    await expect.poll(async () => (await log('edit')).at(-1)).toMatch(new RegExp(`^Open \\d ${saleId}$`))
    await press('returns-tab')
    await press('open-return-00001')
    await state('return Opened')
    await press('delete')
    await press('dialog-yes')
    await expect.poll(() => page.getByText('Возвратов пока нет').isVisible()).toBe(true)
  })
})

describe('shifts and receipts', () => {
  it('a document needs an open shift; a receipt that was printed is a mark on it', async () => {
    await openNew()
    await press('shifts-tab')
    await press('close-shift')
    await expect.poll(() => page.getByTestId('open-shift').isVisible()).toBe(true)
    await press('sales-tab')
    await press('new-sale')
    await expect.poll(() => textOf('shift')).toBe('нет открытой')
    await press('good-00003')
    await press('save')
    await expect.poll(() => textOf('error')).toContain('розничная смена уже закрыта')
    await press('shifts-tab')
    await press('dialog-no')
    await press('open-shift')
    await expect.poll(() => page.getByTestId('close-shift').isVisible()).toBe(true)
    await press('sales-tab')
    await press('new-sale')
    await state('create Opened')
    await saveOne()
    expect(await textOf('shift')).toBe('№ 00002')
    await press('print-cheque')
    await expect.poll(() => textOf('cheque')).toContain('ФД 1')
  })
})

describe('the widget’s requests', () => {
  it('dialogs, groups of goods, tokens, the dirty mark and navigation work on a saved sale', async () => {
    await openNew()
    await saveOne()
    await tell('edit', 'dialog')
    await press('dialog-yes')
    await expect.poll(async () => (await log('edit')).at(-1)).toBe('ShowDialogResponse yes')
    await tell('edit', 'folder')
    await press(`dialog-${GOOD_FOLDERS[1].id}`)
    await expect
      .poll(async () => (await log('edit')).at(-1))
      .toBe(`SelectGoodFolderResponse ${GOOD_FOLDERS[1].id}`)
    await tell('edit', 'user')
    await expect.poll(async () => (await log('edit')).at(-1)).toMatch(/^UserContextResponse [0-9a-f]{40}$/)
    await tell('edit', 'dirty')
    await tell('edit', 'list')
    await press('dialog-no')
    await expect.poll(() => page.getByTestId('sales').isVisible()).toBe(true)
  })
})

describe('the application’s popup', () => {
  it('covers the page, gets the widget’s word, and answers it; next time its page is still there', async () => {
    await openNew()
    await saveOne()
    for (const answer of ['ShowPopupResponse done', 'ShowPopupResponse']) {
      await tell('edit', 'popup')
      await expect.poll(() => page.getByTestId('popup').isVisible()).toBe(true)
      await expect.poll(() => frame('card').locator('#log').textContent()).toMatch(/OpenPopup card hello\n$/)
      if (answer.endsWith('done')) await tell('card', 'done')
      else await press('popup-cross')
      await expect.poll(async () => (await log('edit')).at(-1)).toBe(answer)
      await expect.poll(() => page.getByTestId('popup').isVisible()).toBe(false)
    }
    expect(product.seen.filter((request) => request.includes('/p/card'))).toHaveLength(1)
  })
})

describe('the switches', () => {
  it('«Наш сервер»: loaded frames stay, new ones fail and have no say', async () => {
    await openNew()
    await press('switch-server')
    await press('new-sale')
    await state('create Opened')
    await saveWithoutEditFrame()
    await page.reload()
    await state('edit Failed')
    await press('switch-server')
    await press('new-sale')
    await state('create Opened')
  })

  it('«Вся связь»: the host cannot save and says so; a page opened now has only the switch', async () => {
    await openNew()
    await control('switch', { everything: 'down' })
    await press('good-00003')
    await press('save')
    await expect.poll(() => textOf('error')).toContain('Нет связи с МойСклад')
    await expect.poll(() => page.getByTestId('switch-everything').getAttribute('aria-checked')).toBe('false')
    await page.reload()
    await press('restore')
    await state('create Opened')
  })

  it('«Часы»: the next document is dated by them, in every page of the sandbox', async () => {
    await openNew()
    const other = await browser.newPage()
    await other.goto(sandbox.hostUrl)
    await page.getByTestId('clock').selectOption('60')
    await expect.poll(() => other.getByTestId('clock').inputValue()).toBe('60')
    await other.close()
    const id = await saveOne()
    const saved = await fetch(`${sandbox.hostUrl}/ui/sales/${id}`)
    const { created } = (await saved.json()) as { created: string }
    expect(Date.parse(`${created.replace(' ', 'T')}+03:00`)).toBeGreaterThan(Date.now() + 30 * 60_000)
  })

  it('a frame answered with an error status has failed to load', async () => {
    await control('fault', { kind: 'status', path: '/w/', status: 500 })
    await page.goto(sandbox.hostUrl)
    await state('create Failed')
  })

  async function saveWithoutEditFrame(): Promise<void> {
    await press('good-00003')
    await press('save')
    await state('edit Failed')
  }
})
