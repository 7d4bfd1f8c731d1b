import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import type { ChildProcess } from 'node:child_process'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'
import { afterAll } from 'vitest'
import { buildDescriptor } from '../../manifest/build.ts'
import { pages } from '../../manifest/pages.ts'
import { ACCOUNT_ID, ADMINISTRATOR_ID, APP_UID, CARDS, type DemoCard } from '../../src/sandbox/demo.ts'
import { wireVersion } from '../../src/core/receipt/version.ts'
import { spawnProduct, stopProduct, waitUntilHealthy } from '../../src/sandbox/product-process.ts'
import { seed } from '../../src/sandbox/seed.ts'
import { startSandbox } from '../../src/sandbox/server.ts'
import { chromiumLaunch } from '../support/chromium.ts'
import { freePort } from '../support/free-port.ts'
import { hangMs, hardness } from '../support/hardness.ts'
import { TillPage, type TillOptions } from './till-page.ts'

const hard = hardness()
/** Many times what a server needs to start, also on a busy machine. */
const startMs = hangMs(60_000)
const root = fileURLToPath(new URL('../../', import.meta.url))

/** One for all shops of a test file: to start it takes as long as a short test, and each till has a storage of its own in it. */
let browser: Promise<Browser> | null = null
afterAll(async () => (await browser)?.close())

/** A fault of the line, as the sandbox's control takes it. */
export interface Fault {
  kind: 'drop-request' | 'drop-answer' | 'delay' | 'stall' | 'status'
  path: string
  method?: string
  times?: number | null
  delayMs?: number
  status?: number
}

/** A whole shop: MoySklad in a box, the real product server behind a line that can be cut, and browsers. */
export class Shop {
  readonly #sandbox: Awaited<ReturnType<typeof startSandbox>>
  readonly #folder: string
  readonly #port: number
  readonly #contexts: BrowserContext[] = []
  #product: ChildProcess

  private constructor(sandbox: Shop['_sandbox'], product: ChildProcess, folder: string, port: number) {
    this.#sandbox = sandbox
    this.#product = product
    this.#folder = folder
    this.#port = port
  }
  declare private readonly _sandbox: Awaited<ReturnType<typeof startSandbox>>

  /**
   * @param offline whether the owner allows promises without holds (O1)
   * @param documentsAheadMs how far MoySklad's documents are ahead of our clock
   */
  static async open({ offline = false, documentsAheadMs = 0 } = {}): Promise<Shop> {
    const folder = mkdtempSync(join(tmpdir(), 'podarok-e2e-'))
    const port = await freePort()
    const sandbox = await startSandbox({
      hostPort: 0,
      widgetPort: 0,
      productPort: port,
      dataDir: join(folder, 'sandbox'),
      pageDir: `${root}dist/sandbox`,
      descriptorXml: (widgetUrl) => buildDescriptor(widgetUrl, { allowHttp: true }),
      documentsAheadMs: documentsAheadMs + hard.moyskladAheadMs,
      slowness: hard.slowLine,
    })
    // A copy, which another version can take the place of.
    cpSync(`${root}dist/widget`, join(folder, 'widget'), { recursive: true })
    const shop = new Shop(sandbox, await startProduct(sandbox, folder, port), folder, port)
    await seed(shop.productUrl, sandbox.contextKeys.issue(ADMINISTRATOR_ID, APP_UID), offline)
    return shop
  }

  get productUrl(): string {
    return `http://127.0.0.1:${this.#port}`
  }
  get hostUrl(): string {
    return this.#sandbox.hostUrl
  }
  get widgetUrl(): string {
    return this.#sandbox.widgetUrl
  }

