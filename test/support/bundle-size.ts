import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { languages, type Page, pages, worker } from '../../manifest/pages.ts'

/**
 * A built page, by what a person waits for. The start is what has to be loaded before the first screen hears: the
 * document, its style and its first script with everything that this imports. The app is all that is needed to work: the
 * start, the engine and the words of one language. What is later follows the engine, a file each.
 */
export interface PageSize {
  start: Files
  app: Files
  later: Record<string, Files>
}

export interface Files {
  files: { name: string; gzipBytes: number }[]
  gzipBytes: number
}

/** The budget of the critical path (P1). Reported, over or under. */
export const budgetBytes = 32 * 1024

/** What the app keeps free below its ceiling for what is to come (decision 17). Reported, kept or not. */
const freeBytes = 8 * 1024

/**
 * No growth without a decision: the ceilings stand in manifest/pages.ts. Whoever goes above one says in the commit that
 * raises it what people get for the bytes; whoever saves bytes lowers it. Every file has one, so that nobody hides bytes
 * behind the start.
 */
const bytes = (kb: number) => kb * 1024

const widgetDir = join(import.meta.dirname, '../../dist/widget')

/** Measures a built page, each file as `gzip -9` makes it. @throws when it is not built or has another shape */
export function pageSize(page: Page, folder = widgetDir): PageSize {
  const { document, start, parts, later } = filesOf(page, folder)
  const app = languages.map((code) => {
    return measured(folder, [
      document,
      ...start,
      ...withImports(folder, [parts.get('engine')!, parts.get(code)!]),
    ])
  })
  return {
    start: measured(folder, [document, ...start]),
    // One person loads one language; the larger one counts.
    app: app.reduce((larger, one) => (one.gzipBytes > larger.gzipBytes ? one : larger)),
    later: Object.fromEntries([...later].map(([name, path]) => [name, measured(folder, [path])])),
  }
}

/** The files of a page as its document names them. */
function filesOf(page: Page, folder: string) {
  const document = relative('widget', page.document)
  const text = readFileSync(join(folder, document), 'utf8')
  const named = new Map(
    [...text.matchAll(/<link [^>]*data-part="([\w-]+)" href="\/(assets\/[^"]+)"/g)].map(([, name, path]) => [
      name!,
      path!,
    ]),
  )
  const pick = (names: readonly string[]) =>
    new Map(
      names.map((name) => {
        const path = named.get(name)
        if (!path) throw new Error(`${document} does not name the part "${name}"`)
        return [name, path]
      }),
    )
  const [parts, later] = [pick(Object.keys(page.parts)), pick(Object.keys(page.later))]
  const others = new Set(named.values())
  const linked = [...text.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, path]) => path!)
  const first = linked.filter((path) => !others.has(path))
  if (!first.some((path) => path.endsWith('.js'))) throw new Error(`${document} has no entry script`)
  if (others.size > parts.size + later.size) throw new Error(`${document} names a part that nobody knows`)
  return { document, start: withImports(folder, first), parts, later }
}

/**
 * What a page loads behind our back; nothing, if all is well. Once it is ready, no press may need a file that is not
 * there yet, so only the first script loads by an address, and only the engine knows of more: of the parts that are
 * listed, each by its name. No part imports the first script: it would run a second time.
 */
