import { CardDigits } from '../../core/card/card-number.ts'
import {
  sealedDigits,
  sealedFor,
  sealInfo,
  type SealedNumber,
  type SealingKey,
  type SealPlace,
} from '../../core/card/sealed-number.ts'
import { tryShape } from '../../core/shape.ts'
import { fromBase64url, toBase64url } from './base64url.ts'

const curve = { name: 'ECDH', namedCurve: 'P-256' }

/** Seals card numbers to the server's key (J1); the format is told in core/card/sealed-number.ts. */
export class Sealing {
  /** One pair a page load: the server derives the common key once for all seals of it. */
  #own: Promise<{ privateKey: CryptoKey; point: string }> | null = null
  readonly #common = new Map<string, Promise<CryptoKey>>()

  /** @param place the till and the receipt that the number is sealed into; in another one the seal does not open */
  async seal(to: SealingKey, place: SealPlace, digits: string): Promise<SealedNumber> {
    if (!tryShape(CardDigits, digits).success) throw new Error('only card numbers are sealed')
    const own = await (this.#own ??= makePair())
    let common = this.#common.get(to.id)
    if (!common) this.#common.set(to.id, (common = agree(own.privateKey, to)))
    const padded = new Uint8Array(sealedDigits)
    new TextEncoder().encodeInto(digits, padded)
    const iv = crypto.getRandomValues(new Uint8Array(12))
    const additionalData = new TextEncoder().encode(sealedFor(place))
    const box = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, await common, padded)
    return [to.id, own.point, toBase64url(iv), toBase64url(box)].join('.') as SealedNumber
  }
}

async function makePair(): Promise<{ privateKey: CryptoKey; point: string }> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(curve, false, ['deriveBits'])
  return { privateKey, point: toBase64url(await crypto.subtle.exportKey('raw', publicKey)) }
}

async function agree(privateKey: CryptoKey, to: SealingKey): Promise<CryptoKey> {
  const { subtle } = crypto
  const theirs = await subtle.importKey('raw', fromBase64url(to.publicKey), curve, false, [])
  const secret = await subtle.deriveBits({ name: 'ECDH', public: theirs }, privateKey, 256)
  const material = await subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey'])
  const derivation = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: new Uint8Array(),
    info: new TextEncoder().encode(sealInfo),
  }
  return subtle.deriveKey(derivation, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt'])
}
