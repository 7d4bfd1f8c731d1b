import { cardWith, type Shop, unsoldCards } from '../e2e/shop.ts'
import { goods, type TillPage } from '../e2e/till-page.ts'
import type { DemoCard } from '../../src/sandbox/demo.ts'
import type { Shown } from './points.ts'

/** What a cashier does from the scan to the painted end, and what the ledger must say then. */
export interface Story {
  name: string
  /** Saved sales that are opened before the one that counts. */
  salesBefore: number
  kind: 'redeem' | 'load'
  amountKopecks: number
  /** For the n-th play of one shop. */
  card: (n: number) => DemoCard
  play: (till: TillPage, shop: Shop, card: DemoCard) => Promise<void>
  /** The first sign on the screen, and the last. */
  signs: [Shown, Shown]
  /** The end in words, and what a draft that looks for its sale is answered. */
  done: RegExp
  yes: RegExp
}

/** So many plays fit into one shop: a card is sold once. */
export const playsPerShop = unsoldCards.length

const rich = [150_000, 50_000, 300_000].map((kopecks) => cardWith('active', kopecks))
const richCard = (n: number) => rich[n % rich.length]!
const bagKopecks = 8_900

const payment = {
  kind: 'redeem',
  amountKopecks: bagKopecks,
  done: /списано 89,00/,
  yes: /Да, списать 89,00/,
} as const

async function preparePayment(till: TillPage, card: DemoCard): Promise<void> {
  await till.addGood(goods.bag)
  await till.scan('create', card.number)
  await till.prepare(/Списать с подарочной карты 89,00/)
}

export const stories = {
  ask: {
    name: 'a payment on the line',
    ...payment,
    salesBefore: 0,
    card: richCard,
    signs: ['recorded', 'redeemed'],
    async play(till, _shop, card) {
      await preparePayment(till, card)
      await till.saveNew()
      await till.sees('edit', payment.done)
    },
  },
  promise: {
    name: 'a payment finished without the line, on its hold',
    ...payment,
    salesBefore: 1,
    card: richCard,
    signs: ['promised', 'redeemed'],
    async play(till, shop, card) {
      // Without the line no frame of saved sales would load; any morning has loaded one.
      await till.firstSale()
      await preparePayment(till, card)
      await shop.switch({ server: 'down' })
      await till.saveNew()
      await till.press('edit', payment.yes)
      await till.sees('edit', 'Принято без связи, отправим сами')
      await shop.switch({ server: 'up' })
      await till.sees('edit', payment.done)
    },
  },
  sale: {
    name: 'a sale of a card on the line',
    kind: 'load',
    amountKopecks: 100_000,
    salesBefore: 0,
    card: (n) => unsoldCards[n]!,
    signs: ['recorded', 'loaded'],
    done: /активирована на 1.000,00/,
    yes: /Да, активировать на 1.000,00/,
    async play(till, _shop, card) {
      await till.addGood(goods.certificate1000)
      await till.scan('create', card.number)
      await till.sees('create', /Подготовлено/)
      await till.saveNew()
      await till.sees('edit', /активирована на 1.000,00/)
    },
  },
} satisfies Record<string, Story>

export type StoryName = keyof typeof stories
