import { fresh, haunted, leave, pay, prepare, sell, small, tea, type ScreenState } from './state.ts'

export const leftBehind: readonly ScreenState[] = [
  // Without the line.
  {
    name: 'prepared-offline',
    focused: true,
    about: ({ words }) => words.sale.prepared('redeem', true),
    come: async (page) => {
      await prepare(page)
      await page.line(false)
    },
  },
  {
    name: 'question-offline',
    focused: true,
    about: ({ words, sum }) => words.question.yes.redeem(sum(tea), ''),
    come: async (page) => {
      await prepare(page)
      await page.line(false)
      await page.save()
    },
  },
  {
    name: 'question-offline-of-both',
    focused: true,
    about: ({ words, sum }) => words.question.yes.both(sum(tea), sum(150_000)),
    come: async (page) => {
      await page.addCertificate()
      await page.scan(fresh)
      await prepare(page)
      await page.line(false)
      await page.save()
    },
  },
  {
    name: 'promised',
    focused: true,
    about: ({ words }) => words.result.promised,
    come: async (page) => {
      await prepare(page)
      await page.line(false)
      await page.save()
      const [question] = page.shown.checkout.charging.questions.value
      await page.shown.checkout.charging.answer(question!, true)
    },
  },
  {
    name: 'promised-sold',
    focused: true,
    about: ({ words, face }) => words.result.loadedPromise(face('9501')),
    come: async (page) => {
      await page.addCertificate()
      await page.scan(fresh)
      await page.line(false)
      await page.save()
      const [question] = page.shown.checkout.charging.questions.value
      await page.shown.checkout.charging.answer(question!, true)
    },
  },
  {
    name: 'link-offered',
    focused: true,
    about: ({ words }) => words.question.linkYes,
    come: async (page) => {
      await leave(page)
      await page.line(false)
      await page.newSale()
      const [question] = page.shown.checkout.charging.questions.value
      await page.shown.checkout.charging.answer(question!, true)
      await page.line(true)
      await page.newSale()
      await page.addGoods(tea)
    },
  },

  // What a page that died has left.
  {
    name: 'question-unsaved',
    focused: true,
    about: ({ words }) => words.question.letGo,
    come: leave,
  },
  {
    name: 'question-unchecked',
    focused: true,
    about: ({ words, sum }) => words.question.yes.redeem(sum(tea), ''),
    come: async (page) => {
      await leave(page)
      await page.line(false)
      await page.newSale()
    },
  },
  {
    name: 'question-beside-a-card',
    focused: true,
    about: ({ words, sum }) => words.sale.redeem(sum(tea), 1),
    come: async (page) => {
      await leave(page)
      await page.addGoods(tea)
      await page.scan(small)
    },
  },
  {
    name: 'ghost-paid',
    focused: true,
    about: ({ words }) => words.question.ghostRedeemed,
    come: (page) => haunted(page, () => pay(page)),
  },
  {
    name: 'ghost-sold',
    focused: true,
    about: ({ words }) => words.question.ghostLoaded,
    come: (page) => haunted(page, () => sell(page)),
  },
]
