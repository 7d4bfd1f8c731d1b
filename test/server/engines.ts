import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject } from 'vitest'
import type { Db } from '../../src/server/db/db.ts'
import { migrate } from '../../src/server/db/migrate.ts'
import { openPostgres } from '../../src/server/db/postgres.ts'
import { openSqlite } from '../../src/server/db/sqlite.ts'
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

/** A fresh, empty database on the test server. */
export async function freshPostgres(): Promise<{ url: string; drop: () => Promise<void> }> {
  const admin = inject('postgresUrl')
  const name = `t_${randomUUID().replaceAll('-', '')}`
  const run = async (sql: string) => {
    const client = new pg.Client({ connectionString: admin })
    await client.connect()
    await client.query(sql)
    await client.end()
  }
  await run(`create database ${name}`)
  const url = new URL(admin)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => run(`drop database ${name} with (force)`) }
}

/** Runs one suite on both engines, each with a migrated database of its own, and verifies the ledger afterwards (L6). */
export function onBothEngines(title: string, suite: (engine: Engine) => void): void {
  describe.each(['sqlite', 'postgres'] as const)(`${title} (%s)`, (name) => {
    let db: Db | undefined
    let folder = ''
    let url = ''
    let drop = () => Promise.resolve()
    beforeAll(async () => {
      folder = freshFolder()
      if (name === 'sqlite') db = openSqlite(folder)
      else {
        const fresh = await freshPostgres()
        url = fresh.url
        drop = fresh.drop
        db = openPostgres(url)
      }
      await migrate(db, Date.now)
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
