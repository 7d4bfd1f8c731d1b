import { card, fresh, numberOf, ready, tea, type ScreenState } from './state.ts'

export const firstSight: readonly ScreenState[] = [
  // Before there is a till.
  {
    name: 'starting',
    about: ({ first }) => first.starting,
    come: (page) =>
      ready(page, (till) => {
        till.ready = null
        till.line = { reachable: null }
      }),
  },
  {
    name: 'starting-offline',
    about: ({ first }) => first.offline,
    come: async (page) => {
      page.shown.till.ready = null
      await page.line(false)
    },
  },

  // Nothing has been scanned.
  { name: 'idle', about: ({ first }) => first.idle, come: (page) => page.addGoods(tea) },
  {
    name: 'listening',
    focused: true,
    about: ({ first }) => first.listening,
    come: (page) => page.addGoods(tea),
  },
  {
    name: 'checking',
    focused: true,
    about: ({ first }) => first.checking,
    come: async (page) => {
      page.store.stalled.add('lookup')
      await page.addGoods(tea)
      await page.scan(card)
    },
  },
  {
    name: 'typing',
    focused: true,
    about: ({ words }) => words.scan.find,
    come: async (page) => {
      await page.addGoods(tea)
      page.shown.checkout.typing.value = '4006'
    },
  },
  {
    name: 'offline',
    focused: true,
    about: ({ first }) => first.offline,
    come: async (page) => {
      await page.addGoods(tea)
      await page.line(false)
    },
  },
  {
    name: 'ready-for-outage',
    focused: true,
    about: ({ words }) => words.status.ready,
    come: (page) => ready(page, (till) => (till.readiness = { ...till.readiness, why: null })),
  },
  {
    name: 'readiness-checked',
    focused: true,
    about: ({ words }) => words.status.checking,
    come: (page) => ready(page, (till) => (till.readiness = { ...till.readiness, why: 'storage_unproven' })),
  },
  {
    name: 'not-ready-for-outage',
    focused: true,
    about: ({ words }) => words.status.notReady,
    come: (page) => ready(page, (till) => (till.readiness = { ...till.readiness, why: 'grant_spent' })),
  },
  {
    name: 'cases',
    focused: true,
    about: ({ words }) => words.status.cases(2),
    come: (page) => ready(page, (till) => (till.casesOpen = 2)),
  },

  // A card that is only looked at.
  {
    name: 'seen-waits-for-goods',
    focused: true,
    about: ({ words }) => words.card.why.goods,
    come: (page) => page.scan(card),
  },
  {
    name: 'seen-waits-for-certificate',
    focused: true,
    about: ({ words }) => words.card.why.certificate,
    come: (page) => page.scan(fresh),
  },
  {
    name: 'seen-held',
    focused: true,
    about: ({ words }) => words.refusal('card_held', { sum: null, date: null, till: 2 }),
    come: async (page) => {
      await page.addGoods(tea)
      await page.scan(numberOf('0020'))
    },
  },
  {
    name: 'seen-expired',
    focused: true,
    about: ({ words, date }) =>
      words.refusal('card_expired', { sum: null, date: date('2026-01-31'), till: null }),
    come: async (page) => {
      await page.addGoods(tea)
      await page.scan(numberOf('0021'))
    },
  },
  {
    name: 'seen-blocked',
    focused: true,
    about: ({ words }) => words.refusal('card_blocked', { sum: null, date: null, till: null }),
    come: async (page) => {
      await page.addGoods(tea)
      await page.scan(numberOf('0022'))
    },
  },
  {
    name: 'seen-empty',
    focused: true,
    about: ({ words }) => words.refusal('card_empty', { sum: null, date: null, till: null }),
    come: async (page) => {
      await page.addGoods(tea)
      await page.scan(numberOf('0023'))
    },
  },
  {
    name: 'seen-already-sold',
    focused: true,
    about: ({ words }) => words.refusal('card_sold', { sum: null, date: null, till: null }),
    come: async (page) => {
      await page.addCertificate()
      await page.scan(card)
    },
  },
  {
    name: 'not-a-card',
    focused: true,
    about: ({ words }) => words.scanFault.unreadable,
    come: async (page) => {
      await page.addGoods(tea)
      await page.scan('4006')
    },
  },
  {
    name: 'card-unknown',
    focused: true,
    about: ({ words }) => words.refusal('card_unknown', { sum: null, date: null, till: null }),
    come: async (page) => {
      await page.addGoods(tea)
      await page.scan(numberOf('9999'))
    },
  },
  {
    name: 'not-taken-offline',
    focused: true,
    about: ({ words }) => words.notice.offline,
    come: async (page) => {
      await page.addGoods(tea)
      await page.line(false)
      await page.scan(card)
    },
  },
]
