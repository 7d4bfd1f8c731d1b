import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import type { AccountId, CardId, EmployeeId } from '../../src/core/ids.ts'
import { kopecks } from '../../src/core/money.ts'
import type { Db } from '../../src/server/db/db.ts'
import { openPostgres } from '../../src/server/db/postgres.ts'
import { openSqliteReadOnly } from '../../src/server/db/sqlite.ts'
import { freshFolder } from '../server/folders.ts'
import { startMoySkladStub } from '../server/moysklad-stub.ts'
import { programmeOf } from '../../src/core/testing/builders.ts'
import type { Random } from '../../src/core/testing/random.ts'
import { runVerify, startServer } from '../server/server-process.ts'
import { TestTill } from '../server/test-till.ts'
import { newNumber, newReceiptId } from '../server/world.ts'
import { chromiumLaunch } from '../support/chromium.ts'
import { buildPage, pagePath } from '../support/page-build.ts'
import { startPostgres } from '../support/postgres.ts'
import { FaultProxy } from './fault-proxy.ts'
import { type Planned, planOf } from './plan.ts'

const openingKopecks = 20_000_000
/** Runs dry soon. */
const poorKopecks = 20_000

export interface ShopSize {
  /** Of all tills together. */
  receipts: number
  tillCount: number
  /** Part of the requests that meet a fault. */
  chance: number
  /** Every n-th request loses its answer. */
  loseEvery: number
}

export interface FaultShop {
  proxy: FaultProxy
  pages: Page[]
  /** Another frame of the first till. */
  second: Page
  keys: string[]
  plans: Planned[][]
  accountId: AccountId
  opening: ReadonlyMap<CardId, number>
  db: () => Db
  serverLines: string[]
  close(): Promise<void>
  verify(): ReturnType<typeof runVerify>
  remove(): Promise<void>
}

export async function openShop(
  engine: 'sqlite' | 'postgres',
  random: Random,
  { receipts, tillCount, chance, loseEvery }: ShopSize,
): Promise<FaultShop> {
  const folder = freshFolder()
  const [widgetDir, dataDir] = [join(folder, 'page'), join(folder, 'data')]
  await buildPage(import.meta.dirname, 'page.ts', widgetDir)
  const accountId = randomUUID() as AccountId
  const stub = await startMoySkladStub(accountId)
  const postgres = engine === 'postgres' ? await startPostgres('not awaited') : null
  const place = { dataDir, ...(postgres && { databaseUrl: postgres.url }) }
  const server = await startServer({ ...place, moyskladUrl: stub.url, widgetDir })
  const stock = await fillStock(server.url, random, receipts)
  const plans = Array.from({ length: tillCount }, () =>
    planOf(Math.floor(receipts / tillCount), random, stock),
  )
  const proxy = await FaultProxy.open({
    target: server.url,
    doors: tillCount,
    random,
    chance,
    loseEvery,
    isFaulted: (path) => path.startsWith('/api/'),
  })
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), chromiumLaunch())
  const keys = Array.from({ length: tillCount }, () => `cashier.${randomUUID()}`)
  const pages = await Promise.all(keys.map((key, n) => openTill(context, proxy.urls[n]!, key)))
  const second = await openTill(context, proxy.urls[0]!, keys[0]!)
  return {
    ...{ proxy, pages, second, keys, plans, accountId, serverLines: server.lines },
    opening: stock.opening,
    db: () => (postgres ? openPostgres(postgres.url) : openSqliteReadOnly(dataDir)),
    async close() {
      await context.close()
      await proxy.close()
      await server.stop()
      await stub.close()
    },
    verify: () => runVerify(place),
    async remove() {
      await postgres?.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Sixty cards with money, twelve of them with little, and unsold ones for the sales. */
async function fillStock(serverUrl: string, random: Random, receipts: number) {
  const employee = randomUUID() as EmployeeId
  const manager = await TestTill.open(
    (path, init) => fetch(serverUrl + path, init),
    `manager.${employee}`,
    employee,
    Date.now,
  )
  await manager.answer('saveProgramme', programmeOf())
  const opening = new Map<CardId, number>()
  const unsold: CardId[] = []
  const perCall = 40
  const add = async (count: number, moneyOf: () => number | null) => {
    const cards = Array.from({ length: count }, () => {
      const money = moneyOf()
      const id = randomUUID() as CardId
      opening.set(id, money ?? 0)
      if (money === null) unsold.push(id)
      const opened = money !== null && {
        paidKopecks: kopecks(money),
        grantedKopecks: kopecks(0),
        expiresOn: null,
      }
      return { id, number: newNumber(), opening: opened || null, blocked: false }
    })
    const { outcome } = await manager.answer('addCards', { receiptId: newReceiptId(), cards })
    if (outcome.status !== 'applied') throw new Error(`no cards: ${JSON.stringify(outcome)}`)
  }
  for (let n = 0; n < 60; n += 20) await add(20, () => (random.chance(0.2) ? poorKopecks : openingKopecks))
  const cards = [...opening.keys()]
  for (let n = 0; n < receipts * 0.07; n += perCall) await add(perCall, () => null)
  const rich = cards.filter((id) => opening.get(id) === openingKopecks)
  return { opening, cards, rich, unsold }
}

async function openTill(context: BrowserContext, origin: string, contextKey: string): Promise<Page> {
  const page = await context.newPage()
  page.on('pageerror', (error) => console.error('page:', error))
  await load(page, origin, contextKey)
  return page
}

export async function load(page: Page, origin: string, contextKey: string): Promise<void> {
  await page.goto(origin + pagePath)
  await page.waitForFunction(() => 'faultTill' in window)
  await page.evaluate((key) => window.faultTill.open(key), contextKey)
}
