import { toBase64url } from './base64url.ts'

/** The key by which the server knows a till (J5): ECDSA P-256. */
export interface DeviceKeys {
  /** The private key cannot be exported: it can be used in this browser profile, not carried away. */
  keys: CryptoKeyPair
  /** An uncompressed point, base64url. */
  publicKey: string
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }

export async function makeDeviceKeys(): Promise<DeviceKeys> {
  const keys = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
  return { keys, publicKey: toBase64url(await crypto.subtle.exportKey('raw', keys.publicKey)) }
}

/** @returns r and s, 32 bytes each, base64url, which is what WebCrypto gives */
export async function signBytes(keys: CryptoKeyPair, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return toBase64url(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, keys.privateKey, bytes))
}
