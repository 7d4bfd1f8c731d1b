import { expect, test } from 'vitest'
import type { AccountId, CardId, ReceiptId } from '../../core/ids.ts'
import { kopecks } from '../../core/money.ts'
import type { AppliedOutcome, FinalOutcome } from '../../core/receipt/outcome.ts'
import { createOutcomeProofs } from './outcome-proofs.ts'

const proofs = createOutcomeProofs(Buffer.alloc(32, 7))
const id = 'a0000000-0000-4000-8000-000000000001' as ReceiptId
const other = 'a0000000-0000-4000-8000-000000000002'
const record = { accountId: 'aa000000-0000-11f0-0a80-000000000001' as AccountId, id, digest: 'd'.repeat(64) }
const effect: AppliedOutcome['effects'][number] = {
  cardId: 'c0000000-0000-4000-8000-000000000001' as CardId,
  last4: '4821',
  changeKopecks: -60,
  balanceKopecks: kopecks(40),
  expiresOn: null,
  lossKopecks: kopecks(20),
}
const applied: AppliedOutcome = {
  status: 'applied',
  by: null,
  postedAtMs: 5,
  effects: [effect],
  frozen: false,
}
const refusal = { code: 'insufficient_funds' as const, cardId: effect.cardId, possibleKopecks: kopecks(40) }
const refused: FinalOutcome = { status: 'refused', refusal }
const inReview: FinalOutcome = { status: 'in_review', code: 'promise_refused' }

test.each<[string, FinalOutcome, FinalOutcome]>([
  ['its status', applied, refused],
  ['who did the work', applied, { ...applied, by: other as ReceiptId }],
  ['when it was posted', applied, { ...applied, postedAtMs: 6 }],
  ['whether it is frozen', applied, { ...applied, frozen: true }],
  ['its loss', applied, { ...applied, effects: [{ ...effect, lossKopecks: kopecks(19) }] }],
  ['whose loss', applied, { ...applied, effects: [{ ...effect, cardId: other as CardId }] }],
  ['why it was refused', refused, { status: 'refused', refusal: { ...refusal, code: 'card_held' } }],
  ['which card', refused, { status: 'refused', refusal: { ...refusal, cardId: null } }],
  ['what would be possible', refused, { status: 'refused', refusal: { ...refusal, possibleKopecks: null } }],
  ['why it waits', inReview, { status: 'in_review', code: 'card_unknown' }],
])('[J7] the mark of an answer covers %s', (_, said, forged) => {
  const proof = proofs.of(record, said)
  expect(proofs.isOurs(proof, record, said)).toBe(true)
  expect(proofs.isOurs(proof, record, forged)).toBe(false)
})

test('[J7] the mark is of one record of one account, and of what matters in its answer alone', () => {
  const proof = proofs.of(record, applied)
  expect(proofs.isOurs(proof, { ...record, id: other as ReceiptId }, applied)).toBe(false)
  expect(proofs.isOurs(proof, { ...record, digest: 'e'.repeat(64) }, applied)).toBe(false)
  expect(proofs.isOurs(proof, { ...record, accountId: other as AccountId }, applied)).toBe(false)
  const told = { ...applied, effects: [{ ...effect, last4: '0000', expiresOn: '2026-10-02' }] }
  expect(proofs.isOurs(proof, record, told)).toBe(true)
})
