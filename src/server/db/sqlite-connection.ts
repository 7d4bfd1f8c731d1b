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
  const statements = new Map<string, StatementSync>()

  function statement(sql: string): StatementSync {
    let prepared = statements.get(sql)
    if (!prepared) {
      prepared = database.prepare(sql)
      statements.set(sql, prepared)
    }
    return prepared
  }
  const all = (sql: string, params: readonly SqlValue[] = []): Promise<Row[]> =>
    attempt(() => statement(sql).all(named(params)))

  return {
    tx: {
      all,
      // The one writer is the lock.
      lock: all,
      run: (sql, params = []) => attempt(() => Number(statement(sql).run(named(params)).changes)),
    },
    exec: (sql) => void statement(sql).run(),
    get inTransaction() {
      return database.isTransaction
    },
    close: () => database.close(),
  }
}

function named(params: readonly SqlValue[]): Record<string, SqlValue> {
  const bound: Record<string, SqlValue> = {}
  for (let i = 0; i < params.length; i++) bound[`$${i + 1}`] = params[i]!
  return bound
}

function attempt<T>(work: () => T): Promise<T> {
  try {
    return Promise.resolve(work())
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)))
  }
}
