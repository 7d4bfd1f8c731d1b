import { expect, test } from 'vitest'
import { expectations } from './oracle.ts'
import { play, type Plant } from './play.ts'
import type { Screen } from './words.ts'

/** The screen is another than it should be after an act, or always. */
const shows =
  (change: (screen: Screen) => Partial<Screen>, after?: string): Plant =>
  ({ screen }, { what }) => {
    if (after === undefined || what === after) Object.assign(screen, change(screen))
  }

const money = { last4: '2000', paysKopecks: 90_000 }
const paysFirst = 'goods-900 card-2000 confirm'

/** A fault for every expectation, and an order of acts in which a cashier meets it. */
const faults: Readonly<Record<string, [acts: string, plant: Plant][]>> = {
  '[M2] green is shown only where «Сохранить» saves': [
    ['certificate', shows(() => ({ isGreen: true }))],
    [paysFirst, shows(() => ({ fault: 'line_needed' }), 'confirm')],
  ],
  '[M2] a sale that must not be saved says why': [
    ['certificate', shows(() => ({ wantsCard: false, fault: null }))],
    ['goods-900 card-2000', shows(() => ({ button: null }), 'card')],
  ],
  '[M2] what the sale is said to lack is true, and what MoySklad is told': [
    ['certificate card-0001', shows(() => ({ wantsCard: true }), 'card')],
    ['certificate', shows(() => ({ fault: 'certificate_discounted' }))],
    ['certificate discount save', shows(() => ({ refused: 'checking' }), 'save')],
  ],
  '[M2] nothing is saved in silence that lacks a card or has one too many': [
    ['certificate', shows(() => ({ maySave: true, wantsCard: false, fault: null }))],
    [
      'certificate card-0001 remove',
      shows(() => ({ maySave: true, fault: null, cards: [{ last4: '0001', paysKopecks: null }] }), 'remove'),
    ],
  ],
  '[C2] no certificate is saved with a discount': [
    ['certificate card-0001 discount', shows(() => ({ maySave: true }), 'discount')],
  ],
  '[M2] no sum is saved that nobody agreed to, and none goes up by itself': [
    ['goods-900 card-2000', shows(() => ({ maySave: true }), 'card')],
    [
      'goods-300 card-2000 confirm goods-900',
      ({ screen }, { which }) => {
        if (which === '900') screen.cards = [{ last4: '2000', paysKopecks: 120_000 }]
      },
    ],
  ],
  '[M2] a sale without certificates and cards is never kept waiting': [
    ['goods-900', shows(() => ({ maySave: false, fault: 'checking' }))],
    ['goods-900', shows(() => ({ isGreen: true }))],
  ],
  '[M2] there is a way out of every new sale': [
    ['certificate', shows(() => ({ maySave: false, wantsCard: true }), 'empty')],
  ],
  '[M5] every Change is answered, and no frame fails': [
    ['goods-900', shows(() => ({ isBusy: true }))],
    ['goods-900', ({ books }) => (books.failures = ['it broke'])],
  ],
  '[C5] no sum on the screen is above what cards may pay for its sale': [
    [paysFirst, shows(() => ({ cards: [{ ...money, paysKopecks: 90_001 }] }), 'confirm')],
    ['goods-900 card-2000', shows(() => ({ button: { does: 'redeem', kopecks: 90_001, cards: 1 } }), 'card')],
    [
      'goods-300 save',
      (seen, { what, to }) => {
        if (what === 'save') seen.screen.questions = [{ parts: [money], document: to, mayBeYes: true }]
      },
    ],
  ],
  '[M2] «К доплате» is the sale less what cards pay': [
    [paysFirst, shows(() => ({ toPayKopecks: 90_000 }), 'confirm')],
    [paysFirst, shows(() => ({ toPayKopecks: null }), 'confirm')],
    [paysFirst, shows(() => ({ offersAnother: true }), 'confirm')],
  ],
  '[U1] a press does what its button says': [
    ['goods-900 card-2000 confirm', shows(() => ({ cards: [{ ...money, paysKopecks: 100 }] }), 'confirm')],
  ],
  '[C4] cards pay all they can and no more, and are sold where a certificate waits': [
    [
      'goods-900 card-2000',
      shows(() => ({ cards: [{ ...money, paysKopecks: 100 }], button: null, maySave: true }), 'card'),
    ],
    ['goods-900 card-0500', shows(() => ({ cards: [{ last4: '0500', paysKopecks: 50_001 }] }), 'card')],
    ['certificate card-0001', shows(() => ({ cards: [], seen: ['0001'] }), 'card')],
  ],
  '[C6] a card stands in a sale once': [[paysFirst, shows(() => ({ seen: ['2000'] }), 'confirm')]],
  '[U3] a scan is answered, and no card goes without a word': [
    ['card-9999', shows(() => ({ notice: null }))],
    [paysFirst, shows(() => ({ cards: [], isGreen: false }), 'confirm')],
    ['card-2000 goods-900', shows(() => ({ cards: [], button: null }), 'goods')],
  ],
  '[J11] nobody is sent to another window where there is only one': [
    ['card-2000', shows(() => ({ notice: 'card_held' }))],
  ],
  '[M3] a sale with cards is saved under green only': [
    ['certificate card-0001 save', shows(() => ({ isGreen: false }), 'card')],
  ],
  '[J1] what was green is done, or the screen says what it waits for': [
    [`${paysFirst} cut save`, shows(() => ({ questions: [] }), 'save')],
    [`${paysFirst} save`, ({ books }) => (books.deeds = [])],
  ],
  '[M3] what was green is done by itself while the line is up': [
    [
      `${paysFirst} save`,
      (seen, { what, to }) => {
        if (what !== 'save') return
        seen.books.deeds = []
        seen.screen.questions = [{ parts: [money], document: to, mayBeYes: true }]
      },
    ],
  ],
  '[J1] nothing is done that nobody agreed to, and nothing twice': [
    [`${paysFirst} save`, ({ books }) => (books.deeds = [...books.deeds, ...books.deeds])],
    [
      'goods-900 save',
      (seen, { what, to }) => {
        if (what === 'save') seen.books.deeds = [{ ...money, document: to }]
      },
    ],
  ],
  '[J1] success is shown only of what the books have': [
    ['goods-900 save', shows(() => ({ results: [{ status: 'done', parts: [money] }] }), 'save')],
  ],
  '[C5] no sale is paid above its sum, nor sells more cards than certificates': [
    [
      'goods-300 save',
      (seen, { what, to }) => {
        if (what === 'save') seen.books.deeds = [{ ...money, document: to }]
      },
    ],
  ],
  '[U5] what was green is never refused': [
    [`${paysFirst} save`, shows(() => ({ red: [money] }), 'save')],
    [`${paysFirst} save`, ({ books }) => (books.refused = ['sale_gone'])],
  ],
  '[M3] what was prepared and left is asked about in the next form': [
    [`${paysFirst} new`, shows(() => ({ questions: [] }), 'new')],
  ],
  '[O5] without the line green is only for scanned cards that may still be promised': [
    ['goods-900 typed-2000 confirm cut', shows(() => ({ isGreen: true, fault: null, maySave: true }), 'cut')],
    [`${paysFirst} wait cut`, shows(() => ({ isGreen: true, fault: null, maySave: true }), 'cut')],
  ],
  '[M4] a new sale begins clean': [
    ['goods-900 new', shows(() => ({ seen: ['2000'] }), 'new')],
    ['goods-900 new', shows(() => ({ notice: 'offline' }), 'new')],
  ],
  '[O2] nothing is held for nothing': [
    ['goods-900 card-2000', ({ books }, { what }) => what === 'empty' && (books.held = ['2000'])],
  ],
  '[J1] in the end all that was green is done': [
    [
      `later ${paysFirst} save later`,
      ({ screen, books }, { to }) => {
        books.deeds = []
        screen.results = []
        if (to !== null) screen.questions = [{ parts: [money], document: to, mayBeYes: false }]
      },
    ],
  ],
}

test('[M2] every expectation of the oracle has a fault that it sees', () => {
  expect(Object.keys(faults)).toEqual(Object.keys(expectations))
})

const rows = Object.entries(faults).flatMap(([title, some]) =>
  some.map(([acts, plant], n) => [title, n + 1, acts, plant] as const),
)

test.each(rows)('%s: fault %i is seen in «%s»', async (title, _n, acts, plant) => {
  const told = (await play(acts.split(' '), plant)).map((one) => one.title)
  expect(told).toContain(title)
})
