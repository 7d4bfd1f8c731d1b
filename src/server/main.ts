import { randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { serve } from '@hono/node-server'
import { createApp } from './app.ts'
import { startChores } from './chores.ts'
import { cardKeyOf, type Config, ConfigError, readConfig } from './config.ts'
import { FolderTaken } from './db/folder-lock.ts'
import { openPostgres } from './db/postgres.ts'
import { prepareDatabase } from './db/prepare.ts'
import { openSqlite } from './db/sqlite.ts'
import { UnfitDatabase } from './db/unfit-database.ts'
import { createProgrammes } from './ledger/programmes.ts'
import { createLog, errorFacts, type Log } from './log.ts'
import { createMoySkladHttp } from './moysklad/http.ts'
import { createNonces } from './keys/nonces.ts'
import { createSealing } from './keys/sealing.ts'
import { createVerify } from './keys/signatures.ts'
import { steadyClock } from './steady-clock.ts'

const nodeMajorMin = 24

/** The server as a process: environment in, one port out, until it is told to stop. */
async function main(): Promise<void> {
  requireNode()
  const config = readConfig(process.env)
  const clock = steadyClock(Date.now)
  const log = createLog((line) => process.stdout.write(line), clock)
  const dataDir = resolve(config.dataDir)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const { databaseUrl, migrateUrl, pooled } = config
  const db = databaseUrl ? openPostgres(databaseUrl, { pooled }) : openSqlite(dataDir)
  await prepareDatabase(db, migrateUrl, clock, { pooled })
  const cardKey = config.cardKey ?? cardKeyOf(dataDir)
  const programmes = createProgrammes()
  const app = createApp({
    db,
    moysklad: createMoySkladHttp(config.moysklad, {
      fetch,
      clock,
      newId: randomUUID,
      random: Math.random,
      sleep,
      timeout: (ms) => AbortSignal.timeout(ms),
      log,
    }),
    clock,
    newId: randomUUID,
    random: randomBytes,
    programmes,
    nonces: createNonces(cardKey, clock),
    verify: createVerify(),
    sealing: createSealing(db, cardKey),
    keys: { card: cardKey },
    config: { hostOrigins: config.hostOrigins, widgetDir: resolve(config.widgetDir) },
    log,
  })
  if (databaseUrl && !config.cardKey) {
    // Several servers on one database must share the key, or each finds only the cards it added itself.
    log.warn({ event: 'card_key_from_file', dataDir })
  }
  const stopChores = startChores({ db, folder: join(dataDir, 'digests'), programmes, clock, log })
  const server = serve({ fetch: app.fetch, hostname: config.host, port: config.port }, ({ port }) =>
    log.info({
      event: 'listening',
      host: config.host,
      port,
      database: db.engine,
      publicUrl: config.publicUrl,
    }),
  )
  server.on('error', (error) => fail(config, error))
  stopOnSignal(log, async () => {
    await new Promise<void>((done) => {
      server.close(() => done())
      // Idle keep-alive connections would hold the process; busy ones get their answer first.
      if ('closeIdleConnections' in server) server.closeIdleConnections()
    })
    await stopChores()
    await db.close()
  })
}

function requireNode(): void {
  const major = Number(process.versions.node.split('.')[0])
  if (major >= nodeMajorMin) return
  process.stderr.write(
    `Podarok needs Node ${nodeMajorMin} or newer; this is Node ${process.versions.node}.\n`,
  )
  process.exit(1)
}

function stopOnSignal(log: Log, stop: () => Promise<void>): void {
  let stopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) return
      stopping = true
      log.info({ event: 'stopping', signal })
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ event: 'stop_failed', ...errorFacts(error) })
          process.exit(1)
        },
      )
    })
  }
}

function fail(config: Config | null, error: unknown): never {
  const known = error instanceof ConfigError || error instanceof FolderTaken || error instanceof UnfitDatabase
  const busy = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
  const said = busy
    ? `Port ${config?.port ?? ''} is in use by another program: choose another PODAROK_PORT.`
    : known
      ? error.message
      : errorFacts(error).stack
  process.stderr.write(`${said}\n`)
  process.exit(1)
}

main().catch((error: unknown) => fail(null, error))
