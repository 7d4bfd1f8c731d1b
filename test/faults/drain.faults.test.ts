import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { CardId, ReceiptId } from '../../src/core/ids.ts'
import type { Db, Row } from '../../src/server/db/db.ts'
import { seeded } from '../../src/core/testing/random.ts'
import { firstSeed } from '../server/random.ts'
import { usedHeapBytes } from '../support/heap.ts'
import { faultKinds } from './fault-proxy.ts'
import { type Ended, ownSums, type Planned } from './plan.ts'
import { type FaultShop, load, openShop } from './shop.ts'

/**
 * Several tills in a real browser write receipts and send them over a bad line to the real server. Whatever the line
 * does: every record has an outcome, every receipt is on the ledger exactly once, and the sums are those that the plan
 * and the outcomes give. `PODAROK_FAULTS` sets how many receipts, `PODAROK_SEED` replays a run; PostgreSQL has its turn
 * in the long form.
 */
const shortForm = 3_000
const receipts = Number(process.env['PODAROK_FAULTS'] ?? shortForm)
const engines = receipts > shortForm ? (['sqlite', 'postgres'] as const) : (['sqlite'] as const)
/** The first has two frames, the second is reloaded in the middle. */
const tillCount = 3
const chunk = 250
/** Every tenth answer is lost; so much more of the requests meets something else. */
const chance = 0.35
/** What stays in a page that has sent some thousand records; the texts of 1 000 records alone are a megabyte. */
const heapGrowthMaxBytes = 2_000_000

describe.each(engines)('a bad line (%s)', (engine) => {
  test(`[J6] [L5] ${receipts} receipts of ${tillCount} tills are on the ledger exactly once`, async () => {
    const seed = firstSeed(receipts > shortForm)
    const story = `seed ${seed}`
    console.log(`${engine}: ${receipts} receipts, ${story}`)
    const shop = await openShop(engine, seeded(seed), { receipts, tillCount, chance, loseEvery: 10 })
    try {
      const plans = shop.plans
      shop.proxy.arm()
      const startedAt = performance.now()
      await Promise.all([
        twoFrames(shop.pages[0]!, shop.second, plans[0]!),
        reloadedHalfway(shop, plans[1]!),
        ...shop.pages.slice(2).map((page, n) => write(page, plans[n + 2]!)),
      ])
      const writtenMs = performance.now() - startedAt
      const heaps = await drained(shop, plans)
      const drainedMs = performance.now() - startedAt
      await shop.proxy.disarm()
      tell(shop, engine, writtenMs, drainedMs)
      await requireTruth(shop, story)
      for (const growth of heaps) expect(growth, story).toBeLessThan(heapGrowthMaxBytes)
    } finally {
      await shop.close()
    }
    expect(await shop.verify(), story).toMatchObject({ code: 0 })
    await shop.remove()
  })
})

/** In pieces: what a page is given stays in its memory until it is written. */
async function write(page: Page, plan: readonly Planned[]): Promise<void> {
  for (let n = 0; n < plan.length; n += chunk) {
    await page.evaluate((part) => window.faultTill.write(part), plan.slice(n, n + chunk))
  }
}

/** Two frames of one till write at once; what undoes or replaces a receipt waits until all of them are written. */
async function twoFrames(first: Page, second: Page, plan: readonly Planned[]): Promise<void> {
  const follows = (one: Planned) =>
    one.standsFor !== null || one.operations.some(({ kind }) => kind === 'void')
  const free = plan.filter((one) => !follows(one))
  const half = Math.ceil(free.length / 2)
  await Promise.all([write(first, free.slice(0, half)), write(second, free.slice(half))])
  await write(second, plan.filter(follows))
}

/** The page is gone in the middle of its work, and what it had sent or not is nobody's knowledge. */
async function reloadedHalfway({ pages, proxy, keys }: FaultShop, plan: readonly Planned[]): Promise<void> {
  const page = pages[1]!
  const half = Math.ceil(plan.length / 2)
  await write(page, plan.slice(0, half))
  await load(page, proxy.urls[1]!, keys[1]!)
  await write(page, plan.slice(half))
}

/** @returns by how much the memory of each page has grown from the last written record to the last answer */
async function drained({ pages, second }: FaultShop, plans: readonly Planned[][]): Promise<number[]> {
  const before = await Promise.all(pages.map(usedHeapBytes))
  for (;;) {
    const courses = await Promise.all(
      [...pages, second].map((page) => page.evaluate(() => window.faultTill.course())),
    )
    const bad = courses.find((course) => course.trouble !== null)
    if (bad) throw new Error(`a till is in trouble: ${JSON.stringify(bad)}`)
    const sent = pages.every((_, n) => courses[n]!.unsettled === 0 && courses[n]!.headSeq >= plans[n]!.length)
    if (sent) break
    await sleep(100)
  }
  const after = await Promise.all(pages.map(usedHeapBytes))
  return after.map((bytes, n) => bytes - before[n]!)
}