  /** Closes the tills, checks the books (L6) and stops everything. */
  async close(): Promise<void> {
    try {
      for (const context of this.#contexts) await context.close()
      this.verify()
    } finally {
      await stopProduct(this.#product)
      await this.#sandbox.close()
      rmSync(this.#folder, { recursive: true, force: true })
    }
  }

  /** `npm run verify` beside the running server; throws at a difference. */
  verify(): void {
    execFileSync(process.execPath, [`${root}src/server/verify.ts`], {
      env: { ...process.env, PODAROK_DATA_DIR: this.dataDir, DATABASE_URL: '' },
    })
  }

  /** A new till: a browser storage of its own. */
  async till(options: TillOptions = {}): Promise<TillPage> {
    browser ??= chromium.launch(chromiumLaunch())
    const context = await (
      await browser
    ).newContext({
      viewport: { width: 1366, height: 768 },
      serviceWorkers: options.worker === false ? 'block' : 'allow',
    })
    this.#contexts.push(context)
    return TillPage.open(await context.newPage(), this.hostUrl, options)
  }

  /** A till in a browser of its own whose profile outlives it. */
  async persistentTill(profile: string, options: TillOptions = {}): Promise<TillPage> {
    const context = await chromium.launchPersistentContext(this.profileDir(profile), {
      ...chromiumLaunch(),
      viewport: { width: 1366, height: 768 },
    })
    this.#contexts.push(context)
    return TillPage.open(context.pages()[0] ?? (await context.newPage()), this.hostUrl, options)
  }

  /** Where the browser of that profile keeps everything. */
  profileDir(profile: string): string {
    return join(this.#folder, profile)
  }

  /** Calls a route of the manager's window. */
  async manage<T>(method: string, path: string, body?: unknown): Promise<T> {
    const call = async (verb: string, to: string, content: unknown, token: string): Promise<unknown> => {
      const response = await fetch(this.productUrl + to, {
        method: verb,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: content === undefined ? null : JSON.stringify(content),
      })
      if (!response.ok) throw new Error(`${verb} ${to}: ${response.status} ${await response.text()}`)
      return response.json()
    }
    const contextKey = this.#sandbox.contextKeys.issue(ADMINISTRATOR_ID, APP_UID)
    const session = await call('POST', '/api/session', { wire: wireVersion, contextKey }, '')
    return (await call(method, path, body, (session as { token: string }).token)) as T
  }

  /** «Наш сервер» and «Вся связь». */
  async switch(what: Partial<Record<'server' | 'everything', 'up' | 'down'>>): Promise<void> {
    await this.#control('POST', 'switch', what)
  }
  async fault(fault: Fault): Promise<void> {
    await this.#control('POST', 'fault', fault)
  }
  /** @param path only the faults of this one */
  async clearFaults(path?: string): Promise<void> {
    await this.#control('DELETE', path === undefined ? 'faults' : `faults?path=${encodeURIComponent(path)}`)
  }

  /** Kills the server at once, as a power cut would, and starts it again on its data. */
  async crashServer(): Promise<void> {
    const ended = new Promise((done) => this.#product.once('exit', done))
    this.#product.kill('SIGKILL')
    await ended
    this.#product = await startProduct(this.#sandbox, this.#folder, this.#port)
  }

  /**
   * The server has another version of the pages from now on: the same code, every file of it under another name, and none
   * of the old ones.
   *
   * @param version of letters and digits
   */
  deploy(version: string): void {
    const widget = join(this.#folder, 'widget')
    const assets = join(widget, 'assets')
    const names = readdirSync(assets).map((name) => [name, name.replace(/(?=\.\w+$)/, version)] as const)
    const renamed = (file: string) =>
      names.reduce((text, [old, name]) => text.replaceAll(old, name), readFileSync(file, 'utf8'))
    for (const [old, name] of names) {
      writeFileSync(join(assets, name), renamed(join(assets, old)))
      rmSync(join(assets, old))
    }
    const document = join(widget, relative('widget', pages.cashier.document))
    writeFileSync(document, renamed(document))
  }

  /** What the ledger says of a card, in kopecks. */
  balance(card: DemoCard): number {
    const [row] = this.#query('select paid + granted as balance from card where id = ?', card.id)
    return Number(row?.['balance'])
  }
  status(card: DemoCard): string {
    return String(this.#query('select status from card where id = ?', card.id)[0]?.['status'])
  }
  /** How often operations of a kind were posted for a card. */
  posted(card: DemoCard, kind: string): number {
    return this.#query('select 1 from operation where card_id = ? and kind = ?', card.id, kind).length
  }
  /** Sales of MoySklad for which the card was charged, by their numbers there. */
  async chargedFor(card: DemoCard): Promise<string[]> {
    const rows = this.#query(
      `select r.document_id as id from operation o join receipt r on r.account_id = o.account_id and r.id = o.receipt_id
        where o.card_id = ? and o.kind = 'redeem'`,
      card.id,
    )
    const answer = await fetch(`${this.hostUrl}/control/documents`)
    const { sales } = (await answer.json()) as { sales: { id: string; name: string }[] }
    return rows.map((row) => sales.find(({ id }) => id === row['id'])?.name ?? 'none')
  }
  /** Somebody else changes the sale that was saved last, in MoySklad itself. */
  async changeLastSale(change: (rows: unknown[]) => { rows: unknown[]; cashSum: number }): Promise<void> {
    const list = await fetch(`${this.hostUrl}/ui/sales`)
    const { sales } = (await list.json()) as { sales: { id: string; name: string }[] }
    const { id } = sales.reduce((last, one) => (one.name > last.name ? one : last))
    const answer = await fetch(`${this.hostUrl}/ui/sales/${id}`)
    const { ownerId, rows, ...sale } = (await answer.json()) as Record<string, unknown> & {
      ownerId: string
      rows: unknown[]
    }
    const draft = {
      applicable: sale['applicable'],
      description: sale['description'],
      ...change(rows),
      noCashSum: 0,
    }
    const changed = await fetch(`${this.hostUrl}/ui/sales/${id}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ employeeId: ownerId, draft }),
    })
    if (!changed.ok) throw new Error(`the sale was not changed: ${changed.status} ${await changed.text()}`)
  }
  liveHolds(card: DemoCard): number {
    return this.#query('select 1 from hold where card_id = ? and released_at_ms is null', card.id).length
  }
  /** How many tills the server knows. */
  tills(): number {
    return this.#query('select 1 from till').length
  }
  /** Outcomes of all receipts that tills have sent, in order. */
  tillOutcomes(): string[] {
    const rows = this.#query(
      'select status from receipt where till_id is not null order by posted_at_ms, seq',
    )
    return rows.map((row) => String(row['status']))
  }

  /** Of the product server; its database is read by SQL. */
  get dataDir(): string {
    return join(this.#folder, 'server')
  }

  #query(sql: string, ...params: string[]): Record<string, unknown>[] {
    const file = readOnly(this.dataDir)
    try {
      return file.prepare(sql).all(...params)
    } finally {
      file.close()
    }
  }

  async #control(method: string, path: string, body?: unknown): Promise<void> {
    const response = await fetch(`${this.hostUrl}/control/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`control ${path}: ${response.status} ${await response.text()}`)
  }
}

async function startProduct(sandbox: { widgetUrl: string; hostUrl: string }, folder: string, port: number) {
  const { widgetUrl, hostUrl } = sandbox
  const product = spawnProduct(`${root}src/server/main.ts`, {
    port,
    dataDir: join(folder, 'server'),
    widgetUrl,
    hostUrl,
    widgetDir: join(folder, 'widget'),
  })
  try {
    await waitUntilHealthy(product, `http://127.0.0.1:${port}`, startMs)
  } catch (error) {
    // Left running, it would keep the test runner waiting for its output.
    await stopProduct(product)
    throw error
  }
  return product
}

function readOnly(dataDir: string): DatabaseSync {
  return new DatabaseSync(join(dataDir, 'podarok.sqlite'), { readOnly: true })
}

/** The demo card with this state and balance. */
export function cardWith(state: DemoCard['state'], kopecks?: number): DemoCard {
  const card = CARDS.find(
    (one) =>
      one.state === state && (kopecks === undefined || one.paidKopecks + one.grantedKopecks === kopecks),
  )
  if (!card) throw new Error(`no demo card is ${state} with ${kopecks}`)
  return card
}

export const unsoldCards = CARDS.filter((card) => card.state === 'unsold')
export { ACCOUNT_ID }
