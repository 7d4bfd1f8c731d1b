import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { JournalId } from '../../src/core/ids.ts'
import { parseShape } from '../../src/core/shape.ts'

/** A till's key as a browser makes it: ECDSA P-256, signatures of 64 bytes. */
export class TestDevice {
  readonly publicKey: string
  /** The journal that is known by this key. */
  readonly journal: JournalId
  readonly #secret: KeyObject

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { x, y } = publicKey.export({ format: 'jwk' })
    const point = [Buffer.from([4]), Buffer.from(x!, 'base64url'), Buffer.from(y!, 'base64url')]
    const bytes = Buffer.concat(point)
    this.publicKey = bytes.toString('base64url')
    this.journal = parseShape(JournalId, createHash('sha256').update(bytes).digest('base64url'))
    this.#secret = privateKey
  }

  sign(text: string): string {
    const key = { key: this.#secret, dsaEncoding: 'ieee-p1363' as const }
    return sign('sha256', Buffer.from(text), key).toString('base64url')
  }
}
