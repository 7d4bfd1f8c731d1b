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
  v.optional(
    v.pipe(
      v.unknown(),
      v.transform(Number),
      v.number(),
      v.finite(),
      v.safeInteger(),
      v.minValue(1),
      v.maxValue(65_535),
    ),
    fallback,
  )
const Environment = v.object({
  SANDBOX_HOST_PORT: port(8080),
  SANDBOX_WIDGET_PORT: port(8090),
  SANDBOX_PRODUCT_PORT: port(8091),
  SANDBOX_DATA_DIR: v.optional(v.pipe(v.string(), v.minLength(1)), `${root}data`),
})

async function main(): Promise<void> {
  const parsed = tryShape(Environment, process.env)
  if (!parsed.success) return fail(parsed.error.message)
  const environment = parsed.data
  const pageDir = `${root}dist/sandbox`
  if (!existsSync(`${pageDir}/index.html`)) return fail('No built pages in dist/. Run: npm run build')
  const ports = ['SANDBOX_HOST_PORT', 'SANDBOX_WIDGET_PORT', 'SANDBOX_PRODUCT_PORT'] as const
  for (const name of ports) {
    if (await isTaken(environment[name])) {
      return fail(
        `Порт ${environment[name]} занят. Port ${environment[name]} is taken; choose another by ${name}=…`,
      )
    }
  }

  const sandboxData = `${environment.SANDBOX_DATA_DIR}/sandbox`
  const productData = `${environment.SANDBOX_DATA_DIR}/server`
  const productLog = `${environment.SANDBOX_DATA_DIR}/server.log`
  if (process.argv.includes('--fresh')) {
    for (const folder of [sandboxData, productData]) rmSync(folder, { recursive: true, force: true })
  }

  const sandbox = await startSandbox({
    hostPort: environment.SANDBOX_HOST_PORT,
    widgetPort: environment.SANDBOX_WIDGET_PORT,
    productPort: environment.SANDBOX_PRODUCT_PORT,
    dataDir: sandboxData,
    pageDir,
    descriptorXml: (widgetUrl) => buildDescriptor(widgetUrl, { allowHttp: true }),
  })
  mkdirSync(environment.SANDBOX_DATA_DIR, { recursive: true })
  const product = spawnProduct(
    `${root}src/server/main.ts`,
    {
      port: environment.SANDBOX_PRODUCT_PORT,
      dataDir: productData,
      widgetUrl: sandbox.widgetUrl,
      hostUrl: sandbox.hostUrl,
    },
    // Line by line it would push the addresses off the screen.
    openSync(productLog, 'w'),
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

function isTaken(portNumber: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(true)
      else reject(error)
    })
    probe.listen(portNumber, '127.0.0.1', () => probe.close(() => resolve(false)))
  })
}

function fail(message: string): void {
  console.error(message)
  process.exitCode = 1
}

await main()
