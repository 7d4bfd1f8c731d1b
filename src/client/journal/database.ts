import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { Draft } from '../../core/draft/draft.ts'
import type { DocumentId, ReceiptId, TillId } from '../../core/ids.ts'
import type { Grant, GrantUse } from '../../core/receipt/grant.ts'
import type { FinalOutcome } from '../../core/receipt/outcome.ts'
import type { Entered } from '../../core/card/proof.ts'
import type { CaseDecision } from '../../core/wire/cases.ts'
import type { Parent } from '../../core/wire/tills.ts'
import type { DeviceKeys } from '../crypto/device-key.ts'

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
  unsettled: { key: RecordKey; value: UnsettledRow }
  outcomes: { key: RecordKey; value: OutcomeRun }
  attention: { key: RecordKey; value: { ordinal: number; seq: number } }
  drafts: { key: string; value: StoredDraft }
  /** Sales of MoySklad that this till had, in the order in which it came to have them (M3); the key counts up for ever. */
  documents: { key: number; value: { id: DocumentId }; indexes: { id: DocumentId } }
  /** Holds that the server has to be told to let go. */
  releases: { key: string; value: { holdId: string } }
  /** The journals that the till has had, with their keys: an old one may have records that a restored server lacks. */
  devices: { key: number; value: Device }
  /** Records without an outcome that a screen has shown (J4). */
  seen: { key: RecordKey; value: { ordinal: number; seq: number } }
  /** At most one row, under the key `current` (O1). */
  grants: { key: 'current'; value: HeldGrant }
  /** What humans decided about this till's records, by the id of the case. */
  decisions: { key: string; value: CaseDecision }
  /** The book (O7), encrypted under a key that is in memory alone. */
  chunks: { key: number; value: { chunk: number; iv: Uint8Array<ArrayBuffer>; bytes: ArrayBuffer } }
  /** Single facts, each with a key of its own. */
  facts: { key: FactKey; value: Fact }
}

export interface Device extends DeviceKeys {
  /** The journal's place in this database. Grows over all tills that it has been: a record's key must stay its own. */
  ordinal: number
  tillId: TillId
  /** The server has answered for this key. */
  registered: boolean
  /** The journal that it goes on from; null for the first of a till. */
  parent: Parent | null
}

/** The first outcome of a record is the one that people have seen: it stays. */
export interface StoredOutcome {
  ordinal: number
  seq: number
  outcome: FinalOutcome
  settledAtMs: number
  /** The server's mark that it said so. */
  proof: string | null
  /** What a restored server decided instead, when the record was sent again (J7). */
  changed?: FinalOutcome
}

/** Outcomes of records that follow each other and were settled together, in one row with the number of the first. */
export interface OutcomeRun {
  ordinal: number
  seq: number
  settledAtMs: number
  run: Omit<StoredOutcome, 'ordinal' | 'seq' | 'settledAtMs'>[]
}

export interface UnsettledRow {
  ordinal: number
  seq: number
  recordedAtMs: number
  /**
   * The frame that wrote the record and has to show it, by the name of the lock that it holds as long as it lives. That it
   * was shown is written down afterwards: a record that waits for nothing must not cost a row more. Null where it needs no
   * witness.
   */
  frame: string | null
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

export type RecordKey = [ordinal: number, seq: number]

export interface TillIdentity {
  tillId: TillId
  ordinal: number
}

export interface JournalRecord {
  ordinal: number
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
  /** Until then the till may promise on the card's hold (O2); null where it is told of the past. */
  useUntilMs: number | null
}

export interface StoredDraft {
  id: string
  draft: Draft
  /** The browser tab that prepared it, and the turns there at which it was begun and last changed. */
  tab: string
  begunTurn: number
  changedTurn: number
  /** The newest of `documents` when it was begun: the till had this one and all before it. */
  begunAfter: number
  /** Its form was left for another: a sale that fits may be a later, equal one, so a person has to say. */
  left: boolean
  /** Given up; its holds are let go when the line allows, then the row goes. */
  dropped: boolean
}

/** The page is built without the library's short ways past a transaction and its iterators, see vite.config.ts. */
export type TillDatabase = Pick<IDBPDatabase<TillSchema>, 'transaction' | 'close'>

export const databaseVersion = 1
export const databaseName = (accountId: string) => `podarok-${accountId}`

export interface DatabaseEvents {
  /** An older page of this app keeps the database open and this one cannot upgrade it. */
  onBlocked(): void
  /** A newer page wants to upgrade: this one has closed the database and must be reloaded. */
  onOutdated(): void
  /** The browser closed the connection under us. */
  onTerminated(): void
}

/** Opening may hang for ever behind a dead back end, and then no event comes at all. */
const openTimeoutMs = 4_000

/**
 * Opens the database of an account. Behind an old page that keeps it from being upgraded this waits until that page is
 * closed: `onBlocked` is called, and a person can do it (F13).
 *
 * @throws when storage is denied, full or damaged, or does not open in time; the cause says which
 */
export async function openTillDatabase(accountId: string, events: DatabaseEvents): Promise<TillDatabase> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const opening = openDB<TillSchema>(databaseName(accountId), databaseVersion, {
    // A later version only adds (J10): unsent records of an old one must survive it.
    upgrade(db) {
      const byNumber = { keyPath: ['ordinal', 'seq'] }
      db.createObjectStore('identity')
      db.createObjectStore('records', byNumber).createIndex('id', 'id', { unique: true })
      db.createObjectStore('unsettled', byNumber)
      db.createObjectStore('outcomes', byNumber)
      db.createObjectStore('attention', byNumber)
      db.createObjectStore('drafts', { keyPath: 'id' })
      db.createObjectStore('releases', { keyPath: 'holdId' })
      db.createObjectStore('devices', { keyPath: 'ordinal' })
      db.createObjectStore('seen', byNumber)
      db.createObjectStore('grants')
      db.createObjectStore('decisions', { keyPath: 'caseId' })
      db.createObjectStore('chunks', { keyPath: 'chunk' })
      db.createObjectStore('facts', { keyPath: 'key' })
      db.createObjectStore('documents', { autoIncrement: true }).createIndex('id', 'id', { unique: true })
    },
    blocked() {
      clearTimeout(timer)
      events.onBlocked()
    },
    blocking(_current, _next, event) {
      ;(event.target as IDBDatabase).close()
      events.onOutdated()
    },
    terminated: () => events.onTerminated(),
  })
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('the database did not open in time'))
      // What nobody waits for any more must not keep the next page from upgrading.
      opening.then(
        (db) => db.close(),
        () => undefined,
      )
    }, openTimeoutMs)
  })
  try {
    return await Promise.race([opening, late])
  } finally {
    clearTimeout(timer)
  }
}
