/**
 * The port to a database, so small that a driver is an afternoon. Placeholders are `$1`, `$2`, …; one SQL text serves
 * every engine; kopecks and moments come back as safe integers.
 */

export type SqlValue = string | number | null
export type Row = Record<string, unknown>

export interface Query {
  /** Rows as the driver gives them: parse them before use. */
  all: (sql: string, params?: readonly SqlValue[]) => Promise<Row[]>
  /** @returns how many rows were changed */
  run: (sql: string, params?: readonly SqlValue[]) => Promise<number>
}

export interface Tx extends Query {
  /** Like `all`, and nobody else changes these rows before this transaction ends. */
  lock: (sql: string, params?: readonly SqlValue[]) => Promise<Row[]>
}

export type Work<T> = (tx: Tx) => Promise<T>

/** What became of a series of transactions: the first ones were committed, the next one failed, the rest never ran. */
export interface Series<T> {
  done: T[]
  failure: { error: unknown } | null
}

export interface Db {
  readonly engine: 'sqlite' | 'postgres'
  /** Reads one consistent snapshot. */
  read<T>(work: (query: Query) => Promise<T>): Promise<T>
  /**
   * One transaction, committed and on disk when the promise resolves. The work waits for nothing but its own
   * queries and may run again after a conflict, so it does nothing that cannot be repeated.
   */
  write<T>(work: Work<T>): Promise<T>
  /** Transactions of their own, in order; the first failure stops the series (J6). */
  writeEach<T>(works: readonly Work<T>[]): Promise<Series<T>>
  close(): Promise<void>
}
