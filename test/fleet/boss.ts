import type { AccountId, CardId, GrantId, ReceiptId, TillId } from '../../src/core/ids.ts'
import { kopecks } from '../../src/core/money.ts'
import type { OfflinePolicy } from '../../src/core/receipt/grant.ts'
import type { Operation } from '../../src/core/receipt/operations.ts'
import { refund } from '../../src/core/testing/builders.ts'
import type { Random } from '../../src/core/testing/random.ts'
import { TestTill } from '../server/test-till.ts'
import type { Trace } from './trace.ts'
import type { Deal, Truth } from './truth.ts'
import type { ServerMachine } from './world/server-machine.ts'
import type { Tally } from './world/tally.ts'

export interface BossDeps {
  server: ServerMachine
  accountId: AccountId
  truth: Truth
  tally: Tally
  trace: Trace
  random: Random
  nowMs: () => number
}

/** The manager: whatever they press goes straight to the server. */
export class Boss {
  readonly accountId: AccountId
  readonly #deps: BossDeps
  readonly #key: string
  #till: TestTill | null = null
  #since = 0

  constructor(deps: BossDeps) {
    this.#deps = deps
    this.accountId = deps.accountId
    this.#key = deps.server.moysklad.hire({ accountId: deps.accountId, role: 'manager' }).key
  }

  /** A new session each time: one lives only for a shift. */
  async logIn(): Promise<TestTill> {
    const { server, nowMs } = this.#deps
    const fetch = async (path: string, init: RequestInit) => {
      const answer = await server.handle(path, init)
      if (!answer) throw new Error('the server is down')
      return new Response(answer.text, { status: answer.status })
    }
    const person = server.moysklad.people.get(this.#key)!
    this.#since = nowMs()
    return (this.#till = await TestTill.open(fetch, this.#key, person.employeeId, nowMs))
  }

  async allow(policy: Partial<OfflinePolicy> = {}): Promise<void> {
    // A small sum is soon used up, and then shows who counts.
    const perTillKopecks = kopecks(this.#deps.random.pick([150_000, 400_000, 1_000_000]))
    await this.#press('policies', (till) =>
      till.answer('savePolicy', { ...anyPolicy, perTillKopecks, ...policy }),
    )
  }

  /** What the owner can lose at most, as they are told. */
  async askRisk(): Promise<void> {
    const { truth, nowMs, trace } = this.#deps
    await this.#press('risks told', async (till) => {
      const { maxLossKopecks, grants } = await till.answer('risk', null)
      const known = grants.map(({ id }) => id)
      truth.told.push({ account: this.accountId, atMs: nowMs(), sum: maxLossKopecks, grants: known })
      trace.say('the owner is told', maxLossKopecks)
    })
  }

