import { randomBytes, randomUUID } from 'node:crypto'
import { copyFileSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createApp } from '../../../src/server/app.ts'
import type { Db } from '../../../src/server/db/db.ts'
import { migrate } from '../../../src/server/db/migrate.ts'
import { databaseFile, openSqlite } from '../../../src/server/db/sqlite.ts'
import { createProgrammes } from '../../../src/server/ledger/programmes.ts'
import { bookWaiting } from '../../../src/server/ledger/decisions/book-waiting.ts'
import { sweepDrafts } from '../../../src/server/ledger/decisions/sweep-drafts.ts'
import { createLog } from '../../../src/server/log.ts'
import { createNonces } from '../../../src/server/keys/nonces.ts'
import { createSealing } from '../../../src/server/keys/sealing.ts'
import { createVerify } from '../../../src/server/keys/signatures.ts'
import { steadyClock } from '../../../src/server/steady-clock.ts'
import { FakeMoySklad } from '../../server/fake-moysklad.ts'
import { type CardOrder, setCard } from './card-desk.ts'
import { type Doomed, doomed } from './doom.ts'
import { doorway } from './doorway.ts'
import type { Answer } from './line.ts'
import { busy } from './realm.ts'
import type { Scheduler } from './scheduler.ts'

/** The files of the database that outlive a process. */
const ends = ['', '-wal']

/** The server's computer: the real server on a real file, which can be stopped, started and restored. */
export class ServerMachine {
  readonly moysklad = new FakeMoySklad()
  readonly folder: string
  /** Told of what the server writes into its log. */
  onLog: (line: string) => void = () => undefined
  onAnswer: (path: string, sent: RequestInit, answer: Answer) => void = () => undefined
  running = false
  /** It was killed in the middle of a transaction, and nobody has started it again. */
  killed = false
  /** Receipts at which the server fails whenever they come (F20). */
  readonly poison = new Set<string>()
  #enter: ReturnType<typeof doorway> | null = null
  #db: Db | null = null
  #doom: Doomed | null = null
  /** The running process's: what it remembers ends with it. */
  #programmes = createProgrammes()
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
    this.#doom = doomed(db, () => this.#die())
    this.#programmes = createProgrammes()
    const app = createApp({
      db: this.#doom.db,
      moysklad: this.moysklad,
      clock,
      newId: randomUUID,
      random: randomBytes,
      programmes: this.#programmes,
      nonces: createNonces(this.#cardKey, clock),
      verify: createVerify(),
      sealing: createSealing(db, this.#cardKey),
      keys: { card: this.#cardKey },
      config: { hostOrigins: [], widgetDir: '/nonexistent' },
      log: createLog((line) => this.onLog(line), clock),
    })
    this.#enter = doorway(app.fetch)
    this.running = true
  }

  /** The process will be killed (SIGKILL) after so many more statements that write. */
  killAfter(statements: number): void {
    this.#doom?.after(statements)
  }

  /** What the disk has in this very moment is what the next start finds; what the process still does is thrown away. */
  #die(): void {
    this.running = false
    this.killed = true
    for (const end of ends) {
      rmSync(`${this.file}.dead${end}`, { force: true })
      if (existsSync(this.file + end)) copyFileSync(this.file + end, `${this.file}.dead${end}`)
    }
  }

  /** The killed server is started again. */
  async revive(): Promise<void> {
    await this.stop()
    for (const end of [...ends, '-shm']) rmSync(this.file + end, { force: true })
    for (const end of ends) {
      if (existsSync(`${this.file}.dead${end}`)) copyFileSync(`${this.file}.dead${end}`, this.file + end)
    }
    this.killed = false
    await this.start()
  }

  /** @returns null when nobody is there */
  setCard(order: CardOrder): Promise<'applied' | 'refused'> | null {
    return this.#db && this.running ? setCard(this.#db, order, Math.floor(this.#scheduler.nowMs)) : null
  }

  /** What the server does unasked. */
  async sweep(): Promise<void> {
    if (!this.#db || !this.running) return
    const nowMs = Math.floor(this.#scheduler.nowMs)
    await sweepDrafts(this.#db, nowMs)
    await bookWaiting(this.#db, { programmes: this.#programmes, nowMs })
  }

  /** What was under way is finished, but its answers are lost. */
  async stop(): Promise<void> {
    this.running = false
    while (this.#inFlight > 0) await new Promise((done) => setImmediate(done))
    await this.#db?.close()
    this.#db = null
    this.#enter = null
  }

  /** @returns null when nobody answers */
  async handle(path: string, init: RequestInit): Promise<Answer | null> {
    const enter = this.#enter
    if (!this.running || !enter) return null
    const over = busy()
    this.#inFlight++
    try {
      if (path === '/api/sync' && this.#isPoisoned(init)) return { status: 500, text: '{}' }
      const answer = await enter(path, init)
      this.onAnswer(path, init, answer)
      return this.running ? answer : null
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
