import { createPublicKey, type KeyObject, verify } from 'node:crypto'

/** Keys are checked and parsed once: a till signs thousands of batches with the same one. */
const rememberedMax = 10_000

export type VerifySignature = (publicKey: string, bytes: Uint8Array, signature: string) => boolean

/**
 * Checks signatures of tills: ECDSA P-256 with SHA-256, r and s of 32 bytes each, base64url.
 *
 * @returns a function that is false for a wrong signature and for a key that is no point of the curve
 */
export function createVerify(): VerifySignature {
  const keys = new Map<string, KeyObject | null>()

  function keyOf(publicKey: string): KeyObject | null {
    const known = keys.get(publicKey)
    if (known !== undefined) return known
    if (keys.size >= rememberedMax) keys.clear()
    const key = parseKey(publicKey)
    keys.set(publicKey, key)
    return key
  }
  return (publicKey, bytes, signature) => {
    const key = keyOf(publicKey)
    if (!key) return false
    return verify('sha256', bytes, key, derOf(Buffer.from(signature, 'base64url')))
  }
}

/**
 * The signature as the library likes it (DER, RFC 3279 2.2.3): to be asked for the other form, it takes the key in a
 * wrapping that costs nearly half as much as the check itself.
 */
function derOf(signature: Buffer): Buffer {
  const half = signature.length / 2
  const [r, s] = [integerOf(signature.subarray(0, half)), integerOf(signature.subarray(half))]
  return Buffer.concat([Buffer.from([0x30, r.length + s.length]), r, s])
}

/** Without zeros in front, but for the one that keeps a number with its highest bit set from being negative. */
function integerOf(bytes: Buffer): Buffer {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start++
  const digits = bytes.subarray(start)
  const sign = digits[0]! >= 0x80 ? [0] : []
  return Buffer.from([0x02, sign.length + digits.length, ...sign, ...digits])
}

function parseKey(publicKey: string): KeyObject | null {
  const point = Buffer.from(publicKey, 'base64url')
  if (point.length !== 65 || point[0] !== 4) return null
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  }
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    // The only way the library tells that the point is not on the curve.
    return null
  }
}
