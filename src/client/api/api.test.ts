import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { JournalId } from '../../core/ids.ts'
import { type Calls, calls } from './calls.ts'
import { type EndpointName, endpoints, type RequestOf } from '../../core/wire/endpoints.ts'
import { supplyCalls } from '../outage/supply-calls.ts'
import { createApi, Denied, type NonceOf, Unreachable } from './api.ts'

const base = 'http://podarok.test'
const onLine = vi.fn()
const onHead = vi.fn()
const onTime = vi.fn()
const onDenied = vi.fn(() => Promise.resolve(false))
const api = createApi(calls, {
  fetch: (...args) => fetch(...args),
  base,
  token: () => 'secret',
  nonces: new Map(),
  sign: (journal, body) => Promise.resolve(`${journal}:${body.byteLength}`),
  onLine,
  onHead,
  onTime,
  onDenied,
})
const server = setupServer()
const url = `${base}/api/holds/abc`
const holdId = 'abc'
/** The call that most tests make; what it asks does not matter to them. */
const call = (options: { timeoutMs?: number } = {}) => api('release', null, { id: holdId, ...options })

beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterEach(() => {
  server.resetHandlers()
  onLine.mockReset()
  onHead.mockReset()
  onDenied.mockReset()
})
afterAll(() => server.close())

describe('api', () => {
  it.each(Object.entries<Calls<EndpointName>[EndpointName]>({ ...calls, ...supplyCalls }))(
    'calls %s as the wire says',
    (name, call) => {
      const { method, path, signed, answer } = endpoints[name as EndpointName]
      expect(call).toEqual({ method, path, signed, answer })
      expect(call.answer).toBe(answer)
    },
  )

  it('gives the checked answer and carries the session', async () => {
    server.use(
      http.delete(url, ({ request }) => {
        expect(request.headers.get('authorization')).toBe('Bearer secret')
        return HttpResponse.json({ released: true })
      }),
    )
    expect(await call()).toEqual({ released: true })
    expect(onLine).toHaveBeenLastCalledWith(true)
  })

  it.each([
    ['a cut line', () => HttpResponse.error()],
    [
      '[F2] a cut answer',
      () => new HttpResponse('{"released": tr', { headers: { 'content-type': 'application/json' } }),
    ],
    ['another shape', () => HttpResponse.json({ released: -1 })],
    [
      'a page of somebody in between',
      () => new HttpResponse('<html>Log in to the Wi-Fi</html>', { status: 200 }),
    ],
    ['a refusal of somebody in between', () => HttpResponse.json({ blocked: true }, { status: 403 })],
    ['a 5xx', () => HttpResponse.json({ error: { code: 'internal', message: 'x' } }, { status: 503 })],
  ])('[J6] %s means "unknown"', async (_name, answer) => {
    server.use(http.delete(url, answer))
    await expect(call()).rejects.toBeInstanceOf(Unreachable)
    expect(onLine).toHaveBeenLastCalledWith(false)
  })

  it('[J6] tells a broken server from a cut line', async () => {
    server.use(http.delete(url, () => new HttpResponse(null, { status: 502 })))
    await expect(call()).rejects.toMatchObject({ status: 502 })
  })

  it('a 4xx of ours is a denial with its code, and the line lives', async () => {
    const error = { code: 'session_expired', message: 'Вход устарел' }
    server.use(http.delete(url, () => HttpResponse.json({ error }, { status: 401 })))
    await expect(call()).rejects.toEqual(new Denied('session_expired', 'Вход устарел'))
    expect(onLine).toHaveBeenLastCalledWith(true)
  })

  it('[A1] a denied call is made once more where there is another session for it', async () => {
    const error = { code: 'session_expired', message: 'Вход устарел' }
    let times = 0
    const denied = () => HttpResponse.json({ error }, { status: 401 })
    server.use(http.delete(url, () => (++times === 1 ? denied() : HttpResponse.json({ released: true }))))
    onDenied.mockResolvedValueOnce(true)
    expect(await call()).toEqual({ released: true })
    expect(onDenied).toHaveBeenCalledExactlyOnceWith('session_expired', 'release', 'secret')
    // A second denial is the answer, and nothing goes round for ever.
    times = 0
    server.use(http.delete(url, () => (times++, denied())))
    onDenied.mockResolvedValue(true)
    await expect(call()).rejects.toMatchObject({ code: 'session_expired' })
    expect(times).toBe(2)
  })

  it('gives up after its time', async () => {
    server.use(http.delete(url, () => new Promise<Response>(() => undefined)))
    await expect(call({ timeoutMs: 30 })).rejects.toBeInstanceOf(Unreachable)
  })

  it('fills the id into the path', async () => {
    server.use(http.delete(`${base}/api/holds/a%2Fb`, () => HttpResponse.json({ released: true })))
    expect(await api('release', null, { id: 'a/b' })).toEqual({ released: true })
  })
})

