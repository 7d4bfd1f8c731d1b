/** A language that people read. */
export type Code = 'ru' | 'en'

/** How people of a language write things. */
export interface Formats {
  /** Minor units as people write them: 1 500,00 ₽. */
  sum: (kopecks: number) => string
  /** `YYYY-MM-DD` as people write it. */
  date: (localDate: string) => string
  /** Hours and minutes of a moment. */
  time: (ms: number) => string
}

export function formats(code: Code, currency: string): Formats {
  const locale = code === 'ru' ? 'ru-RU' : 'en-GB'
  // Formatters are dear to make, and a first screen shows no sum.
  const money = once(
    () => new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }),
  )
  const clock = once(() => new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' }))
  const calendar = once(() => new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeZone: 'UTC' }))
  return {
    sum: (kopecks) => money().format(kopecks / 100),
    date: (localDate) => calendar().format(Date.parse(`${localDate}T00:00:00Z`)),
    time: (ms) => clock().format(ms),
  }
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}
