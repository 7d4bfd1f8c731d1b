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

test('an id of ours has a version and the variant of RFC 9562', () => {
  const id = (version: string, variant: string) => `0f1e2d3c-4b5a-${version}abc-${variant}def-0123456789ab`
  for (const version of ['1', '4', '7', '8']) expect(isOf(CardId, id(version, '8')), version).toBe(true)
  for (const variant of ['9', 'a', 'b']) expect(isOf(CardId, id('4', variant)), variant).toBe(true)
  for (const version of ['0', '9', 'f']) expect(isOf(CardId, id(version, '8')), version).toBe(false)
  for (const variant of ['0', '7', 'c', 'f']) expect(isOf(CardId, id('4', variant)), variant).toBe(false)
  const right = id('4', '8')
  const nobodys = ['0', 'f'].map((sign) => right.replace(/[^-]/g, sign))
  const misspelt = [` ${right}`, `${right}\n`, `${right}0`, right.slice(1), right.replace('0f', '0g')]
  for (const one of [...nobodys, ...misspelt]) expect(isOf(CardId, one), one).toBe(false)
  for (const one of misspelt) expect(isOf(DocumentId, one), one).toBe(false)
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
