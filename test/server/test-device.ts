import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

/** A till's key as a browser makes it: ECDSA P-256, signatures of 64 bytes. */
export class TestDevice {
  readonly publicKey: string
  readonly #secret: KeyObject

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { x, y } = publicKey.export({ format: 'jwk' })
    const point = [Buffer.from([4]), Buffer.from(x!, 'base64url'), Buffer.from(y!, 'base64url')]
    this.publicKey = Buffer.concat(point).toString('base64url')
    this.#secret = privateKey
  }

  sign(text: string): string {
    const key = { key: this.#secret, dsaEncoding: 'ieee-p1363' as const }
    return sign('sha256', Buffer.from(text), key).toString('base64url')
  }
}
