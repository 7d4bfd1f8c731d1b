import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { basename, extname, join, relative } from 'node:path'
import { Hono } from 'hono'
import { type Page, pages, worker } from '../../../manifest/pages.ts'
import type { Deps } from '../deps.ts'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
}

/** The page carries this mark where the list of pages that may show it belongs (A4). */
const originsMark = '%HOST_ORIGINS%'

/** A page runs and shows nothing but our own files. */
const ownOnly = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** The built pages under their addresses, their worker, and their hashed files for ever. */
export function widgetFiles(
  { config }: Pick<Deps, 'config'>,
  served: readonly Page[] = Object.values(pages),
): Hono {
  const app = new Hono()
  const origins = config.hostOrigins.join(' ')
  for (const { document, addresses, embedded } of served) {
    const file = join(config.widgetDir, relative('widget', document))
    const headers = {
      'content-type': types['.html']!,
      // The address may hold a one-time key, so no copy of this answer is kept and no other site learns the address.
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'content-security-policy': `${ownOnly}; frame-ancestors ${embedded ? origins : "'none'"}`,
    }
    for (const address of addresses) {
      app.get(address, async (c) => {
        const page = await read(file)
        if (!page) return c.text('The pages are not built: npm run build', 503)
        return c.body(page.toString('utf8').replaceAll(originsMark, origins), 200, headers)
      })
    }
  }
  // Its folder is all that it may speak for, so no header widens that.
  app.get(worker.address, async (c) => {
    const script = await read(join(config.widgetDir, basename(worker.address)))
    if (!script) return c.notFound()
    return c.body(new Uint8Array(script), 200, {
      'content-type': types['.js']!,
      // A mended one must be there with the next page that is opened.
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; connect-src 'self'",
    })
  })
  // The names hold a hash of the content, so what was compressed once stays right.
  const compressed = new Map<string, Buffer>()
  // A page that could not load one asks for it in a numbered folder (widget/ui/load-part.ts).
  app.on('GET', ['/assets/:file{[\\w][\\w.-]*}', '/assets/:again{\\d+}/:file{[\\w][\\w.-]*}'], async (c) => {
    const name = c.req.param('file')
    const type = types[extname(name)]
    const file = type && (await read(join(config.widgetDir, 'assets', name)))
    if (!file) return c.notFound()
    const headers = {
      'content-type': type,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      vary: 'accept-encoding',
    }
    if (!/\bgzip\b/.test(c.req.header('accept-encoding') ?? ''))
      return c.body(new Uint8Array(file), 200, headers)
    const small = compressed.get(name) ?? (await promisify(gzip)(file, { level: 9 }))
    compressed.set(name, small)
    return c.body(new Uint8Array(small), 200, { ...headers, 'content-encoding': 'gzip' })
  })
  return app
}

/** @returns null when there is no such file */
async function read(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR'))
      return null
    throw error
  }
}
