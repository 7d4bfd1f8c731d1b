import { createServer, type Server } from 'node:net'

/**
 * Systems take ports for connections, and for whoever asks for any port, from 32768 or 49152 on. One of those can be gone
 * again before the process that was told it listens there, or while that process is down.
 */
const first = 20_000
const perProcess = 100
const processes = 100
/** Who listens on the n-th of these may hand out the n-th hundred: a lock that the system opens when its holder ends. */
const firstLock = 31_000

let own: Promise<number> | null = null
let handedOut = 0

/**
 * A port of loopback that nobody listens on now, for a process that has to be told its port beforehand. No other test run or
 * worker on this machine is given it as long as this process lives: a server that is down keeps its port.
 */
export async function freePort(): Promise<number> {
  own ??= ownHundred()
  const from = await own
  for (let tries = 0; tries < perProcess; tries++) {
    const port = from + (handedOut++ % perProcess)
    const probe = await listen(port)
    if (!probe) continue
    await new Promise((closed) => probe.close(closed))
    return port
  }
  throw new Error(`no port from ${from} to ${from + perProcess - 1} is free`)
}

async function ownHundred(): Promise<number> {
  for (let n = 0; n < processes; n++) {
    const lock = await listen(firstLock + n)
    if (!lock) continue
    lock.unref()
    return first + n * perProcess
  }
  throw new Error(`${processes} processes hand out ports already`)
}

/** @returns null where somebody listens there */
function listen(port: number): Promise<Server | null> {
  return new Promise((tell, fail) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') tell(null)
      else fail(error)
    })
    server.listen(port, '127.0.0.1', () => tell(server))
  })
}