async function endsOf(page: Page): Promise<Ended[]> {
  const ends: Ended[] = []
  for (;;) {
    const last = ends.at(-1)
    const after: [number, number] = last ? [last.ordinal, last.seq] : [0, 0]
    const more = await page.evaluate(([key, limit]) => window.faultTill.ends(key, limit), [
      after,
      2_000,
    ] as const)
    if (more.length === 0) return ends
    ends.push(...more)
  }
}

async function requireTruth(shop: FaultShop, story: string): Promise<void> {
  const plan = shop.plans.flat()
  const ends = new Map<ReceiptId, Ended>()
  for (const page of shop.pages) for (const end of await endsOf(page)) ends.set(end.id, end)
  console.log(
    `outcomes: ${counted([...ends.values()].map((end) => end.code ?? (end.by ? 'twin' : String(end.status))))}`,
  )
  expect(ends.size, story).toBe(plan.length)
  expect(
    plan.filter((one) => ends.get(one.id)?.status === null),
    story,
  ).toEqual([])
  expect(
    [...ends.values()].filter((end) => end.status === 'in_review'),
    story,
  ).toEqual([])
  const db = shop.db()
  try {
    await requireLedger(db, shop, plan, ends, story)
  } finally {
    await db.close()
  }
}

async function requireLedger(
  db: Db,
  shop: FaultShop,
  plan: readonly Planned[],
  ends: ReadonlyMap<ReceiptId, Ended>,
  story: string,
): Promise<void> {
  const all = (sql: string) => db.read((query) => query.all(sql, [shop.accountId]))
  const own = ownSums(plan, ends)
  const stored = await all('select id, status from receipt where account_id = $1 and seq is not null')
  expect(stored.length, story).toBe(plan.length)
  expect(
    stored.filter((row) => ends.get(text(row, 'id') as ReceiptId)?.status !== row['status']),
    story,
  ).toEqual([])
  const posted = await all(
    `select o.receipt_id, count(*) as n from operation o join receipt r on r.account_id = o.account_id
      and r.id = o.receipt_id where o.account_id = $1 and r.seq is not null group by o.receipt_id`,
  )
  const postedBy = new Map(posted.map((row) => [text(row, 'receipt_id') as ReceiptId, Number(row['n'])]))
  expect(postedBy, story).toEqual(own.operations)
  const cards = await all('select id, paid + granted as balance from card where account_id = $1')
  const wrong = cards.filter((row) => {
    const id = text(row, 'id') as CardId
    return Number(row['balance']) !== shop.opening.get(id)! + (own.changes.get(id) ?? 0)
  })
  expect(wrong, story).toEqual([])
  const sums = await all(
    `select account, cast(sum(amount) as bigint) as amount from entry where account_id = $1 group by account`,
  )
  const sumOf = (account: string) => Number(sums.find((row) => row['account'] === account)?.['amount'] ?? 0)
  expect(sumOf('redeemed'), story).toBe(own.redeemedKopecks)
  expect(-sumOf('sold'), story).toBe(own.soldKopecks)
  expect(
    sums.reduce((sum, row) => sum + Number(row['amount']), 0),
    story,
  ).toBe(0)
  expect(await all('select kind, evidence from cases where account_id = $1'), story).toEqual([])
}

function tell({ proxy, serverLines }: FaultShop, engine: string, writtenMs: number, drainedMs: number): void {
  const struck = faultKinds.map((kind) => `${kind} ${proxy.struck[kind]}`).join(', ')
  console.log(
    `${engine}: written in ${seconds(writtenMs)}, drained in ${seconds(drainedMs)}; ${proxy.faulted} requests: ${struck}`,
  )
  const events = serverLines.map((line) => (JSON.parse(line) as { event: string }).event)
  console.log(`server: ${counted(events)}`)
  // An error in the log means that somebody must look, and a bad line is nothing to look at.
  expect(serverLines.filter((line) => line.includes('"level":"error"'))).toEqual([])
  const missing = faultKinds.filter((kind) => proxy.struck[kind] === 0)
  expect(missing).toEqual([])
}

function counted(words: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].map(([word, n]) => `${word} ${n}`).join(', ')
}

const text = (row: Row, column: string) => String(row[column])
const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`
