import { createCipheriv, createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto'
import type { AccountId } from '../../core/ids.ts'
import { CardDigits } from '../../core/card/card-number.ts'
import {
  sealedFor,
  sealInfo,
  type SealedNumber,
  type SealingKey,
  type SealPlace,
} from '../../core/card/sealed-number.ts'
import { tryShape } from '../../core/shape.ts'
import type { Db, Tx } from '../db/db.ts'
import { findSealKey, insertSealKey, newestSealKey, type SealKeyRow } from './seal-keys.ts'

/** Tills get a new key to seal to after this. */
const renewAfterMs = 90 * 24 * 3_600_000
/** A till seals with one key of its own a page load: that many tills are remembered. */
const rememberedMax = 2_000

export interface Sealing {
  /** The key to seal to; made where there is none, or none young enough. */
  current(tx: Tx, accountId: AccountId, nowMs: number): Promise<SealingKey>
  /** @returns the digits, or null when the seal is not of this place, damaged, or to a key that is not ours */
  open(place: SealPlace & { accountId: AccountId }, sealed: SealedNumber): Promise<string | null>
}

/** Opens what tills have sealed (J1); the format is told in core/card/sealed-number.ts. */
export function createSealing(db: Db, secret: Buffer): Sealing {
  const storeKey = Buffer.from(hkdfSync('sha256', secret, '', 'podarok-seal-store-1', 32))
  const shared = new Map<string, Buffer | null>()

  async function sharedKey(accountId: AccountId, keyId: string, tillKey: string): Promise<Buffer | null> {
    const name = `${accountId}/${keyId}/${tillKey}`
    const known = shared.get(name)
    if (known !== undefined) return known
    const row = await db.read((query) => findSealKey(query, accountId, keyId))
    const key = row && agree(decrypt(storeKey, row.secret), tillKey)
    if (shared.size >= rememberedMax) shared.clear()
    shared.set(name, key)
    return key
  }

  return {
    async current(tx, accountId, nowMs) {
      const newest = await newestSealKey(tx, accountId)
      if (newest && nowMs - newest.madeAtMs < renewAfterMs) return publicPart(newest)
      const made = makeKey(storeKey, nowMs)
      await insertSealKey(tx, accountId, made)
      return publicPart(made)
    },
    async open(place, sealed) {
      const [keyId, tillKey, iv, box] = sealed.split('.') as [string, string, string, string]
      const key = await sharedKey(place.accountId, keyId, tillKey)
      return key && unseal(key, iv, box, sealedFor(place))
    },
  }
}

const publicPart = ({ id, publicKey }: SealKeyRow): SealingKey => ({ id, publicKey })

function makeKey(storeKey: Buffer, nowMs: number): SealKeyRow {
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  return {
    id: randomBytes(9).toString('base64url'),
    publicKey: pair.getPublicKey('base64url'),
    secret: encrypt(storeKey, pair.getPrivateKey()),
    madeAtMs: nowMs,
  }
}

function agree(secret: Buffer, tillKey: string): Buffer | null {
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(secret)
  try {
    const common = pair.computeSecret(Buffer.from(tillKey, 'base64url'))
    return Buffer.from(hkdfSync('sha256', common, '', sealInfo, 32))
  } catch {
    // The only way the library tells that the till's point is not on the curve.
    return null
  }
}

function unseal(key: Buffer, iv: string, box: string, context: string): string | null {
  const bytes = Buffer.from(box, 'base64url')
  const open = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'))
  open.setAAD(Buffer.from(context))
  open.setAuthTag(bytes.subarray(-16))
  try {
    const padded = Buffer.concat([open.update(bytes.subarray(0, -16)), open.final()])
    const digits = padded.toString('latin1').replace(/\0+$/, '')
    return tryShape(CardDigits, digits).success ? digits : null
  } catch {
    // The only way the library tells that the tag does not fit.
    return null
  }
}

function encrypt(key: Buffer, plain: Buffer): string {
  const iv = randomBytes(12)
  const seal = createCipheriv('aes-256-gcm', key, iv)
  return Buffer.concat([iv, seal.update(plain), seal.final(), seal.getAuthTag()]).toString('base64url')
}

function decrypt(key: Buffer, text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url')
  const open = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
  open.setAuthTag(bytes.subarray(-16))
  return Buffer.concat([open.update(bytes.subarray(12, -16)), open.final()])
}
