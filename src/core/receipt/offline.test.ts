import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { CardId, GrantId, HoldId, ProductId, TillId } from '../ids.ts'
import { kopecks } from '../money.ts'
import { type Grant, type GrantUse, unusedGrant } from './grant.ts'
import { chargeGrant, roomOnGrant, useOf } from './offline.ts'
import type { Operation } from './operations.ts'

const [first, second] = [randomUUID() as CardId, randomUUID() as CardId]
const issuedAtMs = Date.parse('2026-10-02T06:00:00Z')
const hour = 3_600_000

const grantOf = (rest: Partial<Grant> = {}): Grant => ({
  id: randomUUID() as GrantId,
  tillId: randomUUID() as TillId,
  perReceiptKopecks: kopecks(500),
  perCardKopecks: kopecks(400),
  sumKopecks: kopecks(1_000),
  loads: 2,
  loadsKopecks: kopecks(3_000),
  issuedAtMs,
  useUntilMs: issuedAtMs + 12 * hour,
  bookMaxAgeMs: hour,
  proof: 'x'.repeat(20),
  ...rest,
})
const redeem = (cardId: CardId, amount: number, holdId: HoldId | null = null): Operation => ({
  kind: 'redeem',
  cardId,
  amountKopecks: kopecks(amount),
  entered: 'scanned',
  proof: { sealed: null, holdId, secondCode: null },
  lastFourSeen: null,
  document: null,
})
const load = (face: number): Operation => ({
  kind: 'load',
  cardId: randomUUID() as CardId,
  productId: randomUUID() as ProductId,
  faceKopecks: kopecks(face),
  paidKopecks: kopecks(face),
  entered: 'scanned',
  proof: { sealed: null, holdId: null, secondCode: null },
  lastFourSeen: null,
  document: null,
})
const used = (...operations: Operation[]) => useOf({ operations })

describe('[O3] what a receipt takes of its grant', () => {
  test('is all that stands on no hold', () => {
    const onHold = redeem(first, 900, randomUUID() as HoldId)
    expect(used(onHold)).toEqual(unusedGrant)
    expect(used(onHold, redeem(first, 70), redeem(second, 30), load(1_000))).toEqual({
      spentKopecks: 100,
      byCard: { [first]: 70, [second]: 30 },
      loads: 1,
      loadsKopecks: 1_000,
    })
  })
})

describe('[O1] a grant', () => {
  const charge = (added: GrantUse, before = unusedGrant, atMs = issuedAtMs + hour, grant = grantOf()) =>
    chargeGrant(grant, before, added, atMs)
  const faultOf = (result: ReturnType<typeof charge>) => ('fault' in result ? result.fault : 'charged')

  test('adds up what was promised on it', () => {
    const once = charge(used(redeem(first, 100), load(1_000)))
    if ('fault' in once) throw new Error(once.fault)
    expect(charge(used(redeem(first, 50), redeem(second, 5)), once.use)).toEqual({
      use: { spentKopecks: 155, byCard: { [first]: 150, [second]: 5 }, loads: 1, loadsKopecks: 1_000 },
    })
  })
  test('has a limit for a receipt, a card, the till and for cards sold', () => {
    expect(faultOf(charge(used(redeem(first, 400), redeem(second, 100))))).toBe('charged')
    expect(faultOf(charge(used(redeem(first, 400), redeem(second, 101))))).toBe('grant_exceeded')
    expect(faultOf(charge(used(redeem(first, 401))))).toBe('grant_exceeded')
    const before: GrantUse = { ...unusedGrant, spentKopecks: kopecks(900), byCard: { [first]: kopecks(390) } }
    expect(faultOf(charge(used(redeem(first, 11)), before))).toBe('grant_exceeded')
    expect(faultOf(charge(used(redeem(second, 100)), before))).toBe('charged')
    expect(faultOf(charge(used(redeem(second, 101)), before))).toBe('grant_exceeded')
    expect(faultOf(charge(used(load(1_500), load(1_500))))).toBe('charged')
    expect(faultOf(charge(used(load(1_500), load(1_501))))).toBe('grant_exceeded')
    expect(faultOf(charge(used(load(1), load(1), load(1))))).toBe('grant_exceeded')
    // Also over two receipts.
    expect(faultOf(charge(used(load(1_500)), used(load(1_500))))).toBe('charged')
    expect(faultOf(charge(used(load(1_501)), used(load(1_500))))).toBe('grant_exceeded')
  })
  test('[O9] carries nothing outside its hours, not even nothing', () => {
    expect(faultOf(charge(unusedGrant, unusedGrant, issuedAtMs + 12 * hour))).toBe('grant_expired')
    expect(faultOf(charge(unusedGrant, unusedGrant, issuedAtMs - hour))).toBe('grant_expired')
    expect(faultOf(charge(unusedGrant, unusedGrant, issuedAtMs - 1_000))).toBe('charged')
  })
  test('tells how much a card may still promise', () => {
    const room = (use: GrantUse, cardId: CardId, beside = 0, grant = grantOf()) =>
      roomOnGrant(grant, use, cardId, beside)
    expect(room(unusedGrant, first)).toBe(400)
    const use: GrantUse = { ...unusedGrant, spentKopecks: kopecks(950), byCard: { [first]: kopecks(380) } }
    expect(room(use, first)).toBe(20)
    expect(room(use, second)).toBe(50)
    expect(room(unusedGrant, first, 0, grantOf({ sumKopecks: kopecks(0) }))).toBe(0)
    // Beside other cards of the same receipt.
    expect(room(unusedGrant, first, 300)).toBe(200)
    expect(room(use, second, 40)).toBe(10)
    expect(room(use, second, 51)).toBe(0)
  })
})
