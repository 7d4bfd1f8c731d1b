import { spawn, type ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { APP_SECRET, APP_TOKEN, APP_UID } from './demo.ts'

export type ProductAddresses = {
  readonly port: number
  readonly dataDir: string
  readonly widgetUrl: string
  readonly hostUrl: string
  /** Folder of the built pages; without it the product's own. */
  readonly widgetDir?: string
}

const READY_WITHIN_MS = 15_000
const POLL_MS = 50
/** After this an order to stop becomes a kill. */
const STOP_WITHIN_MS = 5_000

/**
 * The product server as a process of its own, configured for this sandbox.
 *
 * @param log a file's descriptor for what it says; without one it says it here
 */
export function spawnProduct(
  mainFile: string,
  addresses: ProductAddresses,
  log: number | 'inherit' = 'inherit',
): ChildProcess {
  const { port, dataDir, widgetUrl, hostUrl, widgetDir } = addresses
  return spawn(process.execPath, [mainFile], {
    stdio: ['ignore', log, log],
    env: {
      ...process.env,
      ...(widgetDir !== undefined && { PODAROK_WIDGET_DIR: widgetDir }),
      PODAROK_PORT: String(port),
      PODAROK_DATA_DIR: dataDir,
      PODAROK_PUBLIC_URL: widgetUrl,
      PODAROK_HOST_ORIGINS: hostUrl,
      PODAROK_MOYSKLAD_API: `${hostUrl}/api/remap/1.2`,
      PODAROK_MOYSKLAD_VENDOR_API: `${hostUrl}/api/vendor/1.0`,
      PODAROK_MOYSKLAD_APP_UID: APP_UID,
      PODAROK_MOYSKLAD_APP_SECRET: APP_SECRET,
      PODAROK_MOYSKLAD_TOKEN: APP_TOKEN,
    },
  })
}

/** @throws when the process ends or does not answer `/api/health` with 200 in time */
export async function waitUntilHealthy(
  child: ChildProcess,
  url: string,
  withinMs = READY_WITHIN_MS,
): Promise<void> {
  const giveUpAt = performance.now() + withinMs
  for (;;) {
    if (hasEnded(child))
      throw new Error(`The product server ended at start (code ${child.exitCode ?? 'none'}).`)
    if (await isHealthy(url)) return
    if (performance.now() > giveUpAt) {
      throw new Error(`The product server does not answer ${url}/api/health within ${withinMs / 1000} s.`)
    }
    await sleep(POLL_MS)
  }
}

export async function stopProduct(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS)
  await ended
  clearTimeout(late)
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(1000) })
    await answer.arrayBuffer()
    return answer.status === 200
  } catch (error) {
    // Not listening yet, or not answering: both mean "ask again"; the caller keeps the time.
    if (error instanceof TypeError || error instanceof DOMException) return false
    throw error
  }
}
