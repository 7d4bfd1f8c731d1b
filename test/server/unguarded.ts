import { rm } from 'node:fs/promises'
import type { Db } from '../../src/server/db/db.ts'
import { migrate } from '../../src/server/db/migrate.ts'
import { openPostgres } from '../../src/server/db/postgres.ts'
import { openSqlite } from '../../src/server/db/sqlite.ts'
import { freshPostgres } from './engines.ts'
import { freshFolder } from './folders.ts'

const guarded = ['receipt', 'operation', 'entry', 'receipt_link']

/** A database of its own whose guards an intruder has taken off. */
export async function unguarded(engine: 'sqlite' | 'postgres'): Promise<{
  db: Db
  folder: string
  databaseUrl?: string
  close: () => Promise<void>
}> {
  const folder = freshFolder()
  const fresh = engine === 'postgres' ? await freshPostgres() : null
  const db = fresh ? openPostgres(fresh.url) : openSqlite(folder)
  await migrate(db, Date.now)
  for (const table of guarded) {
    const drops = fresh
      ? [`drop trigger ${table}_insert_only on ${table}`]
      : ['update', 'delete'].map((act) => `drop trigger ${table}_no_${act}`)
    for (const sql of drops) await db.write((tx) => tx.run(sql))
  }
  return {
    db,
    folder,
    ...(fresh && { databaseUrl: fresh.url }),
    async close() {
      await db.close()
      await fresh?.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
