import { expect, test } from 'vitest'
import type { AccountId } from '../../core/ids.ts'
import { FakeMoySklad, goodsSale } from '../../../test/server/fake-moysklad.ts'
import { createLog } from '../log.ts'
import { createSaleReader } from './sale-reader.ts'

const [ours, theirs] = [
  '9b000000-0000-11f0-0a80-000000000001' as AccountId,
  '9b000000-0000-11f0-0a80-000000000002' as AccountId,
]

test('a sale is read for the account that asks: another one’s answer of this second is not its own', async () => {
  const moysklad = new FakeMoySklad()
  const sales = createSaleReader({
    moysklad,
    clock: () => 0,
    log: createLog(
      () => undefined,
      () => 0,
    ),
  })
  const document = moysklad.sell(goodsSale(100))
  moysklad.owners.set(document.id, ours)
  expect(await sales.recent(ours, document.id)).toEqual({ kind: 'found', document, readAtMs: 0 })
  expect(await sales.recent(theirs, document.id)).toEqual({ kind: 'gone' })
  expect(moysklad.asked).toBe(2)
  await Promise.all([sales.recent(ours, document.id), sales.recent(theirs, document.id)])
  expect(moysklad.asked).toBe(2)
  await sales.now(ours, document.id)
  expect(moysklad.asked).toBe(3)
})
