import pg from 'pg'
import type { Db, Query, Row, Series, SqlValue, Tx, Work } from './db.ts'

/** A transaction that keeps colliding with others is tried this often. */
const attemptsMax = 8
const connectionsMax = 16
const statementTimeoutMs = 15_000

/** serialization_failure, deadlock_detected, and unique_violation: two first writers of one key met. */
const collisions = new Set(['40001', '40P01', '23505'])

/** Object ids of PostgreSQL's `int8` and `numeric`, which drivers give as strings. */
const int8 = 20
const numeric = 1700

function safeInteger(text: string): number {
  const n = Number(text)
  if (!Number.isSafeInteger(n)) throw new Error(`a number from the database is no safe integer`)
  return n
}

const types: pg.CustomTypesConfig = {
  getTypeParser: (id: number, format?: 'text' | 'binary'): unknown =>
    id === int8 || id === numeric ? safeInteger : pg.types.getTypeParser(id, format ?? 'text'),
}

const timeouts = {
  statement_timeout: statementTimeoutMs,
  idle_in_transaction_session_timeout: statementTimeoutMs,
}

/** The same for one transaction, and in one journey with its beginning. */
const setTimeouts = Object.entries(timeouts)
  .map(([name, ms]) => `; set local ${name} = ${ms}`)
  .join('')

export interface PostgresOptions {
  /**
   * Behind a pooler that hands each transaction to another connection (pgbouncer in transaction mode) nothing may be left
   * with the connection: statements have no names there, since the next one may know another by it or none, and the
   * timeouts, which such a pooler refuses at the start or passes over, are set in each transaction.
   */
  pooled?: boolean
  /** For the jitter between attempts, 0 ≤ n < 1. */
  random?: () => number
}

export function openPostgres(
  url: string,
  { pooled = false, random = Math.random }: PostgresOptions = {},
): Db {
  const pool = new pg.Pool({
    connectionString: url,
    max: connectionsMax,
    types,
    application_name: 'podarok',
    connectionTimeoutMillis: 10_000,
    ...(!pooled && timeouts),
  })
  // A connection that dies while idle is replaced by the pool; the next query will tell if the server is away.
  pool.on('error', () => undefined)
  const names = new Map<string, string>()

  function query(client: pg.PoolClient, text: string, params: readonly SqlValue[]) {
    const values = [...params]
    if (pooled) return client.query<Row>({ text, values })
    let name = names.get(text)
    if (name === undefined) {
      name = `s${names.size}`
      names.set(text, name)
    }
    return client.query<Row>({ name, text, values })
  }

  function txOn(client: pg.PoolClient): Tx {
    return {
      all: async (sql, params = []) => (await query(client, sql, params)).rows,
      lock: async (sql, params = []) => (await query(client, `${sql} for update`, params)).rows,
      run: async (sql, params = []) => (await query(client, sql, params)).rowCount ?? 0,
    }
  }

  async function transaction<T>(begin: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await pool.connect()
    let broken: Error | undefined
    try {
      try {
        await client.query(pooled ? begin + setTimeouts : begin)
        const value = await work(txOn(client))
        await client.query('commit')
        return value
      } catch (error) {
        await client.query('rollback').catch((cause: unknown) => {
          broken = new Error('rollback failed', { cause })
        })
        throw error
      }
    } catch (error) {
      if (error instanceof Error && !('code' in error && 'severity' in error)) {
        // Not the server's word but the line's (or ours): such a connection is not used again.
        broken ??= error
      }
      throw error
    } finally {
      client.release(broken)
    }
  }

  async function write<T>(work: Work<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await transaction('begin', work)
      } catch (error) {
        if (attempt === attemptsMax || !isCollision(error)) throw error
        await new Promise((resolve) => setTimeout(resolve, random() * 5 * 2 ** attempt))
      }
    }
  }

  return {
    engine: 'postgres',
    read: <T>(work: (query: Query) => Promise<T>) =>
      transaction('begin isolation level repeatable read read only', work),
    write,
    async writeEach<T>(works: readonly Work<T>[]): Promise<Series<T>> {
      const done: T[] = []
      for (const work of works) {
        try {
          done.push(await write(work))
        } catch (error) {
          return { done, failure: { error } }
        }
      }
      return { done, failure: null }
    },
    close: () => pool.end(),
  }
}

function isCollision(error: unknown): boolean {
  return error instanceof Error && 'code' in error && collisions.has(String(error.code))
}
