import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'

/**
 * The built widget, by what a cashier waits for. The start is what has to be loaded before a scan is heard and shown:
 * the page, its style and its first script with everything that this imports. The app is all that one cashier loads: the
 * start, the engine and the words of one language. Nothing of it is left for later, see `lazyImports`.
 */
export interface BundleSize {
  start: Files
  app: Files
}

export interface Files {
  files: { name: string; gzipBytes: number }[]
  gzipBytes: number
}

/** The budget of the critical path (P1). Reported, over or under. */
export const budgetBytes = 32 * 1024

/**
 * No growth without a decision: the sizes of this version, rounded up. Whoever goes above one says in the commit that
 * raises it what the cashier gets for the bytes; whoever saves bytes lowers it. The app has one as well, so that nobody
 * hides bytes behind the start.
 */
const ceilings: Record<keyof BundleSize, number> = { start: 6 * 1024, app: 60 * 1024 }

const widgetDir = join(import.meta.dirname, '../../dist/widget')
const languages = ['ru', 'en']

/** Measures the built widget, each file as `gzip -9` makes it. @throws when it is not built or has another shape */
export function bundleSize(folder = widgetDir): BundleSize {
  const page = readFileSync(join(folder, 'index.html'), 'utf8')
  const parts = partsOf(page)
  const others = new Set(parts.values())
  const linked = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, path]) => path!)
  const first = linked.filter((path) => !others.has(path))
  if (!first.some((path) => path.endsWith('.js'))) throw new Error('the built page has no entry script')
  const start = withImports(folder, first)
  const apps = languages.map((code) => {
    const own = ['engine', code].map((name) => {
      const path = parts.get(name)
      if (!path) throw new Error(`the page does not name the part "${name}"`)
      return path
    })
    return measured(folder, new Set([...start, ...withImports(folder, own)]))
  })
  return {
    start: measured(folder, start),
    // A cashier loads one language; the larger one counts.
    app: apps.reduce((larger, one) => (one.gzipBytes > larger.gzipBytes ? one : larger)),
  }
}

/** The files that the first script asks for, by their names. */
function partsOf(page: string): Map<string, string> {
  const links = page.matchAll(/<link [^>]*data-part="(\w+)" href="\/(assets\/[^"]+)"/g)
  return new Map([...links].map(([, name, path]) => [name!, path!]))
}

/**
 * Scripts that load something more while they run. Only the first one may: once a till is ready, a press must never
 * need the line.
 */
export function lazyImports(folder = widgetDir): string[] {
  const scripts = readdirSync(join(folder, 'assets')).filter((name) => name.endsWith('.js'))
  return scripts.filter((name) => /\bimport\s*\(/.test(readFileSync(join(folder, 'assets', name), 'utf8')))
}

/** The files and all that they import statically: a browser loads those before it runs the first line. */
function withImports(folder: string, paths: readonly string[]): Set<string> {
  const seen = new Set<string>()
  const open = [...paths]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    if (!path.endsWith('.js')) continue
    const text = readFileSync(join(folder, path), 'utf8')
    // `import(` is a dynamic import and does not match: a quote has to follow the word.
    for (const [, name] of text.matchAll(/\b(?:from|import)\s*["'`]\.\/([^"'`]+)["'`]/g)) {
      open.push(`assets/${name!}`)
    }
  }
  return seen
}

function measured(folder: string, paths: ReadonlySet<string>): Files {
  const files = ['index.html', ...paths].map((path) => ({
    name: basename(path),
    gzipBytes: gzipSync(readFileSync(join(folder, path)), { level: 9 }).length,
  }))
  return { files, gzipBytes: files.reduce((sum, file) => sum + file.gzipBytes, 0) }
}

export const kilobytes = (bytes: number) => Math.round((bytes / 1024) * 100) / 100

function report({ start, app }: BundleSize): void {
  const column = (bytes: number) => String(bytes).padStart(7)
  for (const { name, gzipBytes } of app.files) console.log(`${column(gzipBytes)}  ${name}`)
  const verdict =
    start.gzipBytes <= budgetBytes
      ? `${kilobytes(budgetBytes - start.gzipBytes)} KB under`
      : `${kilobytes(start.gzipBytes - budgetBytes)} KB OVER`
  console.log(
    `${column(start.gzipBytes)}  until a scan is heard, gzip -9: ${kilobytes(start.gzipBytes)} KB, ` +
      `${verdict} the budget of ${kilobytes(budgetBytes)} KB (P1)`,
  )
  console.log(`${column(app.gzipBytes)}  the whole app, gzip -9: ${kilobytes(app.gzipBytes)} KB`)
  for (const [name, { gzipBytes }] of Object.entries({ start, app }) as [keyof BundleSize, Files][]) {
    if (gzipBytes <= ceilings[name]) continue
    console.error(
      `The ${name} of the widget grew past ${kilobytes(ceilings[name])} KB. Make it smaller, or decide that the bytes ` +
        'are worth it and raise the ceiling in test/support/bundle-size.ts.',
    )
    process.exitCode = 1
  }
  const lazy = lazyImports()
  if (lazy.length === 1 && start.files.some(({ name }) => name === lazy[0])) return
  console.error(`Only the first script may load more, and these do: ${lazy.join(', ')}.`)
  process.exitCode = 1
}

if (import.meta.main) report(bundleSize())
