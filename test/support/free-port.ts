import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * Systems take ports for connections, and for whoever asks for any port, from 32768 or 49152 on. One of those can be gone
 * again before the process that was told it listens there, or while that process is down.
 */
const first = 20_000
const last = 31_999

/** A port of loopback that nobody listens on now; for a process that has to be told its port beforehand. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(first, last + 1)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((tell, fail) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') tell(false)
      else fail(error)
    })
    probe.listen(port, '127.0.0.1', () => probe.close(() => tell(true)))
  })
}
