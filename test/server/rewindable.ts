import { randomUUID } from 'node:crypto'
import { cpSync, rmSync } from 'node:fs'
import pg from 'pg'
import { inject } from 'vitest'
import type { Db } from '../../src/server/db/db.ts'
import { migrate } from '../../src/server/db/migrate.ts'
import { openPostgres } from '../../src/server/db/postgres.ts'
import { openSqlite } from '../../src/server/db/sqlite.ts'
import { freshPostgres } from './engines.ts'
import { freshFolder } from './folders.ts'

/** A database that can be restored to an earlier moment, as from a backup: its files, or a copy of the whole database. */
export interface Rewindable {
  db: Db
  /** Takes the backup; the database is opened anew. */
  backUp(): Promise<void>
  /** Puts the backup in place of what is there by now. */
  setBack(): Promise<void>
  end(): Promise<void>
}

export async function rewindable(engine: 'sqlite' | 'postgres'): Promise<Rewindable> {
  const place = engine === 'sqlite' ? folderPlace() : await databasePlace()
  const self: Rewindable = {
    db: place.open(),
    async backUp() {
      await self.db.close()
      await place.backUp()
      self.db = place.open()
    },
    async setBack() {
      await self.db.close()
      await place.setBack()
      self.db = place.open()
    },
    async end() {
      await self.db.close()
      await place.end()
    },
  }
  await migrate(self.db, Date.now)
  return self
}

function folderPlace() {
  const [live, backup] = [freshFolder(), freshFolder()]
  const copy = (from: string, to: string) => {
    rmSync(to, { recursive: true, force: true })
    cpSync(from, to, { recursive: true })
  }
  return {
    open: () => openSqlite(live),
    backUp: () => Promise.resolve(copy(live, backup)),
    setBack: () => Promise.resolve(copy(backup, live)),
    end: () =>
      Promise.resolve([live, backup].forEach((folder) => rmSync(folder, { recursive: true, force: true }))),
  }
}

async function databasePlace() {
  const { url: live, drop } = await freshPostgres()
  const backup = `b_${randomUUID().replaceAll('-', '')}`
  const nameOf = (url: string) => new URL(url).pathname.slice(1)
  const admin = async (...statements: string[]) => {
    const client = new pg.Client({ connectionString: inject('postgresUrl') })
    await client.connect()
    for (const sql of statements) await client.query(sql)
    await client.end()
  }
  return {
    open: () => openPostgres(live),
    backUp: () => admin(`create database ${backup} template ${nameOf(live)}`),
    setBack: () =>
      admin(
        `drop database ${nameOf(live)} with (force)`,
        `create database ${nameOf(live)} template ${backup}`,
      ),
    end: async () => {
      await drop()
      await admin(`drop database if exists ${backup} with (force)`)
    },
  }
}
