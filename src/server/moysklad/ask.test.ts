import { beforeEach, describe, expect, test } from 'vitest'
import { Asking, type Question } from './ask.ts'
import { MoySkladUnreachable } from './moysklad.ts'

type Reply = { status: number; retryAfter?: string } | Error

/** MoySklad replies as told, the last reply for ever. Time passes where somebody sleeps, and nowhere else. */
let replies: Reply[]
let asked: number
let slept: number[]
let nowMs: number
let timeouts: { ms: number; controller: AbortController }[]
let fetching: typeof fetch

const asking = () =>
  new Asking({
    fetch: (...request) => fetching(...request),
    clock: () => nowMs,
    random: () => 0.5,
    sleep(ms) {
      slept.push(ms)
      nowMs += ms
      return Promise.resolve()
    },
    timeout(ms) {
      const controller = new AbortController()
      timeouts.push({ ms, controller })
      return controller.signal
    },
  })

beforeEach(() => {
  replies = []
  asked = 0
  slept = []
  nowMs = 1_000
  timeouts = []
  fetching = () => {
    asked++
    const reply = replies.length > 1 ? replies.shift()! : replies[0]!
    if (reply instanceof Error) return Promise.reject(reply)
    const headers: Record<string, string> =
      reply.retryAfter === undefined ? {} : { 'X-Lognex-Retry-After': reply.retryAfter }
    return Promise.resolve(new Response('{}', { status: reply.status, headers }))
  }
})

const request = { what: 'sale', method: 'GET', url: 'https://ms.test/secret', token: () => 'token' } as const
const once = (waitMs = 3_000) =>
  asking().within(waitMs, 'account', (question) => asking().ask(question, request))

describe('MoySklad is asked again', () => {
  test.each([429, 500, 502, 503, 504])('after %d, and its answer is taken', async (status) => {
    replies = [{ status }, { status }, { status: 200 }]
    expect(await once()).toMatchObject({ status: 200, text: '{}' })
    expect([asked, slept]).toEqual([3, [150, 300]])
  })

  test('after a broken connection', async () => {
    replies = [new TypeError('fetch failed'), { status: 200 }]
    expect(await once()).toMatchObject({ status: 200 })
  })

  test('[M5] not before it wants to be, in milliseconds', async () => {
    replies = [{ status: 429, retryAfter: '2000' }, { status: 200 }]
    expect(await once()).toMatchObject({ status: 200 })
    expect(slept).toEqual([2_000])
  })

  test.each(['0', '', 'soon', '-5', '1.5'])('after a pause of ours where it says %j', async (retryAfter) => {
    replies = [{ status: 429, retryAfter }, { status: 200 }]
    expect(await once()).toMatchObject({ status: 200 })
    expect(slept).toEqual([150])
  })

  test('[M5] as long as the caller waits, and no longer', async () => {
    replies = [{ status: 503 }]
    await expect(once()).rejects.toThrow(new MoySkladUnreachable('sale: status 503'))
    expect(nowMs).toBeLessThan(4_000)
    expect(asked).toBe(5)
    expect(timeouts[0]!.ms).toBe(3_000)
  })

  test('not at all where it wants more time than the caller has', async () => {
    replies = [{ status: 429, retryAfter: '3000' }]
    await expect(once()).rejects.toThrow('status 429')
    expect([asked, slept]).toEqual([1, []])
  })

  test.each([400, 401, 403, 404, 409, 415])('not after %d: it has answered', async (status) => {
    replies = [{ status }]
    expect(await once()).toMatchObject({ status })
    expect(asked).toBe(1)
  })

  test('not after the time is over, and no error tells the address', async () => {
    fetching = (_, init) =>
      new Promise((_, reject) => {
        asked++
        init!.signal!.addEventListener('abort', () => reject(init!.signal!.reason as Error))
        nowMs += 3_000
        timeouts[0]!.controller.abort(new DOMException('https://ms.test/secret', 'TimeoutError'))
      })
    const error = await once().catch((e: unknown) => e as Error)
    expect(error).toEqual(new MoySkladUnreachable('sale: no answer (TimeoutError)'))
    expect(asked).toBe(1)
  })
})

describe('of one account', () => {
  /** Requests that wait until they are let go. */
  function held() {
    const open: (() => void)[] = []
    fetching = (_, init) =>
      new Promise((done, fail) => {
        const signal = init!.signal!
        asked++
        open.push(() => done(new Response('{}')))
        if (signal.aborted) fail(signal.reason as Error)
        signal.addEventListener('abort', () => fail(signal.reason as Error))
      })
    return open
  }
  const turn = () => new Promise((done) => setImmediate(done))

  test('[M5] at most five requests run at once, whoever asks', async () => {
    const open = held()
    const one = asking()
    const ask = (whose: string) => one.within(3_000, whose, (question) => one.ask(question, request))
    const answers = Array.from({ length: 7 }, () => ask('ours'))
    await turn()
    expect(asked).toBe(5)
    answers.push(ask('another account’s'))
    await turn()
    expect(asked).toBe(6)
    for (let n = 0; n < answers.length; n++) {
      open[n]!()
      await turn()
    }
    await Promise.all(answers)
    expect(asked).toBe(8)
  })

  test('a question that is over ends its requests, also those that wait for their turn', async () => {
    const open = held()
    const one = asking()
    let questions: Promise<unknown>[] = []
    const failed = one.within(3_000, 'ours', (question: Question) => {
      questions = Array.from({ length: 7 }, () => one.ask(question, request))
      return Promise.reject(new Error('one of them failed'))
    })
    await expect(failed).rejects.toThrow('one of them failed')
    const ends = await Promise.allSettled(questions)
    expect(ends.map(({ status }) => status)).toEqual(Array.from({ length: 7 }, () => 'rejected'))
    // Nobody is left inside.
    asked = 0
    const next = one.within(3_000, 'ours', (question) => one.ask(question, request))
    await turn()
    expect(asked).toBe(1)
    open.at(-1)!()
    await next
  })
})
