import { createHash, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { decodeEntries } from '../core/card/book-page.ts'
import type { BookEntry } from '../core/card/book.ts'
import { JournalId } from '../core/ids.ts'
import { wireVersion } from '../core/receipt/version.ts'
import { SessionAnswer } from '../core/wire/session.ts'
import { BookAnswer } from '../core/wire/offline.ts'
import { signatureHeader, TillAnswer, type TillRequest } from '../core/wire/tills.ts'
import { cardCaption } from './captions.ts'
import type { ContextKeys } from './context-keys.ts'
import { ADMINISTRATOR_ID, APP_UID, CARDS } from './demo.ts'
import type { PresentCard } from './page/wire/ui-wire.ts'
import { callProduct, ProductRefused } from './product-calls.ts'
import { parseShape } from '../core/shape.ts'

export type PresentCards = ReturnType<typeof createPresentCards>

export type PresentCardsDeps = {
  readonly productUrl: () => string
  readonly contextKeys: ContextKeys
  /** Where the till of the sandbox is kept, so that a restart does not make another one. */
  readonly tillFile: string
}

/**
 * What the product's server says of the demo cards now. It tells all of them only to a till, in the book, so the sandbox
 * is a till too, from the first question on. Asking by look-ups would need no till of its own, but each of them counts as
 * a card that somebody looked at for no sale, and the owner would be warned of it.
 */
export function createPresentCards({ productUrl, contextKeys, tillFile }: PresentCardsDeps) {
  let token: string | null = null
  let reading: Promise<PresentCard[]> | null = null

  async function openSession(): Promise<string> {
    const device = openDevice(tillFile)
    const contextKey = contextKeys.issue(ADMINISTRATOR_ID, APP_UID)
    const session = await callProduct(productUrl(), {
      method: 'POST',
      path: '/api/session',
      body: { wire: wireVersion, contextKey },
      answer: SessionAnswer,
    })
    const body: TillRequest = {
      accountId: session.accountId,
      journal: device.journal,
      deviceKey: device.publicKey,
      parent: null,
      storeId: null,
      speaks: true,
    }
    await callProduct(productUrl(), {
      method: 'PUT',
      path: '/api/till',
      body,
      answer: TillAnswer,
      token: session.token,
      headers: { [signatureHeader]: device.sign(JSON.stringify(body)) },
    })
    return session.token
  }

  async function readBook(): Promise<BookEntry[]> {
    token ??= await openSession()
    const entries: BookEntry[] = []
    let fromChunk: number | null = 0
    while (fromChunk !== null) {
      const page: v.InferOutput<typeof BookAnswer> = await callProduct(productUrl(), {
        method: 'POST',
        path: '/api/book',
        body: { cursor: null, fromChunk },
        answer: BookAnswer,
        token,
      })
      entries.push(...decodeEntries(Buffer.from(page.entries, 'base64url')))
      fromChunk = page.nextChunk
    }
    return entries
  }

  async function read(): Promise<PresentCard[]> {
    let entries: BookEntry[]
    try {
      entries = await readBook()
    } catch (error) {
      // A session lives for a shift and this process for as long as somebody leaves it on.
      if (!(error instanceof ProductRefused) || error.status !== 401 || token === null) throw error
      token = null
      entries = await readBook()
    }
    const byId = new Map<string, BookEntry>(entries.map((entry) => [entry.cardId, entry]))
    return CARDS.flatMap(({ id, number }) => {
      const entry = byId.get(id)
      return entry ? [{ number, state: entry.state, caption: cardCaption(entry) }] : []
    })
  }

  return {
    /**
     * Those who ask while a reading is under way get its answer.
     *
     * @throws ProductRefused, or the error of `fetch` when nobody answers
     */
    read(): Promise<PresentCard[]> {
      reading ??= read().finally(() => (reading = null))
      return reading
    },
  }
}

const KeyFile = v.object({
  kty: v.string(),
  crv: v.string(),
  x: v.string(),
  y: v.string(),
  d: v.string(),
})

/** The key of a till's only journal. */
function openDevice(file: string) {
  const key = existsSync(file) ? parseShape(KeyFile, JSON.parse(readFileSync(file, 'utf8'))) : makeKey(file)
  const point = Buffer.concat([
    Buffer.from([4]),
    Buffer.from(key.x, 'base64url'),
    Buffer.from(key.y, 'base64url'),
  ])
  const privateKey = createPrivateKey({ key, format: 'jwk' })
  return {
    journal: parseShape(JournalId, createHash('sha256').update(point).digest('base64url')),
    publicKey: point.toString('base64url'),
    sign: (text: string) =>
      sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url'),
  }
}

function makeKey(file: string): v.InferOutput<typeof KeyFile> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const made = parseShape(KeyFile, privateKey.export({ format: 'jwk' }))
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify(made), { mode: 0o600 })
  return made
}
