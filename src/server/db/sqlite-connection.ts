import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Row, SqlValue, Tx } from './db.ts'

/** How long a statement waits for another process (a backup, `verify`) that holds the file. */
const busyTimeoutMs = 5_000

export interface SqliteConnection {
  readonly tx: Tx
  /** Begins, ends and rolls back; prepared, since every transaction does it. */
  exec(sql: string): void
  readonly inTransaction: boolean
  close(): void
}

/** One connection with its prepared statements. Every statement is synchronous; the promises are the port's manner. */
export function connectSqlite(file: string, readOnly: boolean): SqliteConnection {
  const database = new DatabaseSync(file, { readOnly, timeout: busyTimeoutMs })
  // An answer "applied" must survive a power cut, so every commit waits for the disk.
  database.exec('pragma synchronous = full; pragma foreign_keys = on')
  if (!readOnly) database.exec('pragma journal_mode = wal')
  const statements = new Map<string, Prepared>()

  function prepared(sql: string): Prepared {
    let known = statements.get(sql)
    if (!known) {
      const { text, places } = positional(sql)
      const straight = places.every((n, at) => n === at)
      known = { statement: database.prepare(text), places, straight }
      statements.set(sql, known)
    }
    return known
  }
  const all = (sql: string, params: readonly SqlValue[] = []): Promise<Row[]> =>
    attempt(() => {
      const known = prepared(sql)
      return known.statement.all(...placed(known, params))
    })

  return {
    tx: {
      all,
      // The one writer is the lock.
      lock: all,
      run: (sql, params = []) =>
        attempt(() => {
          const known = prepared(sql)
          return Number(known.statement.run(...placed(known, params)).changes)
        }),
    },
    exec: (sql) => void prepared(sql).statement.run(),
    get inTransaction() {
      return database.isTransaction
    },
    close: () => database.close(),
  }
}

interface Prepared {
  statement: StatementSync
  /** Which parameter each `?` stands for, from 0. */
  places: readonly number[]
  /** Whether they come as they are counted, each once, as they do in most statements. */
  straight: boolean
}

/** `$1` as `?`: SQLite takes `$1` for a name, and node:sqlite binds names at twice the price of places. */
function positional(sql: string): { text: string; places: number[] } {
  const places: number[] = []
  const text = sql.replace(/\$(\d+)/g, (_, n: string) => {
    places.push(Number(n) - 1)
    return '?'
  })
  return { text, places }
}

function placed({ places, straight }: Prepared, params: readonly SqlValue[]): readonly SqlValue[] {
  if (straight && params.length === places.length) return params
  return places.map((n) => {
    const param = params[n]
    if (param === undefined) throw new Error(`a statement misses its parameter $${n + 1}`)
    return param
  })
}

function attempt<T>(work: () => T): Promise<T> {
  try {
    return Promise.resolve(work())
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)))
  }
}
