import { createCipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto'
import {
  sealedDigits,
  sealedFor,
  sealInfo,
  type SealedNumber,
  type SealingKey,
  type SealPlace,
} from '../../src/core/card/sealed-number.ts'

/** Seals a number as a till does, with a key of its own each time. */
export function sealNumber(to: SealingKey, place: SealPlace, number: string): SealedNumber {
  const own = createECDH('prime256v1')
  own.generateKeys()
  const common = own.computeSecret(Buffer.from(to.publicKey, 'base64url'))
  const key = Buffer.from(hkdfSync('sha256', common, '', sealInfo, 32))
  const iv = randomBytes(12)
  const seal = createCipheriv('aes-256-gcm', key, iv)
  seal.setAAD(Buffer.from(sealedFor(place)))
  const padded = Buffer.alloc(sealedDigits)
  padded.write(number, 'latin1')
  const box = Buffer.concat([seal.update(padded), seal.final(), seal.getAuthTag()])
  const parts = [own.getPublicKey('base64url'), iv.toString('base64url'), box.toString('base64url')]
  return [to.id, ...parts].join('.') as SealedNumber
}
