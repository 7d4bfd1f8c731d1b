import * as v from 'valibot'
import { hash } from 'node:crypto'
import type { Db, Tx } from './db.ts'
import { insertOnlyGuards } from './insert-only.ts'
import type { Migration } from './migrations/migration.ts'
import { migrations } from './migrations/migrations.ts'
import { UnfitDatabase } from './unfit-database.ts'
import { Int, tryShape } from '../../core/shape.ts'

/** Any number that other programs in the same database are unlikely to lock. */
const lockKey = 7_063_613

const Applied = v.object({
  version: Int,
  name: v.string(),
  digest: v.string(),
})

/** Of PostgreSQL: the role may not do this. */
const insufficientPrivilege = '42501'

/**
 * Brings the database to the newest version, in one transaction. Two processes may start at once: the second waits and
 * finds nothing to do. Where there is nothing to do, nothing is written, so the role of a server that does not own the
 * tables may ask too.
 *
 * @throws UnfitDatabase when the database is newer than this program, or was made by a development version
 */
export async function migrate(db: Db, clock: () => number): Promise<void> {
  const steps = migrations.map((migration) => stepOf(db.engine, migration))
  await db.write(async (tx) => {
    await lockMigrations(tx, db.engine)
    const at = await versionOf(tx, db.engine, steps)
    try {
      for (const [index, { name, digest, statements }] of steps.entries()) {
        if (index < at) continue
        if (index === 0) await tx.run(migrationTable)
        for (const sql of statements) await tx.run(sql)
        await tx.run('insert into migration (version, name, digest, applied_at_ms) values ($1, $2, $3, $4)', [
          index + 1,
          name,
          digest,
          clock(),
        ])
      }
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === insufficientPrivilege)) throw cause
      throw new UnfitDatabase(
        `The database has version ${at}, this program needs ${steps.length}, and the role of DATABASE_URL may not change ` +
          'tables. Name the role that may in DATABASE_MIGRATE_URL.',
        { cause },
      )
    }
  })
}

/** Until the transaction ends no other process changes tables or rights. */
export async function lockMigrations(tx: Tx, engine: Db['engine']): Promise<void> {
  // On SQLite `begin immediate` has already made the other process wait.
  if (engine === 'postgres') await tx.all(`select pg_advisory_xact_lock(${lockKey})`)
}

// The digest tells a migration that was edited after it ran: every one may be until it is released.
const migrationTable = `create table migration (
  version integer not null primary key,
  name text not null,
  digest text not null,
  applied_at_ms bigint not null
)`

interface Step {
  name: string
  statements: string[]
  digest: string
}

function stepOf(engine: Db['engine'], { name, sql, insertOnly }: Migration): Step {
  const statements = [...sql, ...insertOnlyGuards(engine, insertOnly)]
  return { name, statements, digest: hash('sha256', statements.join(';\n')) }
}

const hasMigrationTable = {
  sqlite: `select 1 from sqlite_master where type = 'table' and name = 'migration'`,
  postgres: `select 1 where to_regclass('migration') is not null`,
}

async function versionOf(tx: Tx, engine: Db['engine'], steps: readonly Step[]): Promise<number> {
  if ((await tx.all(hasMigrationTable[engine])).length === 0) return 0
  const applied = tryShape(v.array(Applied), await tx.all('select * from migration order by version'))
  // Development versions before the first numbered migration kept no names.
  if (!applied.success) throw ofDevelopment()
  const newest = applied.data.at(-1)?.version ?? 0
  if (newest > steps.length) {
    throw new UnfitDatabase(
      `The database has version ${newest}, this program knows ${steps.length}: run a newer one.`,
    )
  }
  for (const [index, { version, name, digest }] of applied.data.entries()) {
    const step = steps[index]
    if (version !== index + 1 || step?.name !== name || step.digest !== digest) throw ofDevelopment()
  }
  return newest
}

const ofDevelopment = () =>
  new UnfitDatabase(
    'This database was made by a development version of Podarok, and its tables are no longer understood. Start with an ' +
      'empty one: another PODAROK_DATA_DIR or DATABASE_URL, or `npm start -- --fresh` for the demo.',
  )
