import type { DocumentId } from '../../../../src/core/ids.ts'
import { kopecks } from '../../../../src/core/money.ts'
import {
  coffee,
  five,
  fresh,
  grinder,
  paidElsewhere,
  pay,
  prepare,
  scanAll,
  sell,
  tea,
  type ScreenState,
} from './state.ts'

export const savedSale: readonly ScreenState[] = [
  // The sale is saved.
  {
    name: 'searching',
    focused: true,
    about: ({ words }) => words.sale.searching,
    come: async (page) => {
      page.store.stalled.add('match')
      await pay(page)
    },
  },
  {
    name: 'waiting',
    focused: true,
    about: ({ words }) => words.result.waiting,
    come: async (page) => {
      page.store.stalled.add('sync')
      await pay(page)
    },
  },
  {
    name: 'waiting-long',
    focused: true,
    about: ({ words }) => words.result.acceptOffline,
    come: async (page) => {
      page.store.stalled.add('sync')
      page.saved.till.mayPromiseInstead = () => true
      await pay(page)
      await page.tick()
    },
  },
  {
    name: 'paid',
    focused: true,
    about: ({ words, sum, face }) => words.result.redeemed(face('6537'), sum(tea), sum(150_000 - tea)),
    come: (page) => pay(page),
  },
  {
    name: 'paid-in-part',
    focused: true,
    about: ({ words, sum }) => words.ring.rest(sum(grinder - 150_000)),
    come: (page) => pay(page, grinder),
  },
  {
    name: 'sold',
    focused: true,
    about: ({ words, sum, face }) => words.result.loaded(face('9501'), sum(150_000)),
    come: sell,
  },
  {
    name: 'sold-and-paid',
    focused: true,
    about: ({ words }) => words.ring.title,
    come: async (page) => {
      await page.addCertificate()
      await page.scan(fresh)
      await pay(page, grinder)
    },
  },
  {
    name: 'sold-and-paid-advance',
    focused: true,
    about: ({ words, sum }) => words.ring.advance(sum(150_000)),
    come: async (page) => {
      page.ledger.programme.accounting = 'advance'
      await page.addCertificate()
      await page.scan(fresh)
      await pay(page, grinder)
    },
  },
  {
    name: 'paid-by-five',
    focused: true,
    about: ({ words, sum, face }) => words.result.redeemed(face('0015'), sum(20_000), sum(0)),
    come: async (page) => {
      await page.addGoods(coffee)
      await scanAll(page, five)
      await page.press()
      await page.save()
    },
  },
  {
    name: 'paid-elsewhere',
    focused: true,
    about: ({ words, sum, face }) => words.sale.paid(face('6537'), sum(tea)),
    come: paidElsewhere,
  },
  {
    name: 'forgotten-certificate',
    about: ({ words }) => words.sale.forgotten,
    come: async (page) => {
      const id = 'bb000000-0000-11f0-0a80-000000000001' as DocumentId
      await page.addCertificate()
      const row = page.rows[0]!
      page.ledger.documents.set(id, {
        id,
        name: '00007',
        moment: '2026-11-23 12:41',
        createdAtMs: page.ledger.nowMs,
        employeeId: null,
        applicable: true,
        sale: { rows: [row], sumKopecks: kopecks(150_000) },
      })
      await page.openSaved(id)
    },
  },
  {
    name: 'unposted',
    focused: true,
    about: ({ words }) => words.sale.unposted('redeem'),
    come: async (page) => {
      await prepare(page)
      await page.post(false)
      await page.save()
    },
  },
  {
    name: 'unposted-sold',
    focused: true,
    about: ({ words }) => words.sale.unposted('load'),
    come: async (page) => {
      await page.addCertificate()
      await page.scan(fresh)
      await page.post(false)
      await page.save()
    },
  },
  {
    name: 'paid-sale-shrank',
    focused: true,
    about: ({ fault }) =>
      fault({ code: 'paid_above_sale', paidKopecks: kopecks(150_000), payableKopecks: kopecks(tea) }),
    come: async (page) => {
      await page.addGoods(tea)
      await pay(page, coffee)
      await page.removeRow()
    },
  },
  {
    name: 'sold-certificate-gone',
    focused: true,
    about: ({ fault }) => fault({ code: 'sold_certificate_gone' }),
    come: async (page) => {
      await sell(page)
      await page.removeRow()
    },
  },
]
