import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'

/**
 * What a cashier's browser has to load before the first scan: the page, its style, its entry with everything that the
 * entry imports, and the words of one language. Chunks that are asked for later are not in it.
 */
export interface CriticalPath {
  files: { name: string; gzipBytes: number }[]
  gzipBytes: number
}

/** The budget of the critical path (P1). Reported, over or under. */
export const budgetBytes = 32 * 1024

/**
 * No growth without a decision: the size of this version, rounded up to the next half KB. Whoever goes above it says in
 * the commit that raises this number what the cashier gets for the bytes; whoever saves bytes lowers it.
 */
const ceilingBytes = 44 * 1024

const widgetDir = join(import.meta.dirname, '../../dist/widget')
const languages = ['ru', 'en']

/** Measures the built widget, each file as `gzip -9` makes it. @throws when it is not built or has another shape */
export function criticalPath(folder = widgetDir): CriticalPath {
  const page = readFileSync(join(folder, 'index.html'), 'utf8')
  const linked = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, path]) => path!)
  if (!linked.some((path) => path.endsWith('.js'))) throw new Error('the built page has no entry script')
  const start = withImports(folder, linked)
  const spoken = languages.map((code) => {
    const chunks = readdirSync(join(folder, 'assets')).filter((name) => isChunkOf(code, name))
    if (chunks.length !== 1)
      throw new Error(`the words of "${code}" are in ${chunks.length} chunks, not in one`)
    return measured(folder, new Set([...start, ...withImports(folder, [`assets/${chunks[0]!}`])]))
  })
  // A cashier loads one language; the larger one counts.
  return spoken.reduce((larger, one) => (one.gzipBytes > larger.gzipBytes ? one : larger))
}

const isChunkOf = (code: string, name: string) => name.startsWith(`${code}-`) && name.endsWith('.js')

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

function measured(folder: string, paths: ReadonlySet<string>): CriticalPath {
  const files = ['index.html', ...paths].map((path) => ({
    name: basename(path),
    gzipBytes: gzipSync(readFileSync(join(folder, path)), { level: 9 }).length,
  }))
  return { files, gzipBytes: files.reduce((sum, file) => sum + file.gzipBytes, 0) }
}

export const kilobytes = (bytes: number) => Math.round((bytes / 1024) * 100) / 100

function report({ files, gzipBytes }: CriticalPath): void {
  for (const { name, gzipBytes } of files) console.log(`${String(gzipBytes).padStart(7)}  ${name}`)
  const verdict =
    gzipBytes <= budgetBytes
      ? `${kilobytes(budgetBytes - gzipBytes)} KB under`
      : `${kilobytes(gzipBytes - budgetBytes)} KB OVER`
  console.log(
    `${String(gzipBytes).padStart(7)}  critical path of the widget, gzip -9: ${kilobytes(gzipBytes)} KB, ` +
      `${verdict} the budget of ${kilobytes(budgetBytes)} KB (P1)`,
  )
  if (gzipBytes <= ceilingBytes) return
  console.error(
    `The widget grew past ${kilobytes(ceilingBytes)} KB. Make it smaller, or decide that the bytes are worth it ` +
      'and raise the ceiling in test/support/bundle-size.ts.',
  )
  process.exitCode = 1
}

if (import.meta.main) report(criticalPath())
