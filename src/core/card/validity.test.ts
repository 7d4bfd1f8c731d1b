import { expect, test } from 'vitest'
import { tryShape } from '../shape.ts'
import { addDays, expiryAfterLoad, expiryAfterReturn, isExpired, LocalDate, localDate } from './validity.ts'

test('[C11] a card is good through the whole of its last day', () => {
  expect(isExpired('2026-10-02', '2026-10-02')).toBe(false)
  expect(isExpired('2026-10-02', '2026-10-03')).toBe(true)
  expect(isExpired(null, '2999-01-01')).toBe(false)
})

test('[C11] the day is the day of the store’s time zone', () => {
  const moment = Date.parse('2026-10-02T21:30:00Z')
  expect(localDate(moment, 'Europe/Moscow')).toBe('2026-10-03')
  expect(localDate(moment, 'Europe/Kaliningrad')).toBe('2026-10-02')
  expect(localDate(moment, 'Asia/Vladivostok')).toBe('2026-10-03')
  expect(localDate(Date.parse('2026-12-31T23:59:59Z'), 'UTC')).toBe('2026-12-31')
})

test('a day is one that the calendar has', () => {
  const two = (n: number) => String(n).padStart(2, '0')
  for (const year of [
    '0000',
    '0004',
    '0100',
    '1900',
    '2000',
    '2023',
    '2024',
    '2026',
    '2100',
    '9996',
    '9999',
  ]) {
    for (let month = 0; month <= 13; month++) {
      for (let day = 0; day <= 32; day++) {
        const text = `${year}-${two(month)}-${two(day)}`
        const date = new Date(`${text}T00:00:00Z`)
        // A day that a month does not have is counted on into the next one.
        const isThere = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
        expect(tryShape(LocalDate, text).success, text).toBe(isThere)
      }
    }
  }
  for (const text of ['2026-10-02\n', ' 2026-10-02', '2026-10-2', '26-10-02', '2026-10-021']) {
    expect(tryShape(LocalDate, text).success, text).toBe(false)
  }
})

test('days are added over months, years and leap days', () => {
  expect(addDays('2026-10-02', 30)).toBe('2026-11-01')
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
  expect(addDays('2028-02-28', 1)).toBe('2028-02-29')
  expect(addDays('2027-02-28', 1)).toBe('2027-03-01')
  expect(addDays('2026-03-28', 365)).toBe('2027-03-28')
})

test('[C11] a first load sets the expiry, a further one never shortens it', () => {
  const days = { kind: 'days', days: 365 } as const
  expect(expiryAfterLoad(days, '2026-10-02', null, false)).toBe('2027-10-02')
  expect(expiryAfterLoad({ kind: 'none' }, '2026-10-02', null, false)).toBeNull()
  expect(expiryAfterLoad({ kind: 'until', date: '2026-12-31' }, '2026-10-02', null, false)).toBe('2026-12-31')
  expect(expiryAfterLoad(days, '2026-10-02', '2026-11-01', true)).toBe('2027-10-02')
  expect(expiryAfterLoad(days, '2026-10-02', '2028-01-01', true)).toBe('2028-01-01')
  expect(expiryAfterLoad(days, '2026-10-02', null, true)).toBeNull()
  expect(expiryAfterLoad({ kind: 'none' }, '2026-10-02', '2026-11-01', true)).toBeNull()
})

test('[C7] only an expired card gets thirty more days by a return', () => {
  expect(expiryAfterReturn('2026-10-01', '2026-10-02')).toBe('2026-11-01')
  expect(expiryAfterReturn('2026-10-02', '2026-10-02')).toBe('2026-10-02')
  expect(expiryAfterReturn(null, '2026-10-02')).toBeNull()
})
