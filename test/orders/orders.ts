import { type Random, seeded } from '../../src/core/testing/random.ts'

/** What a cashier can do, ten kinds of it. The n-th card and the n-th goods of an order are the n-th of these. */
const kinds = [
  'card',
  'goods',
  'certificate',
  'discount',
  'remove',
  'confirm',
  'save',
  'cut',
  'back',
  'later',
]
const hands = [
  ['2000', '0001', '0500', '0002'],
  ['0001', '2000', '0002', '0500'],
]
const prices = [900, 1_600, 300, 700]

/** All orders of the ten kinds of acts with repetition, shortest first, by each hand of cards. */
export function* allOrders(lengthMax: number): Generator<string[]> {
  for (let length = 1; length <= lengthMax; length++) {
    for (let n = 0; n < kinds.length ** length; n++) {
      const order = Array.from(String(n).padStart(length, '0'), (digit) => kinds[Number(digit)]!)
      yield inWords(order, hands[0]!)
      if (order.includes('card')) yield inWords(order, hands[1]!)
    }
  }
}

function inWords(order: string[], hand: string[]): string[] {
  let [cards, goods] = [0, 0]
  return order.map((kind) =>
    kind === 'card' ? `card-${hand[cards++]}` : kind === 'goods' ? `goods-${prices[goods++]}` : kind,
  )
}

/** How often each act is drawn, of all. */
const drawn: readonly [number, (random: Random) => string][] = [
  [16, (random) => `card-${anyCard(random)}`],
  [4, (random) => `typed-${anyCard(random)}`],
  [3, (random) => `off-${anyCard(random)}`],
  [14, (random) => `goods-${random.pick([300, 500, 900, 1_600, 2_500])}`],
  [9, () => 'certificate'],
  [4, () => 'discount'],
  [6, () => 'remove'],
  [14, () => 'confirm'],
  [3, (random) => `amount-${random.pick([100, 700])}`],
  [10, () => 'save'],
  [5, () => 'cut'],
  [6, () => 'back'],
  [4, () => 'later'],
  [5, () => 'new'],
  [5, () => 'yes'],
  [2, () => 'no'],
  [1, () => 'wait'],
  [1, () => 'tick'],
]

/** «9999» is nobody's number. */
const anyCard = (random: Random) =>
  random.pick(['2000', '2000', '0500', '0500', '0001', '0001', '0002', '0000', '9999'])

/** Five to ten acts. */
export function randomOrder(seed: number): string[] {
  const random = seeded(seed)
  const all = drawn.reduce((sum, [weight]) => sum + weight, 0)
  return Array.from({ length: random.int(5, 10) }, () => {
    let at = random.next() * all
    return drawn.find(([weight]) => (at -= weight) < 0)![1](random)
  })
}

/** Orders that were wrong once, the shortest of their kind. */
export const onceWrong: readonly string[] = [
  // Rare ones, each seen once in some 20 000 orders of chance.
  'card-0500 goods-1600 later confirm save card-2000',
  'certificate card-0001 new save certificate card-0001',
  'card-0002 certificate cut save new back',
  'typed-2000 goods-1600 later confirm save goods-500 save',
  'card-0001 certificate new card-0002 certificate save',
  'save certificate card-0001 cut new yes',
  'typed-0001 certificate later save discount',
  // Prepared for 900 ₽ and left: without the line it was offered to the next buyer's sale of 300 ₽.
  'goods-900 card-2000 confirm cut new goods-300 save',
  'goods-900 card-2000 confirm new cut save',
  'goods-900 card-2000 confirm cut save remove save',
  // A sale without «Проведено» forgot its card when the line came back, or when it was opened again.
  'certificate card-0001 later save cut back',
  'goods-900 card-2000 confirm later save cut back',
  'certificate card-0001 later save new',
  'goods-900 card-2000 confirm later save new',
  // Beside a card that waits for its sale another one was asked for, and taken.
  'certificate card-0001 later save',
  'certificate card-0001 cut save back',
  'certificate card-0001 cut save back card-0002 confirm yes',
  'later goods-500 card-2000 confirm save card-0500 confirm later',
  'certificate card-0001 save discount',
  'later goods-900 card-2000 confirm save card-2000',
  // What was green when it was saved without the line was asked about when the line was back.
  'goods-900 card-2000 confirm cut save back',
  // A card that waits for goods said nothing when the line was cut before they came, and the next frame forgot it.
  'card-2000 cut goods-900 save',
  // A card in a saved sale stayed held, and nobody was asked, when the sale was left.
  'goods-900 save card-2000 new',
  'goods-900 save card-2000 new goods-900 card-2000',
  'save goods-900 card-2000 confirm new',
  // Without the line a certificate was added to a saved sale in silence.
  'cut save certificate',
  'cut save certificate discount',
  'certificate card-0001 cut save discount save',
  // A button stood there for what had been pressed, and «Сохранить» charged it without green.
  'goods-300 save certificate card-0500 confirm remove save',
]
