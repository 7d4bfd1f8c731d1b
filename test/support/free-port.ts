import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

/** A port of loopback that nobody listens on now; for a process that has to be told its port beforehand. */
export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer()
    probe.once('error', fail)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => done(port))
    })
  })
}
