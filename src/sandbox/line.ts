import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Faults } from './faults.ts'
import { heldBackMs } from './slowness.ts'

/**
 * The line between the browser and the product server, and the place where it is cut.
 *
 * States: `up` (listens, forwards) and `down` (nobody listens, every open socket destroyed: the browser sees refused
 * connections, which is what a real outage looks like; an answer 503 would prove much less). The port stays the same.
 */
export type LineOptions = {
  /** 0 takes any free port, and keeps it for later. */
  readonly port: number
  readonly faults: Faults
  /** Port on loopback of the server that is to answer a path. */
  readonly target: (path: string) => number
  /** How many times slower than usual; see `heldBackMs`. */
  readonly slowness?: number
  /** Told of every status that left the line, before its body. */
  readonly onAnswer?: (path: string, status: number) => void
}

export type Line = {
  readonly port: number
  readonly isUp: () => boolean
  up(): Promise<void>
  down(): Promise<void>
}

const HOST = '127.0.0.1'
/** Headers that concern one connection (RFC 9110, 7.6.1). Node sets its own on both sides. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'proxy-connection'])

export async function createLine(options: LineOptions): Promise<Line> {
  const sockets = new Set<Socket>()
  const server = createServer((req, res) => answer(options, req, res))
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  const port = await listen(server, options.port)

  return {
    port,
    isUp: () => server.listening,
    async up() {
      if (!server.listening) await listen(server, port)
    },
    async down() {
      if (!server.listening) return
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

function answer(options: LineOptions, req: IncomingMessage, res: ServerResponse): void {
  // The peer may leave at any time, here mostly because the line was cut; there is nobody left to tell.
  res.on('error', () => res.destroy())
  const path = req.url ?? '/'
  const fault = options.faults.take(req.method ?? 'GET', path)
  const late = () => {
    if (!req.socket.destroyed) forward(options, req, res, false)
  }
  switch (fault?.kind) {
    case undefined:
      return forward(options, req, res, false)
    case 'drop-request':
      req.socket.destroy()
      return
    case 'drop-answer':
      return forward(options, req, res, true)
    case 'delay':
      setTimeout(late, fault.delayMs)
      return
    case 'stall':
      options.faults.stall(fault, late)
      return
    case 'status':
      req.resume()
      options.onAnswer?.(path, fault.status)
      res.writeHead(fault.status, { 'content-type': 'text/plain; charset=utf-8' })
      res.end(`Fault ${fault.id} of the sandbox\n`)
  }
}

/** @param mute let the server finish, then break the connection instead of passing its answer on */
function forward(options: LineOptions, req: IncomingMessage, res: ServerResponse, mute: boolean): void {
  const path = req.url ?? '/'
  const startedAt = performance.now()
  const upstream = request({
    host: HOST,
    port: options.target(path),
    method: req.method,
    path,
    headers: passedHeaders(req.rawHeaders),
    // A connection of its own for each request: reusing one that the server is about to close would add failures
    // that the test did not ask for.
    agent: false,
  })
  upstream.on('response', (reply) => {
    if (mute) {
      reply.on('close', () => req.socket.destroy())
      reply.resume()
      return
    }
    const status = reply.statusCode ?? 502
    reply.on('error', () => res.destroy())
    // A cut line does not stop the server: it goes on working and answers into the void.
    res.on('close', () => reply.resume())
    const pass = () => {
      if (res.destroyed) return
      options.onAnswer?.(path, status)
      res.writeHead(status, reply.statusMessage, passedHeaders(reply.rawHeaders))
      reply.pipe(res)
    }
    const waitMs = heldBackMs(options.slowness ?? 1, performance.now() - startedAt)
    if (waitMs === 0) pass()
    else setTimeout(pass, waitMs)
  })
  upstream.on('error', (error) => {
    if (res.headersSent || req.socket.destroyed) {
      res.destroy()
      return
    }
    options.onAnswer?.(path, 502)
    res.writeHead(502, { 'content-type': 'text/plain; charset=utf-8' })
    res.end(`The product server does not answer: ${error.message}\n`)
  })
  req.on('close', () => {
    if (!req.complete) upstream.destroy()
  })
  req.pipe(upstream)
}

function passedHeaders(raw: readonly string[]): string[] {
  const passed: string[] = []
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? ''
    if (!HOP_BY_HOP.has(name.toLowerCase())) passed.push(name, raw[i + 1] ?? '')
  }
  return passed
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, HOST, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}
