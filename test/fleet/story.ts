import { randomUUID } from 'node:crypto'
import { StorageEmptied } from '../../src/client/journal/storage.ts'
import type { SaleDocument } from '../../src/core/draft/draft.ts'
import type { AccountId, CardId, DocumentId, ReceiptId } from '../../src/core/ids.ts'
import { kopecks } from '../../src/core/money.ts'
import type { TillAnswer, TillRequest } from '../../src/core/wire/tills.ts'
import { programmeOf } from '../../src/core/testing/builders.ts'
import { type Random, seeded } from '../../src/core/testing/random.ts'
import { Boss } from './boss.ts'
import { type Card, Cashier } from './cashier.ts'
import { Counter, type OpenTill } from './counter.ts'
import { Hands } from './hands.ts'
import { Mishaps } from './mishaps.ts'
import { Oracle } from './oracle.ts'
import { Trace } from './trace.ts'
import { Truth } from './truth.ts'
import { Computer } from './world/computer.ts'
import { type Answer, fair, Line, rough } from './world/line.ts'
import { Profile } from './world/profile.ts'
import { Scheduler } from './world/scheduler.ts'
import { ServerMachine } from './world/server-machine.ts'
import type { Tally } from './world/tally.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const days = 30
/** Longer than anybody waits before they go on: nobody else acts at that frame meanwhile. */
const actMaxMs = 30 * 60_000

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
  readonly #mishaps = new Mishaps(this)
  /** The next record that is written breaks the server (F20). */
  poisonNext = false
  /** Journals whose keys the server has called old. */
  readonly #oldKeys = new Set<string>()
  /** How far MoySklad's clock is from the server's (M3). */
  readonly #moyskladAheadMs: number
  #sales = 0

  constructor({ seed, folder, tally }: StoryDeps) {
    this.random = seeded(seed)
    this.tally = tally
    this.#moyskladAheadMs = this.random.int(-60_000, 60_000)
    this.server = new ServerMachine(folder, this.scheduler)
    this.server.onLog = (line) => this.trace.say('server:', line.trim().slice(0, 400))
    const loud = process.env['PODAROK_TRACE'] === 'net'
    this.server.onAnswer = (path, { body }, answer) => {
      if (path === '/api/till' && answer.status === 200) this.#noteKey(body, answer)
      if (loud) this.trace.say(...exchange(path, body, answer))
    }
    this.oracle = new Oracle(this.truth, () => this.server.file)
    const hands = new Hands({ scheduler: this.scheduler, moment: () => minuteOf(this.#moyskladMs) })
    this.cashier = new Cashier({
      hands,
      random: this.random,
      truth: this.truth,
      tally,
      trace: this.trace,
      saveSale: (sale, open, rest) => this.#saveSale(sale, open, rest),
      saleOf: (id) => this.server.moysklad.sales.get(id) ?? null,
      postSale: (id) => {
        const { sales } = this.server.moysklad
        const sale = sales.get(id)
        if (sale) sales.set(id, { ...sale, applicable: true })
      },
      deleteSale: (id) => void this.server.moysklad.sales.delete(id),
    })
  }

  async play(): Promise<void> {
    await this.#begin()
    for (let day = 0; day < days; day++) await this.#day(day)
    await this.#finish()
  }

  #noteKey(body: RequestInit['body'], { text }: Answer): void {
    const { journal, parent } = JSON.parse(Buffer.from(body as Uint8Array).toString()) as TillRequest
    if ((JSON.parse(text) as TillAnswer).keyIsOld) this.#oldKeys.add(journal)
    if (parent && this.#oldKeys.delete(parent.id)) this.tally.add('F19 keys rotated')
  }

  async #begin(): Promise<void> {
    const { random, server } = this
    await server.start()
    const boss = await this.#openShop()
    for (let n = random.int(1, 6); n > 0; n--) this.addCounter(boss)
    if (random.chance(0.2)) {
      // The same computer serves another shop as well (F23).
      const other = await this.#openShop()
      this.addCounter(other, random.pick(this.counters).parts.profile)
      this.tally.add('F23 two accounts in a browser')
    }
  }

  async #openShop(): Promise<Boss> {
    const { random, scheduler, server, truth, tally, trace } = this
    const boss = new Boss({
      server,
      accountId: randomUUID() as AccountId,
      truth,
      tally,
      trace,
      random,
      nowMs: () => scheduler.nowMs,
    })
    this.bosses.push(boss)
    const till = await boss.logIn()
    await till.answer('saveProgramme', programmeOf())
    await boss.allow()
    await this.#addCards(boss, this.bosses.length)
    return boss
  }

  addCounter(boss: Boss, profile?: Profile): Counter {
    const { random, scheduler, server, truth, trace } = this
    const { accountId } = boss
    const name = `till ${this.counters.length + 1}`
    const { key, person } = server.moysklad.hire({ accountId })
    const isOldPage = this.counters.length % 2 === 1
    const counter = new Counter({
      name,
      boss,
      accountId,
      contextKey: key,
      userToken: () => (isOldPage ? null : server.moysklad.userToken(person)),
      computer: new Computer(scheduler, name, random.int(-60, 60) * 1_000, random.chance(0.5)),
      profile: profile ?? new Profile(name),
      line: new Line(scheduler, server, random, this.tally),
      scheduler,
      truth,
      tally: this.tally,
      newId: () => this.#newId(),
      random: () => random.next(),
      log: (event, error) =>
        trace.say(event, error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
      onRecord: (id) => {
        if (this.poisonNext) {
          this.poisonNext = false
          server.poison.add(id)
          this.tally.add('F20 poison')
        }
      },
    })
    counter.parts.computer.sleep()
    this.counters.push(counter)
    return counter
  }

  /** Ids decide the order of locks and of rows: with those of chance no story could be told twice. */
  #newId(): string {
    const hex = () => this.random.int(0, 0xffff).toString(16).padStart(4, '0')
    const [a, b, c, d, e, f, g, h] = Array.from({ length: 8 }, hex) as string[] & { length: 8 }
    return `${a}${b}-${c}-4${d!.slice(1)}-8${e!.slice(1)}-${f}${g}${h}`
  }

  async #addCards(boss: Boss, shop: number): Promise<void> {
    const { random, truth } = this
    const added = Array.from({ length: 24 }, (_, n) => {
      const paid = n < 14 ? random.int(1, 60) * 10_000 : null
      return { id: this.#newId() as CardId, number: `4006${shop}${String(n).padStart(11, '0')}`, paid }
    })
    const till = await boss.logIn()
    await till.answer('addCards', {
      receiptId: this.#newId() as ReceiptId,
      cards: added.map(({ id, number, paid }) => ({
        id,
        number,
        blocked: false,
        opening:
          paid === null ? null : { paidKopecks: kopecks(paid), grantedKopecks: kopecks(0), expiresOn: null },
      })),
    })
    for (const { id, number, paid } of added) {
      this.cards.push({ id, number, account: boss.accountId })
      truth.opening.set(id, paid ?? 0)
      truth.faces.set(id, number.slice(-4))
    }
  }

  async #day(day: number): Promise<void> {
    const { random, scheduler, trace } = this
    trace.say(`--- day ${day + 1}`)
    const fromMs = scheduler.nowMs
    for (const { parts } of this.counters) {
      parts.line.up = random.chance(0.85)
      parts.line.weather = random.chance(0.35) ? rough : fair
      parts.profile.full = false
      this.server.moysklad.away = random.chance(0.05)
    }
    for (const boss of this.bosses) {
      if (random.chance(0.3)) await boss.askRisk()
      if (random.chance(0.3)) await boss.decide(0.7)
      if (random.chance(0.05)) await boss.allow({ enabled: random.chance(0.7) })
      if (random.chance(0.04)) await boss.closeGrant()
      if (random.chance(0.04)) await boss.endHold(this.oracle.someHold(boss.accountId, scheduler.nowMs))
      if (random.chance(0.25)) await boss.giveBack()
      if (random.chance(0.06)) await boss.setCard('block', this.#someCard(boss))
      for (const card of this.oracle.blocked(boss.accountId)) {
        if (random.chance(0.3)) await boss.setCard('unblock', card)
      }
      if (random.chance(0.02)) await boss.setTill('revoked', ['active', 'quarantined'])
      if (random.chance(0.1)) await boss.setTill('active', ['revoked'])
    }
    for (let n = random.int(0, 4); n > 0; n--) {
      await this.#mishaps.outage(() => this.#scene())
      await this.server.sweep()
      this.oracle.step()
      scheduler.skip(random.int(1, 120) * 60_000)
    }
    this.oracle.day(fromMs - dayMs, scheduler.nowMs)
    await this.#mishaps.night(day)
    scheduler.skip(Math.max(hourMs, fromMs + dayMs - scheduler.nowMs))
  }

  #someCard({ accountId }: Boss): string {
    return this.random.pick(this.cards.filter(({ account }) => account === accountId)).id
  }

  /** A few minutes at one till or at some; the others sleep. */
  async #scene(): Promise<void> {
    const { random, scheduler } = this
    const here = random.shuffle(this.counters).slice(0, random.pick([1, 1, 2, 3]))
    for (const { parts } of here) parts.computer.wake()
    const atWork = here.map(async (counter) => {
      await this.#serve(counter)
      // Whoever is done goes, however long the others take.
      counter.parts.computer.sleep()
    })
    await Promise.all(atWork)
    for (const { parts } of here) parts.computer.wake()
    await scheduler.run(random.int(1, 15) * 1_000)
    for (const counter of here) {
      const open = counter.working
      if (!open) continue
      await this.#as(open, () => this.cashier.lookBack(open))
      const form = counter.form
      if (form && random.chance(0.3)) await this.#as(form, () => this.cashier.newForm(form))
      const roll = random.next()
      if (roll < 0.12) await this.#as(open, () => this.cashier.cancel(open))
      else if (roll < 0.2) await this.#as(open, () => this.cashier.link(open))
    }
    await scheduler.run(random.int(0, 5) * 1_000)
    for (const { parts } of here) parts.computer.sleep()
  }

  async #serve(counter: Counter): Promise<void> {
    const { random } = this
    const open = counter.form ?? (await this.#come(counter))
    if (!open) return
    // The till gets its grant and the book while nobody waits for it.
    await this.scheduler.run(random.int(100, 1_500))
    // Another frame of the same till, as MoySklad opens them (F10).
    if (random.chance(0.15) && counter.open.length < 4) {
      const other = counter.load()
      this.tally.add('F10 two frames')
      await this.scheduler.until(this.#ready(other), 10_000, () => other.page.dead)
      if (other.works) {
        await Promise.all([this.#sell(open), this.#sell(other)])
        return
      }
    }
    await this.#sell(open)
  }

  /** Somebody opens the page, or opens it again where it does not work any more. */
  async #come(counter: Counter): Promise<OpenTill | null> {
    const before = counter.open[0]?.tab
    for (const one of [...counter.open]) one.page.kill()
    // Loaded again, or in a new tab.
    const fresh = counter.load(this.random.chance(0.4) ? before : undefined)
    await this.scheduler.until(this.#ready(fresh), 15_000, () => fresh.page.dead)
    return counter.form
  }

  /** One buyer after another. */
  async #sell(open: OpenTill): Promise<void> {
    const { random } = this
    const { line, accountId } = open.counter.parts
    for (let buyers = random.pick([1, 1, 2, 3]); buyers > 0 && open.works; buyers--) {
      const shelf = random.chance(0.02) ? this.cards : this.cards.filter((card) => card.account === accountId)
      // Some cards are everywhere, as they are where something goes wrong.
      const card = random.pick(random.chance(0.5) ? shelf.slice(0, 6) : shelf)
      const sum = random.chance(0.3) ? null : random.int(1, 40) * 10_000
      await this.#as(open, () => this.cashier.serve(open, card, sum, () => this.#meanwhile(open)))
      if (random.chance(0.3)) await this.#as(open, () => this.cashier.lookBack(open))
      if (!line.up && random.chance(0.15)) line.up = true
    }
    // They close the page before it has said anything, or at once after.
    if (random.chance(0.06)) open.tab.close()
  }

  /** Between the scan and the press. */
  async #meanwhile(open: OpenTill): Promise<void> {
    const { random } = this
    const { line } = open.counter.parts
    if (random.chance(0.25)) {
      line.up = !line.up
      // Long enough for the till to find out, or not.
      if (random.chance(0.9)) await this.#wait(random.pick([10, 500, 7_000]))
      else await this.#nap(open.counter)
    } else if (line.up && random.chance(0.2)) await this.#flap(open)
    // Which of the tab's frames it hits, nobody knows.
    const { saved } = open.tab
    this.#mishaps.sudden(saved && random.chance(0.6) ? saved : open)
  }

  /** The computer sleeps until what is held for the card in its form may be used no more. */
  async #nap({ parts: { computer } }: Counter): Promise<void> {
    this.tally.add('naps')
    computer.sleep()
    await this.#wait(16 * 60_000)
    computer.wake()
  }

  #wait(ms: number): Promise<void> {
    return new Promise((done) => this.scheduler.after(ms, done))
  }

  /** The line goes and comes, and the browser notices both: what a frame has open it asks about again. */
  async #flap(open: OpenTill): Promise<void> {
    const { line } = open.counter.parts
    const notice = () => open.tab.frames.forEach(({ page }) => page.tell('online'))
    this.tally.add('line flaps')
    line.up = false
    notice()
    await this.#wait(this.random.int(200, 3_000))
    line.up = true
    notice()
    await this.#wait(this.random.int(500, 3_000))
  }

  #ready(open: OpenTill): Promise<void> {
    return new Promise((done) => {
      open.till.onChange(() => {
        if (open.works) done()
      })
    })
  }

  /** Somebody acts at a till, until they are done or the page is gone. */
  async #as(open: OpenTill, work: () => Promise<void>): Promise<void> {
    this.tally.add('acts')
    await this.scheduler.until(this.#heard(open, open.do(work)), actMaxMs, () => open.page.dead)
  }

  /** What the code of a dead page meets is nobody's trouble, and that the storage said no stands on the screen. */
  #heard(open: OpenTill, work: Promise<void>): Promise<void> {
    return work.catch((error: unknown) => {
      if (open.page.dead) return
      if (!(error instanceof DOMException) && !(error instanceof StorageEmptied)) throw error
      this.tally.add(`the storage said: ${error.name}`)
    })
  }

  #saveSale(
    sale: SaleDocument['sale'],
    open: OpenTill,
    rest: Partial<SaleDocument> = {},
  ): SaleDocument | null {
    if (!open.counter.parts.line.up && this.random.chance(0.5)) return null
    this.#sales++
    return this.server.moysklad.sell(sale, {
      id: this.#newId() as DocumentId,
      name: String(this.#sales).padStart(5, '0'),
      moment: minuteOf(this.#moyskladMs),
      createdAtMs: this.#moyskladMs,
      employeeId: open.till.ready?.session.employee.id ?? null,
      ...rest,
    })
  }

  get #moyskladMs(): number {
    return Math.floor(this.scheduler.nowMs) + this.#moyskladAheadMs
  }

  /** The line is restored for all, everything is sent and decided. */
  async #finish(): Promise<void> {
    const { scheduler, server, trace } = this
    trace.say('--- the end')
    server.moysklad.away = false
    for (const { parts, open } of this.counters) {
      Object.assign(parts.line, { up: true, weather: fair })
      Object.assign(parts.profile, { full: false })
      for (const one of [...open]) one.page.kill()
      parts.computer.wake()
    }
    this.tally.add('moments before the end', this.moments)
    for (let round = 0; round < 4; round++) {
      for (const boss of this.bosses) {
        await boss.setTill('active', ['revoked'])
        await boss.decide(1)
      }
      // One computer after the other: of two that share a browser only one is used at a time.
      for (const counter of this.counters) if (round < 2 || counter.unsent !== 0) await this.#drain(counter)
    }
    const unsent = this.counters.filter((counter) => counter.unsent !== 0)
    if (unsent.length > 0) {
      throw new Error(
        `unsent at the end: ${unsent.map((one) => `${one.name} ${one.unsent} (${one.why})`).join(', ')}`,
      )
    }
    this.truth.refilling = false
    this.#draftsAtEnd()
    for (const boss of this.bosses) await boss.decide(1)
    this.oracle.end(this.scheduler.nowMs)
    if (this.oracle.undoneInReview > 0) this.tally.add('cancels while in review', this.oracle.undoneInReview)
    if (this.oracle.losses() > 0) this.tally.add('months with losses')
    if (this.oracle.lostSinceTold > 0) this.tally.add('months with losses after the owner was told')
    scheduler.skip(dayMs)
  }

  /** No card that was prepared for a sale that was saved and posted waits unasked, nor is forgotten (M3). */
  #draftsAtEnd(): void {
    const waiting = new Set(this.counters.flatMap((counter) => [...counter.waiting]))
    const shutOut = new Set(this.counters.flatMap((counter) => [...counter.shutOut]))
    this.oracle.drafts(waiting, shutOut, (documentId) =>
      this.server.moysklad.sales.has(documentId as DocumentId),
    )
  }

  async #drain(counter: Counter): Promise<void> {
    const { scheduler, server } = this
    const open = counter.load()
    await scheduler.until(this.#ready(open), 10_000)
    const isDone = () => open.till.journal.ghosts.length === 0 && open.till.journal.state.unsettled === 0
    // Asked about a ghost again and again, people answer.
    for (let n = 0; n < 15 && (n < 2 || !isDone()); n++) {
      await scheduler.run(2_000)
      await this.#as(open, () => this.cashier.lookBack(open))
    }
    // A record that breaks the server is put aside after many tries, five minutes apart at last.
    for (let n = 0; n < 20 && !isDone() && server.poison.size > 0; n++) await scheduler.run(600_000)
    await scheduler.run(6_000)
    // Whatever waits is asked about by the last form of the month.
    for (let n = 0; n < 3 && open.works; n++) {
      await this.#as(open, () => this.cashier.newForm(open))
      await scheduler.run(3_000)
      await this.#as(open, () => this.cashier.lookBack(open))
      await scheduler.run(3_000)
    }
    const { ready } = open.till
    const waiting = ready ? await open.do(() => ready.drafts.waiting()) : []
    const receipts = new Set(waiting.map(({ receiptId }) => receiptId))
    // A copy of a till that is shut out shows what waits there, and a manager decides about it.
    if (open.works) counter.waiting = receipts
    else counter.shutOut = receipts
    await open.do(() => open.till.refresh())
    counter.unsent = open.till.ready ? open.till.journal.state.unsettled : -1
    counter.why = `${open.till.trouble ?? ''} ${open.till.journal.ghosts.length} ghosts`
    open.page.kill()
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

const minuteOf = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ')

/** One request and its answer, in a line. */
function exchange(path: string, body: RequestInit['body'], { status, text }: Answer): (string | number)[] {
  const sent = (body instanceof Uint8Array ? JSON.parse(Buffer.from(body).toString()) : {}) as {
    journal?: string
    headSeq?: number
    waiting?: { seq: number }[]
    records?: { seq: number; id: string; settled: { status: string } | null }[]
  }
  const journal = (sent.journal ?? '').slice(0, 8)
  const waiting = sent.waiting?.length ? `waiting ${sent.waiting.map(({ seq }) => seq).join()}` : ''
  const records = (sent.records ?? []).map(
    (one) => `${one.seq}:${one.id.slice(0, 8)}${one.settled ? '*' : ''}`,
  )
  const short = text
    .replace(/"(nonce|proof|token|session|sealingKey|bookKey)":("[^"]*"|\{[^}]*\})/g, '')
    .replace(/([0-9a-f]{8})-[0-9a-f-]{27}/g, '$1')
  return [
    path,
    journal,
    `head ${sent.headSeq ?? ''}`,
    waiting,
    records.join(' '),
    '→',
    status,
    short.slice(0, 260),
  ]
}
