import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { createVerify } from './signatures.ts'

/** Signatures of tills against the library's own reading of the form in which they come. */

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const { x, y } = publicKey.export({ format: 'jwk' })
const point = Buffer.concat([Buffer.from([4]), Buffer.from(x!, 'base64url'), Buffer.from(y!, 'base64url')])
const deviceKey = point.toString('base64url')
const isRight = createVerify()

const signed = (bytes: Buffer) => sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' })
const asked = (bytes: Buffer, signature: Buffer) => isRight(deviceKey, bytes, signature.toString('base64url'))
const byLibrary = (bytes: Buffer, signature: Buffer) =>
  verify('sha256', bytes, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)

test('[J5] every right signature is right, with numbers that begin with zeros and with high bits', () => {
  const met = { zero: 0, high: 0, low: 0 }
  for (let n = 0; n < 2_000; n++) {
    const bytes = randomBytes(40)
    const signature = signed(bytes)
    for (const at of [0, 32]) {
      if (signature[at] === 0) met.zero++
      else if (signature[at]! >= 0x80) met.high++
      else met.low++
    }
    expect(asked(bytes, signature), signature.toString('hex')).toBe(true)
  }
  // One in 256 begins with a zero: of 4 000 numbers none with less than one chance in six millions.
  expect(Math.min(met.zero, met.high, met.low)).toBeGreaterThan(0)
})

test('[J5] a signature that was changed anywhere is wrong', () => {
  const bytes = randomBytes(40)
  const right = signed(bytes)
  for (let at = 0; at < right.length; at++) {
    const wrong = Buffer.from(right)
    wrong[at]! ^= 1 << (at % 8)
    expect(asked(bytes, wrong)).toBe(false)
  }
  expect(asked(Buffer.concat([bytes, Buffer.from([0])]), right)).toBe(false)
})

test('[J5] numbers that no signature has are wrong, as the library says', () => {
  const bytes = randomBytes(40)
  const right = signed(bytes)
  const zero = Buffer.alloc(32)
  const ones = Buffer.alloc(32, 0xff)
  const [r, s] = [right.subarray(0, 32), right.subarray(32)]
  for (const halves of [
    [zero, zero],
    [r, zero],
    [zero, s],
    [ones, ones],
    [r, ones],
    [s, r],
  ]) {
    const signature = Buffer.concat(halves)
    expect(byLibrary(bytes, signature)).toBe(false)
    expect(asked(bytes, signature)).toBe(false)
  }
})

test('[J5] another key, or what is no key, lets nothing in', () => {
  const bytes = randomBytes(40)
  const signature = signed(bytes).toString('base64url')
  const other = Buffer.from(point)
  other[64]! ^= 1
  for (const key of [other.toString('base64url'), '', deviceKey.slice(2)]) {
    expect(isRight(key, bytes, signature)).toBe(false)
  }
})
