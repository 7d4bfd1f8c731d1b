import { createECDH, randomBytes, randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { onBothEngines } from '../../../test/server/engines.ts'
import { sealNumber } from '../../../test/server/seal-number.ts'
import { cardDigits } from '../../core/card/card-number.ts'
import type { AccountId } from '../../core/ids.ts'
import { newestSealKey } from './seal-keys.ts'
import { createSealing } from './sealing.ts'

onBothEngines('sealing keys', (engine) => {
  test('[A7] lie in the database encrypted: no run of their bytes is the key itself', async () => {
    const accountId = randomUUID() as AccountId
    const sealing = createSealing(engine.db(), randomBytes(32))
    const { publicKey } = await engine.db().write((tx) => sealing.current(tx, accountId, 1))
    const stored = await engine.db().read((query) => newestSealKey(query, accountId))
    expect(stored).toMatchObject({ publicKey })
    const bytes = Buffer.from(stored!.secret, 'base64url')
    const runs = Array.from({ length: bytes.length - 31 }, (_, from) => bytes.subarray(from, from + 32))
    expect(runs.length).toBeGreaterThan(0)
    expect(runs.filter((run) => publicKeyOf(run) === publicKey)).toEqual([])
  })

  test('[J1] open numbers of every length that a programme may have, and nothing else', async () => {
    const place = { accountId: randomUUID() as AccountId, tillId: 'till', receiptId: 'receipt' }
    const sealing = createSealing(engine.db(), randomBytes(32))
    const to = await engine.db().write((tx) => sealing.current(tx, place.accountId, 1))
    const opened = (digits: string) => sealing.open(place, sealNumber(to, place, digits))
    for (const length of [cardDigits.least, cardDigits.most]) {
      expect(await opened('7'.repeat(length))).toBe('7'.repeat(length))
    }
    for (const odd of ['7'.repeat(cardDigits.least - 1), '777777a', ''])
      expect(await opened(odd), odd).toBeNull()
  })
})

test('what this test looks for is found where a key lies in the open', () => {
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  expect(publicKeyOf(pair.getPrivateKey())).toBe(pair.getPublicKey('base64url'))
})

function publicKeyOf(secret: Buffer): string | null {
  const pair = createECDH('prime256v1')
  try {
    pair.setPrivateKey(secret)
  } catch {
    // Hardly any number of 32 bytes is none of the curve's; such a one is no key.
    return null
  }
  return pair.getPublicKey('base64url')
}
