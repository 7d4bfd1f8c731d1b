import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import type { CardId, DocumentId, DraftId, HoldId, ReceiptId } from '../../src/core/ids.ts'
import { kopecks } from '../../src/core/money.ts'
import type { Receipt } from '../../src/core/receipt/receipt.ts'
import type { Db } from '../../src/server/db/db.ts'
import { goodsId, saleOf } from '../../src/core/testing/builders.ts'
import { seeded } from '../../src/core/testing/random.ts'
import type { TestTill } from '../server/test-till.ts'
import { newNumber, newReceiptId, world } from '../server/world.ts'
import { Oracle } from './oracle.ts'
import type { Act, Record } from './oracle-words.ts'
import { products, programmeFor, randomRules } from './story-rules.ts'
import { expectation, summary, told, toOperation } from './story-words.ts'

/** Half past eight in the evening in Moscow: a few hours later it is tomorrow, in one session. */
const evening = Date.parse('2026-10-02T17:30:00Z')
const stepsMax = 28

/** A record of a till's journal, and what the till was told about it. */
interface Page {
  record: Record
  receipt: Receipt
  told: string | null
}

/** One shop's evening with several tills, played against the server and the oracle at once. */
export async function playStory(db: Db, seed: number): Promise<void> {
  const random = seeded(seed)
  const shop = world(db)
  shop.time.nowMs = evening
  const rules = randomRules(random)
  const { manager, accountId, till } = await shop.shop(programmeFor(rules))
  const tills = [till, await shop.till(accountId), await shop.till(accountId)]
  const oracle = new Oracle(rules, '2026-10-02')
  const cards = await addCards()
  const journals = new Map<TestTill, Page[]>(tills.map((one) => [one, []]))
  const holds: { id: HoldId; till: TestTill; draft: DraftId; card: CardId; amount: number }[] = []
  const papers: DocumentId[] = []
  for (let step = random.int(8, stepsMax); step > 0; step--) await act()
  // At the end the line is up for everybody.
  for (const one of random.shuffle(tills)) await drain(one, true)
  await compareBalances()

  async function addCards(): Promise<{ id: CardId; number: string }[]> {
    const added = Array.from({ length: 5 }, (_, n) => ({
      id: randomUUID() as CardId,
      number: newNumber(),
      opening:
        n < 2
          ? null
          : {
              paidKopecks: kopecks(random.int(0, 1_500)),
              grantedKopecks: kopecks(random.int(0, 500)),
              expiresOn: random.pick([null, '2026-10-01', '2026-10-02', '2026-12-31']),
            },
      blocked: n === 4 && random.chance(0.3),
    }))
    await manager.answer('addCards', { receiptId: newReceiptId(), cards: added })
    for (const { id, opening, blocked } of added) {
      oracle.cards.set(id, {
        state: blocked ? 'blocked' : opening ? 'active' : 'unsold',
        paid: opening?.paidKopecks ?? 0,
        granted: opening?.grantedKopecks ?? 0,
        expiresOn: opening?.expiresOn ?? null,
        opened: opening !== null,
        days: opening ? [{ by: 'opening', day: opening.expiresOn }] : [],
      })
    }
    return added
  }

  async function act(): Promise<void> {
    const one = random.pick(tills)
    const roll = random.next()
    if (roll < 0.3) await ask(one)
    else if (roll < 0.42) await scan(one)
    else if (roll < 0.55) promise(one)
    else if (roll < 0.62) unanswered(one)
    else if (roll < 0.72) await giveBack(one)
    else if (roll < 0.8) await cancel(one)
    else if (roll < 0.92) await drain(one, random.chance(0.5))
    else if (roll < 0.93) await tamper(one)
    else passTime()
  }

  function passTime(): void {
    shop.time.nowMs = Math.min(evening + 9 * 3_600_000, shop.time.nowMs + random.int(1, 4) * 3_600_000)
    oracle.today = shop.time.nowMs < Date.parse('2026-10-02T21:00:00Z') ? '2026-10-02' : '2026-10-03'
  }

  /** A till that has records waiting sends them before or with the new one: its journal goes in order. */
  async function ask(one: TestTill): Promise<void> {
    const document = random.chance(0.5) ? paper() : null
    const goods = document && oracle.papers.get(document)!.goods
    const acts = random.chance(0.7) ? redeems(null, goods) : loads()
    write(one, 'ask', acts, { document })
    await drain(one, random.chance(0.85))
  }

  /** @param goods what the sale costs, where there is one: sums then play around it */
  function redeems(hold: (typeof holds)[0] | null, goods: number | null = null): Act[] {
    if (hold) {
      const amount = random.chance(0.8) ? hold.amount : random.int(1, hold.amount + 50)
      return [{ kind: 'redeem', card: hold.card, amount, hold: hold.id, typed: random.chance(0.05) }]
    }
    const n = random.pick([1, 1, 1, 2, 3])
    const chosen = random.shuffle(cards).slice(0, n)
    if (random.chance(0.04)) chosen.push(chosen[0]!)
    if (random.chance(0.04)) chosen.push({ id: randomUUID() as CardId, number: '' })
    return chosen.map(({ id }) => {
      const has = oracle.cards.get(id)
      const [low, high] = [(has?.paid ?? 0) + (has?.granted ?? 0), 2_500]
      const around =
        goods !== null && random.chance(0.6) ? Math.min(goods, low) : random.chance(0.75) ? low : high
      const amount = random.int(1, Math.max(1, around))
      return { kind: 'redeem', card: id, amount, hold: null, typed: random.chance(0.2) }
    })
  }

  function loads(): Act[] {
    return random
      .shuffle(cards)
      .slice(0, random.pick([1, 1, 2]))
      .map(({ id }): Act => {
        const product = random.pick(products)
        const face = rules.certificates.get(product)! + (random.chance(0.05) ? 1 : 0)
        const paid = random.chance(0.7) ? face : random.int(0, face)
        return { kind: 'load', card: id, product, face, paid, hold: null, typed: false }
      })
  }

  function paper(): DocumentId {
    if (papers.length > 0 && random.chance(0.5)) return random.pick(papers)
    const goods = random.int(0, 3_000)
    const sold = products.map((id) => ({ id, n: random.int(0, 2) }))
    const rows = [
      { productId: goodsId, quantity: 1, priceKopecks: goods, discountPercent: 0 },
      ...sold.map(({ id, n }) => ({
        productId: id,
        quantity: n,
        priceKopecks: rules.certificates.get(id)!,
        discountPercent: 0,
      })),
    ]
    const sum = rows.reduce((total, row) => total + row.quantity * row.priceKopecks, 0)
    const { id } = shop.moysklad.sell({ rows, sumKopecks: kopecks(sum) })
    oracle.papers.set(id, { goods, certificates: new Map(sold.map((row) => [row.id, row.n])) })
    papers.push(id)
    return id
  }

  async function scan(one: TestTill): Promise<void> {
    const card = random.pick(cards)
    // A till whose journal has two branches may only hand it over.
    if (oracle.quarantined.has(one.id)) return
    const wish = {
      id: randomUUID() as HoldId,
      draftId: randomUUID() as DraftId,
      amount: random.int(1, 1_500),
    }
    // No two in one moment: which of two holds is the older decides.
    shop.time.nowMs++
    const { hold } = await one.answer('lookup', {
      number: card.number,
      entered: 'scanned',
      hold: { id: wish.id, draftId: wish.draftId, redeemKopecks: kopecks(wish.amount), load: false },
    })
    const expected = oracle.scan(wish.id, one.id, wish.draftId, card.id, wish.amount)
    expect(hold?.amountKopecks ?? null, `hold, ${told(seed)}`).toBe(expected)
    if (expected !== null) {
      holds.push({ id: wish.id, till: one, draft: wish.draftId, card: card.id, amount: expected })
    }
  }

  /** The line is down: the till promises on a hold, or (it should not) without one. */
  function promise(one: TestTill): void {
    const own = holds.filter((hold) => hold.till === one)
    const hold = own.length > 0 ? random.pick(own) : null
    if (!hold && random.chance(0.7)) return
    write(one, 'promise', redeems(hold), { draft: hold && random.chance(0.5) ? hold.draft : null })
  }

  /** Nobody answered the ask, so the till promises the same; either may reach the server first. */
  function unanswered(one: TestTill): void {
    const hold = holds.find((candidate) => candidate.till === one)
    if (!hold) return
    const acts = redeems(hold)
    const first = write(one, 'ask', acts, {})
    write(one, 'promise', acts, { standsFor: first.record.id })
    const pages = journals.get(one)!
    const roll = random.next()
    if (roll < 0.4) pages.push(pages.splice(-2, 1)[0]!)
    // Or the cashier gave up on the ask before, or gives up on it now.
    const given = () => write(one, 'ask', [{ kind: 'void', of: first.record.id }], {})
    if (roll > 0.8) given()
    else if (roll > 0.6) {
      given()
      pages.splice(-1, 0, pages.pop()!)
    }
  }

  async function giveBack(one: TestTill): Promise<void> {
    const paid = pagesOfAll().filter((page) => page.record.acts.some((each) => each.kind === 'redeem'))
    if (paid.length === 0) return
    const { record } = random.pick(paid)
    const acts = record.acts.flatMap((each): Act[] =>
      each.kind === 'redeem' && random.chance(0.8)
        ? [{ kind: 'refund', card: each.card, amount: random.int(1, each.amount + 5), of: record.id }]
        : [],
    )
    if (acts.length === 0) return
    write(one, 'ask', acts, {})
    await drain(one, random.chance(0.9))
  }

  async function cancel(one: TestTill): Promise<void> {
    const own = journals.get(one)!
    const returns = own.filter((page) => page.record.acts[0]?.kind === 'refund')
    const pages =
      returns.length > 0 && random.chance(0.5) ? returns : random.chance(0.85) ? own : pagesOfAll()
    if (pages.length === 0) return
    const { record } = random.pick(pages)
    write(one, 'ask', [{ kind: 'void', of: record.id }], {})
    const [first] = record.acts
    // With the return undone the sale itself can be undone again.
    if (first?.kind === 'refund') write(one, 'ask', [{ kind: 'void', of: first.of }], {})
    await drain(one, random.chance(0.9))
  }

  /** Somebody sends another text under a known id: nothing may move, now and later. */
  async function tamper(one: TestTill): Promise<void> {
    const settled = journals.get(one)!.filter((page) => page.told !== null)
    if (settled.length === 0) return
    const { receipt } = random.pick(settled)
    const outcome = await one.send({ ...receipt, happenedAtMs: receipt.happenedAtMs + 1 })
    expect(outcome, told(seed)).toEqual({ status: 'in_review', code: 'receipt_conflict' })
    oracle.quarantined.add(one.id)
  }

  function pagesOfAll(): Page[] {
    return [...journals.values()].flat()
  }

  function write(
    one: TestTill,
    mode: Record['mode'],
    acts: Act[],
    rest: { document?: DocumentId | null; draft?: DraftId | null; standsFor?: string },
  ): Page {
    const { document = null, draft = null, standsFor = null } = rest
    const receipt = one.receipt(acts.map(toOperation), {
      mode,
      standsFor: standsFor as ReceiptId | null,
      sale: document || draft ? saleOf(document, 0, draft) : null,
    })
    const record: Record = { id: receipt.id, till: one.id, mode, standsFor, document, draft, acts }
    const page = { record, receipt, told: null }
    journals.get(one)!.push(page)
    return page
  }

  /** Sends what was not answered, sometimes with what was; the answer may be lost on the way. */
  async function drain(one: TestTill, answerArrives: boolean): Promise<void> {
    const again = random.chance(0.25)
    const batch = journals.get(one)!.filter((page) => page.told === null || (again && random.chance(0.5)))
    if (batch.length === 0) return
    const expected = batch.map((page) => oracle.arrive(page.record))
    const { outcomes } = await one.sync(...batch.map((page) => page.receipt))
    for (const [n, page] of batch.entries()) {
      const { outcome } = outcomes[n]!
      expect(
        summary(outcome),
        `record ${n} of ${batch.length}: ${JSON.stringify(page.record)}, ${told(seed)}`,
      ).toEqual(expectation(expected[n]!))
      const text = JSON.stringify(outcome)
      if (page.told !== null) expect(text, told(seed)).toBe(page.told)
      if (answerArrives) page.told = text
    }
  }

  async function compareBalances(): Promise<void> {
    for (const card of cards) {
      const { card: view } = await manager.answer('lookup', {
        number: card.number,
        entered: 'scanned',
        hold: null,
      })
      const own = oracle.cards.get(card.id)!
      const expired = own.state === 'active' && own.expiresOn !== null && own.expiresOn < oracle.today
      const state = expired
        ? 'expired'
        : own.state === 'active' && own.paid + own.granted === 0
          ? 'used_up'
          : own.state
      expect(
        {
          state: view!.state,
          paid: view!.balanceKopecks - view!.grantedKopecks,
          granted: view!.grantedKopecks,
          expiresOn: view!.expiresOn,
        },
        `card ${card.id}, ${told(seed)}`,
      ).toEqual({ state, paid: own.paid, granted: own.granted, expiresOn: own.expiresOn })
    }
  }
}
