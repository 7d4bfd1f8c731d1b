import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { seeded } from '../testing/random.ts'
import type { CardId } from '../ids.ts'
import { kopecks } from '../money.ts'
import { proposeSplit, type SpendableCard } from './split.ts'

const card = (availableKopecks: number, expiresOn: string | null = null): SpendableCard => ({
  cardId: randomUUID() as CardId,
  availableKopecks: kopecks(availableKopecks),
  expiresOn,
})

test('[C6] soonest expiry pays first, then the smallest balance', () => {
  const cards = [card(50), card(10), card(500, '2027-01-01'), card(30, '2026-11-01')]
  expect(proposeSplit(cards, kopecks(560))).toEqual([
    { cardId: cards[3]!.cardId, amountKopecks: 30 },
    { cardId: cards[2]!.cardId, amountKopecks: 500 },
    { cardId: cards[1]!.cardId, amountKopecks: 10 },
    { cardId: cards[0]!.cardId, amountKopecks: 20 },
  ])
})

test('a card that is not needed, or empty, gets no share', () => {
  const cards = [card(0, '2026-11-01'), card(100), card(200)]
  expect(proposeSplit(cards, kopecks(100))).toEqual([{ cardId: cards[1]!.cardId, amountKopecks: 100 }])
  expect(proposeSplit([], kopecks(100))).toEqual([])
})

test('shares never pass a card nor the payable sum, use all there is, and do not hang on the order of scanning', () => {
  const random = seeded(5)
  for (let i = 0; i < 500; i++) {
    const cards = Array.from({ length: random.int(0, 5) }, () =>
      card(random.int(0, 300), random.pick([null, '2026-11-01', '2027-01-01'])),
    )
    const payable = kopecks(random.int(0, 800))
    const shares = proposeSplit(cards, payable)
    const all = cards.reduce((sum, one) => sum + one.availableKopecks, 0)
    expect(shares.reduce((sum, share) => sum + share.amountKopecks, 0)).toBe(Math.min(all, payable))
    for (const share of shares) {
      expect(share.amountKopecks).toBeGreaterThan(0)
      expect(share.amountKopecks).toBeLessThanOrEqual(
        cards.find((one) => one.cardId === share.cardId)!.availableKopecks,
      )
    }
    expect(proposeSplit(random.shuffle(cards), payable)).toEqual(shares)
  }
})
