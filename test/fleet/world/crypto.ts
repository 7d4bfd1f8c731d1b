import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  sign,
} from 'node:crypto'

/**
 * A key as a page has it: a plain thing that can be stored, copied with a profile and used, but not read. What it stands
 * for lies outside of every page.
 */
interface FakeKey {
  type: 'public' | 'private' | 'secret'
  algorithm: { name: string }
  usages: string[]
  extractable: boolean
  handle: number
}

interface Secret {
  /** Raw bytes: a point, a private scalar, or a common secret. */
  bytes: Buffer
  /** The same as the library likes it: bytes would be made a key anew at every use, which costs more than most uses. */
  key: KeyObject | null
}

const secrets: Secret[] = []

interface Algorithm {
  name: string
  hash?: string
  salt?: Uint8Array
  info?: Uint8Array
  iv?: Uint8Array
  additionalData?: Uint8Array
  public?: FakeKey
  length?: number
}

/** WebCrypto by Node's synchronous functions; the till sees no difference but that there is no waiting. */
export class FakeSubtle {
  generateKey(algorithm: Algorithm, extractable: boolean, usages: string[]) {
    return soon(() => {
      const pair = createECDH('prime256v1')
      const point = pair.generateKeys()
      const own = pair.getPrivateKey()
      const scalar = Buffer.concat([Buffer.alloc(32 - own.length), own])
      const jwk = {
        kty: 'EC',
        crv: 'P-256',
        x: point.subarray(1, 33).toString('base64url'),
        y: point.subarray(33).toString('base64url'),
        d: scalar.toString('base64url'),
      }
      const signer = algorithm.name === 'ECDSA' ? createPrivateKey({ key: jwk, format: 'jwk' }) : null
      return {
        publicKey: keep('public', algorithm, usages, true, { bytes: point, key: null }),
        privateKey: keep('private', algorithm, usages, extractable, { bytes: scalar, key: signer }),
      }
    })
  }

  importKey(
    _format: string,
    bytes: Uint8Array,
    algorithm: string | Algorithm,
    extractable: boolean,
    usages: string[],
  ) {
    return soon(() => {
      const named = typeof algorithm === 'string' ? { name: algorithm } : algorithm
      const type = named.name === 'ECDH' || named.name === 'ECDSA' ? 'public' : 'secret'
      const own = Buffer.from(bytes)
      const key = type === 'secret' ? createSecretKey(own) : null
      return keep(type, named, usages, extractable, { bytes: own, key })
    })
  }

  exportKey(_format: string, key: FakeKey) {
    return soon(() => {
      if (!key.extractable) throw new DOMException('key is not extractable', 'InvalidAccessError')
      return arrayBuffer(secrets[key.handle]!.bytes)
    })
  }

  sign(algorithm: Algorithm | string, key: FakeKey, bytes: Uint8Array) {
    return soon(() => {
      const name = typeof algorithm === 'string' ? algorithm : algorithm.name
      const own = keyOf(key)
      if (name === 'HMAC') return arrayBuffer(createHmac('sha256', own).update(bytes).digest())
      return arrayBuffer(plainOf(sign('sha256', bytes, own)))
    })
  }

  digest(_algorithm: string, bytes: Uint8Array) {
    return soon(() => arrayBuffer(createHash('sha256').update(bytes).digest()))
  }

  deriveBits(algorithm: Algorithm, key: FakeKey, bits: number) {
    return soon(() => arrayBuffer(derived(algorithm, key, bits / 8)))
  }

  deriveKey(algorithm: Algorithm, key: FakeKey, to: Algorithm, extractable: boolean, usages: string[]) {
    return soon(() => {
      const bytes = derived(algorithm, key, (to.length ?? 256) / 8)
      return keep('secret', to, usages, extractable, { bytes, key: createSecretKey(bytes) })
    })
  }

  encrypt(algorithm: Algorithm, key: FakeKey, plain: Uint8Array) {
    return soon(() => {
      const cipher = createCipheriv('aes-256-gcm', keyOf(key), algorithm.iv!)
      if (algorithm.additionalData) cipher.setAAD(algorithm.additionalData)
      return arrayBuffer(Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]))
    })
  }

  decrypt(algorithm: Algorithm, key: FakeKey, box: ArrayBuffer | Uint8Array) {
    return soon(() => {
      const bytes = box instanceof Uint8Array ? Buffer.from(box) : Buffer.from(new Uint8Array(box))
      const open = createDecipheriv('aes-256-gcm', keyOf(key), algorithm.iv!)
      if (algorithm.additionalData) open.setAAD(algorithm.additionalData)
      open.setAuthTag(bytes.subarray(-16))
      try {
        return arrayBuffer(Buffer.concat([open.update(bytes.subarray(0, -16)), open.final()]))
      } catch (cause) {
        throw new DOMException(String(cause), 'OperationError')
      }
    })
  }
}

function derived(algorithm: Algorithm, key: FakeKey, bytes: number): Buffer {
  const own = secrets[key.handle]!.bytes
  if (algorithm.name === 'ECDH') {
    const pair = createECDH('prime256v1')
    pair.setPrivateKey(own)
    return pair.computeSecret(secrets[algorithm.public!.handle]!.bytes)
  }
  return Buffer.from(hkdfSync('sha256', keyOf(key), algorithm.salt ?? '', algorithm.info ?? '', bytes))
}

function keyOf(key: FakeKey): KeyObject {
  const own = secrets[key.handle]!.key
  if (!own) throw new Error(`a ${key.type} key of ${key.algorithm.name} does not do that`)
  return own
}

/** r and s of 32 bytes each, of a signature as the library makes it (DER); asked for this form, it takes twice as long. */
function plainOf(der: Buffer): Buffer {
  const plain = Buffer.alloc(64)
  let at = 2
  for (const end of [32, 64]) {
    const length = der[at + 1]!
    const digits = der.subarray(at + 2, at + 2 + length).subarray(-32)
    digits.copy(plain, end - digits.length)
    at += 2 + length
  }
  return plain
}

function keep(
  type: FakeKey['type'],
  { name }: Algorithm,
  usages: string[],
  extractable: boolean,
  secret: Secret,
): FakeKey {
  secrets.push(secret)
  return { type, algorithm: { name }, usages, extractable, handle: secrets.length - 1 }
}

const arrayBuffer = (bytes: Buffer): ArrayBuffer => new Uint8Array(bytes).buffer

async function soon<T>(work: () => T): Promise<T> {
  await Promise.resolve()
  return work()
}

/** Keys of stories that are over. */
export function forgetKeys(): void {
  secrets.length = 0
}
