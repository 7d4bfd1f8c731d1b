import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const root = join(import.meta.dirname, '../..')

export interface ServerProcess {
  url: string
  /** What it logged so far, a JSON line each. */
  lines: string[]
  child: ChildProcess
  /** SIGTERM, and its exit code. */
  stop(): Promise<number | null>
}

export interface ServerPlace {
  dataDir: string
  moyskladUrl: string
  databaseUrl?: string
  /** The folder of another page than the built widget. */
  widgetDir?: string
  /** Further variables. */
  environment?: Record<string, string>
}

/** The real server as a process, on a port of its own choice. @throws when it ends before it listens */
export async function startServer({
  dataDir,
  moyskladUrl,
  databaseUrl,
  widgetDir,
  environment,
}: ServerPlace): Promise<ServerProcess> {
  const child = spawn(process.execPath, [join(root, 'src/server/main.ts')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      PODAROK_PORT: '0',
      PODAROK_DATA_DIR: dataDir,
      PODAROK_MOYSKLAD_API: moyskladUrl,
      PODAROK_MOYSKLAD_VENDOR_API: moyskladUrl,
      PODAROK_MOYSKLAD_APP_UID: 'podarok.test',
      PODAROK_MOYSKLAD_APP_SECRET: 'secret',
      PODAROK_MOYSKLAD_TOKEN: 'token',
      PODAROK_CARD_KEY: '07'.repeat(32),
      ...(databaseUrl && { DATABASE_URL: databaseUrl }),
      ...environment,
      ...(widgetDir && { PODAROK_WIDGET_DIR: widgetDir }),
    },
  })
  const lines: string[] = []
  let complaints = ''
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      const said = JSON.parse(line) as { event: string; port?: number }
      if (said.event === 'listening' && said.port) resolve(said.port)
    })
    child.once('exit', (code) => reject(new Error(`the server ended at start (${code}): ${complaints}`)))
  })
  return {
    url: `http://127.0.0.1:${port}`,
    lines,
    child,
    async stop() {
      if (child.exitCode !== null) return child.exitCode
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      const [code] = (await ended) as [number | null]
      return code
    },
  }
}

/** Runs the verify program and returns its exit code and its words. */
export async function runVerify(place: {
  dataDir: string
  databaseUrl?: string
}): Promise<{ code: number; said: string }> {
  const child = spawn(process.execPath, [join(root, 'src/server/verify.ts')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      PODAROK_DATA_DIR: place.dataDir,
      ...(place.databaseUrl && { DATABASE_URL: place.databaseUrl }),
    },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  }
  const [code] = (await once(child, 'close')) as [number]
  return { code, said }
}
