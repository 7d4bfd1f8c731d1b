import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type ProductDouble = {
  readonly port: number
  /** `METHOD /path` of every request that was worked off, with its body. */
  readonly seen: string[]
  close(): Promise<void>
}

/** A server in the product's place. */
export async function startProductDouble(
  handle: (req: IncomingMessage, res: ServerResponse, body: string) => void,
): Promise<ProductDouble> {
  const seen: string[] = []
  const server = createServer((req, res) => {
    let body = ''
    req.setEncoding('utf8')
    req.on('data', (chunk: string) => (body += chunk))
    req.on('end', () => {
      seen.push(`${req.method} ${req.url} ${body}`.trim())
      handle(req, res, body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}
