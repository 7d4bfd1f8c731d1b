import { randomUUID } from 'node:crypto'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { createMoySkladHttp } from './http.ts'
import { MoySkladUnreachable } from './moysklad.ts'
import { accountId, demand, documentId } from './testing/moysklad-rig.ts'

let server: Server

/** The client with nothing replaced but how long it waits. */
async function connect(listener: RequestListener, waitMs = 60_000) {
  server = createServer(listener)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const config = { api, vendorApi: api, appUid: 'podarok', appSecret: 'secret', token: 'token' }
  const startMs = performance.now()
  return createMoySkladHttp(config, {
    fetch,
    // Its 3 s must be enough for a busy machine.
    clock: () => (performance.now() - startMs) / 100,
    newId: randomUUID,
    random: Math.random,
    sleep,
    timeout: () => AbortSignal.timeout(waitMs),
    log: { warn: () => undefined },
  }).of(accountId)
}

afterEach(() => {
  server.closeAllConnections()
  return new Promise((done) => server.close(done))
})

describe('over HTTP', () => {
  test('[M5] a sale is read packed, after a broken connection and after MoySklad was busy', async () => {
    const asked: number[] = []
    const own = await connect((request, response) => {
      asked.push(asked.length)
      if (asked.length === 1) return request.socket.destroy()
      if (asked.length === 2) return response.writeHead(429, { 'X-Lognex-Retry-After': '1' }).end()
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'application/json' })
      return response.end(gzipSync(JSON.stringify(demand)))
    })
    expect(await own.retailDemand(documentId)).toMatchObject({
      id: documentId,
      sale: { sumKopecks: 150_100 },
    })
    expect(asked).toHaveLength(3)
  })

  const hangs: [string, RequestListener][] = [
    ['says nothing', () => undefined],
    ['does not end', (_, response) => void response.writeHead(200).write('{')],
  ]
  test.each(hangs)('[M5] whoever %s is silent', async (_, listener) => {
    const own = await connect(listener, 100)
    await expect(own.retailDemand(documentId)).rejects.toBeInstanceOf(MoySkladUnreachable)
  })
})
