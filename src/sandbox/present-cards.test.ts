import { createPublicKey, verify } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { encodeEntries } from '../core/card/book-page.ts'
import type { BookEntry } from '../core/card/book.ts'
import { CardId } from '../core/ids.ts'
import { kopecks } from '../core/money.ts'
import { createContextKeys } from './context-keys.ts'
import { ACCOUNT_ID, ADMINISTRATOR_ID, CARDS } from './demo.ts'
import { createPresentCards } from './present-cards.ts'
import { ProductRefused } from './product-calls.ts'
import { startProductDouble, type ProductDouble } from './testing/product-double.ts'
import { parseShape } from '../core/shape.ts'

let product: ProductDouble
let folder: string
/** Sessions that the server does not know any more. */
let forgotten: Set<string>
let signatures: { body: string; signature: string }[]
let sessions: number
let entries: BookEntry[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-'))
  forgotten = new Set()
  signatures = []
  sessions = 0
  entries = [
    entry(CARDS[10]!.id, { state: 'active', availableKopecks: kopecks(150_000) }),
    entry(CARDS[0]!.id, { state: 'unsold' }),
    entry('00000000-0000-4000-8000-000000000001', { state: 'active' }),
  ]
  product = await startProductDouble((req, res, body) => {
    const say = (status: number, answer: unknown) => res.writeHead(status).end(JSON.stringify(answer))
    const token = (req.headers.authorization ?? '').slice('Bearer '.length)
    if (req.url !== '/api/session' && forgotten.has(token)) return say(401, {})
    switch (req.url) {
      case '/api/session':
        sessions += 1
        return say(200, sessionAnswer(`token-${sessions}`))
      case '/api/till':
        signatures.push({ body, signature: String(req.headers['podarok-signature']) })
        return say(200, tillAnswer)
      default: {
        // A book of two pages: one card for each.
        const second = (JSON.parse(body) as { fromChunk: number }).fromChunk > 0
        return say(200, bookAnswer(second ? entries.slice(1) : entries.slice(0, 1), second ? null : 7))
      }
    }
  })
})
afterEach(() => product.close())

const open = () =>
  createPresentCards({
    productUrl: () => `http://127.0.0.1:${product.port}`,
    contextKeys: createContextKeys(Date.now),
    tillFile: join(folder, 'till.json'),
  })

it('reads the whole book and tells of the demo cards alone, in their order', async () => {
  expect(await open().read()).toEqual([
    { number: CARDS[0]!.number, state: 'unsold', caption: 'не продана' },
    {
      number: CARDS[10]!.number,
      state: 'active',
      caption: 'активна, доступно 1\u00a0500,00\u00a0₽',
    },
  ])
})

it('is one and the same till after a restart, and signs with the key that it names', async () => {
  await open().read()
  await open().read()
  const [first, second] = signatures.map(({ body }) => JSON.parse(body) as Record<string, unknown>)
  expect(second).toEqual(first)
  expect(signatures.map(isSigned)).toEqual([true, true])
})

it('opens another session when its own is over, and only then', async () => {
  const cards = open()
  await cards.read()
  await cards.read()
  expect(sessions).toBe(1)
  forgotten.add('token-1')
  expect(await cards.read()).toHaveLength(2)
  expect(sessions).toBe(2)
})

it('asks once for all who ask meanwhile', async () => {
  const cards = open()
  await Promise.all([cards.read(), cards.read(), cards.read()])
  expect(product.seen.filter((request) => request.includes('/api/book'))).toHaveLength(2)
})

it('fails aloud when a new session does not help either', async () => {
  const cards = open()
  for (const number of [1, 2, 3]) forgotten.add(`token-${number}`)
  await expect(cards.read()).rejects.toThrow(ProductRefused)
})

function entry(id: string, rest: Partial<BookEntry>): BookEntry {
  return {
    tag: '00'.repeat(8),
    cardId: parseShape(CardId, id),
    last4: '0001',
    state: 'unsold',
    availableKopecks: kopecks(0),
    expiresOn: null,
    ...rest,
  }
}

function isSigned({ body, signature }: { body: string; signature: string }): boolean {
  const point = Buffer.from((JSON.parse(body) as { deviceKey: string }).deviceKey, 'base64url')
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'))
  const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: x!, y: y! }, format: 'jwk' })
  const bytes = Buffer.from(signature, 'base64url')
  return verify('sha256', Buffer.from(body), { key, dsaEncoding: 'ieee-p1363' }, bytes)
}

const sessionAnswer = (token: string) => ({
  accountId: ACCOUNT_ID,
  token,
  session: '0'.repeat(64),
  expiresAtMs: 1,
  renewAfterMs: 1,
  isBound: false,
  stamp: null,
  employee: { id: ADMINISTRATOR_ID, name: 'Мария', role: 'manager' },
  stores: [],
  programme: null,
})
const tillAnswer = {
  ordinal: 1,
  head: {
    headSeq: 0,
    serverTimeMs: 1,
    nonce: 'n'.repeat(20),
    mark: 'm'.repeat(43),
    state: 'active',
    casesOpen: 0,
    decisions: [],
    grantIsOver: false,
    undelivered: [],
  },
  keyIsOld: false,
  sealingKey: { id: '00000000-0000-4000-8000-000000000002', publicKey: 'A'.repeat(87) },
  bookKey: 'A'.repeat(43),
}
const bookAnswer = (page: BookEntry[], nextChunk: number | null) => ({
  entries: Buffer.from(encodeEntries(page)).toString('base64url'),
  cursor: '1',
  nextChunk,
  more: false,
  asOfMs: 1,
  cards: 3,
})
