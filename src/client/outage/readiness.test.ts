import { describe, expect, test } from 'vitest'
import { notReady, type ReadinessFacts } from './readiness.ts'

const grant = { isUsable: true, isSpent: false, isOver: false, isOff: false, bookMaxAgeMs: 3_600_000 }
const ready: ReadinessFacts = {
  trouble: null,
  isDurable: true,
  canaryLived: true,
  grant,
  book: { asOfMs: 1_000 },
  nowMs: 1_000 + 3_600_000,
}

describe('[O8] a till is ready for an outage', () => {
  test('when nothing stands in the way', () => {
    expect(notReady(ready)).toBeNull()
  })
  test.each<[string, Partial<ReadinessFacts>]>([
    ['trouble', { trouble: 'storage_lost', isDurable: false }],
    ['memory_only', { isDurable: false }],
    ['grant_waits', { grant: null }],
    ['off', { grant: { ...grant, isOff: true, isUsable: false } }],
    ['grant_spent', { grant: { ...grant, isSpent: true } }],
    ['grant_over', { grant: { ...grant, isOver: true, isUsable: false } }],
    ['grant_waits', { grant: { ...grant, isUsable: false } }],
    ['book_loading', { book: { asOfMs: null } }],
    ['book_old', { nowMs: ready.nowMs + 1 }],
    ['storage_unproven', { canaryLived: false }],
  ])('not with %s', (why, facts) => {
    expect(notReady({ ...ready, ...facts })).toBe(why)
  })
})
