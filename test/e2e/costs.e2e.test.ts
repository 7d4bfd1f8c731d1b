import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cardWith, Shop } from './shop.ts'
import { goods, type TillPage } from './till-page.ts'

/** What a sale costs, counted in the real browser: requests to our server (P2b) and to the browser's database (P2c). */

interface Costs {
  /** Calls of our server, by method and path. */
  calls: string[]
  /** Requests to IndexedDB, by store and method. */
  requests: string[]
}

declare global {
  interface Window {
    costs: Costs
    /** What it had cost when the outcome was drawn. */
    drawn: Costs | null
  }
}

/**
 * Runs in each frame before anything of its page does. Counting begins anew with each `Open`. What the till does every five
 * seconds, whether or not anything is sold, never comes: it is no part of a sale.
 */
function count(): void {
  const nothing = (): Costs => ({ calls: [], requests: [] })
  window.costs = nothing()
  window.drawn = null
  addEventListener('message', ({ data }: MessageEvent<{ name?: string }>) => {
    if (data.name !== 'Open') return
    window.costs = nothing()
    window.drawn = null
  })
  const ask = window.fetch.bind(window)
  window.fetch = (input, init) => {
    window.costs.calls.push(`${init?.method} ${new URL(input as string, location.href).pathname}`)
    return ask(input, init)
  }
  const wait = window.setTimeout.bind(window)
  window.setTimeout = ((work: () => void, ms: number) => (ms === 5_000 ? 0 : wait(work, ms))) as typeof wait
  const asking =
    /^(add|put|get|getKey|getAll|getAllKeys|getAllRecords|count|delete|clear|openCursor|openKeyCursor|continue|continuePrimaryKey|advance|update)$/
  for (const { prototype } of [IDBObjectStore, IDBIndex, IDBCursor]) {
    const methods = prototype as unknown as Record<string, (...args: unknown[]) => unknown>
    for (const name of Object.getOwnPropertyNames(prototype).filter((one) => asking.test(one))) {
      const method = methods[name]!
      methods[name] = function (this: { name?: string }, ...args) {
        window.costs.requests.push(`${this.name ?? 'cursor'}.${name}`)
        return method.apply(this, args)
      }
    }
  }
  new MutationObserver(() => {
    if (window.drawn || !/списано/.test(document.body.textContent)) return
    window.drawn = nothing()
    // Runs last before the page is drawn as it is now.
    requestAnimationFrame(() => (window.drawn = structuredClone(window.costs)))
  }).observe(document, { childList: true, subtree: true, characterData: true })
}

/** Fills the till's database with the settled records of an older journal. Runs in the frame of the app. */
async function fill(records: number): Promise<void> {
  const { name } = (await indexedDB.databases()).find((one) => one.name?.startsWith('podarok-'))!
  const db = await new Promise<IDBDatabase>((done, failed) => {
    const opening = indexedDB.open(name!)
    opening.onsuccess = () => done(opening.result)
    opening.onerror = () => failed(new Error('the journal does not open', { cause: opening.error }))
  })
  const tx = db.transaction(['records', 'outcomes'], 'readwrite')
  const outcome = { status: 'applied', by: null, postedAtMs: 1, effects: [], frozen: false }
  for (let seq = 1; seq <= records; seq++) {
    const id = crypto.randomUUID()
    const receipt = { id, mode: 'ask', standsFor: null, sale: null, operations: [], happenedAtMs: 1 }
    const at = { ordinal: 0, seq }
    tx.objectStore('records').add({ ...at, id, receipt: JSON.stringify(receipt), recordedAtMs: 1, faces: [] })
    tx.objectStore('outcomes').add({ ...at, settledAtMs: 1, run: [{ outcome, proof: null }] })
  }
  await new Promise<void>((done) => (tx.oncomplete = () => done()))
  db.close()
}

let shop: Shop
let till: TillPage
const card = cardWith('active', 150_000)
const costs = async (point: 'create' | 'edit') => (await till.app(point)).evaluate(() => window.costs)

beforeEach(async () => {
  shop = await Shop.open()
  till = await shop.till({ beforePage: count })
})
afterEach(() => shop.close())

async function prepare(): Promise<void> {
  await till.addGood(goods.tea)
  await till.scan('create', card.number)
  await till.prepare(/Списать с подарочной карты/)
}

/** @returns what it had cost when the outcome was drawn */
async function save(): Promise<Costs> {
  await till.saveNew()
  await till.sees('edit', /списано/)
  const app = await till.app('edit')
  // What the sale is asked for anew when its outcome is drawn is the last thing that comes of it.
  await expect.poll(() => app.evaluate(() => window.costs.calls.at(-1))).toMatch('GET /api/sales/')
  return app.evaluate(() => window.drawn!)
}

describe('a sale that is paid with a card', () => {
  it('[P2b] from the `Open` of the saved sale to the drawn outcome there are two calls, the match and the charge', async () => {
    await till.firstSale()
    await prepare()
    expect((await save()).calls).toEqual(['POST /api/drafts/match', 'POST /api/sync'])
  })

  it.each([300, 10_000])(
    '[P2c] with %i records in the journal costs at most 20 requests to the database in each frame, and a frame that is not shown makes none',
    async (records) => {
      await (await till.app('create')).evaluate(fill, records)
      await till.page.reload()
      await till.ready('create')
      await till.firstSale()
      // The second of two, since the first may still have to begin something.
      await prepare()
      await save()
      await till.newSale()
      await prepare()
      const { requests: prepared } = await costs('create')
      expect(prepared.length, prepared.join(' ')).toBeLessThanOrEqual(20)
      await save()
      const { requests } = await costs('edit')
      expect(requests.length, requests.join(' ')).toBeLessThanOrEqual(20)
      expect((await costs('create')).requests).toEqual(prepared)
    },
  )
})
