import type { SaleFault } from '../../../src/core/draft/draft.ts'
import type { FirstWords } from './first-words.ts'
import type { Words } from './words.ts'

/** Words and formats of one language. */
export interface Language {
  code: 'ru' | 'en'
  words: Words
  first: FirstWords
  /** Minor units as people write them: 1 500,00 ₽. */
  sum: (kopecks: number) => string
  /** `YYYY-MM-DD` as people write it. */
  date: (localDate: string) => string
  /** Hours and minutes of a moment. */
  time: (ms: number) => string
  /** Why a sale must not be saved, short enough for MoySklad. */
  fault: (fault: SaleFault) => string
}

/** A language with its words; the formats depend on the currency, too. */
export type Spoken = Pick<Language, 'code' | 'words' | 'first'>

export function language({ code, words, first }: Spoken, currency: string): Language {
  const locale = code === 'ru' ? 'ru-RU' : 'en-GB'
  // Formatters are dear to make, and the first screen shows no sum.
  const money = once(
    () => new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }),
  )
  const clock = once(() => new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' }))
  const calendar = once(() => new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeZone: 'UTC' }))
  const sum = (kopecks: number) => money().format(kopecks / 100)
  return {
    code,
    words,
    first,
    sum,
    fault: (fault) => words.fault('name' in fault ? { ...fault, name: clip(fault.name) } : fault, sum),
    date: (localDate) => calendar().format(Date.parse(`${localDate}T00:00:00Z`)),
    time: (ms) => clock().format(ms),
  }
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}

/** A product's name may fill 255 characters; MoySklad shows 100 of a whole sentence. */
function clip(name: string): string {
  return name.length <= 40 ? name : `${name.slice(0, 39)}…`
}
