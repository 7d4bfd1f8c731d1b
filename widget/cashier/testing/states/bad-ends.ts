import { kopecks } from '../../../../src/core/money.ts'
import { operationsWords as operationsEn } from '../../words/operations-en.ts'
import { operationsWords as operationsRu } from '../../words/operations-ru.ts'
import {
  applied,
  card,
  fresh,
  operationsOpen,
  pay,
  prepare,
  refuse,
  review,
  sell,
  tea,
  troubled,
  undoLast,
  warned,
  type ScreenState,
} from './state.ts'

export const badEnds: readonly ScreenState[] = [
  // Bad ends.
  {
    name: 'refused',
    focused: true,
    about: ({ words, sum }) => words.result.collect(sum(tea)),
    come: async (page) => {
      refuse(page, 'card_blocked')
      await pay(page)
    },
  },
  {
    name: 'refused-sold',
    focused: true,
    about: ({ words }) => words.result.otherCard,
    come: async (page) => {
      refuse(page, 'card_sold')
      await sell(page)
    },
  },
  {
    name: 'refused-both',
    focused: true,
    about: ({ words, sum }) => words.result.collect(sum(tea)),
    come: async (page) => {
      refuse(page, 'sale_gone')
      await page.addCertificate()
      await page.scan(fresh)
      await pay(page)
    },
  },
  {
    name: 'in-review',
    focused: true,
    about: ({ words }) => words.result.inReview('card_sold_twice'),
    come: async (page) => {
      review(page, 'card_sold_twice')
      await sell(page)
    },
  },
  {
    name: 'in-review-understood',
    focused: true,
    about: ({ words }) => words.result.inReview('promise_refused'),
    come: async (page) => {
      review(page, 'promise_refused')
      await pay(page)
      await page.shown.checkout.decisions.acknowledge(page.shown.checkout.refused.value!)
    },
  },
  {
    name: 'loss',
    focused: true,
    about: ({ words, sum }) => words.result.loss(sum(10_000)),
    come: async (page) => {
      const post = page.ledger.post.bind(page.ledger)
      page.ledger.post = (receipt) => {
        const outcome = post(receipt)
        if (outcome.status === 'applied') outcome.effects[0]!.lossKopecks = kopecks(10_000)
        return outcome
      }
      await pay(page)
    },
  },
  {
    name: 'given-up',
    focused: true,
    about: ({ words, sum }) => words.result.cancelling(sum(tea)),
    come: async (page) => {
      page.store.stalled.add('sync')
      await pay(page)
      undoLast(page, 'unanswered', null)
      page.shown.till.changed()
      await page.tick()
    },
  },
  {
    name: 'undone',
    focused: true,
    about: ({ words, sum }) => words.result.undone(sum(tea)),
    come: async (page) => {
      await pay(page)
      undoLast(page, 'cancelled', applied)
      page.shown.till.changed()
      await page.tick()
    },
  },
  {
    name: 'not-undone',
    focused: true,
    about: ({ words }) => words.result.notCancelled,
    come: async (page) => {
      await pay(page)
      refuse(page, 'sale_exists')
      undoLast(page, 'cancelled', null)
      page.store.send()
      await page.newSale()
      page.shown.till.changed()
    },
  },

  // What the till cannot do.
  {
    name: 'memory-only',
    focused: true,
    about: ({ words }) => words.memoryOnly,
    come: async (page) => {
      await warned(page, 'memory_only')
      await page.addGoods(tea)
      await page.scan(card)
    },
  },
  {
    name: 'storage-full',
    focused: true,
    about: ({ words }) => words.storageFull,
    come: async (page) => {
      await prepare(page)
      await warned(page, 'storage_full')
    },
  },
  {
    name: 'trouble-session',
    about: ({ words }) => words.trouble.session_over,
    come: (page) => troubled(page, 'session_over'),
  },
  {
    name: 'trouble-copied',
    about: ({ words }) => words.trouble.till_quarantined,
    come: (page) => troubled(page, 'till_quarantined'),
  },

  // «Операции кассы».
  {
    name: 'operations-none',
    focused: true,
    about: ({ code }) => (code === 'ru' ? operationsRu : operationsEn).none,
    come: operationsOpen,
  },
  {
    name: 'operations',
    focused: true,
    about: ({ words, sum }) => `${words.operation.redeem} ${sum(tea)}`,
    come: async (page) => {
      await sell(page)
      await page.newSale()
      await pay(page, tea)
      await page.newSale()
      page.shown.till.readiness = {
        why: 'storage_unproven',
        progress: null,
        leftKopecks: 500_000,
        untilMs: page.ledger.nowMs + 3_600_000,
        cards: 20,
        asOfMs: page.ledger.nowMs,
      } as never
      page.shown.till.changed()
      await page.tick()
      operationsOpen(page)
    },
  },
]
