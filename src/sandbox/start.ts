import { existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { buildDescriptor } from '../../manifest/build.ts'
import { ADMINISTRATOR_ID, APP_UID } from './demo.ts'
import { spawnProduct, stopProduct, waitUntilHealthy } from './product-process.ts'
import { seed } from './seed.ts'
import { startSandbox } from './server.ts'
import { tryShape } from '../core/shape.ts'

/** `npm start`: the sandbox, the product server behind it, demo data in both. `--fresh` begins with empty data. */
const root = fileURLToPath(new URL('../../', import.meta.url))
const port = (fallback: number) =>
  v.pipe(
    v.optional(v.string(), ''),
    // Set to nothing is not set.
    v.transform((text) => (text === '' ? fallback : Number(text))),
    v.number(),
    v.safeInteger(),
    v.minValue(1),
    v.maxValue(65_535),
  )
const Environment = v.object({
  SANDBOX_HOST_PORT: port(8080),
  SANDBOX_WIDGET_PORT: port(8090),
  SANDBOX_PRODUCT_PORT: port(8091),
  /** By how many seconds MoySklad's clock is ahead at first; the page's bar changes it. */
  PODAROK_MOYSKLAD_AHEAD: v.pipe(
    v.optional(v.string(), ''),
    v.transform(Number),
    v.number(),
    v.safeInteger(),
    v.minValue(-3_600),
    v.maxValue(3_600),
  ),
  SANDBOX_DATA_DIR: v.pipe(
    v.optional(v.string(), ''),
    v.transform((text) => text || `${root}data`),
  ),
})

async function main(): Promise<void> {
  const parsed = tryShape(Environment, process.env)
  if (!parsed.success) return fail(parsed.error.message)
  const environment = parsed.data
  const pageDir = `${root}dist/sandbox`
  if (!existsSync(`${pageDir}/index.html`)) return fail('No built pages in dist/. Run: npm run build')
  const refused = await portsRefused(environment)
  if (refused.length > 0) return fail(refused.join('\n'))

  const sandboxData = `${environment.SANDBOX_DATA_DIR}/sandbox`
  const productData = `${environment.SANDBOX_DATA_DIR}/server`
  const productLog = `${environment.SANDBOX_DATA_DIR}/server.log`
  if (process.argv.includes('--fresh')) {
    for (const one of [sandboxData, productData, productLog]) rmSync(one, { recursive: true, force: true })
  }

  mkdirSync(environment.SANDBOX_DATA_DIR, { recursive: true })
  const sandbox = await startSandbox({
    hostPort: environment.SANDBOX_HOST_PORT,
    widgetPort: environment.SANDBOX_WIDGET_PORT,
    productPort: environment.SANDBOX_PRODUCT_PORT,
    dataDir: sandboxData,
    pageDir,
    documentsAheadMs: environment.PODAROK_MOYSKLAD_AHEAD * 1000,
    descriptorXml: (widgetUrl) => buildDescriptor(widgetUrl, { allowHttp: true }),
  })
  console.log('Сервер запускается… · The server is starting…')
  const product = spawnProduct(
    `${root}src/server/main.ts`,
    {
      port: environment.SANDBOX_PRODUCT_PORT,
      dataDir: productData,
      widgetUrl: sandbox.widgetUrl,
      hostUrl: sandbox.hostUrl,
    },
    // Line by line it would push the addresses off the screen.
    openSync(productLog, 'a'),
  )
  const tellLog = () => console.error(lastLines(productLog))

  let stopping = false
  const stop = async (code: number) => {
    if (stopping) return
    stopping = true
    await Promise.all([stopProduct(product), sandbox.close()])
    process.exit(code)
  }
  process.on('SIGINT', () => void stop(0))
  process.on('SIGTERM', () => void stop(0))
  product.on('exit', (code, signal) => {
    if (stopping) return
    tellLog()
    console.error(`Сервер «Подарка» остановился. The product server ended (${signal ?? `code ${code}`}).`)
    void stop(1)
  })

  const productUrl = `http://127.0.0.1:${environment.SANDBOX_PRODUCT_PORT}`
  try {
    await waitUntilHealthy(product, productUrl)
    await seed(productUrl, sandbox.contextKeys.issue(ADMINISTRATOR_ID, APP_UID))
  } catch (error) {
    if (stopping) return
    tellLog()
    console.error(error instanceof Error ? error.message : error)
    await stop(1)
    return
  }
  console.log(`
  Касса · checkout      ${sandbox.hostUrl}/
  Штрихкоды · barcodes  ${sandbox.hostUrl}/sheet.html
  API                   ${sandbox.widgetUrl}/api/openapi.json
  Лог · server log      ${productLog}

  Остановить · stop     Ctrl+C
`)
}

/** What it said before it fell silent; enough for a stack. */
function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-30).join('\n')
}

const portNames = ['SANDBOX_HOST_PORT', 'SANDBOX_WIDGET_PORT', 'SANDBOX_PRODUCT_PORT'] as const

/** @returns a line for each port that cannot be had, and by which variable another one is chosen */
async function portsRefused(environment: Record<(typeof portNames)[number], number>): Promise<string[]> {
  const lines: string[] = []
  const asked = new Set<number>()
  for (const name of portNames) {
    const number = environment[name]
    const [ru, en] = asked.has(number) ? ['назван дважды', 'is named twice'] : await faultOf(number)
    asked.add(number)
    if (ru) lines.push(`Порт ${number} ${ru}. Port ${number} ${en}; choose another: ${name}=… npm start`)
  }
  return lines
}

function faultOf(portNumber: number): Promise<[string, string] | []> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(['занят', 'is taken'])
      else if (error.code === 'EACCES') resolve(['не разрешён', 'is not allowed'])
      else reject(error)
    })
    probe.listen(portNumber, '127.0.0.1', () => probe.close(() => resolve([])))
  })
}

function fail(message: string): void {
  console.error(message)
  process.exitCode = 1
}

await main().catch((error: unknown) => {
  const { code, path, message } = error as NodeJS.ErrnoException
  const isFolder = path !== undefined && (code === 'EACCES' || code === 'EROFS')
  if (!isFolder) throw error
  fail(`Сюда нельзя писать: ${path}. ${message}; choose another folder: SANDBOX_DATA_DIR=… npm start`)
})
