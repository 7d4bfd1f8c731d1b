import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'
import { chromiumLaunch } from '../support/chromium.ts'
import { buildPage } from '../support/page-build.ts'
import type { Times } from './append-page.ts'
import { type BenchRow, median, round } from './row.ts'

const rounds = 7
const appendsPerWay = 80
const bareRatioMax = 1.3

/**
 * P3: a card's number sealed and its receipt appended, as the till does it, beside a bare strict put and a plain strict
 * Dexie put of the same bytes.
 */
export async function benchAppend(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'podarok-bench-'))
  try {
    const pageDir = join(folder, 'page')
    await buildPage(import.meta.dirname, 'append-page.ts', pageDir)
    const { server, url } = await serve(pageDir)
    try {
      return rowsOf(await measure(url, join(folder, 'profile')))
    } finally {
      server.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function serve(folder: string): Promise<{ server: Server; url: string }> {
  const script = await readFile(join(folder, 'assets/page.js'))
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js'
    response.writeHead(200, {
      'content-type': isScript ? 'text/javascript' : 'text/html',
      // Only an isolated page gets a clock of microseconds; elsewhere its steps are a tenth of a put.
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    })
    response.end(isScript ? script : '<!doctype html><script type="module" src="/page.js"></script>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('no port')
  return { server, url: `http://127.0.0.1:${address.port}/` }
}

/** A profile on the disk: in the usual context of a test the databases lie in memory and nothing is synced. */
async function measure(url: string, profile: string): Promise<Times[]> {
  const context = await chromium.launchPersistentContext(profile, chromiumLaunch())
  try {
    await oneRound(context, url)
    const times: Times[] = []
    for (let round = 0; round < rounds; round++) times.push(await oneRound(context, url))
    return times
  } finally {
    await context.close()
  }
}

async function oneRound(context: BrowserContext, url: string): Promise<Times> {
  const page = await context.newPage()
  await page.goto(url)
  await page.waitForFunction(() => window.benchAppend !== undefined)
  const times = await page.evaluate((count) => window.benchAppend?.(count), appendsPerWay)
  if (!times) throw new Error('the page of the bench has lost its function')
  await page.close()
  return times
}

function rowsOf(rounds: readonly Times[]): BenchRow[] {
  const typical = (way: keyof Times) => median(rounds.map((times) => median(times[way])))
  // A ratio belongs to one round: between two rounds the machine may have become another one.
  const ratio = (peer: keyof Times) => median(rounds.map((times) => median(times.ours) / median(times[peer])))
  const toBare = ratio('bare')
  const toDexie = ratio('dexie')
  const row = { ours: round(typical('ours')), unit: 'ms' }
  return [
    {
      name: 'P3 seal and append beside a bare strict put',
      ...row,
      peer: round(typical('bare')),
      ratio: round(toBare),
      budget: `≤ ${bareRatioMax}`,
      ok: toBare <= bareRatioMax,
    },
    {
      name: 'P3 seal and append beside a strict Dexie put',
      ...row,
      peer: round(typical('dexie')),
      ratio: round(toDexie),
      budget: '< 1',
      ok: toDexie < 1,
    },
    {
      name: 'P3 sealing alone, beside the append that it is part of',
      ours: round(typical('sealing')),
      unit: 'ms',
      peer: round(typical('ours')),
      ratio: round(median(rounds.map((times) => median(times.sealing) / median(times.ours)))),
      budget: 'shown',
      ok: true,
    },
  ]
}
