import { describe, expect, test } from 'vitest'
import { cardOf } from '../testing/posting-scene.ts'
import { loyaltyStatus } from './card.ts'
import { kopecks } from '../money.ts'

describe('[C13] the status for MoySklad’s Loyalty API', () => {
  const today = '2026-10-02'
  test.each([
    ['CAN_BE_USED', 'nothing was taken from', { paid: 80, granted: 20 }],
    ['PARTIALLY_REDEEMED', 'something was taken from', { paid: 79, granted: 20 }],
    ['REDEEMED', 'is empty', { paid: 0, granted: 0 }],
    ['EXPIRED', 'was good until yesterday', { paid: 80, expiresOn: '2026-10-01' }],
    ['EXPIRED', 'is empty and was good until yesterday', { paid: 0, granted: 0, expiresOn: '2026-10-01' }],
    ['CAN_BE_USED', 'is good through today', { paid: 80, granted: 20, expiresOn: today }],
    ['INVALID', 'is not sold', { status: 'unsold' }],
    ['INVALID', 'is blocked', { status: 'blocked' }],
    ['INVALID', 'is annulled', { status: 'annulled' }],
  ] as const)('is %s for a card that %s', (status, _what, card) => {
    expect(loyaltyStatus(cardOf(card), kopecks(100), today)).toBe(status)
  })
})
