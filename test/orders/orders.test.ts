import { beforeAll, describe, expect, test } from 'vitest'
import { firstSeed } from '../server/random.ts'
import { expectations } from './oracle.ts'
import { allOrders, onceWrong, randomOrder } from './orders.ts'
import { type Broken, play, shrink } from './play.ts'

/** PODAROK_ORDER='goods-900 card-2000 save' plays one order. */
const single = process.env['PODAROK_ORDER']
const wanted = process.env['PODAROK_ORDERS']
const first = firstSeed(wanted !== undefined)
const random = Number(wanted ?? 20_000)
/** Many times what an order takes where nothing else runs: only one that hangs is ended. */
const perOrderMaxMs = 200
/** So many orders are told of each expectation that does not hold. */
const toldMax = 3

const walks: [string, () => Iterable<string[]>, number][] = single
  ? [['this order', () => [single.split(' ')], 1]]
  : [
      ['orders that were wrong once', () => onceWrong.map((order) => order.split(' ')), onceWrong.length],
      ['all orders of up to 4 acts', () => allOrders(4), 15_000],
      [`${random} orders of 5 to 10 acts from seed ${first}`, () => randomOrders(), random],
    ]

function* randomOrders() {
  for (let n = 0; n < random; n++) yield randomOrder(first + n)
}

describe.each(walks)('%s', (name, orders, count) => {
  const broken = new Map<string, { times: number; shortest: Broken[] }>()

  beforeAll(async () => {
    const startedAt = performance.now()
    let played = 0
    for (const order of orders()) {
      played++
      for (const one of await play(order)) {
        const { times, shortest } = broken.get(one.title) ?? { times: 0, shortest: [] }
        if (shortest.length < toldMax) {
          const short = await shrink(one)
          if (!shortest.some(({ acts }) => String(acts) === String(short.acts))) shortest.push(short)
        }
        broken.set(one.title, { times: times + 1, shortest })
      }
    }
    console.log(`${name}: ${played} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  }, count * perOrderMaxMs)

  test.each(Object.keys(expectations))('%s', (title) => {
    const { times, shortest } = broken.get(title) ?? { times: 0, shortest: [] }
    const told = shortest.map(
      ({ acts, after, seen }) => `PODAROK_ORDER='${acts.join(' ')}' after ${after}: ${seen}`,
    )
    expect(shortest, `${times} times, for example\n${told.join('\n')}`).toEqual([])
  })
})
