import { randomUUID } from 'node:crypto'
import type { SaleDocument } from '../../src/core/draft.ts'
import type { AccountId, CardId, DocumentId } from '../../src/core/ids.ts'
import { kopecks } from '../../src/core/money.ts'
import { type Random, seeded } from '../server/random.ts'
import { faceKopecks, programmeOf } from '../server/world.ts'
import { Boss } from './boss.ts'
import { type Card, Cashier } from './cashier.ts'
import { Counter, type OpenTill } from './counter.ts'
import { Oracle } from './oracle.ts'
import { Trace } from './trace.ts'
import { Truth } from './truth.ts'
import { Computer } from './world/computer.ts'
import { fair, Line, rough } from './world/line.ts'
import { Profile } from './world/profile.ts'
import { Scheduler } from './world/scheduler.ts'
import { ServerMachine } from './world/server-machine.ts'
import type { Tally } from './world/tally.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const days = 30

export interface StoryDeps {
  seed: number
  folder: string
  tally: Tally
}

/** The month of a shop, or of two that share a browser. */
export class Story {
  readonly random: Random
  readonly scheduler = new Scheduler(Date.parse('2026-10-02T06:00:00Z'))
  readonly truth = new Truth()
  readonly trace = new Trace(() => this.scheduler.nowMs)
  readonly server: ServerMachine
  readonly oracle: Oracle
  readonly cashier: Cashier
  readonly tally: Tally
  readonly counters: Counter[] = []
  readonly bosses: Boss[] = []
  readonly cards: Card[] = []

  constructor({ seed, folder, tally }: StoryDeps) {
    this.random = seeded(seed)
    this.tally = tally
    this.server = new ServerMachine(folder, this.scheduler)
    this.oracle = new Oracle(this.truth, () => this.server.file)
    this.cashier = new Cashier({
      random: this.random,
      truth: this.truth,
      tally,
      trace: this.trace,
      nowMs: () => this.scheduler.nowMs,
      saveSale: (sale, open) => this.#saveSale(sale, open),
      deleteSale: (id) => void this.server.moysklad.sales.delete(id),
    })
  }

  async play(): Promise<void> {
    await this.#begin()
    for (let day = 0; day < days; day++) await this.#day(day)
    await this.#finish()
  }

