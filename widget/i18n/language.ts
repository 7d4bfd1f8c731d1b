import type { Words } from './words.ts'

/** Words and formats of one language. */
export interface Language {
  code: 'ru' | 'en'
  words: Words
  /** Minor units as people write them: 1 500,00 ₽. */
  sum: (kopecks: number) => string
  /** `YYYY-MM-DD` as people write it. */
  date: (localDate: string) => string
  /** Hours and minutes of a moment. */
  time: (ms: number) => string
}

/**
 * Loads the words of one language: the other one would be bytes that nobody reads.
 *
 * @param userLocale `ru_RU` or `en_US`, from MoySklad in the frame's address
 */
export async function loadWords(userLocale: string | null): Promise<Pick<Language, 'code' | 'words'>> {
  if (userLocale?.startsWith('en')) return { code: 'en', words: (await import('./en.ts')).en }
  return { code: 'ru', words: (await import('./ru.ts')).ru }
}

export function language({ code, words }: Pick<Language, 'code' | 'words'>, currency: string): Language {
  const locale = code === 'ru' ? 'ru-RU' : 'en-GB'
  // Formatters are dear to make, and the first screen shows no sum.
  const money = once(
    () => new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }),
  )
  const clock = once(() => new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' }))
  const calendar = once(() => new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeZone: 'UTC' }))
  return {
    code,
    words,
    sum: (kopecks) => money().format(kopecks / 100),
    date: (localDate) => calendar().format(Date.parse(`${localDate}T00:00:00Z`)),
    time: (ms) => clock().format(ms),
  }
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}
