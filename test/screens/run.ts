import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import preact from '@preact/preset-vite'
import { chromium, type Page } from 'playwright-core'
import { createServer } from 'vite'
import { states } from '../../widget/cashier/testing/states.ts'
import { chromiumLaunch } from '../support/chromium.ts'

/**
 * `npm run screens`: pictures of every state of the cashier's screen in both languages, at the size that MoySklad gives the
 * frame. They go to `dist/screens`, or to the folder that is named behind the command; `-- height=600` makes taller frames.
 */
const root = fileURLToPath(new URL('../../', import.meta.url))
const told = process.argv.slice(2)
const heightPx = Number(told.find((one) => one.startsWith('height='))?.slice('height='.length) ?? 420)
const folder = told.find((one) => !one.startsWith('height=')) ?? join(root, 'dist/screens')
const widthPx = 400
const statesPerSheet = 6

const server = await createServer({
  root,
  configFile: false,
  plugins: [preact()],
  logLevel: 'error',
  cacheDir: join(root, 'node_modules/.vite/screens'),
  // Found late, a dependency makes Vite load the page anew.
  optimizeDeps: {
    include: ['idb', 'valibot', 'preact', 'preact/hooks', 'preact/jsx-dev-runtime', '@preact/signals-core'],
  },
  server: { port: 0, host: '127.0.0.1', hmr: false },
})
try {
  await server.listen()
  const origin = server.resolvedUrls!.local[0]!
  const browser = await chromium.launch(chromiumLaunch())
  try {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    const page = await browser.newPage({ viewport: { width: 4 * (widthPx + 16) + 16, height: 600 } })
    // Frames of a page that has the server's own address are of its origin, and it may ask them whether they stand.
    await page.goto(`${origin}test/screens/frame.html?state=idle`)
    for (let at = 0; at < states.length; at += statesPerSheet) {
      const names = states.slice(at, at + statesPerSheet).map(({ name }) => name)
      const file = join(folder, `sheet-${String(at / statesPerSheet + 1).padStart(2, '0')}.png`)
      await drawSheet(page, names)
      await page.screenshot({ path: file, fullPage: true })
      console.log(`${file}: ${names.join(', ')}`)
    }
  } finally {
    await browser.close()
  }
} finally {
  await server.close()
}

async function drawSheet(page: Page, names: readonly string[]): Promise<void> {
  const figures = names.flatMap((name) =>
    ['ru', 'en'].map(
      (language) =>
        `<figure><figcaption>${name}</figcaption><iframe scrolling="no" width="${widthPx}" height="${heightPx}" src="/test/screens/frame.html?state=${name}&language=${language}"></iframe></figure>`,
    ),
  )
  await page.evaluate((html) => {
    document.head.innerHTML = `<style>
      body { margin: 0; padding: 8px; display: grid; grid-template-columns: repeat(4, max-content); gap: 16px; background: #ddd; font: 13px sans-serif }
      figure { margin: 0 } iframe { border: 0; background: #f7f7f7; display: block } figcaption { padding: 2px 0 }
    </style>`
    document.body.innerHTML = html
  }, figures.join(''))
  await page.waitForFunction(() =>
    [...document.querySelectorAll('iframe')].every((frame) =>
      frame.contentDocument?.querySelector('[data-drawn]'),
    ),
  )
}
