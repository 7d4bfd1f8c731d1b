import { expect, it, vi } from 'vitest'
import { bookTagBytes, hexAt } from '../../core/card/book.ts'
import { encodeEntries } from '../../core/card/book-page.ts'
import type { CardId, GrantId, TillId } from '../../core/ids.ts'
import { kopecks } from '../../core/money.ts'
import { unusedGrant } from '../../core/receipt/grant.ts'
import { fromBase64url, toBase64url } from '../crypto/base64url.ts'
import { Book } from '../outage/book.ts'
import { BookSupply } from '../outage/book-supply.ts'
import * as supply from '../outage/supply.ts'
import { strictly, TillStorage } from '../journal/storage.ts'
import { uuid } from '../testing/builders.ts'
import { TestTills, until } from '../testing/till-rig.ts'

const tills = new TestTills()
const number = '290000001042'
/** That of the fake server. */
const bookKey = 'B'.repeat(43)
const cardId = uuid() as CardId

/** What another page of this till has left: a grant, and a book with one card. */
async function provide({ accountId, nowMs }: { accountId: string; nowMs: number }): Promise<void> {
  const storage = await TillStorage.open(
    accountId,
    { onBlocked() {}, onOutdated() {}, onTerminated() {} },
    window,
  )
  const grant = {
    id: uuid() as GrantId,
    tillId: uuid() as TillId,
    perReceiptKopecks: kopecks(500),
    perCardKopecks: kopecks(400),
    sumKopecks: kopecks(1_000),
    loads: 0,
    loadsKopecks: kopecks(0),
    issuedAtMs: nowMs,
    useUntilMs: nowMs + 3_600_000,
    bookMaxAgeMs: 3_600_000,
    proof: 'x'.repeat(20),
  }
  await strictly(storage, ['grants'], (tx) =>
    tx.objectStore('grants').put({ grant, use: unusedGrant, returned: false }, 'current'),
  )
  const book = await Book.open(storage, bookKey)
  const entry = { tag: await tagOf(number), cardId, last4: '1042', state: 'active' as const }
  const page = encodeEntries([{ ...entry, availableKopecks: kopecks(900), expiresOn: null }])
  const filler = new BookSupply({
    book,
    storage,
    page: ({ cursor }) =>
      Promise.resolve({
        entries: cursor === null ? toBase64url(page) : '',
        cursor: 'now',
        nextChunk: null,
        more: false,
        asOfMs: nowMs,
        cards: 1,
      }),
    locks: navigator.locks,
    onChange: () => undefined,
  })
  await filler.refresh()
  storage.close()
}

it('[P1] [O3] [O8] before the file that fills grant and book is there, a till promises on them and is not called ready', async () => {
  await provide(tills.server)
  let come: (there: typeof supply) => void = () => undefined
  const { till } = await tills.start({ supply: () => new Promise((resolve) => (come = resolve)) })
  await until(() => till.outage !== null)
  expect(await till.outage!.find(number)).toMatchObject({ cardId, availableKopecks: 900 })
  expect(till.outage!.room(cardId, 0)).toBe(400)
  expect(till.readiness).toMatchObject({ why: 'grant_waits', asOfMs: tills.server.nowMs })
  come(supply)
  // All is there now but the proof that this storage lasts.
  await until(() => till.readiness.why === 'storage_unproven')
  expect(till.readiness).toMatchObject({ leftKopecks: 1_000, cards: 1, asOfMs: tills.server.nowMs })
})

it('a page that is closed before that file comes opens nothing any more', async () => {
  let come: (there: typeof supply) => void = () => undefined
  const { till } = await tills.start({ supply: () => new Promise((resolve) => (come = resolve)) })
  await until(() => till.outage !== null)
  const open = vi.spyOn(supply.Supply, 'open')
  till.close()
  come(supply)
  await new Promise((resolve) => setTimeout(resolve))
  expect(open).not.toHaveBeenCalled()
})

async function tagOf(digits: string): Promise<string> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', fromBase64url(bookKey), hmac, false, ['sign'])
  const mark = new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(digits)))
  return hexAt(mark, 0, bookTagBytes)
}
