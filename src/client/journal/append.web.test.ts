import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { GrantId } from '../../core/ids.ts'
import { kopecks } from '../../core/money.ts'
import { type Grant, unusedGrant } from '../../core/receipt/grant.ts'
import type { Receipt } from '../../core/receipt/receipt.ts'
import { wireVersion } from '../../core/receipt/version.ts'
import { redeemReceipt, uuid } from '../testing/builders.ts'
import { evict, openJournal, type OpenJournal } from '../testing/open-journal.ts'
import type { HeldGrant } from './database.ts'
import { reading, strictly } from './storage.ts'

let account: string
let till: OpenJournal
const grantId = uuid() as GrantId
const nowMs = 1_700_000_000_000

beforeEach(async () => {
  account = uuid()
  till = await openJournal(account)
})

afterEach(async () => {
  vi.restoreAllMocks()
  till.close()
  await evict(account)
})

/** Puts a grant of 3 000 ₽, 1 500 ₽ a card and a receipt, into the till. */
async function hold(overrides: Partial<Grant> = {}, returned = false): Promise<void> {
  const grant: Grant = {
    id: grantId,
    tillId: till.identity.current.tillId,
    perReceiptKopecks: kopecks(150_000),
    perCardKopecks: kopecks(150_000),
    sumKopecks: kopecks(300_000),
    loads: 0,
    loadsKopecks: kopecks(0),
    issuedAtMs: nowMs,
    useUntilMs: nowMs + 3_600_000,
    bookMaxAgeMs: 3_600_000,
    proof: 'p'.repeat(43),
    ...overrides,
  }
  const row: HeldGrant = { grant, use: unusedGrant, returned }
  await strictly(till.storage, ['grants'], (tx) => tx.objectStore('grants').put(row, 'current'))
}

/** A promise of 1 500 ₽ on the grant, each on a card of its own. */
const promise = (overrides: Partial<Receipt> = {}) => {
  const parts = redeemReceipt({ mode: 'promise', grantId, happenedAtMs: nowMs, ...overrides })
  for (const one of parts.operations) if (one.kind === 'redeem') one.proof.holdId = null
  return parts
}
const append = (of = promise(), at = till) => at.journal.append(of, wireVersion, [])
const spent = () =>
  reading(
    till.storage,
    ['grants'],
    async (tx) => (await tx.objectStore('grants').get('current'))?.use.spentKopecks,
  )

describe('a promise on a grant', () => {
  it('[O1] [J3] is charged in the transaction that writes it', async () => {
    await hold()
    await append()
    expect(await spent()).toBe(150_000)
    await append()
    expect(await spent()).toBe(300_000)
  })

  it.each([
    ['grant_unknown', 'there is none', () => Promise.resolve(), promise()],
    ['grant_unknown', 'it was given back', () => hold({}, true), promise()],
    ['grant_unknown', 'the till has another one', () => hold({ id: uuid() as GrantId }), promise()],
    ['grant_unknown', 'it is of another till', () => hold({ tillId: uuid() as Grant['tillId'] }), promise()],
    ['grant_expired', 'its time is over', () => hold(), promise({ happenedAtMs: nowMs + 3_600_000 })],
    [
      'grant_exceeded',
      'the receipt is too large',
      () => hold({ perReceiptKopecks: 149_999 as Grant['perReceiptKopecks'] }),
      promise(),
    ],
  ])('[O1] is refused as %s where %s, and nothing is written', async (code, _, prepare, parts) => {
    await prepare()
    await expect(append(parts)).rejects.toMatchObject({ name: 'GrantRefused', code })
    expect(await till.journal.state()).toEqual({ unsettled: 0, oldestAtMs: null })
    expect((await spent()) ?? 0).toBe(0)
    // The number of the refused one is free.
    expect((await append(redeemReceipt())).seq).toBe(1)
  })

  it('[O1] [F10] two frames that promise at once never pass the grant', async () => {
    await hold()
    const other = await openJournal(account)
    const tries = Array.from({ length: 6 }, (_, i) => append(promise(), i % 2 ? till : other))
    const ends = await Promise.allSettled(tries)
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
    expect(await spent()).toBe(300_000)
    expect(await till.journal.headOf(1)).toBe(2)
    other.close()
  })

  it('[O1] a receipt that is committed twice is charged once', async () => {
    await hold()
    const parts = promise()
    await append(parts)
    await expect(append(parts)).rejects.toMatchObject({ name: 'AlreadyRecorded' })
    expect(await spent()).toBe(150_000)
  })

  it('[P3] a receipt without a grant reads nothing and does not touch the grant’s store', async () => {
    const opened = vi.spyOn(IDBDatabase.prototype, 'transaction')
    const read = vi.spyOn(IDBObjectStore.prototype, 'get')
    await append(redeemReceipt())
    expect(opened.mock.calls.map(([stores]) => stores)).toEqual([['records', 'unsettled']])
    expect(read).not.toHaveBeenCalled()
  })
})

describe('a browser that ends a committed transaction without a reason, as WebKit does', () => {
  beforeEach(() => void vi.spyOn(IDBTransaction.prototype, 'error', 'get').mockReturnValue(null))

  it('[J3] [J11] [F10] a frame whose next number another one has taken takes the next', async () => {
    const other = await openJournal(account)
    await append(redeemReceipt())
    expect((await append(redeemReceipt(), other)).seq).toBe(2)
    expect((await append(redeemReceipt())).seq).toBe(3)
    other.close()
  })

  it('[J3] a receipt that is recorded already is told from one whose number was taken', async () => {
    const receipt = redeemReceipt()
    await append(receipt)
    await expect(append(receipt)).rejects.toMatchObject({ name: 'AlreadyRecorded' })
  })
})
