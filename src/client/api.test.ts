import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type CallName, calls } from './calls.ts'
import { endpoints } from '../core/wire.ts'
import { createApi, Denied, Unreachable } from './api.ts'

const base = 'http://podarok.test'
const onLine = vi.fn()
const api = createApi({ fetch: (...args) => fetch(...args), base, token: () => 'secret', onLine })
const server = setupServer()
const ping = `${base}/api/ping`

beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterEach(() => {
  server.resetHandlers()
  onLine.mockReset()
})
afterAll(() => server.close())

describe('api', () => {
  it.each(Object.keys(calls) as CallName[])('calls %s as the wire says', (name) => {
    const { method, path, answer } = endpoints[name]
    expect(calls[name]).toEqual({ method, path, answer })
    expect(calls[name].answer).toBe(answer)
  })

  it('gives the checked answer and carries the session', async () => {
    server.use(
      http.get(ping, ({ request }) => {
        expect(request.headers.get('authorization')).toBe('Bearer secret')
        return HttpResponse.json({ headSeq: 7, serverTimeMs: 5 })
      }),
    )
    expect(await api('ping', null)).toEqual({ headSeq: 7, serverTimeMs: 5 })
    expect(onLine).toHaveBeenLastCalledWith(true)
  })

  it.each([
    ['a cut line', () => HttpResponse.error()],
    [
      '[F2] a cut answer',
      () => new HttpResponse('{"headSeq": 7, "server', { headers: { 'content-type': 'application/json' } }),
    ],
    ['another shape', () => HttpResponse.json({ headSeq: -1 })],
    [
      'a page of somebody in between',
      () => new HttpResponse('<html>Log in to the Wi-Fi</html>', { status: 200 }),
    ],
    ['a refusal of somebody in between', () => HttpResponse.json({ blocked: true }, { status: 403 })],
    ['a 5xx', () => HttpResponse.json({ error: { code: 'internal', message: 'x' } }, { status: 503 })],
  ])('[J6] %s means "unknown"', async (_name, answer) => {
    server.use(http.get(ping, answer))
    await expect(api('ping', null)).rejects.toBeInstanceOf(Unreachable)
    expect(onLine).toHaveBeenLastCalledWith(false)
  })

  it('[J6] tells a broken server from a cut line', async () => {
    server.use(http.get(ping, () => new HttpResponse(null, { status: 502 })))
    await expect(api('ping', null)).rejects.toMatchObject({ status: 502 })
  })

  it('a 4xx of ours is a denial with its code, and the line lives', async () => {
    const error = { code: 'session_expired', message: 'Вход устарел' }
    server.use(http.get(ping, () => HttpResponse.json({ error }, { status: 401 })))
    await expect(api('ping', null)).rejects.toEqual(new Denied('session_expired', 'Вход устарел'))
    expect(onLine).toHaveBeenLastCalledWith(true)
  })

  it('gives up after its time', async () => {
    server.use(http.get(ping, () => new Promise<Response>(() => undefined)))
    await expect(api('ping', null, { timeoutMs: 30 })).rejects.toBeInstanceOf(Unreachable)
  })

  it('fills the id into the path', async () => {
    server.use(http.delete(`${base}/api/holds/abc`, () => HttpResponse.json({ released: true })))
    expect(await api('release', null, { id: 'abc' })).toEqual({ released: true })
  })
})
