import { randomBytes, randomUUID } from 'node:crypto'
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Hono } from 'hono'
import { createApp } from '../../../src/server/app.ts'
import type { Db } from '../../../src/server/db/db.ts'
import { migrate } from '../../../src/server/db/migrate.ts'
import { databaseFile, openSqlite } from '../../../src/server/db/sqlite.ts'
import type { Env } from '../../../src/server/http.ts'
import { createProgrammes } from '../../../src/server/ledger/programmes.ts'
import { createLog } from '../../../src/server/log.ts'
import { createNonces } from '../../../src/server/nonces.ts'
import { createSealing } from '../../../src/server/sealing.ts'
import { createVerify } from '../../../src/server/signatures.ts'
import { steadyClock } from '../../../src/server/steady-clock.ts'
import { FakeMoySklad } from '../../server/fake-moysklad.ts'
import type { Answer } from './line.ts'
import { busy } from './realm.ts'
import type { Scheduler } from './scheduler.ts'

/** The server's computer: the real server on a real file, which can be stopped, started and set back. */
export class ServerMachine {
  readonly moysklad = new FakeMoySklad()
  readonly folder: string
  /** Told of what the server writes into its log. */
  onLog: (line: string) => void = () => undefined
  onAnswer: (path: string, sent: RequestInit, answer: Answer) => void = () => undefined
  running = false
  /** Receipts at which the server fails whenever they come (F20). */
  readonly poison = new Set<string>()
  #app: Hono<Env> | null = null
  #db: Db | null = null
  #inFlight = 0
  readonly #scheduler: Scheduler
  readonly #cardKey = Buffer.alloc(32, 7)

  constructor(folder: string, scheduler: Scheduler) {
    this.folder = folder
    this.#scheduler = scheduler
  }

  async start(): Promise<void> {
    const clock = steadyClock(() => Math.floor(this.#scheduler.nowMs))
    const db = openSqlite(this.folder)
    await migrate(db, clock)
    this.#db = db
    this.#app = createApp({
      db,
      moysklad: this.moysklad,
      clock,
      newId: randomUUID,
      random: randomBytes,
      programmes: createProgrammes(),
      nonces: createNonces(this.#cardKey, clock),
      verify: createVerify(),
      sealing: createSealing(db, this.#cardKey),
      keys: { card: this.#cardKey },
      config: { hostOrigins: [], widgetDir: '/nonexistent' },
      log: createLog((line) => this.onLog(line), clock),
    })
    this.running = true
  }

  /** What was under way is finished, but its answers are lost. */
  async stop(): Promise<void> {
    this.running = false
    while (this.#inFlight > 0) await new Promise((done) => setImmediate(done))
    await this.#db?.close()
    this.#db = null
    this.#app = null
  }

  /** @returns null when nobody answers */
  async handle(path: string, init: RequestInit): Promise<Answer | null> {
    const app = this.#app
    if (!this.running || !app) return null
    const over = busy()
    this.#inFlight++
    try {
      if (path === '/api/sync' && this.#isPoisoned(init)) return { status: 500, text: '{}' }
      const response = await app.request(path, init)
      const text = await response.text()
      this.onAnswer(path, init, { status: response.status, text })
      return this.running ? { status: response.status, text } : null
    } finally {
      this.#inFlight--
      over()
    }
  }

  #isPoisoned({ body }: RequestInit): boolean {
    if (this.poison.size === 0 || !(body instanceof Uint8Array)) return false
    const text = Buffer.from(body).toString()
    return [...this.poison].some((id) => text.includes(`"id":"${id}"`))
  }

  get file(): string {
    return databaseFile(this.folder)
  }

  /** The server is stopped meanwhile. @returns where the copy lies */
  async copy(name: string): Promise<string> {
    await this.stop()
    const copy = join(this.folder, `${name}.copy`)
    copyFileSync(this.file, copy)
    await this.start()
    return copy
  }

  /** Back to an earlier moment, as after a restored backup (F22). */
  async setBack(copy: string): Promise<void> {
    await this.stop()
    for (const end of ['-wal', '-shm']) rmSync(this.file + end, { force: true })
    copyFileSync(copy, this.file)
    await this.start()
  }
}
