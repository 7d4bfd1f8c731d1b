import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFaults, FaultRequest, type Faults } from './faults.ts'
import { createLine, type Line } from './line.ts'
import { heldBackMs } from './slowness.ts'
import { startProductDouble, type ProductDouble } from './testing/product-double.ts'
import { parseShape } from '../core/shape.ts'

let product: ProductDouble
let faults: Faults
let line: Line
let answers: string[]

beforeEach(async () => {
  answers = []
  faults = createFaults()
  product = await startProductDouble((req, res, body) => {
    if (req.url === '/slow') setTimeout(() => res.end('late'), 150)
    else res.writeHead(201, { 'x-echo': 'yes', 'content-type': 'text/plain' }).end(`echo ${body}`)
  })
  line = await createLine({
    port: 0,
    faults,
    target: () => product.port,
    onAnswer: (path, status) => answers.push(`${path} ${status}`),
  })
})

afterEach(async () => {
  await line.down()
  await product.close()
})

function call(path: string, init?: RequestInit): Promise<Response> {
  return fetch(`http://127.0.0.1:${line.port}${path}`, init)
}

function fault(request: unknown): void {
  faults.add(parseShape(FaultRequest, request))
}

/** The network error code of a call that must not succeed. */
async function failure(path: string): Promise<string> {
  try {
    await (await call(path)).text()
  } catch (error) {
    const cause = (error as Error).cause as { code?: string }
    return cause.code ?? 'other'
  }
  return 'answered'
}

describe('the line while up', () => {
  it('passes method, path, body, status and headers', async () => {
    const answer = await call('/api/x?y=1', { method: 'POST', body: 'hello' })
    expect([answer.status, answer.headers.get('x-echo'), await answer.text()]).toEqual([
      201,
      'yes',
      'echo hello',
    ])
    expect(product.seen).toEqual(['POST /api/x?y=1 hello'])
    expect(answers).toEqual(['/api/x?y=1 201'])
  })

  it('passes a large body whole', async () => {
    const body = 'x'.repeat(3_000_000)
    expect(await (await call('/', { method: 'POST', body })).text()).toBe(`echo ${body}`)
  })

  it('answers 502 while the product server is not there', async () => {
    await product.close()
    expect((await call('/')).status).toBe(502)
  })
})

describe('a slow line', () => {
  it('takes so many times as long, but never less than its part of what a shop’s line takes', () => {
    expect([heldBackMs(1, 70), heldBackMs(5, 0), heldBackMs(5, 70)]).toEqual([0, 250, 280])
  })

  it('passes everything on, only later', async () => {
    const slow = await createLine({ port: 0, faults, target: () => product.port, slowness: 3 })
    const startedAt = performance.now()
    const answer = await fetch(`http://127.0.0.1:${slow.port}/api`, { method: 'POST', body: 'hello' })
    expect([answer.status, await answer.text()]).toEqual([201, 'echo hello'])
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(145)
    await slow.down()
  })
})

describe('the line while down', () => {
  it('refuses connections, and listens on the same port again after up', async () => {
    await line.down()
    expect(line.isUp()).toBe(false)
    expect(await failure('/')).toBe('ECONNREFUSED')
    await line.up()
    expect((await call('/')).status).toBe(201)
  })

  it('breaks every open connection at once, an idle one too', async () => {
    const idle = connect(line.port, '127.0.0.1')
    await new Promise((resolve) => idle.once('connect', resolve))
    const closed = new Promise((resolve) => idle.once('close', resolve))
    const running = failure('/slow')
    await expect.poll(() => product.seen).toEqual(['GET /slow'])
    await line.down()
    await closed
    expect(await running).toBe('UND_ERR_SOCKET')
  })

  it('can be switched many times', async () => {
    for (let i = 0; i < 20; i++) {
      await line.down()
      await line.up()
    }
    expect((await call('/')).status).toBe(201)
  })
})

describe('faults', () => {
  it('drop-request: the server never sees it; one shot', async () => {
    fault({ kind: 'drop-request', path: '/api' })
    expect(await failure('/api/x')).toBe('UND_ERR_SOCKET')
    expect(product.seen).toEqual([])
    expect((await call('/api/x')).status).toBe(201)
  })

  it('drop-answer: the server does the work and the browser never learns', async () => {
    fault({ kind: 'drop-answer', path: '/slow' })
    expect(await failure('/slow')).toBe('UND_ERR_SOCKET')
    expect(product.seen).toEqual(['GET /slow'])
    expect(answers).toEqual([])
  })

  it('delay: the answer comes later', async () => {
    fault({ kind: 'delay', path: '/', delayMs: 120 })
    const startedAt = performance.now()
    expect((await call('/')).status).toBe(201)
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(115)
  })

  it('stall: the request waits until its fault is cleared, and then goes its way', async () => {
    fault({ kind: 'stall', path: '/api' })
    const waiting = call('/api')
    await expect.poll(() => faults.list()).toEqual([])
    expect((await call('/')).status).toBe(201)
    expect(product.seen).toEqual(['GET /'])
    faults.clear('/')
    expect(product.seen).toEqual(['GET /'])
    faults.clear('/api')
    expect((await waiting).status).toBe(201)
    expect(product.seen).toEqual(['GET /', 'GET /api'])
  })

  it('status: answered by the line itself', async () => {
    fault({ kind: 'status', path: '/', status: 503 })
    expect((await call('/x', { method: 'POST', body: 'b' })).status).toBe(503)
    expect(product.seen).toEqual([])
    expect(answers).toEqual(['/x 503'])
  })

  it('match by the beginning of the path and by method', async () => {
    fault({ kind: 'status', path: '/api', method: 'POST', times: null })
    expect((await call('/other', { method: 'POST' })).status).toBe(201)
    expect((await call('/api')).status).toBe(201)
    expect((await call('/api', { method: 'POST' })).status).toBe(503)
  })

  it('last as long as they are told, or until cleared', async () => {
    fault({ kind: 'status', path: '/', times: 2 })
    fault({ kind: 'status', path: '/', times: null, status: 500 })
    const statuses: number[] = []
    for (let i = 0; i < 4; i++) statuses.push((await call('/')).status)
    faults.clear()
    statuses.push((await call('/')).status)
    expect(statuses).toEqual([503, 503, 500, 500, 201])
  })

  it('a delayed request dies with the line and is never forwarded', async () => {
    fault({ kind: 'delay', path: '/', delayMs: 100 })
    const running = failure('/')
    await sleep(30)
    await line.down()
    expect(await running).toBe('UND_ERR_SOCKET')
    await sleep(120)
    expect(product.seen).toEqual([])
  })
})
