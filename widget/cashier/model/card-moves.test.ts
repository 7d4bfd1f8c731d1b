import { beforeEach, expect, it } from 'vitest'
import { Denied, Unreachable } from '../../../src/client/api/api.ts'
import type { CardId } from '../../../src/core/ids.ts'
import { CardMoves } from './card-moves.ts'
import type { TillPort } from './till-port.ts'

const [scanned, other] = ['c1', 'c2'] as CardId[] as [CardId, CardId]
let answer: () => Promise<unknown>
let askedFor: unknown[]
let moves: CardMoves

beforeEach(() => {
  askedFor = []
  moves = new CardMoves({
    api: ((name: string, body: unknown) => {
      askedFor.push([name, body])
      return answer()
    }) as unknown as TillPort['api'],
    numberOf: (cardId) => (cardId === scanned ? '4006000000000001' : null),
  })
})

it('asks by the number, which only this page has, and shows what came until it is hidden', async () => {
  answer = () => Promise.resolve({ moves: [{ kind: 'redeem' }] })
  await moves.ask(scanned)
  expect(askedFor).toEqual([['cardHistory', { number: '4006000000000001' }]])
  expect(moves.shown.value).toEqual({ cardId: scanned, moves: [{ kind: 'redeem' }] })
  moves.hide()
  expect(moves.shown.value).toBeNull()
  await moves.ask(other)
  expect(askedFor).toHaveLength(1)
})

it('says whether the line or the server was in the way', async () => {
  answer = () => Promise.reject(new Unreachable('cut', null))
  await moves.ask(scanned)
  expect(moves.shown.value?.moves).toBe('offline')
  answer = () => Promise.reject(new Denied('too_many_attempts', 'wait'))
  await moves.ask(scanned)
  expect(moves.shown.value?.moves).toBe('failed')
})
