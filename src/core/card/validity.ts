import * as v from 'valibot'
import { Int } from '../shape.ts'

/** The 28 days of every month, the two more of eleven, the last one of seven; and leap days. */
export const dayForm =
  /^(\d{4}-((0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)|((?!..00)\d\d([02468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$/

/** A calendar day `YYYY-MM-DD` in the store's time zone; days compare as strings. */
export const LocalDate = v.pipe(v.string(), v.regex(dayForm))

/** How long a card lives after it was loaded (C11). */
export const Validity = v.variant('kind', [
  v.strictObject({ kind: v.literal('none') }),
  v.strictObject({
    kind: v.literal('days'),
    days: v.pipe(Int, v.minValue(1), v.maxValue(36_500)),
  }),
  v.strictObject({ kind: v.literal('until'), date: LocalDate }),
])
export type Validity = v.InferOutput<typeof Validity>

/** An expired card that gets money back lives at least this long again (C7). */
const graceDays = 30

/** The day that `momentMs` falls on in an IANA time zone such as `Europe/Moscow`. */
export function localDate(momentMs: number, timeZone: string): string {
  return localDates(timeZone)(momentMs)
}

/** Like `localDate`, for who asks often: making the formatter costs much more than using it. */
export function localDates(timeZone: string): (momentMs: number) => string {
  // The Swedish locale writes dates as ISO 8601 does.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' })
  return (momentMs) => format.format(momentMs)
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

/** A card is good through the whole of its last day (C11). */
export function isExpired(expiresOn: string | null, today: string): boolean {
  return expiresOn !== null && today > expiresOn
}

/** The last good day of a card loaded `today`, or null for no limit. A second load never shortens a life. */
export function expiryAfterLoad(
  validity: Validity,
  today: string,
  before: string | null,
  wasActive: boolean,
): string | null {
  const fresh =
    validity.kind === 'none' ? null : validity.kind === 'days' ? addDays(today, validity.days) : validity.date
  if (!wasActive) return fresh
  if (fresh === null || before === null) return null
  return fresh > before ? fresh : before
}

/** The last good day after money came back to a card that may have expired (C7). */
export function expiryAfterReturn(expiresOn: string | null, today: string): string | null {
  return isExpired(expiresOn, today) ? addDays(today, graceDays) : expiresOn
}
