import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB, type StoreNames } from 'idb'
import type { Draft } from '../../core/draft.ts'
import type { ReceiptId, TillId } from '../../core/ids.ts'
import type { Grant, GrantUse } from '../../core/offline.ts'
import type { FinalOutcome } from '../../core/outcome.ts'
import type { Entered } from '../../core/receipt.ts'
import type { CaseDecision } from '../../core/wire-cases.ts'

/**
 * One database per MoySklad account (J10): accounts that are opened in one browser share our storage partition.
 *
 * `records` only grows: a stored record is never rewritten (J9). What becomes of it lies beside it: `unsettled` while
 * no outcome is known, then `outcomes`; `attention` while a person has not seen a bad end.
 */
export interface TillSchema extends DBSchema {
  /** One row, under the key `self`. */
  identity: { key: 'self'; value: TillIdentity }
  records: { key: RecordKey; value: JournalRecord; indexes: { id: ReceiptId } }
  unsettled: { key: RecordKey; value: { epoch: number; seq: number; recordedAtMs: number } }
  outcomes: {
    key: RecordKey
    value: { epoch: number; seq: number; outcome: FinalOutcome; settledAtMs: number }
  }
  attention: { key: RecordKey; value: { epoch: number; seq: number } }
  drafts: { key: string; value: StoredDraft }
  /** Holds that the server has to be told to let go. */
  releases: { key: string; value: { holdId: string } }
  /** The till's key of each epoch that has one; those of past epochs stay until their records are sent. */
  devices: { key: number; value: Device }
  /** Records that no screen has shown yet, with the frame that wrote them (J4). */
  unseen: { key: RecordKey; value: { epoch: number; seq: number; frame: string } }
  /** At most one row, under the key `current` (O1). */
  grants: { key: 'current'; value: HeldGrant }
  /** What humans decided about this till's records, by the id of the case. */
  decisions: { key: string; value: CaseDecision }
  /** The book (O7), encrypted under a key that is in memory alone. */
  chunks: { key: number; value: { chunk: number; iv: Uint8Array<ArrayBuffer>; bytes: ArrayBuffer } }
  /** Single facts, each with a key of its own. */
  facts: { key: FactKey; value: Fact }
}

export interface Device {
  epoch: number
  /** ECDSA P-256; the private key cannot be exported. */
  keys: CryptoKeyPair
  /** The public key as an uncompressed point, base64url. */
  publicKey: string
  /** The server knows this key. */
  registered: boolean
}

/** The till's grant and what it has promised on it. */
export interface HeldGrant {
  grant: Grant
  use: GrantUse
  /** Given back: nothing may be promised on it any more. */
  returned: boolean
}

/** `book`: how far the book goes; `canary`: what proves that this storage lasts; `clock`: the latest moment known. */
export type FactKey = 'book' | 'canary' | 'clock' | 'decisions'
export type Fact = { key: FactKey; value: unknown }

export type RecordKey = [epoch: number, seq: number]

export interface TillIdentity {
  tillId: TillId
  epoch: number
}

export interface JournalRecord {
  epoch: number
  seq: number
  id: ReceiptId
  /** The receipt as JSON text; these very bytes are sent and hashed (L5). */
  receipt: string
  recordedAtMs: number
  /** What people are told of the cards; the receipt itself names them by id. */
  faces: CardFace[]
}

export interface CardFace {
  cardId: string
  last4: string
  entered: Entered
}

export interface StoredDraft {
  id: string
  draft: Draft
  /** The browser tab that prepared it. */
  tab: string
  /** Its form was left for another: a sale that fits may be a later, equal one, so a person has to say. */
  left: boolean
  /** Given up; its holds are let go when the line allows, then the row goes. */
  dropped: boolean
}

export type TillDatabase = IDBPDatabase<TillSchema>

export const databaseVersion = 2
export const databaseName = (accountId: string) => `podarok-${accountId}`

export interface DatabaseEvents {
  /** An older page of this app keeps the database open and this one cannot upgrade it. */
  onBlocked(): void
  /** A newer page wants to upgrade: this one has closed the database and must be reloaded. */
  onOutdated(): void
  /** The browser closed the connection under us. */
  onTerminated(): void
}

/** Opening may hang for ever behind a blocked upgrade or a dead back end, and then no event comes at all. */
const openTimeoutMs = 4_000

/** @throws when storage is denied, full or damaged, or does not open in time; the cause says which */
export async function openTillDatabase(accountId: string, events: DatabaseEvents): Promise<TillDatabase> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const opening = openDB<TillSchema>(databaseName(accountId), databaseVersion, {
    // Upgrades only add (J10): unsent records of an old version must survive them.
    upgrade(db, oldVersion) {
      if (oldVersion < 1) {
        db.createObjectStore('identity')
        db.createObjectStore('records', { keyPath: ['epoch', 'seq'] }).createIndex('id', 'id', {
          unique: true,
        })
        db.createObjectStore('unsettled', { keyPath: ['epoch', 'seq'] })
        db.createObjectStore('outcomes', { keyPath: ['epoch', 'seq'] })
        db.createObjectStore('attention', { keyPath: ['epoch', 'seq'] })
        db.createObjectStore('drafts', { keyPath: 'id' })
        db.createObjectStore('releases', { keyPath: 'holdId' })
      }
      if (oldVersion < 2) {
        db.createObjectStore('devices', { keyPath: 'epoch' })
        db.createObjectStore('unseen', { keyPath: ['epoch', 'seq'] })
        db.createObjectStore('grants')
        db.createObjectStore('decisions', { keyPath: 'caseId' })
        db.createObjectStore('chunks', { keyPath: 'chunk' })
        db.createObjectStore('facts', { keyPath: 'key' })
      }
    },
    blocked: () => events.onBlocked(),
    blocking(_current, _next, event) {
      ;(event.target as IDBDatabase).close()
      events.onOutdated()
    },
    terminated: () => events.onTerminated(),
  })
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the database did not open in time')), openTimeoutMs)
  })
  try {
    return await Promise.race([opening, late])
  } finally {
    clearTimeout(timer)
  }
}

export type TillWrite<S extends StoreNames<TillSchema>> = IDBPTransaction<TillSchema, S[], 'readwrite'>

/**
 * The one way to write: a transaction that reports success only when the data is on the disk. Chromium's default since
 * version 121 reports it when the operating system has it, and a power cut loses the last sales.
 *
 * `work` may await only requests of this transaction; awaiting anything else ends it.
 */
export async function strictly<S extends StoreNames<TillSchema>, T>(
  db: TillDatabase,
  stores: S[],
  work: (tx: TillWrite<S>) => Promise<T>,
): Promise<T> {
  const tx = db.transaction(stores, 'readwrite', { durability: 'strict' })
  try {
    const result = await work(tx)
    await tx.done
    return result
  } catch (error) {
    // The failed request has aborted the transaction already, or this does; `done` rejects either way and is heard here.
    await Promise.allSettled([tx.done, abort(tx)])
    throw error
  }
}

async function abort(tx: { abort(): void }): Promise<void> {
  await Promise.resolve()
  tx.abort()
}
