import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import type { AccountId, EmployeeId } from '../../src/core/ids.ts'
import type { Outcome } from '../../src/core/receipt/outcome.ts'
import type { Receipt } from '../../src/core/receipt/receipt.ts'
import type { Operation } from '../../src/core/receipt/operations.ts'
import { freshPostgres } from '../server/engines.ts'
import { freshFolder } from '../server/folders.ts'
import { startMoySkladStub } from '../server/moysklad-stub.ts'
import {
  load,
  redeem,
  undo,
  certificateId,
  faceKopecks,
  programmeOf,
} from '../../src/core/testing/builders.ts'
import { type Random, seeded } from '../../src/core/testing/random.ts'
import { firstSeed } from '../server/random.ts'
import { runVerify, type ServerPlace, type ServerProcess, startServer } from '../server/server-process.ts'
import { TestTill } from '../server/test-till.ts'
import { addCard, type NewCard, verdictOf } from '../server/world.ts'
import { killsWanted, rateBound } from './kills.ts'
import { ledgerRows } from './ledger-rows.ts'

/**
 * The server is killed (SIGKILL) at random moments of sync and started again on its data. The tills then send what was not
 * answered once more, as the client does, and at the end everything again.
 */

const tillsCount = 4
const kills = (killsWanted() ?? 0) * 10 || 6
const opening = 5_000_000

// The long form kills sixteen times as often; on PostgreSQL each kill takes three seconds and more.
vi.setConfig({ testTimeout: 120_000 + kills * 30_000 })

describe.each(['sqlite', 'postgres'] as const)('the server is killed during sync (%s)', (engine) => {
  test('[L4] [L5] [J6] every receipt is on the ledger once, as it was answered; the books are right', async () => {
    const seed = firstSeed(killsWanted() !== null)
    const random = seeded(seed)
    const accountId = randomUUID() as AccountId
    const stub = await startMoySkladStub(accountId)
    const fresh = engine === 'postgres' ? await freshPostgres() : null
    const dataDir = freshFolder()
    const place = { dataDir, moyskladUrl: stub.url, ...(fresh && { databaseUrl: fresh.url }) }
    const server = await MortalServer.start(place)
    const open = (role: string) => {
      const employee = randomUUID() as EmployeeId
      return TestTill.open(server.fetch, `${role}.${employee}`, employee, Date.now)
    }
    const manager = await open('manager')
    await manager.answer('saveProgramme', programmeOf())
    const cards: NewCard[] = []
    for (let n = 0; n < 6; n++) cards.push(await addCard(manager, { paid: opening }))
    const unsold: NewCard[] = []
    for (let n = 0; n < 12; n++) unsold.push(await addCard(manager))

    const clients: Client[] = []
    for (let n = 0; n < tillsCount; n++) clients.push(new Client(await open('cashier'), random, cards))
    // Every unsold card is sold by one till; the others would be refused, which proves less.
    for (const [n, card] of unsold.entries()) clients[n % tillsCount]!.unsold.push(card)
    const playing = Promise.all(clients.map((client) => client.play(server)))

    const found = { stored: 0, part: 0, nothing: 0 }
    for (let kill = 0; kill < kills; kill++) {
      for (let n = random.int(1, 6); n > 0; n--) await server.busy()
      await sleep(random.next() * 1.2 * server.answerMs)
      await server.kill()
      const known = new Set(
        (await ledgerRows(place, 'select id from receipt')).map((row) => String(row['id'])),
      )
      for (const { sent } of clients) {
        if (sent.length === 0) continue
        const stored = sent.filter((receipt) => known.has(receipt.id)).length
        found[stored === 0 ? 'nothing' : stored === sent.length ? 'stored' : 'part']++
      }
      await server.restart()
    }
    for (const client of clients) client.ending = true
    await playing
    for (const client of clients) await client.sendAllAgain()

    const told = new Map(clients.flatMap(({ told }) => [...told]))
    const all = clients.flatMap(({ receipts }) => receipts)
    console.log(
      `${engine}: ${kills} kills of the server, ${all.length} receipts, seed ${seed}. Unanswered batches found after them: ` +
        `${found.stored} stored, ${found.part} stored in part, ${found.nothing} not stored. A fault shows in ${rateBound(kills)}.`,
    )
    const rows = await ledgerRows(
      place,
      `select r.id, r.status, count(o.n) as operations from receipt r
         left join operation o on o.account_id = r.account_id and o.receipt_id = r.id
       where r.till_id is not null group by r.id, r.status`,
    )
    const onLedger = new Map(
      rows.map((row) => [String(row['id']), `${String(row['status'])} ${String(row['operations'])}`]),
    )
    const answered = all.map(({ id, operations }) => {
      const status = told.get(id)!.status
      const undone = operations[0]!.kind === 'void'
      return [id, undone ? status : `${status} ${status === 'applied' ? operations.length : 0}`] as const
    })
    for (const [id, expected] of answered)
      expect(onLedger.get(id), `seed ${seed}`).toMatch(new RegExp(`^${expected}`))
    expect(onLedger.size, `seed ${seed}`).toBe(all.length)
    expect(promisesBroken(all, told), `seed ${seed}`).toEqual([])
    const balances = await ledgerRows(place, 'select id, paid + granted as balance from card')
    expect(Object.fromEntries(balances.map((row) => [String(row['id']), Number(row['balance'])]))).toEqual(
      expectedBalances(cards, unsold, all, told),
    )
    expect(await runVerify(place)).toMatchObject({ code: 0 })
    await server.stop()
    await stub.close()
    await fresh?.drop()
    rmSync(dataDir, { recursive: true, force: true })
  })
})

