import { JournalId } from '../../core/ids.ts'
import { toBase64url } from './base64url.ts'
import { parseShape } from '../../core/shape.ts'

/** The key by which the server knows a journal (J5): ECDSA P-256. */
export interface DeviceKeys {
  /** The journal that it makes: SHA-256 of the public key. */
  id: JournalId
  /** The private key cannot be exported: it can be used in this browser profile, not carried away. */
  keys: CryptoKeyPair
  /** An uncompressed point, base64url. */
  publicKey: string
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }

export async function makeDeviceKeys(): Promise<DeviceKeys> {
  const keys = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
  const point = await crypto.subtle.exportKey('raw', keys.publicKey)
  const id = parseShape(JournalId, toBase64url(await crypto.subtle.digest('SHA-256', new Uint8Array(point))))
  return { id, keys, publicKey: toBase64url(point) }
}

/** @returns r and s, 32 bytes each, base64url, which is what WebCrypto gives */
export async function signBytes(keys: CryptoKeyPair, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return toBase64url(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, keys.privateKey, bytes))
}
