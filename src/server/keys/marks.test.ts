import { createHmac, hkdfSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { createMarks } from './marks.ts'

const secret = Buffer.alloc(32, 7)
const marks = createMarks(secret, 'podarok-test-1')

test('[J7] a mark is the same on every server with the secret, and another one for another text, purpose or secret', () => {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'podarok-test-1', 32))
  const mark = createHmac('sha256', key).update('a text').digest('base64url')
  expect(marks.of('a text')).toBe(mark)
  expect(marks.isOurs(mark, 'a text')).toBe(true)
  expect(marks.isOurs(mark, 'another text')).toBe(false)
  expect(createMarks(secret, 'podarok-test-2').isOurs(mark, 'a text')).toBe(false)
  expect(createMarks(Buffer.alloc(32, 8), 'podarok-test-1').isOurs(mark, 'a text')).toBe(false)
})

test.each(['', 'x', `${marks.of('a text')}A`, marks.of('a text').slice(1)])('%j is no mark', (said) => {
  expect(marks.isOurs(said, 'a text')).toBe(false)
})
