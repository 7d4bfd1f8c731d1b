import { setTimeout as sleep } from 'node:timers/promises'
import type { CDPSession, Frame, FrameLocator, Locator, Page } from 'playwright-core'
import { hangMs, hardness } from '../support/hardness.ts'
import { slowDown } from '../support/slow-processor.ts'

/** Goods of the demo shop by their code. */
export const goods = {
  certificate1000: '00001',
  certificate3000: '00002',
  coffee: '00003',
  tea: '00004',
  mug: '00005',
  grinder: '00006',
  bag: '00009',
} as const

export interface TillOptions {
  employee?: string
  locale?: string
  /** False: do not wait until the till is connected. */
  ready?: boolean
  /** False: the browser gives the app no service worker, as one that blocks the storage of other sites. */
  worker?: boolean
  /** False: MoySklad's page writes no context key into the addresses of its frames. */
  contextKey?: boolean
  /** Runs in each frame before anything of its page does. */
  beforePage?: () => void
}

/** So long is waited for a sight at most. What has to be quick is measured, and not by waiting. */
const sightMs = hangMs(60_000)

/** A frame that says nothing within this time hangs. */
const sceneMs = hangMs(2_000)

/** What is said of cards that pay, alone or beside certificates that are sold. */
const prepared = {
  payment: /Подготовлено\. Спишем, когда вы сохраните продажу|Prepared\. We redeem when you save the sale/,
  both: /Подготовлено\. Активируем и спишем, когда вы сохраните продажу|Prepared\. We activate and redeem when you save the sale/,
}

/** Runs in each frame before anything of its page does. */
function dropContextKey(): void {
  const address = new URL(location.href)
  if (!address.searchParams.has('contextKey')) return
  address.searchParams.delete('contextKey')
  history.replaceState(null, '', address)
}

/** What a cashier sees and touches: MoySklad's page and, in it, the frame of the app. */
export class TillPage {
  readonly page: Page
  readonly #cdp: CDPSession
  readonly locale: string

  private constructor(page: Page, cdp: CDPSession, locale: string) {
    this.page = page
    this.#cdp = cdp
    this.locale = locale
  }

  static async open(
    page: Page,
    hostUrl: string,
    { employee = 'anna', locale = 'ru_RU', ready = true, contextKey = true, beforePage }: TillOptions,
  ): Promise<TillPage> {
    page.setDefaultTimeout(sightMs)
    const till = new TillPage(page, await page.context().newCDPSession(page), locale)
    slowDown(hardness().slowProcessor)
    if (!contextKey) await page.addInitScript(dropContextKey)
    if (beforePage) await page.addInitScript(beforePage)
    await page.goto(`${hostUrl}/?employee=${employee}&locale=${locale}#retaildemand/edit?new`)
    if (ready) await till.ready('create')
    return till
  }

  /** The page is loaded anew with the document that is open, as somebody does who thinks that it hangs. */
  static async reopen({ page }: TillPage, locale: string): Promise<TillPage> {
    const till = new TillPage(page, await page.context().newCDPSession(page), locale)
    const address = new URL(page.url())
    address.searchParams.set('locale', locale)
    if (address.href === page.url()) await page.reload()
    else await page.goto(address.href)
    await till.#sees(page.getByTestId('widget-state').filter({ hasText: /Opened/ }))
    return till
  }

