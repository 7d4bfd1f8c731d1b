import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import { createAppTokens } from './app-jwt.ts'
import { createContextKeys, type ContextKeys } from './context-keys.ts'
import { createControl } from './control.ts'
import { APP_SECRET, APP_TOKEN, APP_UID, STORE } from './demo.ts'
import { openDocuments } from './documents.ts'
import { createEntities } from './entities.ts'
import { createFaults } from './faults.ts'
import { createFrameLoads } from './frame-loads.ts'
import { createJsonApi } from './json-api.ts'
import { createLine } from './line.ts'
import { moscowMinute } from './moscow-time.ts'
import { createPresentCards } from './present-cards.ts'
import { createRateGuard } from './rate-limits.ts'
import { sheetHtml } from './sheet.ts'
import { heldBackMs } from './slowness.ts'
import { createSwitches } from './switches.ts'
import { createUiApi } from './ui-api.ts'
import { createUserTokens } from './user-tokens.ts'
import { createVendorApi } from './vendor-api.ts'

export type SandboxOptions = {
  /** Ports; 0 takes any free one. */
  readonly hostPort: number
  readonly widgetPort: number
  /** Where the product server listens on loopback; 0 when it is told later by `setProductPort`. */
  readonly productPort: number
  /** Folder for the sandbox's own data (saved sales). */
  readonly dataDir: string
  /** Folder of the built checkout page. */
  readonly pageDir: string
  readonly descriptorXml: (widgetUrl: string) => string
  readonly now?: () => number
  /** How far MoySklad's documents are ahead of that clock at first; negative: behind. Its tokens and keys keep to ours. */
  readonly documentsAheadMs?: number
  /** How many times slower than usual the line and MoySklad answer. */
  readonly slowness?: number
}

export type Sandbox = {
  /** The checkout page: `http://127.0.0.1:…`. */
  readonly hostUrl: string
  /** The widget's public address: `http://localhost:…`, another site than the page's, so storage is partitioned. */
  readonly widgetUrl: string
  readonly contextKeys: ContextKeys
  setProductPort(port: number): void
  close(): Promise<void>
}

/**
 * The sandbox's own files lie under this at both addresses: the scanner has a part that must come from the widget's
 * origin. The product has nothing there.
 */
const OWN_FILES = '/sandbox/'

/** MoySklad in a box: checkout page, APIs, and the line to the product with its switches. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { now = Date.now, documentsAheadMs = 0, slowness = 1 } = options
  const faults = createFaults()
  const frameLoads = createFrameLoads()
  let productPort = options.productPort
  let hostPort = options.hostPort
  const line = await createLine({
    port: options.widgetPort,
    faults,
    target: (path) => (path.startsWith(OWN_FILES) ? hostPort : productPort),
    slowness,
    onAnswer: (path, status) => frameLoads.note(path, status),
  })
  const widgetUrl = `http://localhost:${line.port}`
  const switches = createSwitches(line, documentsAheadMs)
  const moyskladNow = () => now() + switches.aheadMs()
  const documents = openDocuments({
    file: join(options.dataDir, 'sales.json'),
    storeId: STORE.id,
    now: moyskladNow,
  })
  const contextKeys = createContextKeys(now)
  const userTokens = createUserTokens(now)
  const rateGuard = createRateGuard(now)
  const presentCards = createPresentCards({
    productUrl: () => `http://127.0.0.1:${productPort}`,
    contextKeys,
    tillFile: join(options.dataDir, 'till.json'),
  })

  const app = new Hono()
  const listener = getRequestListener(app.fetch)
  const server = createServer((req, res) => {
    const isHostCall = (req.url ?? '').startsWith('/ui/')
    if (isHostCall && !switches.admitHostCall(req.socket, (done) => res.on('close', done))) return
    void listener(req, res)
  })
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(options.hostPort, '127.0.0.1', resolve)
    })
  } catch (error) {
    await line.down()
    throw error
  }
  hostPort = (server.address() as AddressInfo).port
  const hostUrl = `http://127.0.0.1:${hostPort}`

  const apiBase = `${hostUrl}/api/remap/1.2`
  const entities = createEntities(apiBase)
  const checkToken = createAppTokens({ appUid: APP_UID, secret: APP_SECRET, now })
  const descriptor = options.descriptorXml(widgetUrl)
  const slowly = createMiddleware(async (_, next) => {
    const startedAt = performance.now()
    await next()
    await sleep(heldBackMs(slowness, performance.now() - startedAt))
  })
  if (slowness > 1) for (const path of ['/api/*', '/ui/*']) app.use(path, slowly)
  app.route('/api/remap/1.2', createJsonApi({ documents, entities, rateGuard, token: APP_TOKEN }))
  app.route(
    '/api/vendor/1.0',
    createVendorApi({ appUid: APP_UID, checkToken, contextKeys, entities, userTokens }),
  )
  app.route('/ui', createUiApi({ apiBase, widgetUrl, documents, contextKeys, userTokens, now: moyskladNow }))
  app.route(
    '/control',
    createControl({ documents, faults, frameLoads, line, presentCards, rateGuard, switches }),
  )
  app.get('/descriptor.xml', (c) =>
    c.body(descriptor, 200, { 'content-type': 'application/xml; charset=utf-8' }),
  )
  app.get('/sheet.html', async (c) => c.html(sheetHtml(await presentCards.read(), moscowMinute(now()))))
  app.use(
    `${OWN_FILES}*`,
    serveStatic({
      root: options.pageDir,
      rewriteRequestPath: (path) => path.slice(OWN_FILES.length - 1),
    }),
  )
  app.get('/', serveStatic({ root: options.pageDir }))

  return {
    hostUrl,
    widgetUrl,
    contextKeys,
    setProductPort(port) {
      productPort = port
    },
    async close() {
      await line.down()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}