  /** Decides some of the open cases, or all of them. */
  async decide(share: number): Promise<void> {
    const { random, truth, trace } = this.#deps
    await this.#press('', async (till) => {
      const { cases } = await till.answer('cases', null)
      for (const one of cases) {
        if (one.decision || !random.chance(share) || one.choices.length === 0) continue
        const choice = random.pick(one.choices)
        trace.say('the manager decides', one.kind, choice, one.receiptId ?? '')
        await this.#press(`decided: ${one.kind} ${choice}`, async () => {
          await till.answer('decideCase', { choice, note: 'так' }, one.id)
          this.#deps.tally.add(`choice: ${choice}`)
          if (one.receiptId) truth.decided.set(one.receiptId, choice)
        })
      }
    })
  }

  async closeGrant(): Promise<void> {
    const { random } = this.#deps
    await this.#press('', async (till) => {
      const { grants } = await till.answer('risk', null)
      if (grants.length === 0) return
      const { id } = random.pick(grants)
      await this.#press('grants closed', () => till.answer('closeGrant', null, id satisfies GrantId))
    })
  }

  async endHold(id: string | null): Promise<void> {
    if (id === null) return
    this.#deps.truth.ended.add(id)
    await this.#press('holds ended', (till) => till.answer('releaseHeld', null, id))
  }

  /** Somebody brings goods back, days later: part of a payment or all of it returns to the card (C7). */
  async giveBack(): Promise<void> {
    const { random, truth } = this.#deps
    const paid = [...truth.deals.values()].filter(
      (deal) => deal.kind === 'payment' && deal.account === this.accountId && deal.everDone,
    )
    if (paid.length === 0) return
    const deal = random.pick(paid.slice(-12))
    const { card, amount } = deal.cards[0]!
    const sum = random.chance(0.4) ? amount : random.int(1, amount / 10_000) * 10_000
    const operation = refund(card as CardId, sum, deal.id as ReceiptId)
    await this.#refund(operation, [{ card, amount: sum }], deal.id)
  }

  /** A card was found in the street, or its owner has come back (C3). */
  async setCard(kind: 'block' | 'unblock', cardId: string): Promise<void> {
    const { server, tally, trace } = this.#deps
    const { employeeId } = server.moysklad.people.get(this.#key)!
    const order = { accountId: this.accountId, employeeId, cardId: cardId as CardId, kind }
    const status = await server.setCard(order)
    trace.say('the manager', kind, cardId, status ?? 'in vain')
    if (status) tally.add(`${kind}s ${status}`)
  }

  /** A receipt of their own, which the line brings once or twice (F3). */
  async #refund(operation: Operation, cards: Deal['cards'], of: string): Promise<void> {
    const { random, truth, nowMs, trace } = this.#deps
    await this.#press('', async (till) => {
      const receipt = till.receipt([operation])
      const deal = truth.begin({
        id: receipt.id,
        account: this.accountId,
        counter: 'the manager',
        kind: 'refund',
        mode: 'ask',
        cards,
        of,
        atMs: nowMs(),
        painted: true,
      })
      const first = await till.send(receipt)
      const outcome = random.chance(0.3) ? await till.send(receipt) : first
      if (first.status !== outcome.status)
        throw new Error(`refund ${receipt.id}: ${first.status}, ${outcome.status}`)
      trace.say('the manager gives back', outcome.status, of)
      if (outcome.status === 'applied') deal.everDone = true
      if (outcome.status === 'refused') deal.everRefused = true
      this.#deps.tally.add(`refunds ${outcome.status}`)
    })
  }

  async setTill(state: 'active' | 'revoked' | 'retired', from: string[]): Promise<void> {
    const { random, trace } = this.#deps
    await this.#press('', async (till) => {
      const { tills } = await till.answer('tills', null)
      const fit = tills.filter((one) => from.includes(one.state) && one.id !== till.id)
      if (fit.length === 0) return
      const { id } = random.pick(fit)
      trace.say('the manager makes', id, state)
      await this.#press(`tills made ${state}`, () => till.answer('tillState', { state }, id satisfies TillId))
    })
  }

  async #press(name: string, work: (till: TestTill) => Promise<unknown>): Promise<void> {
    const { tally, server } = this.#deps
    if (!server.running) return
    try {
      const young = this.#till && this.#deps.nowMs() - this.#since < 11 * 3_600_000
      await work(young && this.#till ? this.#till : await this.logIn())
      if (name) tally.add(name)
    } catch (error) {
      // Not built yet, or not to be done any more: neither is a story's end.
      if (!(error instanceof Error) || !/: 4\d\d /.test(error.message)) throw error
      tally.add(`the manager may not: ${error.message.slice(0, 60)}`)
    }
  }
}

const anyPolicy: OfflinePolicy = {
  enabled: true,
  perReceiptKopecks: kopecks(400_000),
  perCardKopecks: kopecks(400_000),
  perTillKopecks: kopecks(1_000_000),
  loads: 3,
  loadsKopecks: kopecks(450_000),
  grantHours: 48,
  bookHours: 72,
}
