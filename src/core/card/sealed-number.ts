import * as v from 'valibot'
import { cardDigits } from './card-number.ts'

/** All numbers are padded to this length: a seal does not tell how long the number is. */
export const sealedDigits = cardDigits.most

const tagBytes = 16
/** In base64url, without padding. */
const boxLength = Math.ceil(((sealedDigits + tagBytes) * 4) / 3)

/**
 * A card number as a till may keep it: sealed to the server's key, so that a copied browser profile shows none (J1).
 * Four parts in base64url, joined by dots:
 *
 * - the id of the server's key,
 * - the till's public key of this page load: an uncompressed point of P-256, 65 bytes,
 * - the nonce of AES-GCM, 12 bytes,
 * - the digits, padded with zero bytes to `sealedDigits`, and the tag of 16 bytes.
 *
 * The AES key of 256 bits is HKDF-SHA-256 of the ECDH secret, without salt, under `sealInfo`. `sealedFor` is the
 * additional data: a seal that is copied into another receipt, or to another till, does not open (T1).
 */
export const SealedNumber = v.pipe(
  v.string(),
  v.regex(new RegExp(`^[\\w-]{8,40}\\.[\\w-]{87}\\.[\\w-]{16}\\.[\\w-]{${boxLength}}$`)),
  v.brand('SealedNumber'),
)
export type SealedNumber = v.InferOutput<typeof SealedNumber>

export const sealInfo = 'podarok-seal-1'

/** Where a number was shown. */
export interface SealPlace {
  accountId: string
  tillId: string
  /** The draft's receipt; a promise in the stead of an ask of its till carries the ask's seals. */
  receiptId: string
}

export const sealedFor = ({ accountId, tillId, receiptId }: SealPlace) =>
  [sealInfo, accountId, tillId, receiptId].join(':')

/** The public key to seal to, from the server. */
export const SealingKey = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[\w-]{8,40}$/)),
  /** An uncompressed point of P-256, base64url. */
  publicKey: v.pipe(v.string(), v.regex(/^[\w-]{87}$/)),
})
export type SealingKey = v.InferOutput<typeof SealingKey>
