import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cardWith, Shop } from './shop.ts'
import { goods, type TillPage } from './till-page.ts'

/** What a sale costs beside its own work, counted in the real browser: requests to our server (P2b). */

interface Costs {
  /** Calls of our server, by method and path. */
  calls: string[]
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
  const nothing = (): Costs => ({ calls: [] })
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
  new MutationObserver(() => {
    if (window.drawn || !/списано/.test(document.body.textContent)) return
    window.drawn = nothing()
    // Runs last before the page is drawn as it is now.
    requestAnimationFrame(() => (window.drawn = structuredClone(window.costs)))
  }).observe(document, { childList: true, subtree: true, characterData: true })
}

let shop: Shop
let till: TillPage
const card = cardWith('active', 150_000)

beforeEach(async () => {
  shop = await Shop.open()
  till = await shop.till({ beforePage: count })
})
afterEach(() => shop.close())

async function pay(sum: RegExp): Promise<void> {
  await till.addGood(goods.tea)
  await till.scan('create', card.number)
  await till.prepare(/Списать с подарочной карты/)
  await till.saveNew()
  await till.sees('edit', sum)
}

const drawn = async () => {
  const app = await till.app('edit')
  await expect.poll(() => app.evaluate(() => window.drawn?.calls.length)).toBeGreaterThan(0)
  return app.evaluate(() => window.drawn!)
}

describe('a sale that is paid with a card', () => {
  it('[P2b] from the `Open` of the saved sale to the drawn outcome there are two calls, the match and the charge', async () => {
    await till.firstSale()
    await pay(/списано/)
    expect((await drawn()).calls).toEqual(['POST /api/drafts/match', 'POST /api/sync'])
  })
})
