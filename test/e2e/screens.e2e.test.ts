import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { axeFaults } from './look.ts'
import { cardWith, Shop, unsoldCards } from './shop.ts'
import { goods, type TillPage } from './till-page.ts'

/** Every screen in both languages at the size that the descriptor asks for: nothing cut off, nothing unreadable. */

let shop: Shop
beforeEach(async () => {
  shop = await Shop.open()
})
afterEach(() => shop.close())

interface Look {
  sidewaysPx: number
  actionBelowPx: number
  faults: string[]
}

/** Looks at the frame as it stands. */
async function look(till: TillPage, point: 'create' | 'edit'): Promise<Look> {
  const path = point === 'create' ? '/w/sale-new' : '/w/sale'
  const frame = till.page.frames().find((one) => one.url() === `${shop.widgetUrl}${path}`)!
  const faults = await axeFaults(frame)
  const seen = await frame.evaluate(() => {
    const action = document.querySelector('.primary')?.getBoundingClientRect()
    return {
      sidewaysPx: document.documentElement.scrollWidth - innerWidth,
      actionBelowPx: action ? Math.max(0, action.bottom - innerHeight) : 0,
    }
  })
  return { ...seen, faults }
}

const sound: Look = { sidewaysPx: 0, actionBelowPx: 0, faults: [] }

describe.each(['ru_RU', 'en_US'])('screens in %s', (locale) => {
  it('[U6] fit 400 × 420 px and keep WCAG 2.2 AA, from the first to the last', async () => {
    const till = await shop.till({ locale })
    const looks: Record<string, Look> = {}
    looks['idle'] = await look(till, 'create')
    await till.press('create', /Ввести номер|Enter number/)
    looks['typing'] = await look(till, 'create')
    await till.scan('create', cardWith('expired', 100_000).number)
    await till.sees('create', '•••• 5421')
    looks['expired card'] = await look(till, 'create')

    await till.addGood(goods.certificate3000)
    await till.addGood(goods.certificate1000)
    await till.addGood(goods.coffee)
    await till.scan('create', unsoldCards[0]!.number)
    await till.sees('create', '•••• 9501')
    looks['selling'] = await look(till, 'create')
    for (const card of [unsoldCards[1]!, cardWith('active', 50_000), cardWith('active', 9_990)]) {
      await till.scanKeys(card.number)
      await till.sees('create', `•••• ${card.number.slice(-4)}`)
    }
    looks['four cards'] = await look(till, 'create')
    await till.prepare(/Списать с подарочных карт|Redeem/, 'both')
    looks['prepared'] = await look(till, 'create')
    await till.saveNew()
    await till.sees('edit', /активирована на|activated for/)
    looks['done'] = await look(till, 'edit')
    await till.press('edit', /Операции кассы|Operations/)
    looks['operations'] = await look(till, 'edit')

    await till.newSale()
    await till.addGood(goods.coffee)
    await till.scan('create', cardWith('active', 150_000).number)
    await till.prepare(/Списать с подарочной|Redeem/)
    await shop.switch({ server: 'down' })
    await till.saveNew()
    await till.sees('edit', /Это для этой продажи\?|Is it for this sale\?/)
    looks['question'] = await look(till, 'edit')
    await till.press('edit', /Да, списать|Yes, redeem/)
    await till.sees('edit', /Принято без связи|Accepted offline/)
    looks['promised'] = await look(till, 'edit')

    for (const [name, seen] of Object.entries(looks)) expect(seen, name).toEqual(sound)
  })
})
