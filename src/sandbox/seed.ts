import type * as v from 'valibot'
import type { OfflinePolicy } from '../core/receipt/grant.ts'
import { Programme } from '../core/card/programme.ts'
import { wireVersion } from '../core/receipt/version.ts'
import { CardsAnswer } from '../core/wire/cards.ts'
import { SessionAnswer } from '../core/wire/session.ts'
import { PolicyAnswer } from '../core/wire/offline.ts'
import { CARDS, CERTIFICATES, type DemoCard } from './demo.ts'
import { callProduct } from './product-calls.ts'

/**
 * Puts the demo shop into a product server by the routes that a manager's window uses. Running it again changes
 * nothing: the ids are fixed, so a second import is the first one again.
 *
 * @param contextKey of an administrator
 * @param offline whether the owner allows promises without holds (O1)
 */
export async function seed(productUrl: string, contextKey: string, offline = true): Promise<void> {
  const { token } = await callProduct(productUrl, {
    method: 'POST',
    path: '/api/session',
    body: { wire: wireVersion, contextKey },
    answer: SessionAnswer,
  })
  const call = <S extends v.GenericSchema>(method: 'POST' | 'PUT', path: string, body: unknown, answer: S) =>
    callProduct(productUrl, { method, path, body, answer, token })
  await call('PUT', '/api/programme', programme, Programme)
  await call('PUT', '/api/policy', { ...policy, enabled: offline }, PolicyAnswer)
  const cards = CARDS.map(importOf)
  const { outcome } = await call('POST', '/api/cards', { receiptId, cards }, CardsAnswer)
  if (outcome.status !== 'applied')
    throw new Error(`the demo cards were not taken: ${JSON.stringify(outcome)}`)
}

const receiptId = '5eed0000-0000-4000-8000-000000000001'

/** What the owner of the demo shop risks when the line is down. */
const policy: v.InferInput<typeof OfflinePolicy> = {
  enabled: true,
  perReceiptKopecks: 300_000,
  perCardKopecks: 300_000,
  perTillKopecks: 500_000,
  loads: 5,
  loadsKopecks: 1_500_000,
  grantHours: 12,
  bookHours: 24,
}

const programme: v.InferInput<typeof Programme> = {
  id: '5eed0000-0000-4000-8000-000000000002',
  name: 'Подарочный сертификат',
  currency: 'RUB',
  timeZone: 'Europe/Moscow',
  certificates: CERTIFICATES.map(({ id, name, priceKopecks }) => ({
    productId: id,
    name,
    faceKopecks: priceKopecks,
  })),
  creditBase: 'face',
  coefficientTenThousandths: 10_000,
  validity: { kind: 'none' },
  reloadable: false,
  balanceMaxKopecks: null,
  shareTenThousandths: 10_000,
  excludedProductIds: [],
  accounting: 'goods',
  numberFormat: { prefix: '29', length: 13, check: 'ean13' },
}

function importOf({ id, number, state, paidKopecks, grantedKopecks, expiresOn }: DemoCard) {
  const opening = state === 'unsold' ? null : { paidKopecks, grantedKopecks, expiresOn }
  return { id, number, opening, blocked: state === 'blocked' }
}
