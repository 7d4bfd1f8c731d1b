import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { OperationKind } from './kinds.ts'
import { NumberProof, Operation, OperationDocument, shownCardOf } from './operations.ts'
import { redeem } from '../testing/builders.ts'
import type { CardId, HoldId } from '../ids.ts'
import { tryShape } from '../shape.ts'

test('every kind of operation has its shape, and none has two', () => {
  const kinds = Operation.options.map((option) => option.entries.kind.literal)
  expect(kinds.toSorted()).toEqual([...OperationKind.options].sort())
})

test('[T1] a number is proven by its seal or by a hold, never by nothing', () => {
  const proof = { sealed: null, holdId: null, secondCode: null }
  expect(tryShape(NumberProof, proof).success).toBe(false)
  expect(tryShape(NumberProof, { ...proof, holdId: randomUUID() }).success).toBe(true)
  const operation = {
    kind: 'redeem',
    cardId: randomUUID(),
    amountKopecks: 1,
    entered: 'scanned',
    lastFourSeen: null,
  }
  expect(tryShape(Operation, { ...operation, document: null, proof }).success).toBe(false)
})

test('[T1] whoever carries a proof is told by the card that it proves', () => {
  const [cardId, toCardId] = [randomUUID() as CardId, randomUUID() as CardId]
  const proof = { sealed: null, holdId: randomUUID() as HoldId, secondCode: null }
  expect(shownCardOf(redeem(cardId, 1, { holdId: proof.holdId }))).toMatchObject({ cardId, proof })
  expect(shownCardOf({ kind: 'transfer', cardId, toCardId, proof })).toEqual({ cardId: toCardId, proof })
  expect(shownCardOf({ kind: 'cashout', cardId, proof, document: null })).toEqual({ cardId, proof })
  expect(shownCardOf({ kind: 'cashout', cardId, proof: null, document: null })).toBeNull()
  expect(shownCardOf({ kind: 'block', cardId })).toBeNull()
})

test('a document has one name at least', () => {
  const document = { kind: 'sale', id: null, syncId: null, digest: null, row: 0 }
  expect(tryShape(OperationDocument, document).success).toBe(false)
  for (const name of [{ id: randomUUID() }, { syncId: randomUUID() }, { digest: 'a'.repeat(64) }]) {
    expect(tryShape(OperationDocument, { ...document, ...name }).success).toBe(true)
  }
})