/** A till that goes on selling, and sends a batch again until it is answered. */
class Client {
  readonly receipts: Receipt[] = []
  readonly told = new Map<string, Outcome>()
  readonly unsold: NewCard[] = []
  /** The batch that is on its way. */
  sent: Receipt[] = []
  ending = false
  readonly #till: TestTill
  readonly #random: Random
  readonly #cards: NewCard[]

  constructor(till: TestTill, random: Random, cards: NewCard[]) {
    this.#till = till
    this.#random = random
    this.#cards = cards
  }

  async play(server: MortalServer): Promise<void> {
    while (!this.ending) {
      const batch: Receipt[] = []
      for (let n = this.#random.int(1, 30); n > 0; n--) batch.push(await this.#next(server))
      this.receipts.push(...batch)
      let again = false
      for (this.sent = batch; this.sent.length > 0; again = true) {
        await server.up()
        if (again && this.#random.chance(0.3)) this.#giveUp()
        await unlessCut(async () => {
          this.#hear((await this.#till.sync(...this.sent)).outcomes)
          this.sent = this.sent.filter(({ id }) => !this.told.has(id))
        })
      }
    }
  }

  /** A restored server is refilled (J7); this one has lost nothing, so it says what it has said. */
  async sendAllAgain(): Promise<void> {
    for (let from = 0; from < this.receipts.length; from += 100) {
      this.#hear((await this.#till.sync(...this.receipts.slice(from, from + 100))).outcomes)
    }
  }

  #hear(outcomes: readonly { id: string; outcome: Outcome }[]): void {
    for (const { id, outcome } of outcomes) {
      if (outcome.status === 'later') continue
      const before = this.told.get(id)
      if (before) expect(outcome).toEqual(before)
      else this.told.set(id, outcome)
    }
  }

  /** The cashier has waited long enough (J2): the undoing goes behind what it undoes. Nobody gives one up twice. */
  #giveUp(): void {
    const undone = new Set(this.sent.flatMap(({ operations }) => operations.flatMap(undoneBy)))
    const open = this.sent.filter(
      ({ id, operations }) => !undone.has(id) && !operations.some((one) => one.kind === 'void'),
    )
    if (open.length === 0) return
    const { id } = this.#random.pick(open)
    const record = this.#till.receipt([undo(id)])
    this.receipts.push(record)
    this.sent = [...this.sent, record]
  }

