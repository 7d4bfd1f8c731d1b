import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import type { EmployeeId } from '../../src/core/ids.ts'
import { openSqliteReadOnly } from '../../src/server/db/sqlite.ts'
import { verifyLedger } from '../../src/server/ledger/audit/verify.ts'
import { freshFolder } from '../server/folders.ts'
import { startMoySkladStub } from '../server/moysklad-stub.ts'
import { startServer } from '../server/server-process.ts'
import { programmeOf } from '../../src/core/testing/builders.ts'
import { TestTill } from '../server/test-till.ts'
import { addCard } from '../server/world.ts'
import { chromiumLaunch } from '../support/chromium.ts'
import { usedHeapBytes } from '../support/heap.ts'
import { buildPage, pagePath } from '../support/page-build.ts'
import type { Peer } from './drain-page.ts'
import { openingKopecks } from './redeem-ours.ts'
import { absoluteRow, type BenchRow, mean, median, round } from './row.ts'

/** `PODAROK_DRAIN=100000` is the long form: one more size. */
const longest = Number(process.env['PODAROK_DRAIN'] ?? 0)
const small = 2_000
const large = 10_000
const workboxRatioMin = 30
/** Beside the least that a batch queue can be (docs/decisions/0013). */
const bareRatioMin = 0.8
const linearMax = 1.3
const heapGrowthMaxMb = 2

interface Figures {
  /** Milliseconds for a record, by how many were drained. */
  ours: Map<number, number[]>
  peers: Record<Peer, number[]>
  /** Bytes of the page's heap that draining has left behind, or held in its middle, above what was there before. */
  heap: Map<number, number[]>
}

