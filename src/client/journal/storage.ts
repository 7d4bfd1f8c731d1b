import { type IDBPTransaction, type StoreNames, unwrap } from 'idb'
import { type DatabaseEvents, openTillDatabase, type TillDatabase, type TillSchema } from './database.ts'

export type TillRead<S extends StoreNames<TillSchema>> = IDBPTransaction<TillSchema, S[], 'readonly'>
export type TillWrite<S extends StoreNames<TillSchema>> = IDBPTransaction<TillSchema, S[], 'readwrite'>

/** The database opened again is not the one that was open: it was emptied meanwhile, and perhaps begun anew by another page. */
export class StorageEmptied extends Error {
  override name = 'StorageEmptied'
}

export type PageEvents = Pick<Window, 'addEventListener' | 'removeEventListener'>

/**
 * The open database of one account. A browser may close the connection under us (F14); then it is opened once more.
 *
 * open ── closed by the browser ──▶ open again, or the error of the attempt
 *   └── a newer page upgrades ──▶ outdated: closed for good
 */
export class TillStorage {
  readonly accountId: string
  /** The id of its first journal, which tells this database from one that is made anew under its name; not read yet where undefined. */
  firstJournal?: string
  readonly #events: DatabaseEvents
  readonly #page: PageEvents
  #db: TillDatabase
  #reopening: Promise<TillDatabase> | null = null
  #closed = false
  readonly #underWay = new Set<{ abort(): void }>()

  private constructor(accountId: string, db: TillDatabase, events: DatabaseEvents, page: PageEvents) {
    this.accountId = accountId
    this.#db = db
    this.#events = events
    this.#page = page
    page.addEventListener('pagehide', this.#onHide)
  }

  /** @throws as `openTillDatabase` does */
  static async open(accountId: string, events: DatabaseEvents, page: PageEvents): Promise<TillStorage> {
    const own: { storage: TillStorage | null } = { storage: null }
    const db = await openTillDatabase(accountId, {
      ...events,
      onOutdated() {
        own.storage?.close()
        events.onOutdated()
      },
    })
    return (own.storage = new TillStorage(accountId, db, events, page))
  }

  close(): void {
    this.#closed = true
    this.#page.removeEventListener('pagehide', this.#onHide)
    this.#db.close()
  }

  /** Opens a transaction; a promise only where the database has to be opened again first. */
  begin<S extends StoreNames<TillSchema>>(stores: S[], mode: 'readonly'): TillRead<S> | Promise<TillRead<S>>
  begin<S extends StoreNames<TillSchema>>(
    stores: S[],
    mode: 'readwrite',
  ): TillWrite<S> | Promise<TillWrite<S>>
  begin<S extends StoreNames<TillSchema>>(stores: S[], mode: 'readonly' | 'readwrite') {
    const open = (db: TillDatabase) => {
      const tx = db.transaction(stores, mode, { durability: 'strict' })
      const end = () => this.#underWay.delete(tx)
      this.#underWay.add(tx)
      tx.done.then(end, end)
      return tx
    }
    try {
      return open(this.#db)
    } catch (error) {
      if (this.#closed || !isClosed(error)) throw error
      this.#reopening ??= this.#reopen().finally(() => (this.#reopening = null))
      return this.#reopening.then(open)
    }
  }

  /**
   * WebKit puts a page aside with a transaction under way, when another one is opened in its tab, and whoever wants the
   * stores of that waits for more than a minute, perhaps for good (2.50). Nothing runs in such a page, so it ends them before.
   */
  readonly #onHide = ({ persisted }: PageTransitionEvent): void => {
    if (!persisted) return
    for (const tx of this.#underWay) {
      try {
        tx.abort()
      } catch {
        // It was told to commit, which needs nothing more of this page.
      }
    }
  }

  async #reopen(): Promise<TillDatabase> {
    const db = await openTillDatabase(this.accountId, {
      ...this.#events,
      onOutdated: () => {
        this.close()
        this.#events.onOutdated()
      },
    })
    // Numbers that this page remembers would be given anew in an emptied database, and its keys put beside another till's.
    const [first] = await db.transaction(['devices']).objectStore('devices').getAll(null, 1)
    if (this.#closed || (this.firstJournal && first?.id !== this.firstJournal)) {
      db.close()
      throw new StorageEmptied('the database was emptied or closed')
    }
    return (this.#db = db)
  }
}

/**
 * The one way to write: a transaction that reports success only when the data is on the disk. Chromium's default since
 * version 121 reports it when the operating system has it, and a power cut loses the last sales.
 *
 * `work` may await only requests of this transaction; awaiting anything else ends it. Writes that it need not wait for go
 * to `raw`, the same transaction without promises, which costs less: the first that fails ends the transaction, and is
 * what the whole is rejected with.
 */
export async function strictly<S extends StoreNames<TillSchema>, T>(
  storage: TillStorage,
  stores: S[],
  work: (tx: TillWrite<S>, raw: IDBTransaction) => Promise<T>,
): Promise<T> {
  const begun = storage.begin(stores, 'readwrite')
  const tx = begun instanceof Promise ? await begun : begun
  const raw = unwrap(tx)
  // idb's `done` rejects before `tx.error` is set, so we listen ourselves.
  const ended = endOf(raw)
  try {
    const result = await work(tx, raw)
    await ended
    return result
  } catch (error) {
    // The failed request has aborted the transaction already, or this does.
    await Promise.allSettled([ended, abort(tx)])
    throw error
  }
}

function endOf(tx: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    let failed: DOMException | null = null
    tx.oncomplete = () => resolve()
    // After `commit()` WebKit gives an aborted transaction no error (2.50); the first request that failed has it.
    tx.onerror = ({ target }) => (failed ??= (target as IDBRequest).error)
    tx.onabort = () => reject(tx.error ?? failed ?? new DOMException('aborted', 'AbortError'))
  })
}

/** Reads what belongs together. `work` may await only requests of this transaction. */
export async function reading<S extends StoreNames<TillSchema>, T>(
  storage: TillStorage,
  stores: S[],
  work: (tx: TillRead<S>) => Promise<T>,
): Promise<T> {
  const begun = storage.begin(stores, 'readonly')
  return work(begun instanceof Promise ? await begun : begun)
}

async function abort(tx: { abort(): void }): Promise<void> {
  await Promise.resolve()
  tx.abort()
}

/** The connection is closed or closing. The browser tells errors of storage apart by name alone. */
const isClosed = (error: unknown) => error instanceof DOMException && error.name === 'InvalidStateError'
