import {
  card,
  coffee,
  five,
  fresh,
  freshToo,
  grinder,
  prepare,
  scanAll,
  small,
  tea,
  type ScreenState,
} from './state.ts'

export const desk: readonly ScreenState[] = [
  // Cards are sold.
  {
    name: 'certificate-wanted',
    about: ({ words }) => words.scan.certificate('Сертификат 1 500 ₽', 1, 2),
    come: async (page) => {
      await page.addCertificate()
      await page.addCertificate()
    },
  },
  {
    name: 'certificate-one-of-two',
    focused: true,
    about: ({ fault }) => fault({ code: 'cards_missing', needed: 2, scanned: 1 }),
    come: async (page) => {
      await page.addCertificate()
      await page.addCertificate()
      await page.scan(fresh)
    },
  },
  {
    name: 'certificate-prepared',
    focused: true,
    about: ({ words }) => words.sale.prepared('load', true),
    come: async (page) => {
      await page.addCertificate()
      await page.scan(fresh)
    },
  },
  {
    name: 'certificate-discounted',
    focused: true,
    about: ({ fault }) => fault({ code: 'certificate_discounted' }),
    come: async (page) => {
      await page.addCertificate()
      await page.scan(fresh)
      await page.discount(10)
    },
  },
  {
    name: 'sold-and-paying',
    focused: true,
    about: ({ words }) => words.sale.prepared('both', true),
    come: async (page) => {
      await page.addCertificate()
      await page.scan(fresh)
      await prepare(page)
    },
  },

  // Cards pay.
  {
    name: 'to-confirm',
    focused: true,
    about: ({ words, sum }) => words.sale.redeem(sum(tea), 1),
    come: async (page) => {
      await page.addGoods(tea)
      await page.scan(card)
    },
  },
  {
    name: 'to-confirm-in-part',
    focused: true,
    about: ({ words, sum }) => words.sale.toPay(sum(grinder - 150_000), false),
    come: async (page) => {
      await page.addGoods(grinder)
      await page.scan(card)
    },
  },
  {
    name: 'prepared',
    focused: true,
    about: ({ words }) => words.sale.prepared('redeem', true),
    come: (page) => prepare(page),
  },
  {
    name: 'prepared-in-part',
    focused: true,
    about: ({ words }) => words.sale.another,
    come: (page) => prepare(page, grinder),
  },
  {
    name: 'prepared-advance',
    focused: true,
    about: ({ words, sum }) => words.sale.toPay(sum(grinder - 150_000), true),
    come: async (page) => {
      page.ledger.programme.accounting = 'advance'
      await prepare(page, grinder)
    },
  },
  {
    name: 'prepared-not-posted',
    focused: true,
    about: ({ words }) => words.sale.prepared('redeem', false),
    come: async (page) => {
      await prepare(page)
      await page.post(false)
    },
  },
  {
    name: 'sale-grew',
    focused: true,
    about: ({ words, sum }) => words.sale.redeem(sum(2 * tea), 1),
    come: async (page) => {
      await prepare(page)
      await page.addGoods(tea)
    },
  },
  {
    name: 'sale-shrank',
    focused: true,
    about: ({ words, sum }) => words.lowered(sum(tea)),
    come: async (page) => {
      await page.addGoods(tea)
      await page.addGoods(tea)
      await page.scan(card)
      await page.press()
      await page.removeRow()
    },
  },
  {
    name: 'two-cards',
    focused: true,
    about: ({ words, sum }) => words.sale.redeem(sum(coffee), 2),
    come: async (page) => {
      await page.addGoods(coffee)
      await scanAll(page, [card, small])
    },
  },
  {
    name: 'five-cards',
    focused: true,
    about: ({ words, sum }) => words.sale.redeem(sum(100_000), 5),
    come: async (page) => {
      await page.addGoods(coffee)
      await scanAll(page, five)
    },
  },
  {
    name: 'five-cards-prepared',
    focused: true,
    about: ({ words }) => words.sale.prepared('redeem', true),
    come: async (page) => {
      await page.addGoods(coffee)
      await scanAll(page, five)
      await page.press()
    },
  },
  {
    name: 'two-sold-five-pay',
    focused: true,
    about: ({ words, sum }) => words.sale.redeem(sum(100_000), 5),
    come: async (page) => {
      await page.addCertificate()
      await page.addCertificate()
      await scanAll(page, [fresh, freshToo])
      await page.addGoods(coffee)
      await scanAll(page, five)
    },
  },
  {
    name: 'line-needed',
    focused: true,
    about: ({ words }) => words.sale.takeOff,
    come: async (page) => {
      await page.addGoods(tea)
      await page.scan(card, 'typed')
      await page.press()
      await page.line(false)
    },
  },
  {
    name: 'sale-unread',
    focused: true,
    about: ({ fault }) => fault({ code: 'sale_unread' }),
    come: async (page) => {
      await prepare(page)
      await page.garble()
    },
  },
]
