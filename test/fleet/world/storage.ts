import { forceCloseDatabase, IDBDatabase, IDBObjectStore, IDBTransaction } from 'fake-indexeddb'
import { pageNow } from './realm.ts'

/**
 * Faults below the till's storage. They reach into the fake database, since a browser has no door for them either: a full
 * disk shows at the commit, a killed page leaves what was not committed, a copied profile is a copy of the records.
 */

interface RawStore {
  name: string
  keyPath: string | string[] | null
  autoIncrement: boolean
  records: { values: (range?: unknown, direction?: string) => Iterable<{ key: unknown; value: unknown }> }
  rawIndexes: Map<string, { name: string; keyPath: string | string[]; unique: boolean }>
}
interface RawDatabase {
  name: string
  version: number
  rawObjectStores: Map<string, RawStore>
  processTransactions: () => void
}
/** Listeners of the world itself bear a mark. */
type Listener = (() => unknown) & { isOfWorld?: true }
export interface RawTransaction {
  mode: string
  db: RawConnection
  _state: string
  _started: boolean
  _requests: { request: { readyState: string; listeners: unknown[] } }[]
  listeners: { callback: Listener }[]
  _scope: Set<string>
  /** Whose transaction it is: kept with it, since tables beside it would be what a month spends most on. */
  owner?: Owner
  _abort(name: string | null): void
  _start(): void
  addEventListener(type: string, listener: () => unknown): void
}
interface Owner {
  committing(tx: RawTransaction): string | null
}
export interface RawConnection {
  _rawDatabase: RawDatabase
  _closePending: boolean
}

export interface Copy {
  database: RawDatabase
}

export const rawOf = (factory: IDBFactory): RawDatabase[] => [
  ...(factory as unknown as { _databases: Map<string, RawDatabase> })._databases.values(),
]

/** Stored values are never changed in place, so that a copy of the lists is a copy of the whole. */
export function copyOf(database: RawDatabase): Copy {
  return { database: cloned(database) }
}

export function restored(factory: IDBFactory, copies: readonly Copy[]): void {
  const databases = (factory as unknown as { _databases: Map<string, RawDatabase> })._databases
  for (const { database } of copies) databases.set(database.name, cloned(database))
}

/** A deep copy that keeps the classes of the fake and leaves connections and transactions behind. */
function cloned(database: RawDatabase): RawDatabase {
  const seen = new Map<object, unknown>()
  const copy = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (seen.has(value)) return seen.get(value)
    if (value instanceof ArrayBuffer) return value.slice(0)
    if (ArrayBuffer.isView(value)) return structuredClone(value)
    if (Array.isArray(value)) {
      const list: unknown[] = []
      seen.set(value, list)
      for (const one of value) list.push(copy(one))
      return list
    }
    if (value instanceof Map) {
      const map = new Map<unknown, unknown>()
      seen.set(value, map)
      for (const [key, one] of value) map.set(copy(key), copy(one))
      return map
    }
    if (value instanceof Set) return new Set([...value].map(copy))
    const made = Object.create(Object.getPrototypeOf(value) as object) as Record<string, unknown>
    seen.set(value, made)
    for (const [key, one] of Object.entries(value)) {
      if (key === 'transactions' || key === 'connections') made[key] = []
      else if (typeof one !== 'function') made[key] = copy(one)
    }
    return made
  }
  const made = copy(database) as RawDatabase & { processTransactions: () => void }
  // Bound in the constructor of the fake.
  const shared = Object.getPrototypeOf(made) as { processTransactions: () => void }
  made.processTransactions = shared.processTransactions.bind(made)
  return made
}

/** Listens for the world itself: what the world notes does not end with the page. */
export function note(tx: RawTransaction, type: 'abort' | 'complete', work: () => unknown): void {
  tx.addEventListener(type, Object.assign(work, { isOfWorld: true }))
}

/** Rolls back what a page has not committed. @param heard whether the page lives to hear of it */
export function abort(tx: RawTransaction, heard: boolean): void {
  if (tx._state === 'finished') return
  if (!heard) {
    const { processTransactions } = tx.db._rawDatabase
    // The first three are the fake's own.
    tx.listeners = tx.listeners.filter(
      ({ callback }, n) => n < 3 || callback === processTransactions || callback.isOfWorld,
    )
    for (const { request } of tx._requests) request.listeners = []
  }
  tx._abort('AbortError')
}

/** How a page reaches its storage is watched, and may be disturbed; once for the process. */
export function installStorageFaults(): void {
  const database = IDBDatabase.prototype as unknown as {
    transaction: (...args: unknown[]) => RawTransaction
  }
  const begin: (...args: unknown[]) => RawTransaction = Reflect.get(database, 'transaction')
  database.transaction = function (this: RawConnection, ...args: unknown[]) {
    const page = pageNow()
    page?.useConnection(this)
    const tx = begin.apply(this, args)
    page?.began(tx)
    return tx
  }
  const store = IDBObjectStore.prototype as unknown as Record<'add' | 'put', (...args: unknown[]) => unknown>
  const put: (...args: unknown[]) => unknown = Reflect.get(store, 'put')
  store.put = function (this: { name: string; transaction: RawTransaction }, ...args: unknown[]) {
    const request = put.apply(this, args)
    const page = this.name === 'drafts' ? pageNow() : undefined
    if (page) {
      page.onDraft(args[0])
      note(this.transaction, 'complete', () => page.onDraftKept(args[0]))
    }
    return request
  }
  const add: (...args: unknown[]) => unknown = Reflect.get(store, 'add')
  store.add = function (this: { name: string; transaction: RawTransaction }, ...args: unknown[]) {
    const request = add.apply(this, args)
    const page = this.name === 'records' ? pageNow() : undefined
    const noted = page?.onRecord(args[0])
    if (page && noted) {
      noted.written ||= null
      note(this.transaction, 'complete', () => {
        noted.written = true
        page.onWritten(args[0])
      })
      note(this.transaction, 'abort', () => (noted.written ||= false))
    }
    return request
  }
  const transaction = IDBTransaction.prototype as unknown as { _start: () => void }
  const start: () => void = Reflect.get(transaction, '_start')
  transaction._start = function (this: RawTransaction) {
    const rests = this._requests.every(({ request }) => request.readyState === 'done')
    const ends = this._started && rests && this._state !== 'finished'
    // Whether the disk takes it shows when the transaction is committed.
    const fault = ends && this.mode === 'readwrite' ? (this.owner?.committing(this) ?? null) : null
    if (fault === null || this._state === 'finished') start.call(this)
    else this._abort(fault)
  }
}

/** The browser closes a connection (F14): open transactions fail, and the page hears `close`. */
export function closeUnder(connection: RawConnection): void {
  forceCloseDatabase(connection as unknown as Parameters<typeof forceCloseDatabase>[0])
}
