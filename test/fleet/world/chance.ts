import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { type Random, seeded } from '../../../src/core/testing/random.ts'

let random: Random = seeded(0)

/**
 * Makes what the server and the tests draw of `node:crypto` follow the seed as well: ids decide the order of rows and locks,
 * and with those of true chance no story could be told twice. Sealed numbers are part of receipts, and so of what ids are made of; only signatures stay true.
 */
export function installChance(): void {
  const bytes = (length: number) => Buffer.from(Array.from({ length }, () => random.int(0, 255)))
  const uuid = () => {
    const raw = bytes(16)
    raw[6] = (raw[6]! & 0x0f) | 0x40
    raw[8] = (raw[8]! & 0x3f) | 0x80
    return raw.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  }
  const { createECDH } = crypto
  const pair = (curve: string) => {
    const made = createECDH(curve)
    return Object.assign(made, {
      generateKeys: () => {
        made.setPrivateKey(bytes(32))
        return made.getPublicKey()
      },
    })
  }
  Object.assign(crypto, { randomUUID: uuid, randomBytes: bytes, createECDH: pair })
  syncBuiltinESMExports()
}

export function seedChance(seed: number): void {
  // Not the story's own numbers once more.
  random = seeded(seed ^ 0x5f_ff_ff)
}