export function strayLoads(page: Page, folder = widgetDir): string[] {
  const { document, start, parts, later } = filesOf(page, folder)
  const engine = parts.get('engine')!
  const stray: string[] = []
  let byAddress = 0
  const known = new Set<string>()
  const html = read(folder, document)
  for (const path of [...start, ...withImports(folder, [...parts.values(), ...later.values()])]) {
    const text = read(folder, path)
    // The worker keeps what the document names, and nothing else.
    if (!html.includes(`"/${path}"`)) stray.push(`${path} is not named by the document`)
    if (/url\(["']?\/?(assets|\.)/.test(text))
      stray.push(`${path} shows a file that the document does not name`)
    if (!path.endsWith('.js')) continue
    if (text.includes('vite:preloadError')) stray.push(`${path} carries Vite's loader, which tries once`)
    for (const [call, , name] of text.matchAll(dynamicImport)) {
      if (start.has(path) && name === undefined) byAddress++
      else if (path === engine && [...later.values()].includes(`assets/${name}`)) known.add(`assets/${name}`)
      else stray.push(`${path} loads ${name ?? `something: ${call}…`}`)
    }
  }
  if (byAddress !== 1) stray.push(`the first script loads by an address in ${byAddress} places`)
  for (const [name, path] of later) if (!known.has(path)) stray.push(`the engine does not know of "${name}"`)
  for (const [name, path] of [...parts, ...later]) {
    const allowed = later.has(name) ? [path, engine] : [path]
    for (const other of withImports(folder, [path])) {
      if (!allowed.includes(other)) stray.push(`"${name}" imports ${other}`)
    }
  }
  return stray
}

/** Built scripts that belong to no page. */
export function orphans(folder = widgetDir): string[] {
  const owned = Object.values<Page>(pages).flatMap((page) => {
    const { start, parts, later } = filesOf(page, folder)
    return [...start, ...withImports(folder, [...parts.values(), ...later.values()])]
  })
  return readdirSync(join(folder, 'assets'))
    .map((name) => `assets/${name}`)
    .filter((path) => /\.(js|css)$/.test(path) && !owned.includes(path))
}

/** With the name of the file beside it, where it is written there. */
const dynamicImport = /\bimport\s*\(\s*(?:(["'`])\.\/([^"'`]+)\1\s*\))?/g

/** The files and all that they import statically: a browser loads those before it runs the first line. */
function withImports(folder: string, paths: readonly string[]): Set<string> {
  const seen = new Set<string>()
  const open = [...paths]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    if (!path.endsWith('.js')) continue
    // `import(` is a dynamic import and does not match: a quote has to follow the word.
    for (const [, name] of read(folder, path).matchAll(/\b(?:from|import)\s*["'`]\.\/([^"'`]+)["'`]/g)) {
      open.push(`assets/${name!}`)
    }
  }
  return seen
}

const read = (folder: string, path: string) => readFileSync(join(folder, path), 'utf8')

function measured(folder: string, paths: readonly string[]): Files {
  const files = [...new Set(paths)].map((path) => ({
    name: basename(path),
    gzipBytes: gzipSync(readFileSync(join(folder, path)), { level: 9 }).length,
  }))
  return { files, gzipBytes: files.reduce((sum, file) => sum + file.gzipBytes, 0) }
}

export const kilobytes = (bytes: number) => Math.round((bytes / 1024) * 100) / 100

function report(name: string, page: Page): void {
  const { start, app, later } = pageSize(page)
  const line = (gzipBytes: number, text: string) => console.log(`${String(gzipBytes).padStart(7)}  ${text}`)
  const against = (free: number, told: string) =>
    `${kilobytes(Math.abs(free))} KB ${free >= 0 ? 'under' : 'OVER'} ${told}`
  console.log(`The page "${name}", gzip -9`)
  for (const { name, gzipBytes } of app.files) line(gzipBytes, name)
  line(
    start.gzipBytes,
    `until it hears: ${kilobytes(start.gzipBytes)} KB, ` +
      against(budgetBytes - start.gzipBytes, `the budget of ${kilobytes(budgetBytes)} KB (P1)`),
  )
  const free = bytes(page.ceilingsKb.app) - app.gzipBytes
  line(
    app.gzipBytes,
    `all that it needs to work: ${kilobytes(app.gzipBytes)} KB, ` +
      `${against(free, `its ceiling of ${page.ceilingsKb.app} KB`)}; ` +
      `${kilobytes(freeBytes)} KB are to stay free${free < freeBytes ? ', and they DO NOT' : ''}`,
  )
  for (const [name, { gzipBytes }] of Object.entries(later)) line(gzipBytes, `later: ${name}`)
  const sizes: [string, Files, number][] = [
    ['start', start, page.ceilingsKb.start],
    ['app', app, page.ceilingsKb.app],
    ...Object.entries(later).map(([name, files]): [string, Files, number] => [
      `part "${name}"`,
      files,
      page.later[name]!.ceilingKb,
    ]),
  ]
  for (const [what, { gzipBytes }, ceilingKb] of sizes) {
    if (gzipBytes > bytes(ceilingKb)) {
      fail(
        `The ${what} of the page "${name}" grew past ${ceilingKb} KB. Make it smaller, or decide that the bytes are ` +
          'worth it and raise the ceiling in manifest/pages.ts.',
      )
    }
  }
  for (const stray of strayLoads(page)) fail(`On the page "${name}" ${stray}.`)
}

/** One script, which no page waits for: it is asked for when a page works. */
function reportWorker(): void {
  const { gzipBytes } = measured(widgetDir, [basename(worker.address)])
  console.log(`${String(gzipBytes).padStart(7)}  the worker of all pages`)
  if (gzipBytes > bytes(worker.ceilingKb)) fail(`The worker grew past ${worker.ceilingKb} KB.`)
  const text = read(widgetDir, basename(worker.address))
  if (/\b(import|importScripts)\b/.test(text)) fail('The worker is more than one file.')
}

function fail(sentence: string): void {
  console.error(sentence)
  process.exitCode = 1
}

if (import.meta.main) {
  for (const [name, page] of Object.entries<Page>(pages)) report(name, page)
  reportWorker()
  for (const path of orphans()) fail(`${path} belongs to no page.`)
}
