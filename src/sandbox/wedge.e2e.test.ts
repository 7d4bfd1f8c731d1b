import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { buildDescriptor } from '../../manifest/build.ts'
import { chromiumLaunch } from '../../test/support/chromium.ts'
import { CARDS, GOODS } from './demo.ts'
import { startSandbox, type Sandbox } from './server.ts'
import { startProductDouble, type ProductDouble } from './testing/product-double.ts'

/** The scanner of the sandbox in a real browser, before a widget that writes down its keys. Needs dist/sandbox. */

const card = CARDS[0]!.number
const policy = "default-src 'none'; script-src 'self'"
const widgetHtml = `<!doctype html><meta charset="utf-8"><title>keys</title>
<div id="box" tabindex="0">box</div><form><input id="field"></form>
<script src="/w/keys.js"></script>`
/** Prevents, as a widget does, what the keys of a scan would do by themselves; not while the cursor is in the field. */
const keysJs = `
globalThis.keys = []
for (const type of ['keydown', 'keypress', 'keyup', 'input', 'submit']) addEventListener(type, (event) => {
  keys.push({ type, key: event.key, code: event.code, at: event.timeStamp })
  if (type === 'submit') event.preventDefault()
}, { capture: true })
parent.postMessage({ name: 'OpenFeedback', messageId: 1, correlationId: 1 }, '*')`

type Struck = { type: string; key?: string; code?: string; at: number }

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
    if (req.url?.startsWith('/api/') === true) return void res.writeHead(503).end()
    res.setHeader('content-security-policy', policy)
    res.setHeader('content-type', req.url === '/w/keys.js' ? 'text/javascript' : 'text/html; charset=utf-8')
    res.end(req.url === '/w/keys.js' ? keysJs : widgetHtml)
  })
  sandbox = await startSandbox({
    hostPort: 0,
    widgetPort: 0,
    productPort: product.port,
    dataDir: mkdtempSync(join(tmpdir(), 'sandbox-')),
    pageDir: fileURLToPath(new URL('../../dist/sandbox', import.meta.url)),
    descriptorXml: (widgetUrl) => buildDescriptor(widgetUrl, { allowHttp: true }),
  })
  page = await browser.newPage({ viewport: { width: 1366, height: 768 } })
})

afterEach(async () => {
  await page.close()
  await sandbox.close()
  await product.close()
})

const widget = () => page.frameLocator('[data-testid=widget-create]')
const said = () => page.getByTestId('scanner-said').textContent()
const keys = () =>
  widget()
    .locator('body')
    .evaluate(() => (globalThis as unknown as { keys: Struck[] }).keys)

async function open(): Promise<void> {
  await page.goto(sandbox.hostUrl)
  await expect.poll(() => page.getByTestId('widget-state').textContent()).toBe('create Opened')
  await scannerLoaded()
}
async function scannerLoaded(): Promise<void> {
  await expect
    .poll(() => page.frames().some((frame) => frame.url().includes('/sandbox/wedge-frame.html')))
    .toBe(true)
}
async function choose(number: string): Promise<void> {
  await page.getByTestId('scanner-choose').click()
  await page.getByTestId(`thing-${number}`).click()
}
async function scan(): Promise<void> {
  await page.getByTestId('scanner-scan').click()
}
/** The keys that the widget has got when Enter is up again. */
async function scanned(times = 1): Promise<Struck[]> {
  const ended = (all: Struck[]) => all.filter(({ type, key }) => type === 'keyup' && key === 'Enter').length
  await expect.poll(async () => ended(await keys())).toBe(times)
  return keys()
}

it('types into the widget that has the cursor what a device types, at its pace, and leaves the cursor there', async () => {
  await open()
  await widget().locator('#box').click()
  await choose(card)
  await scan()
  const struck = await scanned()
  const down = struck.filter(({ type }) => type === 'keydown')
  expect(down.map(({ key }) => key)).toEqual([...card, 'Enter'])
  expect(down.map(({ code }) => code)).toEqual([...[...card].map((digit) => `Digit${digit}`), 'Enter'])
  expect(struck.map(({ type }) => type)).toEqual(down.flatMap(() => ['keydown', 'keypress', 'keyup']))
  const gaps = down.slice(1).map(({ at }, i) => at - down[i]!.at)
  expect(gaps.filter((gap) => Math.abs(gap - 8) > 0.01)).toEqual([])
  expect(await widget().locator('#box:focus').count()).toBe(1)
  expect(await said()).toBe('')
})

