import { expect, test } from 'vitest'
import { addDays, expiryAfterLoad, expiryAfterReturn, isExpired, localDate } from './validity.ts'

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
