import { describe, expect, it } from 'vitest'
import { validationMessageMax } from '../../../src/core/host/host-messages.ts'
import { CaseCode } from '../../../src/core/receipt/outcome.ts'
import { RefusalCode } from '../../../src/core/refusal.ts'
import type { Fault } from '../model/verdict.ts'
import { en } from './en.ts'
import { firstWords } from './first-words.ts'
import { language } from './language.ts'
import { ru } from './ru.ts'

const huge = 10_000_000_000 as never
const faults: Fault[] = [
  { code: 'certificate_without_card', name: 'Подарочный сертификат на всё, что есть в магазине, '.repeat(5) },
  { code: 'cards_missing', needed: 100, scanned: 99 },
  { code: 'cards_spare' },
  { code: 'sold_certificate_gone' },
  { code: 'paid_above_sale', paidKopecks: huge, payableKopecks: huge },
  { code: 'line_needed' },
  { code: 'sale_unread' },
  { code: 'cards_unknown' },
  { code: 'checking' },
  { code: 'above_payable', amountKopecks: huge, payableKopecks: huge },
  { code: 'redeem_unconfirmed' },
  { code: 'too_many_cards' },
  { code: 'certificate_discounted' },
  { code: 'certificate_fraction' },
]

describe.each([
  ['ru', ru],
  ['en', en],
] as const)('words in %s', (code, words) => {
  const { fault: sentence } = language({ code, words, first: firstWords[code] }, 'RUB')

  it('[M2] every reason not to save fits the host’s 100 characters', () => {
    for (const text of faults.map(sentence)) {
      expect(text.length, text).toBeLessThanOrEqual(validationMessageMax)
    }
  })

  it('every refusal and every case has its own sentence', () => {
    const detail = { sum: null, date: null, till: null }
    const refusals = RefusalCode.options.map((option) => words.refusal(option, detail))
    const cases = CaseCode.options.map((option) => words.result.inReview(option))
    for (const sentence of [...refusals, ...cases]) expect(sentence.length).toBeGreaterThan(5)
    expect(new Set(refusals).size).toBe(refusals.length)
    expect(new Set(cases).size).toBe(cases.length)
  })
})

describe('formats', () => {
  const russian = language({ code: 'ru', words: ru, first: firstWords.ru }, 'RUB')
  const english = language({ code: 'en', words: en, first: firstWords.en }, 'RUB')

  it('[U4] sums are written as people write them', () => {
    expect(russian.sum(150_000)).toBe('1\u00a0500,00\u00a0₽')
    expect(english.sum(150_001)).toBe('₽1,500.01')
    expect(russian.date('2026-11-23')).toBe('23.11.2026')
  })

  it('[C12] sums bear the sign of the programme’s currency', () => {
    const tenge = language({ code: 'ru', words: ru, first: firstWords.ru }, 'KZT')
    expect(tenge.sum(150_000)).toBe('1\u00a0500,00\u00a0₸')
  })
})
