import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject } from 'vitest'
import type { Db } from '../../src/server/db/db.ts'
import { openPostgres } from '../../src/server/db/postgres.ts'
import { prepareDatabase } from '../../src/server/db/prepare.ts'
import { openSqlite } from '../../src/server/db/sqlite.ts'
import { roles } from '../support/postgres.ts'
import { freshFolder } from './folders.ts'
import { verifyLedger } from '../../src/server/ledger/audit/verify.ts'

export interface Engine {
  name: 'sqlite' | 'postgres'
  /** Open after `beforeAll`. */
  db(): Db
  /** A folder for what the server keeps beside its database. */
  folder(): string
  /** The database's address, for a second process. */
  url(): string
}

export interface FreshPostgres {
  /** As the role that owns the tables: it may do all that concerns them. */
  url: string
  /** As the role that serves, which may do nothing before the owner has said so. */
  serverUrl: string
  drop: () => Promise<void>
}

/** A fresh, empty database on the test server. */
export async function freshPostgres(): Promise<FreshPostgres> {
  const admin = inject('postgresUrl')
  const name = `t_${randomUUID().replaceAll('-', '')}`
  const run = async (sql: string) => {
    const client = new pg.Client({ connectionString: admin })
    await client.connect()
    await client.query(sql)
    await client.end()
  }
  await run(`create database ${name} owner ${roles.owner}`)
  const as = (role: string) => {
    const url = new URL(admin)
    url.pathname = `/${name}`
    url.username = role
    return url.href
  }
  return {
    url: as(roles.owner),
    serverUrl: as(roles.server),
    drop: () => run(`drop database ${name} with (force)`),
  }
}

/**
 * Runs one suite on both engines, each with a migrated database of its own, and verifies the ledger afterwards (L6).
 *
 * @param role whom the suite is on PostgreSQL: the server, which owns no table, unless it makes tables itself
 */
export function onBothEngines(
  title: string,
  suite: (engine: Engine) => void,
  role: 'server' | 'owner' = 'server',
): void {
  describe.each(['sqlite', 'postgres'] as const)(`${title} (%s)`, (name) => {
    let db: Db | undefined
    let folder = ''
    let url = ''
    let drop = () => Promise.resolve()
    beforeAll(async () => {
      folder = freshFolder()
      if (name === 'sqlite') {
        db = openSqlite(folder)
        await prepareDatabase(db, null, Date.now)
        return
      }
      const fresh = await freshPostgres()
      drop = fresh.drop
      url = role === 'owner' ? fresh.url : fresh.serverUrl
      db = openPostgres(url)
      await prepareDatabase(db, role === 'owner' ? null : fresh.url, Date.now)
    })
    afterAll(async () => {
      if (!db) return
      const result = await verifyLedger(db)
      expect(result.difference).toBeNull()
      await db.close()
      await drop()
      rmSync(folder, { recursive: true, force: true })
    })
    suite({
      name,
      db: () => db!,
      folder: () => folder,
      url: () => url,
    })
  })
}
