import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { freshPostgres } from '../../../test/server/engines.ts'
import { freshFolder } from '../../../test/server/folders.ts'
import { startServer } from '../../../test/server/server-process.ts'
import { databaseFile, openSqlite, openSqliteReadOnly } from './sqlite.ts'
import { FolderTaken } from './folder-lock.ts'
import { connectSqlite } from './sqlite-connection.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/migrations.ts'
import { openPostgres } from './postgres.ts'
import { prepareDatabase } from './prepare.ts'

const folders: string[] = []
function folder(): string {
  const made = freshFolder()
  folders.push(made)
  return made
}
const children: ChildProcess[] = []
const module = (name: string) => JSON.stringify(join(import.meta.dirname, name))

/** A program that opens a folder and refers to it no more; where it can, it collects what nobody refers to. */
const holding = (here: string) =>
  `import { openSqlite } from ${module('sqlite.ts')}
   openSqlite(${JSON.stringify(here)})
   globalThis.gc?.()
   setInterval(() => undefined, 1000)
   // What is collected is closed in a later turn.
   setImmediate(() => process.stdout.write('open'))`

/**
 * Runs a program that it writes into the folder. No process outlives its test, and none holds an output of the test
 * runner, which would wait for it for ever.
 */
function run(here: string, program: string, options: readonly string[] = []) {
  const script = join(here, 'program.ts')
  writeFileSync(script, program)
  const child = spawn(process.execPath, [...options, script], { stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  const said = { output: '', complaints: '' }
  child.stdout.on('data', (chunk: Buffer) => (said.output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said.complaints += chunk.toString()))
  return { child, said }
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true })
})

const versions = migrations.map((_, index) => ({ version: index + 1 }))

describe('two processes that start at once', () => {
  test('migrate one PostgreSQL database once, as its owner, and give the server its rights', async () => {
    const { url, serverUrl, drop } = await freshPostgres()
    const processes = Array.from({ length: 4 }, () => openPostgres(serverUrl))
    await Promise.all(processes.map((db) => prepareDatabase(db, url, Date.now)))
    expect(await processes[0]!.read((query) => query.all('select version from migration'))).toEqual(versions)
    await Promise.all(processes.map((db) => db.close()))
    await drop()
  })

  test('migrate one PostgreSQL database once', async () => {
    const { url, drop } = await freshPostgres()
    const processes = Array.from({ length: 4 }, () => openPostgres(url))
    await Promise.all(processes.map((db) => migrate(db, Date.now)))
    expect(await processes[0]!.read((query) => query.all('select version from migration'))).toEqual(versions)
    await Promise.all(processes.map((db) => db.close()))
    await drop()
  })

  test('migrate one SQLite file once', async () => {
    const here = folder()
    // Four processes, started together: the lock of the folder is left out, the race is inside the file.
    const program = `import { connectSqlite } from ${module('sqlite-connection.ts')}
       import { migrate } from ${module('migrate.ts')}
       const connection = connectSqlite(${JSON.stringify(databaseFile(here))}, false)
       const write = async (work) => {
         connection.exec('begin immediate')
         const value = await work(connection.tx)
         connection.exec('commit')
         return value
       }
       await migrate({ engine: 'sqlite', write }, Date.now)`
    const ends = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const { child, said } = run(here, program)
        const [code] = (await once(child, 'close')) as [number]
        return { code, complaints: said.complaints }
      }),
    )
    expect(ends).toEqual(Array.from({ length: 4 }, () => ({ code: 0, complaints: '' })))
    const reader = connectSqlite(databaseFile(here), true)
    expect(await reader.tx.all('select version from migration')).toMatchObject(versions)
    reader.close()
  })
})

describe('a server process', () => {
  const moyskladUrl = 'http://127.0.0.1:9'

  test('migrates as the owner and serves as another role, behind a pooler too', async () => {
    const dataDir = folder()
    const { url, serverUrl, drop } = await freshPostgres()
    const environment = { DATABASE_MIGRATE_URL: url, DATABASE_POOLED: '1' }
    for (const more of [environment, {}]) {
      const server = await startServer({ dataDir, moyskladUrl, databaseUrl: serverUrl, environment: more })
      children.push(server.child)
      const health = await fetch(`${server.url}/api/health`)
      expect(health.status).toBe(200)
      await health.arrayBuffer()
      await server.stop()
    }
    const db = openPostgres(serverUrl)
    await expect(db.write((tx) => tx.run('delete from receipt'))).rejects.toThrow('permission denied')
    await db.close()
    await drop()
  })

  test('ends with one sentence at a database of a development version', async () => {
    const dataDir = folder()
    const db = openSqlite(dataDir)
    await db.write((tx) =>
      tx.run('create table migration (version integer primary key, applied_at_ms bigint not null)'),
    )
    await db.write((tx) => tx.run('insert into migration (version, applied_at_ms) values (3, 0)'))
    await db.close()
    const error: unknown = await startServer({ dataDir, moyskladUrl }).catch((thrown: unknown) => thrown)
    expect(String(error)).toMatch(
      /\(1\): This database was made by a development version of Podarok.*--fresh/,
    )
    expect(String(error)).not.toContain('at migrate')
  })
})

describe('the data folder', () => {
  test('belongs to one server; a second one is told so', async () => {
    const here = folder()
    const first = openSqlite(here)
    expect(() => openSqlite(here)).toThrow(FolderTaken)
    expect(() => openSqlite(here)).toThrow('is in use by another Podarok server')
    await first.close()
    await openSqlite(here).close()
  })

  test('is free again when its server was killed', async () => {
    const here = folder()
    const { child } = run(here, holding(here))
    await once(child.stdout, 'data')
    expect(() => openSqlite(here)).toThrow(FolderTaken)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await openSqlite(here).close()
  })

  test('stays taken when its server’s own code has forgotten it', async () => {
    const here = folder()
    const { child } = run(here, holding(here), ['--expose-gc'])
    await once(child.stdout, 'data')
    expect(() => openSqlite(here)).toThrow(FolderTaken)
  })

  test('can be read beside its server, and not written', async () => {
    const here = folder()
    const server = openSqlite(here)
    await migrate(server, Date.now)
    const reader = openSqliteReadOnly(here)
    expect(await reader.read((query) => query.all('select version from migration'))).toMatchObject(versions)
    await expect(reader.write((tx) => tx.run('delete from migration'))).rejects.toThrow('for reading only')
    await reader.close()
    await server.close()
  })

  test('what was acknowledged survives a kill', async () => {
    const here = folder()
    const { child, said } = run(
      here,
      `import { openSqlite } from ${module('sqlite.ts')}
       const db = openSqlite(${JSON.stringify(here)})
       await db.write((tx) => tx.run('create table t (n bigint primary key)'))
       for (let n = 1; ; n++) {
         await db.write((tx) => tx.run('insert into t (n) values ($1)', [n]))
         process.stdout.write(n + '\\n')
       }`,
    )
    child.stdout.on('data', () => {
      if (said.output.split('\n').length > 50) child.kill('SIGKILL')
    })
    await once(child, 'close')
    const acknowledged = Number(said.output.trim().split('\n').at(-1))
    const db = openSqlite(here)
    const [row] = await db.read((query) => query.all('select max(n) as newest, count(*) as n from t'))
    expect(row!['newest']).toBeGreaterThanOrEqual(acknowledged)
    expect(row!['n']).toBe(row!['newest'])
    await db.close()
  })
})
