import * as z from 'zod/mini'

/** A calendar day `YYYY-MM-DD` in the store's time zone; days compare as strings. */
export const LocalDate = z.iso.date()

/** How long a card lives after it was loaded (C11). */
export const Validity = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('days'), days: z.int().check(z.minimum(1), z.maximum(36_500)) }),
  z.strictObject({ kind: z.literal('until'), date: LocalDate }),
])
export type Validity = z.infer<typeof Validity>

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
