import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { type Browser, chromium, type Page } from 'playwright-core'
import { pages } from '../../manifest/pages.ts'
import { freshFolder } from '../server/folders.ts'
import { startMoySkladStub } from '../server/moysklad-stub.ts'
import { startServer } from '../server/server-process.ts'
import { budgetBytes, kilobytes, pageSize } from '../support/bundle-size.ts'
import { chromiumLaunch } from '../support/chromium.ts'
import { absoluteRow, type BenchRow, median } from './row.ts'

const cpuSlowdown = 4
const coldMaxMs = 300
const warmMaxMs = 100
const runs = 7
/** Chromium keeps compiled code from the second or third load on, and a till opens the frame at every sale. */
const warmLoads = 3

/**
 * P1: what the widget weighs, and how long after the navigation it hears the scanner. The page comes from the real
 * server and opens as a page of its own: the scan box stands before MoySklad's page has said a word.
 */
export async function benchStartUp(): Promise<BenchRow[]> {
  const dataDir = freshFolder()
  const stub = await startMoySkladStub(randomUUID())
  const server = await startServer({ dataDir, moyskladUrl: stub.url })
  const empty = await serveEmptyPage()
  const browser = await chromium.launch(chromiumLaunch())
  const widget = newTimes()
  const control = newTimes()
  try {
    // The first run warms server and browser process up, as a working day has.
    for (let run = 0; run <= runs; run++) {
      const turns = [
        () =>
          loadsOfOneProfile(browser, run === 0 ? newTimes() : widget, (page) => openWidget(page, server.url)),
        () =>
          loadsOfOneProfile(browser, run === 0 ? newTimes() : control, (page) => openPage(page, empty.url)),
      ]
      for (const turn of run % 2 ? turns : turns.toReversed()) await turn()
    }
  } finally {
    await browser.close()
    empty.close()
    await server.stop()
    await stub.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
  const { start, app } = pageSize(pages.cashier)
  const whole = kilobytes(app.gzipBytes)
  return [
    absoluteRow(
      `P1 critical path, gzip -9 (whole app: ${whole} KB)`,
      kilobytes(start.gzipBytes),
      kilobytes(budgetBytes),
      'KB',
    ),
    startRow('cold', widget, control, coldMaxMs),
    startRow('warm', widget, control, warmMaxMs),
  ]
}

type Times = Record<'cold' | 'warm', number[]>
const newTimes = (): Times => ({ cold: [], warm: [] })

/**
 * Judged by what the widget adds to an empty page, taken in the same minutes: the bare page alone is above the budget on
 * a slow machine, and that says nothing about us (decision 8).
 */
function startRow(kind: keyof Times, widget: Times, control: Times, maxMs: number): BenchRow {
  const ours = median(widget[kind])
  const empty = median(control[kind])
  const told = `${Math.round(ours)} ms, empty page ${Math.round(empty)} ms, ratio ${(ours / empty).toFixed(2)}`
  return absoluteRow(
    `P1 start ${kind}, ${cpuSlowdown}x slower CPU, above an empty page (${told})`,
    ours - empty,
    maxMs,
    'ms',
  )
}

/** A new context has empty caches: its first load is cold, the ones after it are warm. */
async function loadsOfOneProfile(
  browser: Browser,
  times: Times,
  open: (page: Page) => Promise<number>,
): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 400, height: 700 } })
  try {
    await context.addInitScript(noteWhenItHears)
    for (let load = 0; load <= warmLoads; load++) {
      const page = await context.newPage()
      const devtools = await context.newCDPSession(page)
      await devtools.send('Emulation.setCPUThrottlingRate', { rate: cpuSlowdown })
      times[load === 0 ? 'cold' : 'warm'].push(await open(page))
      await page.close()
    }
  } finally {
    await context.close()
  }
}

/** Milliseconds from the navigation until the widget hears keys. @throws when a scan is not heard then */
async function openWidget(page: Page, serverUrl: string): Promise<number> {
  const query = `contextKey=cashier.${randomUUID()}&userLocale=ru_RU`
  const hearsAtMs = await openPage(page, `${serverUrl}${pages.cashier.addresses[0]}?${query}`)
  const swallowed = await page.evaluate(() =>
    // A burst as a scanner makes it: the widget keeps its last keys from the page.
    [...'20004821'].some((sign) => {
      const key = { key: sign, code: `Digit${sign}`, bubbles: true, cancelable: true }
      return !document.body.dispatchEvent(new KeyboardEvent('keydown', key))
    }),
  )
  if (!swallowed) throw new Error('the scan box was there, but it did not hear a scan')
  return hearsAtMs
}

async function openPage(page: Page, url: string): Promise<number> {
  await page.goto(url, { waitUntil: 'commit' })
  const found = await page.waitForFunction(() => window.hearsAtMs)
  const hearsAtMs = await found.jsonValue()
  if (hearsAtMs === undefined) throw new Error('the page did not say when it was ready')
  return hearsAtMs
}

/** One element made by one script: what browser and machine take before any of our code. */
async function serveEmptyPage(): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js'
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' })
    response.end(
      isScript
        ? "document.body.append(Object.assign(document.createElement('p'), { className: 'scan-state' }))"
        : '<!doctype html><body><script type="module" src="/page.js"></script></body>',
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('no port')
  return { url: `http://127.0.0.1:${address.port}/`, close: () => server.close() }
}

declare global {
  interface Window {
    /** Since the start of the navigation. */
    hearsAtMs?: number
  }
}

/**
 * Runs in the page before its own code. The keys have their listener before the scan box is painted, so the widget is
 * interactive when the box is in the document and the main thread is free to take the next event.
 */
function noteWhenItHears(): void {
  const observer = new MutationObserver(() => {
    if (!document.querySelector('.scan-state')) return
    observer.disconnect()
    const next = new MessageChannel()
    next.port1.onmessage = () => {
      window.hearsAtMs = performance.now()
      next.port1.close()
    }
    next.port2.postMessage(null)
  })
  observer.observe(document, { childList: true, subtree: true })
}
