import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { AccountId, CardId } from '../../core/ids.ts'
import { redeem } from '../../core/testing/builders.ts'
import { receiptOf } from '../../core/testing/posting-scene.ts'
import { ownArrival } from './own-receipt.ts'

const accountId = randomUUID() as AccountId
const cardId = randomUUID() as CardId

test('[J9] the server writes no receipt that it could not read again', () => {
  const good = receiptOf([redeem(cardId, 1)])
  expect(ownArrival(accountId, good).content).toEqual({ kind: 'receipt', receipt: good })
  // The type allows it: that the number is proved one way or the other is a rule of the shape.
  const unproved = receiptOf([redeem(cardId, 1, { holdId: null })])
  expect(() => ownArrival(accountId, unproved)).toThrow()
})
