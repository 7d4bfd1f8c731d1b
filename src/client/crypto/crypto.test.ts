import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { cardDigits } from '../../core/card/card-number.ts'
import { sealedFor, sealInfo, SealedNumber, type SealPlace } from '../../core/card/sealed-number.ts'
import { DeviceKey, Signature } from '../../core/wire/tills.ts'
import { fromBase64url, toBase64url } from './base64url.ts'
import { makeDeviceKeys, signBytes } from './device-key.ts'
import { Sealing } from './sealing.ts'
import { tryShape } from '../../core/shape.ts'

/** The other end of the wire, written a second time and with another library. */
function serverKey() {
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  const id = randomBytes(9).toString('base64url')
  return {
    to: { id, publicKey: pair.getPublicKey('base64url') },
    open: (sealed: string, place: SealPlace): string => {
      const [keyId, point, iv, box] = sealed.split('.') as [string, string, string, string]
      expect(keyId).toBe(id)
      const secret = pair.computeSecret(Buffer.from(point, 'base64url'))
      const key = Buffer.from(hkdfSync('sha256', secret, '', sealInfo, 32))
      const bytes = Buffer.from(box, 'base64url')
      const opener = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'))
      opener.setAAD(Buffer.from(sealedFor(place)))
      opener.setAuthTag(bytes.subarray(-16))
      return Buffer.concat([opener.update(bytes.subarray(0, -16)), opener.final()]).toString('latin1')
    },
  }
}

const place: SealPlace = { accountId: 'account', tillId: 'till', receiptId: 'receipt' }

describe('sealed numbers', () => {
  it('[J1] [T1] open at the server, and only for the till and the receipt that they were sealed for', async () => {
    const { to, open } = serverKey()
    const sealed = await new Sealing().seal(to, place, '4000123412341234')
    expect(tryShape(SealedNumber, sealed).success).toBe(true)
    expect(open(sealed, place)).toBe('4000123412341234'.padEnd(24, '\0'))
    for (const other of ['accountId', 'tillId', 'receiptId']) {
      expect(() => open(sealed, { ...place, [other]: 'another' }), other).toThrow()
    }
  })

  it('[J1] tell neither the number nor its length, and the same number never looks the same', async () => {
    const { to, open } = serverKey()
    const sealing = new Sealing()
    const [shortest, longest] = [cardDigits.least, cardDigits.most].map((length) => '7'.repeat(length))
    const digits = [shortest!, shortest!, longest!]
    const seals = await Promise.all(digits.map((one) => sealing.seal(to, place, one)))
    expect(seals.map((sealed) => tryShape(SealedNumber, sealed).success)).toEqual([true, true, true])
    expect(seals.map((sealed) => open(sealed, place).replace(/\0+$/, ''))).toEqual(digits)
    expect(new Set(seals).size).toBe(3)
    expect(new Set(seals.map((sealed) => sealed.length)).size).toBe(1)
    // One pair of the till a page load: the server derives the common key once.
    expect(new Set(seals.map((sealed) => sealed.split('.')[1])).size).toBe(1)
  })

  it('go to the key that is asked for, also after the server has a new one', async () => {
    const [old, fresh] = [serverKey(), serverKey()]
    const sealing = new Sealing()
    await sealing.seal(old.to, place, '123456')
    expect(fresh.open(await sealing.seal(fresh.to, place, '654321'), place)).toMatch(/^654321\0+$/)
  })

  it('hold nothing but digits', async () => {
    const { to } = serverKey()
    for (const digits of ['7'.repeat(cardDigits.most + 1), '7'.repeat(cardDigits.least - 1), '', '777777a']) {
      await expect(new Sealing().seal(to, place, digits), digits).rejects.toThrow('card numbers')
    }
  })
})

describe('device keys', () => {
  it('[J5] sign as the server checks it, and cannot be carried away', async () => {
    const { keys, publicKey } = await makeDeviceKeys()
    const bytes = new TextEncoder().encode('{"тело":1}')
    const signature = await signBytes(keys, bytes)
    expect(tryShape(DeviceKey, publicKey).success).toBe(true)
    expect(tryShape(Signature, signature).success).toBe(true)
    const point = Buffer.from(publicKey, 'base64url')
    const key = createPublicKey({
      format: 'jwk',
      key: {
        kty: 'EC',
        crv: 'P-256',
        x: point.subarray(1, 33).toString('base64url'),
        y: point.subarray(33).toString('base64url'),
      },
    })
    const check = (text: Uint8Array) =>
      verify('sha256', text, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))
    expect(check(bytes)).toBe(true)
    expect(check(new TextEncoder().encode('{"тело":2}'))).toBe(false)
    expect(keys.privateKey.extractable).toBe(false)
    await expect(crypto.subtle.exportKey('pkcs8', keys.privateKey)).rejects.toThrow()
  })
})

it('base64url goes there and back for every byte and every length', () => {
  for (let length = 0; length < 70; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length * 11) % 256)
    expect(toBase64url(bytes)).toBe(Buffer.from(bytes).toString('base64url'))
    expect(fromBase64url(toBase64url(bytes))).toEqual(bytes)
  }
})