  /** What the host says of its frames. */
  async #host(said: string): Promise<void> {
    await this.#sees(this.page.getByTestId('widget-state').filter({ hasText: said }))
  }
  /** Waits for what is to be seen. In vain, it says what was there instead. */
  async #sees(sight: Locator): Promise<void> {
    await this.#orScene(sight.waitFor())
  }
  #click(target: Locator): Promise<void> {
    return this.#orScene(target.click())
  }
  async #orScene<T>(waiting: Promise<T>): Promise<T> {
    try {
      return await waiting
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${await this.#scene()}`, { cause: error })
    }
  }
  async #scene(): Promise<string> {
    const { page } = this
    const host = ['save-state', 'error', 'widget-state'].map(async (id) => [
      id,
      (await page.getByTestId(id).allTextContents()).join(' | '),
    ])
    const frames = page.frames().filter((frame) => frame !== page.mainFrame())
    const apps = frames.map(async (frame) => [
      frame.url(),
      await Promise.race([frame.evaluate(() => document.body.innerText), sleep(sceneMs, 'does not answer')]),
    ])
    const told = await Promise.allSettled([...host, ...apps])
    return told
      .map((one) => (one.status === 'fulfilled' ? one.value.join(': ') : String(one.reason)))
      .join('\n')
  }

  frame(point: 'create' | 'edit'): FrameLocator {
    return this.page.frameLocator(`[data-testid=widget-${point}]`)
  }

  /** The app's own frame, to look into. */
  async app(point: 'create' | 'edit'): Promise<Frame> {
    const handle = await this.page.getByTestId(`widget-${point}`).elementHandle()
    return (await handle.contentFrame())!
  }

  /**
   * Waits until the till has been to the server and back and shows what came of it. What had been going to follow has
   * followed then, so this is how to see that something does not happen.
   */
  async backFromServer(point: 'create' | 'edit'): Promise<void> {
    const app = await this.app(point)
    // It asks for the second time only when everything is done that the first answer asked for.
    for (let n = 0; n < 2; n++) {
      const asked = this.page.waitForRequest((one) => one.url().endsWith('/api/ping') && one.frame() === app)
      await app.evaluate(() => void dispatchEvent(new Event('online')))
      const answer = await (await asked).response()
      await answer?.finished()
    }
    // The host shows one of its frames at a time; a hidden one works on, and draws nothing.
    const shown = await this.page.getByTestId(`widget-${point}`).isVisible()
    const good = this.frame(point).locator('.status.good')
    await this.#orScene(good.waitFor({ state: shown ? 'visible' : 'attached' }))
    if (!shown) return
    await app.evaluate(
      () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
    )
  }

  /** The frame is opened by the host and its till is connected. */
  async ready(point: 'create' | 'edit'): Promise<void> {
    await this.opened(point)
    await this.#sees(this.frame(point).locator('.status.good'))
  }

  /** The host has told the frame which document is open. */
  async opened(point: 'create' | 'edit'): Promise<void> {
    await this.#host(`${point} Opened`)
  }

  /** The worker has the page, and opens it when the server is away. */
  async keptByWorker(): Promise<void> {
    const app = await this.app('create')
    await app.evaluate(async () => void (await navigator.serviceWorker.ready))
  }

  /** The page of the app could not be had. */
  async notLoaded(point: 'create' | 'edit'): Promise<void> {
    await this.#host(`${point} Failed`)
  }

  async addGood(code: string): Promise<void> {
    await this.#click(this.page.getByTestId(`good-${code}`))
  }

  /** Puts the cursor into the app's frame, as the cashier's click does. */
  async focus(point: 'create' | 'edit'): Promise<void> {
    await this.#click(this.frame(point).locator('.scan-state'))
    await this.#sees(this.frame(point).locator('.scan-row.on'))
  }

  /**
   * Keys of a scanner: 8 ms apart by their own time stamps, whatever the machine's load, to whoever has the cursor.
   *
   * @param enters how many Enter keys follow
   */
  async scanKeys(number: string, enters = 1): Promise<void> {
    const keys = [
      ...[...number].map((digit) => ({
        code: `Digit${digit}`,
        key: digit,
        text: digit,
        windowsVirtualKeyCode: digit.charCodeAt(0),
      })),
      ...Array.from({ length: enters }, () => ({
        code: 'Enter',
        key: 'Enter',
        text: '\r',
        windowsVirtualKeyCode: 13,
      })),
    ]
    const startS = Date.now() / 1000
    await Promise.all(
      keys.flatMap((key, i) => {
        const timestamp = startS + i * 0.008
        return [
          this.#cdp.send('Input.dispatchKeyEvent', { type: 'keyDown', ...key, timestamp }),
          this.#cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key, timestamp: timestamp + 0.002 }),
        ]
      }),
    )
  }

  async scan(point: 'create' | 'edit', number: string): Promise<void> {
    await this.focus(point)
    await this.scanKeys(number)
  }

  async typeNumber(point: 'create' | 'edit', number: string): Promise<void> {
    const frame = this.frame(point)
    await this.#click(frame.getByRole('button', { name: /Ввести номер|Enter number/ }))
    await frame.getByRole('textbox', { name: /Номер подарочной карты|Gift card number/ }).fill(number)
    await this.#click(frame.getByRole('button', { name: /Найти|Find/ }))
  }

  /** Waits for a text in the app. */
  async sees(point: 'create' | 'edit', text: string | RegExp): Promise<Locator> {
    const found = this.frame(point).getByText(text).first()
    await this.#sees(found)
    return found
  }

  async press(point: 'create' | 'edit', name: string | RegExp): Promise<void> {
    await this.#click(this.frame(point).getByRole('button', { name }).first())
  }

  async save(): Promise<void> {
    await this.#click(this.page.getByTestId('save'))
  }

  /** The cards that were scanned are to pay; MoySklad would not save before that is written down (M2). */
  async prepare(name: RegExp, what: keyof typeof prepared = 'payment'): Promise<void> {
    await this.press('create', name)
    await this.sees('create', prepared[what])
  }

  /** Saves a new sale and waits for the frame of the saved one. */
  async saveNew(): Promise<void> {
    await this.save()
    await this.#host('edit Opened')
  }

  /** A sale without cards loads the frame of saved sales, as any morning does. */
  async firstSale(): Promise<void> {
    await this.addGood(goods.tea)
    await this.saveNew()
    await this.ready('edit')
    await this.newSale()
  }

  async saved(): Promise<void> {
    // The whole of it: «Не сохранено» holds the same letters.
    await this.#sees(this.page.getByTestId('save-state').filter({ hasText: /^Сохранено$/ }))
  }

  /** MoySklad's red line. */
  async hostError(): Promise<string> {
    const line = this.page.getByTestId('error')
    await this.#sees(line)
    return (await line.textContent()) ?? ''
  }

  async newSale(): Promise<void> {
    const state = this.page.getByTestId('save-state')
    // The list of sales, where deleting leads at some moment, has no such state.
    const unsaved = (await state.allTextContents()).includes('Не сохранено')
    // From one new sale to the next MoySklad's page looks the same; that they are two is told to the app alone.
    const told = await this.#nextOpen()
    await this.#click(this.page.getByTestId('new-sale').first())
    // MoySklad asks about an unsaved document before it leaves it.
    if (unsaved) await this.#click(this.page.getByTestId('dialog-no'))
    await this.#sees(state.filter({ hasText: 'Новый документ' }))
    await this.#host('create Opened')
    await told()
  }

  /**
   * Waits for the `Open` that comes after this call. The frame of new sales lives on while another page is shown, and
   * the host calls it opened when it has sent that message: a press before it arrives would be taken back by it.
   */
  async #nextOpen(): Promise<() => Promise<void>> {
    const lives = (await this.page.getByTestId('widget-create').count()) > 0
    if (!lives) return () => Promise.resolve()
    const app = await this.app('create')
    const opened = await app.evaluateHandle(() => {
      const come = new Promise<void>((done) => {
        addEventListener('message', ({ data }: MessageEvent<{ name?: string }>) => {
          if (data.name === 'Open') done()
        })
      })
      return { come }
    })
    return () => opened.evaluate(({ come }) => come)
  }

  async allSent(point: 'create' | 'edit'): Promise<void> {
    const sent = this.frame(point)
      .locator('.status.good [aria-busy=false]')
      .getByText(/всё отправлено|all sent/)
    await this.#sees(sent)
  }

  async texts(point: 'create' | 'edit'): Promise<string> {
    return (await this.frame(point).locator('.app').innerText()).replace(/[\u00a0\u202f]/g, ' ')
  }

  async screenshot(path: string): Promise<void> {
    await this.page.screenshot({ path })
  }
}