  async #begin(): Promise<void> {
    const { random, scheduler, server, truth } = this
    await server.start()
    const account = randomUUID() as AccountId
    const boss = await Boss.hire(server, account, truth, () => scheduler.nowMs)
    this.bosses.push(boss)
    await boss.till.answer('saveProgramme', programmeOf())
    await this.#addCards(boss, 0)
    for (let n = random.int(1, 8); n > 0; n--) this.#addCounter(account)
  }

  #addCounter(accountId: AccountId): Counter {
    const { random, scheduler, server, truth, trace } = this
    const name = `till ${this.counters.length + 1}`
    const line = new Line(scheduler, server, random, this.tally)
    const counter = new Counter({
      name,
      accountId,
      contextKey: server.moysklad.hire({ accountId }).key,
      computer: new Computer(scheduler, name, this.random.int(-60, 60) * 1_000, random.chance(0.5)),
      profile: new Profile(name),
      line,
      scheduler,
      truth,
      newId: () => this.#newId(),
      random: () => random.next(),
      log: (event, error) =>
        trace.say(event, error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
    })
    this.counters.push(counter)
    return counter
  }

  /** Ids decide the order of locks and of rows: with those of chance no story could be told twice. */
  #newId(): string {
    const hex = () => this.random.int(0, 0xffff).toString(16).padStart(4, '0')
    const [a, b, c, d, e, f, g, h] = Array.from({ length: 8 }, hex) as string[] & { length: 8 }
    return `${a}${b}-${c}-4${d!.slice(1)}-8${e!.slice(1)}-${f}${g}${h}`
  }

  async #addCards(boss: Boss, account: number): Promise<void> {
    const { random, truth } = this
    const added = Array.from({ length: 24 }, (_, n) => {
      const paid = n < 12 ? random.int(1, 60) * 10_000 : null
      return { id: this.#newId() as CardId, number: `4006${account}${String(n).padStart(11, '0')}`, paid }
    })
    await boss.till.answer('addCards', {
      receiptId: this.#newId() as never,
      cards: added.map(({ id, number, paid }) => ({
        id,
        number,
        blocked: false,
        opening:
          paid === null ? null : { paidKopecks: kopecks(paid), grantedKopecks: kopecks(0), expiresOn: null },
      })),
    })
    for (const { id, number, paid } of added) {
      this.cards.push({ id, number, account })
      truth.opening.set(id, paid ?? 0)
    }
  }

  async #day(day: number): Promise<void> {
    const { random, scheduler, trace } = this
    trace.say(`--- day ${day + 1}`)
    const fromMs = scheduler.nowMs
    for (const counter of this.counters) {
      counter.parts.line.up = random.chance(0.85)
      counter.parts.line.weather = random.chance(0.4) ? rough : fair
    }
    for (let n = random.int(0, 4); n > 0; n--) {
      await this.#scene()
      this.oracle.step()
      scheduler.skip(random.int(1, 120) * 60_000)
    }
    this.oracle.day(fromMs - dayMs)
    scheduler.skip(Math.max(hourMs, fromMs + dayMs - scheduler.nowMs))
  }

  /** A few minutes at one till or at two. */
  async #scene(): Promise<void> {
    const { random, scheduler } = this
    const here = random.shuffle(this.counters).slice(0, random.pick([1, 1, 2, 3]))
    for (const counter of this.counters) {
      if (!here.includes(counter)) counter.parts.computer.sleep(1)
    }
    await Promise.all([scheduler.run(0), ...here.map(() => undefined)])
    for (const counter of here) await this.#serve(counter)
    await scheduler.run(random.int(1, 15) * 1_000)
    for (const counter of here) {
      const open = counter.working
      if (open) await this.#as(open, () => this.cashier.lookBack(open))
    }
  }

  async #serve(counter: Counter): Promise<void> {
    const { random, scheduler } = this
    let open = counter.working
    if (!open) {
      if (counter.open.length > 0) for (const one of counter.open) one.page.kill()
      const fresh = counter.load()
      await scheduler.until(this.#ready(fresh), 15_000)
      open = counter.working
      if (!open) return
    }
    const till = open
    const card = random.pick(this.cards)
    const sum = random.chance(0.3) ? null : random.int(1, 40) * 10_000
    const { line } = counter.parts
    await this.#as(till, () =>
      this.cashier.serve(till, card, sum, () => {
        if (random.chance(0.2)) line.up = !line.up
        return Promise.resolve()
      }),
    )
  }

  #ready(open: OpenTill): Promise<void> {
    return new Promise((done) => {
      open.till.onChange(() => {
        if (open.works) done()
      })
    })
  }

  /** Somebody acts at a till, until he is done or the page is gone. */
  async #as(open: OpenTill, work: () => Promise<void>): Promise<void> {
    this.tally.add('events')
    await this.scheduler.until(open.do(work), 120_000, () => open.page.dead)
  }

  #saveSale(sale: SaleDocument['sale'], open: OpenTill): SaleDocument | null {
    if (!open.counter.parts.line.up && this.random.chance(0.5)) return null
    return this.server.moysklad.sell(sale, {
      id: this.#newId() as DocumentId,
      createdAtMs: this.scheduler.nowMs,
    })
  }

  /** The line is restored for all, everything is sent and decided. */
  async #finish(): Promise<void> {
    const { scheduler, trace } = this
    trace.say('--- the end')
    for (const counter of this.counters) {
      Object.assign(counter.parts.line, { up: true, weather: fair })
      for (const open of counter.open) open.page.kill()
    }
    for (let round = 0; round < 4; round++) {
      for (const counter of this.counters) {
        if (counter.open.length === 0) counter.load()
        await scheduler.run(20_000)
        const open = counter.working
        if (!open) continue
        // Asked about a ghost again and again, people answer.
        for (let n = 0; n < 12 && (n === 0 || open.till.ghosts.length > 0); n++) {
          await this.#as(open, () => this.cashier.lookBack(open))
        }
      }
      await scheduler.run(30_000)
    }
    for (const counter of this.counters) {
      const { till } = counter.working ?? {}
      if (!till)
        throw new Error(`${counter.name} does not come up: ${counter.open[0]?.till.trouble ?? 'no page'}`)
      await till.refresh()
      if (till.state.unsettled > 0) throw new Error(`${counter.name} has ${till.state.unsettled} unsent`)
    }
    this.oracle.end()
  }

  get moments(): number {
    return this.scheduler.rang
  }

  async close(): Promise<void> {
    for (const counter of this.counters) for (const open of [...counter.open]) open.page.kill()
    this.oracle.close()
    await this.server.stop()
  }
}

export const face = faceKopecks