describe('signed calls', () => {
  const url = `${base}/api/ping`
  const head = {
    headSeq: 7,
    serverTimeMs: 5,
    nonce: 'fresh-nonce-of-the-answer',
    mark: 'M'.repeat(43),
    state: 'active',
    casesOpen: 0,
    grantIsOver: false,
    undelivered: [],
    missing: [],
    atHead: [],
    decisions: [],
  }
  type Body = RequestOf<'ping'>
  /** Only what the signature looks at. */
  const of = (id: string) => (nonceOf: NonceOf) => {
    const journal = id as JournalId
    return { journal, nonce: nonceOf(journal) } as Body
  }
  const envelope = of('the journal')

  /** Answers one call after another, and keeps what was sent. */
  function answers(...all: (() => Response)[]) {
    const sent: { nonce: string | null; signature: string | null; bytes: number }[] = []
    server.use(
      http.post(url, async ({ request }) => {
        const text = await request.clone().text()
        sent.push({
          nonce: (JSON.parse(text) as Body).nonce,
          signature: request.headers.get('podarok-signature'),
          bytes: new TextEncoder().encode(text).length,
        })
        return all[Math.min(sent.length, all.length) - 1]!()
      }),
    )
    return sent
  }
  const stale = () =>
    HttpResponse.json(
      { error: { code: 'nonce_stale', message: 'old', nonce: 'nonce-of-the-refusal' } },
      { status: 409 },
    )
  const good = () => HttpResponse.json(head)

  it('[J5] the signature is over the bytes that are sent, by the key of the journal named', async () => {
    const sent = answers(good)
    await api('ping', envelope)
    expect(sent[0]!.signature).toBe(`the journal:${sent[0]!.bytes}`)
    expect(onHead).toHaveBeenLastCalledWith(head, 'the journal')
  })

  it('[J5] the last nonce of any answer is the next one', async () => {
    answers(good)
    await api('ping', envelope)
    const sent = answers(good)
    await api('ping', envelope)
    expect(sent[0]!.nonce).toBe(head.nonce)
  })

  it('[J5] each journal has its own nonce: one that is over is sent beside the one that follows it', async () => {
    answers(good)
    await api('ping', of('an older journal'))
    const sent = answers(good)
    await api('ping', of('the next one'))
    await api('ping', of('an older journal'))
    await api('ping', of('the next one'))
    expect(sent.map(({ nonce }) => nonce)).toEqual([null, head.nonce, head.nonce])
  })

  it('[J5] a stale nonce is replaced by that of the refusal, and the call is signed once more', async () => {
    const sent = answers(stale, good)
    expect(await api('ping', envelope)).toEqual(head)
    expect(sent).toHaveLength(2)
    expect(sent[1]!.nonce).toBe('nonce-of-the-refusal')
    expect(sent[1]!.signature).toBe(`the journal:${sent[1]!.bytes}`)
    expect(onDenied).not.toHaveBeenCalled()
  })

  it('[J5] a nonce that is stale again is a refusal, not a loop', async () => {
    const sent = answers(stale)
    await expect(api('ping', envelope)).rejects.toMatchObject({ code: 'nonce_stale' })
    expect(sent).toHaveLength(2)
    expect(onDenied).toHaveBeenCalledExactlyOnceWith('nonce_stale', 'ping', 'secret')
  })
})
