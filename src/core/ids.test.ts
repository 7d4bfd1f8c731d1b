import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { CardId, DocumentId, Moment } from './ids.ts'
import { tryShape } from './shape.ts'

const isOf = (schema: Parameters<typeof tryShape>[0], value: unknown) => tryShape(schema, value).success

test('[C5] an id has one spelling: two of one sale would be two sales here and one in MoySklad', () => {
  const theirs = 'ad5e0f10-0000-11f0-0a80-00000000000a'
  expect(isOf(DocumentId, theirs)).toBe(true)
  for (const other of [theirs.toUpperCase(), theirs.replace('ad', 'aD'), ` ${theirs}`, `${theirs}\n`]) {
    expect(isOf(DocumentId, other), other).toBe(false)
  }
  const ours = `${randomUUID().slice(0, -1)}a`
  expect(isOf(CardId, ours)).toBe(true)
  expect(isOf(CardId, `${ours.slice(0, -1)}A`)).toBe(false)
  expect(isOf(CardId, theirs)).toBe(false)
})

test('a moment is one that a date can be made of', () => {
  const last = Date.UTC(9999, 0, 1) - 1
  expect(new Date(last).toISOString()).toBe('9998-12-31T23:59:59.999Z')
  expect([0, last, last + 1, Number.MAX_SAFE_INTEGER, -1].map((n) => isOf(Moment, n))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ])
})