/** P4: a full journal drained into the real server, beside other queues in the same page that send the same receipts. */
export async function benchDrain(): Promise<BenchRow[]> {
  const folder = freshFolder()
  const [widgetDir, dataDir] = [join(folder, 'page'), join(folder, 'data')]
  await buildPage(import.meta.dirname, 'drain-page.ts', widgetDir)
  const stub = await startMoySkladStub(randomUUID())
  const server = await startServer({ dataDir, moyskladUrl: stub.url, widgetDir })
  try {
    const context = await chromium.launchPersistentContext(join(folder, 'profile'), chromiumLaunch())
    try {
      const figures = await measure(await context.newPage(), server.url)
      await server.stop()
      await requireAll(dataDir, figures)
      return rowsOf(figures)
    } finally {
      await context.close()
    }
  } finally {
    await server.stop()
    await stub.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measure(page: Page, url: string): Promise<Figures> {
  const cardId = await cardWithMoney(url)
  await page.goto(url + pagePath)
  await page.waitForFunction(() => 'benchDrain' in window)
  const key = () => `cashier.${randomUUID()}`
  const keys = { ours: key(), bare: key(), dexie: key(), workbox: key() }
  await page.evaluate((all) => window.benchDrain.open(all), keys)
  const figures: Figures = {
    ours: new Map(),
    peers: { bare: [], dexie: [], workbox: [] },
    heap: new Map(),
  }
  const ours = (count: number) => async () => {
    await page.evaluate(([card, n]) => window.benchDrain.fillOurs(card, n), [cardId, count] as const)
    const before = await usedHeapBytes(page)
    const half = page.evaluate(() => window.benchDrain.halfDrained())
    const [ms, middle] = await Promise.all([
      page.evaluate(() => window.benchDrain.drainOurs()),
      half.then(() => usedHeapBytes(page)),
    ])
    const after = await usedHeapBytes(page)
    note(figures.ours, count, ms / count)
    note(figures.heap, count, Math.max(middle, after) - before)
    console.error(`  ours ${count}: ${(ms / count).toFixed(3)} ms a record`)
  }
  const peer = (name: Peer, count: number) => async () => {
    await page.evaluate(([who, card, n]) => window.benchDrain.fillPeer(who, card, n), [
      name,
      cardId,
      count,
    ] as const)
    const ms = await page.evaluate((who) => window.benchDrain.drainPeer(who), name)
    figures.peers[name].push(ms / count)
    console.error(`  ${name} ${count}: ${(ms / count).toFixed(3)} ms a record`)
  }
  // Whatever else the machine does falls on all of them.
  const turns = [ours(small), ours(large), peer('bare', large), peer('dexie', large)]
  for (const turn of turns) await turn()
  // Replaying one by one takes minutes, and that once, between two turns of ours.
  await peer('workbox', large)()
  for (const turn of turns.toReversed()) await turn()
  if (longest > 0) await ours(longest)()
  return figures
}

function note(into: Map<number, number[]>, count: number, figure: number): void {
  into.set(count, [...(into.get(count) ?? []), figure])
}

async function cardWithMoney(url: string): Promise<string> {
  const employee = randomUUID() as EmployeeId
  const manager = await TestTill.open(
    (path, init) => fetch(url + path, init),
    `manager.${employee}`,
    employee,
    Date.now,
  )
  await manager.answer('saveProgramme', programmeOf())
  return (await addCard(manager, { paid: openingKopecks })).id
}

/** A queue that lost something would be the fastest of all. */
async function requireAll(dataDir: string, { ours, peers }: Figures): Promise<void> {
  const sent =
    [...ours].reduce((sum, [count, times]) => sum + count * times.length, 0) +
    Object.values(peers).flat().length * large
  const db = openSqliteReadOnly(dataDir)
  const [row] = await db.read((query) =>
    query.all(`select count(*) as n from receipt where seq is not null and status = 'applied'`),
  )
  const { difference } = await verifyLedger(db)
  await db.close()
  if (Number(row?.['n']) !== sent) throw new Error(`of ${sent} receipts ${Number(row?.['n'])} are applied`)
  if (difference) throw new Error(`after the bench the books do not agree: ${difference}`)
}

function rowsOf(figures: Figures): BenchRow[] {
  const perSecond = (msPerRecord: number) => Math.round(1_000 / msPerRecord)
  const ours = mean(figures.ours.get(large)!)
  const beside = (peer: Peer, said: string, ratioMin: number | null): BenchRow => {
    const times = figures.peers[peer]
    // Between two turns the machine may have become another one: a ratio is of neighbours, where there are any.
    const ratio =
      times.length === 1 ? times[0]! / ours : median(times.map((ms, n) => ms / figures.ours.get(large)![n]!))
    return {
      name: `P4 drain ${large} beside ${said}`,
      ours: perSecond(ours),
      peer: perSecond(mean(times)),
      ratio: round(ratio),
      budget: ratioMin === null ? 'shown' : `≥ ${ratioMin}`,
      unit: 'records/s',
      ok: ratioMin === null || ratio >= ratioMin,
    }
  }
  const larger = [...figures.ours.keys()].filter((count) => count > small)
  return [
    beside('workbox', 'workbox-background-sync', workboxRatioMin),
    beside('bare', 'bare IndexedDB', bareRatioMin),
    beside('dexie', 'Dexie', null),
    ...larger.map((count) => linearRow(figures.ours, count)),
    ...[...figures.heap].map(([count, bytes]) =>
      absoluteRow(
        `P4 memory in draining ${count}, above what was there`,
        median(bytes) / 1_000_000,
        heapGrowthMaxMb,
        'MB',
      ),
    ),
  ]
}

function linearRow(ours: Figures['ours'], count: number): BenchRow {
  const [few, many] = [ours.get(small)!, ours.get(count)!]
  const ratio = median(many.slice(0, few.length).map((ms, n) => ms / few[n]!))
  return {
    name: `P4 time linear: a record of ${count} beside one of ${small}`,
    ours: round(median(many)),
    peer: round(median(few)),
    ratio: round(ratio),
    budget: `≤ ${linearMax}`,
    unit: 'ms',
    ok: ratio <= linearMax,
  }
}