it('types into a field of the widget, and its Enter sends the form, unless the widget takes the keys', async () => {
  await open()
  await choose(card)
  await widget().locator('#field').click()
  await scan()
  const struck = await scanned()
  expect(await widget().locator('#field').inputValue()).toBe(card)
  expect(struck.filter(({ type }) => type === 'input')).toHaveLength(card.length)
  expect(struck.filter(({ type }) => type === 'submit')).toHaveLength(1)
  await widget()
    .locator('body')
    .evaluate(() =>
      document.addEventListener('keydown', (event) => event.preventDefault(), { capture: true }),
    )
  await scan()
  await scanned(2)
  expect(await widget().locator('#field').inputValue()).toBe(card)
})

it('types into the checkout page when the cursor is there, and the widget hears nothing', async () => {
  await open()
  await page.getByTestId('goods-field').click()
  await choose(GOODS[0]!.barcode)
  await scan()
  await expect.poll(() => page.getByTestId('total').textContent()).toBe('1\u00a0649,00')
  expect(await page.getByTestId('goods-field').inputValue()).toBe('')
  expect(await keys()).toEqual([])
})

it('says where to press first when nothing has the cursor, and presses no button with its Enter', async () => {
  await open()
  await page.getByTestId('good-00003').click()
  await choose(card)
  await scan()
  await expect.poll(said).toContain('Сначала нажмите туда, куда сканируете')
  expect(await page.getByTestId('total').textContent()).toBe('1\u00a0649,00')
  expect(await keys()).toEqual([])
})

it('types one number whole when its button is pressed twice at once', async () => {
  await open()
  await widget().locator('#box').click()
  await choose(card)
  await page.getByTestId('scanner-scan').dblclick()
  await scanned()
  // Had the second press been heard, its number would stand before this one.
  await scan()
  const down = (await scanned(2)).filter(({ type }) => type === 'keydown')
  expect(down.map(({ key }) => key)).toEqual([...card, 'Enter', ...card, 'Enter'])
})

it('goes on while the line is cut, for it was loaded with the widget', async () => {
  await open()
  await widget().locator('#box').click()
  await choose(card)
  await page.getByTestId('switch-server').click()
  await expect.poll(() => page.getByTestId('switch-server').getAttribute('aria-checked')).toBe('false')
  await scan()
  await scanned()
})

it('comes with the widget that was opened once the line was there', async () => {
  await fetch(`${sandbox.hostUrl}/control/switch`, {
    method: 'POST',
    body: '{"server":"down"}',
    headers: { 'content-type': 'application/json' },
  })
  await page.goto(sandbox.hostUrl)
  await expect.poll(() => page.getByTestId('widget-state').textContent()).toBe('create Failed')
  await page.getByTestId('switch-server').click()
  await page.getByTestId('new-sale').click()
  await expect.poll(() => page.getByTestId('widget-state').textContent()).toBe('create Opened')
  await scannerLoaded()
  await widget().locator('#box').click()
  await choose(card)
  await scan()
  await scanned()
})

it('is not in the widget: the line passes every byte of it, and answers itself only for the sandbox', async () => {
  await open()
  const answer = await fetch(`${sandbox.widgetUrl}/w/sale-new`)
  expect(answer.headers.get('content-security-policy')).toBe(policy)
  expect(await answer.text()).toBe(widgetHtml)
  expect(product.seen.filter((request) => request.includes('/sandbox/'))).toEqual([])
})

it('offers the cards without their states while nobody tells them, and says so', async () => {
  await open()
  await page.getByTestId('scanner-choose').click()
  const things = page.getByTestId('scanner-things')
  const says = (why: string) => things.getByText(`Состояние карт сейчас неизвестно: ${why}`).waitFor()
  await says('сервер «Подарка» ответил ошибкой 503')
  expect(await page.getByTestId(`thing-${card}`).textContent()).toBe(card)
  await product.close()
  await says('сервер «Подарка» не отвечает')
})