  async #next(server: MortalServer): Promise<Receipt> {
    const random = this.#random
    const card = this.unsold.length > 0 && random.chance(0.02) ? this.unsold.pop() : undefined
    if (card) return this.#till.receipt([load(card.id, certificateId, faceKopecks)])
    if (random.chance(0.05)) {
      const { id } = random.pick(this.#cards)
      const amount = random.int(1, 900)
      await server.up()
      const holdId = await unlessCut(() => this.#till.hold(id, amount))
      if (holdId) return this.#till.receipt([redeem(id, amount, { holdId })], { mode: 'promise' })
    }
    const chosen = random.shuffle(this.#cards).slice(0, random.int(1, 3))
    return this.#till.receipt(chosen.map(({ id }) => redeem(id, random.int(1, 900))))
  }
}

/** The server process, killed and started again; its address changes, its data stays. */
class MortalServer {
  readonly #place: ServerPlace
  #process: ServerProcess
  #up: Promise<void> = Promise.resolve()
  #isUp: () => void = () => undefined
  #onRequest: (() => void)[] = []
  /** How long a batch takes at most now: a kill falls anywhere in so long a time. */
  answerMs = 30

  private constructor(place: ServerPlace, process: ServerProcess) {
    this.#place = place
    this.#process = process
  }
  static async start(place: ServerPlace): Promise<MortalServer> {
    return new MortalServer(place, await startServer(place))
  }

  readonly fetch = async (path: string, init: RequestInit): Promise<Response> => {
    if (!path.endsWith('/sync')) return fetch(this.#process.url + path, init)
    for (const tell of this.#onRequest.splice(0)) tell()
    const fromMs = performance.now()
    const response = await fetch(this.#process.url + path, init)
    this.answerMs = Math.max(performance.now() - fromMs, this.answerMs * 0.8)
    return response
  }

  up(): Promise<void> {
    return this.#up
  }
  /** The next batch is being sent. */
  busy(): Promise<void> {
    return new Promise((tell) => this.#onRequest.push(tell))
  }

  async kill(): Promise<void> {
    this.#up = new Promise((tell) => (this.#isUp = tell))
    const { child } = this.#process
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  async restart(): Promise<void> {
    this.#process = await startServer(this.#place)
    this.#isUp()
  }
  async stop(): Promise<void> {
    expect(await this.#process.stop()).toBe(0)
  }
}

const undoneBy = (operation: Operation) => (operation.kind === 'void' ? [operation.receiptId] : [])

/** Undefined where the connection was cut: nobody knows what the server did. */
async function unlessCut<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

/** A promise on a hold is never refused or in review (J1); an undoing may find nothing to undo, but ends. */
function promisesBroken(all: readonly Receipt[], told: ReadonlyMap<string, Outcome>): string[] {
  return all
    .filter(({ mode, operations }) => mode === 'promise' || operations[0]!.kind === 'void')
    .map(({ id }) => verdictOf(told.get(id)))
    .filter((verdict) => verdict !== 'applied')
}

function expectedBalances(
  cards: readonly NewCard[],
  unsold: readonly NewCard[],
  all: readonly Receipt[],
  told: ReadonlyMap<string, Outcome>,
): Record<string, number> {
  const applied = all.filter(({ id }) => told.get(id)?.status === 'applied')
  const undone = new Set(applied.flatMap(({ operations }) => operations.flatMap(undoneBy)))
  const balances = new Map<string, number>([
    ...cards.map(({ id }) => [id, opening] as const),
    ...unsold.map(({ id }) => [id, 0] as const),
  ])
  const standing = applied.filter(({ id }) => !undone.has(id)).flatMap(({ operations }) => operations)
  for (const operation of standing) move(balances, operation)
  return Object.fromEntries(balances)
}

function move(balances: Map<string, number>, operation: Operation): void {
  if (operation.kind !== 'load' && operation.kind !== 'redeem') return
  const by = operation.kind === 'load' ? operation.faceKopecks : -operation.amountKopecks
  balances.set(operation.cardId, balances.get(operation.cardId)! + by)
}
