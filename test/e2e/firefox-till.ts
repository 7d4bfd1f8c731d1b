import puppeteer, { type Browser, type Frame, type Page } from 'puppeteer-core'
import { expect } from 'vitest'
import { firefoxPath } from '../support/firefox.ts'
import { hangMs } from '../support/hardness.ts'

declare global {
  interface Window {
    /** Every question that this frame has shown, however shortly. */
    asked: string[]
  }
}

/** So long is waited for a sight at most. What has to be quick is measured, and not by waiting. */
const sightMs = hangMs(60_000)

/** What Firefox does about the storage of frames of other sites; its own names, `network.cookie.cookieBehavior`. */
export const cookieBehavior = {
  /** Blocked, as a person may set. */
  blocked: 1,
  /** Partitioned by the page that they are in: its default. */
  partitioned: 5,
} as const

export type CookieBehavior = (typeof cookieBehavior)[keyof typeof cookieBehavior]

/**
 * Firefox with a profile that outlives it. Vitest and Playwright drive no Firefox that a system brings, Puppeteer does, by
 * WebDriver BiDi.
 */
export class Firefox {
  readonly #browser: Browser

  private constructor(browser: Browser) {
    this.#browser = browser
  }

  static async start(
    profileDir: string,
    behavior: CookieBehavior = cookieBehavior.partitioned,
  ): Promise<Firefox> {
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: firefoxPath()!,
      headless: true,
      userDataDir: profileDir,
      extraPrefsFirefox: { 'network.cookie.cookieBehavior': behavior },
      defaultViewport: { width: 1366, height: 768 },
      timeout: sightMs,
      protocolTimeout: 2 * sightMs,
    })
    return new Firefox(browser)
  }

  /**
   * Another tab of the same till, with the form of a new sale in it.
   *
   * @param opened false: do not wait for the app
   */
  async tab(hostUrl: string, opened = true): Promise<FirefoxTill> {
    const page = await this.#browser.newPage()
    page.setDefaultTimeout(sightMs)
    await page.evaluateOnNewDocument(noteQuestions)
    await page.goto(`${hostUrl}/?employee=anna&locale=ru_RU#retaildemand/edit?new`)
    const till = new FirefoxTill(page)
    if (opened) await till.opened('create')
    return till
  }

  close(): Promise<void> {
    return this.#browser.close()
  }
}

/** Notes, in every frame, what a person is asked there, also for a moment. */
function noteQuestions(): void {
  window.asked = []
  new MutationObserver(() => {
    for (const box of document.querySelectorAll('.question')) {
      const text = box.getAttribute('aria-label')!
      if (!window.asked.includes(text)) window.asked.push(text)
    }
  }).observe(document, { childList: true, subtree: true })
}

type Point = 'create' | 'edit'

/** A tab of Firefox as a cashier sees and touches it: the few steps of a sale. */
export class FirefoxTill {
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
  }

  /** The host has told the frame which document is open. */
  async opened(point: Point): Promise<void> {
    await this.#shows('[data-testid=widget-state]', new RegExp(`${point} Opened`))
  }

  /** The page of the app could not be had. */
  async notLoaded(point: Point): Promise<void> {
    await this.#shows('[data-testid=widget-state]', new RegExp(`${point} Failed`))
  }

  /** The page is loaded anew with the document that is open. */
  async reload(): Promise<void> {
    await this.#page.reload()
  }

  async ready(point: Point): Promise<void> {
    await this.opened(point)
    await this.sees(point, /На связи/)
  }

  /** Everything that the frame has asked, also for a moment. */
  async asked(point: Point): Promise<string[]> {
    return (await this.app(point)).evaluate(() => window.asked)
  }

  async app(point: Point): Promise<Frame> {
    const element = await this.#page.$(`[data-testid=widget-${point}]`)
    return (await element?.contentFrame()) ?? Promise.reject(new Error(`no frame of ${point}`))
  }

  /** Waits until the till has been to the server and back, as `TillPage.backFromServer` does. */
  async backFromServer(point: Point): Promise<void> {
    const app = await this.app(point)
    for (let n = 0; n < 2; n++) {
      const answered = this.#page.waitForResponse(
        (one) => one.url().endsWith('/api/ping') && one.frame() === app,
      )
      await app.evaluate(() => void dispatchEvent(new Event('online')))
      await answered
    }
    await app.evaluate(
      () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
    )
  }

  async texts(point: Point): Promise<string> {
    const text = await (await this.app(point)).evaluate(() => document.body.innerText)
    return text.replace(/[\u00a0\u202f]/g, ' ')
  }

  async sees(point: Point, text: RegExp): Promise<void> {
    await expect.poll(() => this.texts(point)).toMatch(text)
  }

  /** In front of the others: Firefox draws nothing in a tab that is not. */
  async toFront(): Promise<void> {
    await this.#page.bringToFront()
  }

  async addGood(code: string): Promise<void> {
    await this.#click(`good-${code}`)
  }

  /** By the scanner of the sandbox: its keys bear the moments at which they were due. */
  async scan(point: Point, number: string): Promise<void> {
    await this.#click('scanner-choose')
    await this.#click(`thing-${number}`)
    await (await this.app(point)).locator('.scan-state').click()
    await this.#click('scanner-scan')
  }

  /** @param name or a part of it, with plain spaces */
  async press(point: Point, name: string): Promise<void> {
    const text = "translate(., '\u00a0\u202f', '  ')"
    const app = await this.app(point)
    await app.locator(`::-p-xpath(//button[contains(${text}, "${name}")])`).click()
  }

  async save(): Promise<void> {
    await this.#click('save')
    await this.#shows('[data-testid=save-state]', /^Сохранено$/)
  }

  /** Saves a new sale and waits for the frame of the saved one. */
  async saveNew(): Promise<void> {
    await this.save()
    await this.opened('edit')
  }

  async newSale(): Promise<void> {
    await this.#click('new-sale')
    await this.#shows('[data-testid=save-state]', /Новый документ/)
    await this.opened('create')
  }

  async #click(testId: string): Promise<void> {
    await this.#page.locator(`[data-testid="${testId}"]`).click()
  }

  async #shows(selector: string, text: RegExp): Promise<void> {
    const shown = () => this.#page.$$eval(selector, (all) => all.map((one) => one.textContent).join(' '))
    await expect.poll(shown).toMatch(text)
  }
}
