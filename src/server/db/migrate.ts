import * as z from 'zod/mini'
import type { Db, Tx } from './db.ts'
import { branchTables } from './schema-branches.ts'
import { offlineInsertOnly, offlineTables } from './schema-offline.ts'
import { postgresGuards, postgresInsertOnly, sqliteGuards, sqliteInsertOnly, tables } from './schema.ts'

interface Migration {
  /** Both engines take the common text; what differs is said apart. */
  sql: readonly string[]
  sqlite: readonly string[]
  postgres: readonly string[]
}

/** Forward only: a released migration is never edited, its number is its place in this list, from 1. */
const migrations: readonly Migration[] = [
  { sql: tables, sqlite: sqliteGuards, postgres: postgresGuards },
  {
    sql: offlineTables,
    sqlite: sqliteInsertOnly(offlineInsertOnly),
    postgres: postgresInsertOnly(offlineInsertOnly),
  },
  { sql: branchTables, sqlite: [], postgres: [] },
]

/** Any number that other programs in the same database are unlikely to lock. */
const lockKey = 7_063_613

const Version = z.object({ version: z.nullable(z.int()) })

/**
 * Brings the database to the newest version, in one transaction. Two processes may start at once: the second waits and
 * finds nothing to do.
 *
 * @throws when the database is newer than this program
 */
export async function migrate(db: Db, clock: () => number): Promise<void> {
  await db.write(async (tx) => {
    // On SQLite `begin immediate` has already made the other process wait.
    if (db.engine === 'postgres') await tx.all(`select pg_advisory_xact_lock(${lockKey})`)
    await tx.run(
      'create table if not exists migration (version integer primary key, applied_at_ms bigint not null)',
    )
    const at = await versionOf(tx)
    if (at > migrations.length) {
      throw new Error(
        `the database has version ${at}, this program knows ${migrations.length}: run a newer one`,
      )
    }
    for (const [index, migration] of migrations.entries()) {
      if (index < at) continue
      for (const sql of [...migration.sql, ...migration[db.engine]]) await tx.run(sql)
      await tx.run('insert into migration (version, applied_at_ms) values ($1, $2)', [index + 1, clock()])
    }
  })
}

async function versionOf(tx: Tx): Promise<number> {
  const [row] = await tx.all('select max(version) as version from migration')
  return z.parse(Version, row).version ?? 0
}
