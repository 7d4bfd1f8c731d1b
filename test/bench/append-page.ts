import { Dexie } from 'dexie'
import { toBase64url } from '../../src/client/crypto/base64url.ts'
import { Sealing } from '../../src/client/crypto/sealing.ts'
import type { JournalRecord } from '../../src/client/journal/database.ts'
import { redeemReceipt, uuid } from '../../src/client/testing/builders.ts'
import { openJournal } from '../../src/client/testing/open-journal.ts'
import type { SealingKey } from '../../src/core/card/sealed-number.ts'
import { wireVersion } from '../../src/core/receipt/version.ts'

/**
 * The page of P3. Three ways to put one record on the disk take turns in random order, each waits for its own end, so
 * a busy machine slows all of them alike. Ours seals the card's number, makes the record and commits it; the others are
 * given the same bytes ready-made.
 */

export const ways = ['ours', 'bare', 'dexie'] as const
export type Way = (typeof ways)[number]
/** Milliseconds of every append, by the way it took; of ours, what sealing took is told apart too. */
export type Times = Record<Way | 'sealing', number[]>

declare global {
  interface Window {
    benchAppend?: (appendsPerWay: number) => Promise<Times>
  }
}

window.benchAppend = async (appendsPerWay) => {
  const ours = await openJournal(uuid(), { now: () => Date.now() })
  const { journal } = ours
  const bareDb = await openBare(uuid())
  const dexieDb = new Dexie(uuid(), { chromeTransactionDurability: 'strict' })
  dexieDb.version(1).stores({ records: '[ordinal+seq]' })
  await dexieDb.open()
  const dexieTable = dexieDb.table<JournalRecord>('records')

  const times: Times = { ours: [], bare: [], dexie: [], sealing: [] }
  const account = uuid()
  const sealing = new Sealing()
  const to = await sealingKey()
  const sealed = async () => {
    const parts = redeemReceipt()
    const number = await sealing.seal(
      to,
      { accountId: account, tillId: uuid(), receiptId: parts.id },
      '4006123412344821',
    )
    const operations = parts.operations.map((one) =>
      one.kind === 'redeem' ? { ...one, proof: { ...one.proof, sealed: number } } : one,
    )
    return { ...parts, operations }
  }
  const sample = await journal.append(await sealed(), wireVersion, faces())
  /** The same bytes for the peers; ours makes its record inside the measured time. */
  const recordOf = (seq: number): JournalRecord => ({ ...sample, seq, id: redeemReceipt().id })

  const once: Record<Way, (n: number) => Promise<number>> = {
    async ours() {
      const cards = faces()
      const startedAt = performance.now()
      const parts = await sealed()
      times.sealing.push(performance.now() - startedAt)
      await journal.append(parts, wireVersion, cards)
      return performance.now() - startedAt
    },
    async bare(n) {
      const record = recordOf(n)
      return timed(() => putBare(bareDb, record))
    },
    async dexie(n) {
      const record = recordOf(n)
      return timed(() => dexieTable.put(record))
    },
  }

  for (let n = 1; n <= appendsPerWay; n++) {
    for (const way of shuffled(ways)) times[way].push(await once[way](n))
  }
  ours.close()
  bareDb.close()
  dexieDb.close()
  return times
}

/** A server's key. */
async function sealingKey(): Promise<SealingKey> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits'])
  return { id: 'bench-key', publicKey: toBase64url(await crypto.subtle.exportKey('raw', pair.publicKey)) }
}

const faces = () => [{ cardId: uuid(), last4: '4821', entered: 'scanned' as const, useUntilMs: null }]

async function timed(work: () => PromiseLike<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

function openBare(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, 1)
    opening.onupgradeneeded = () =>
      opening.result.createObjectStore('records', { keyPath: ['ordinal', 'seq'] })
    opening.onsuccess = () => resolve(opening.result)
    opening.onerror = () => reject(opening.error ?? new Error('the bare database did not open'))
  })
}

/** The least that a durable put can be: one request, one strict transaction. */
function putBare(db: IDBDatabase, record: JournalRecord): Promise<void> {
  return new Promise((resolve, reject) => {
    const tx = db.transaction('records', 'readwrite', { durability: 'strict' })
    tx.objectStore('records').put(record)
    tx.oncomplete = () => resolve()
    tx.onabort = () => reject(tx.error ?? new Error('the bare put was aborted'))
  })
}

function shuffled<T>(things: readonly T[]): T[] {
  return things
    .map((thing) => ({ thing, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ thing }) => thing)
}
