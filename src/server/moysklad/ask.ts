import { Gate } from './gate.ts'
import { MoySkladUnreachable } from './moysklad.ts'

export interface AskDeps {
  fetch: typeof fetch
  /** Milliseconds; only differences count here. */
  clock: () => number
  /** 0 ≤ n < 1 */
  random: () => number
  sleep: (ms: number) => Promise<void>
  /** Aborts when the time has passed. */
  timeout(ms: number): AbortSignal
}

/** What somebody wants to know, and how long they wait for it, however many requests it takes. */
export interface Question {
  /** Requests of one account go through one gate. */
  gate: Gate
  endsAtMs: number
  signal: AbortSignal
}

export interface AskedRequest {
  /** For errors: they carry no address, which may hold a key. */
  what: string
  method: 'GET' | 'POST'
  url: string
  /** Asked for before each try: the Vendor API takes a token once. */
  token: () => string | Promise<string>
  /** Sent as JSON. */
  body?: object
}

export interface Answer {
  status: number
  text: string
  /** MoySklad may have acted on an earlier try, whose answer was lost or broken. */
  afterSilence: boolean
}

interface Tried extends Omit<Answer, 'afterSilence'> {
  /** MoySklad's own word on when to come again; null where it has none. */
  retryAfterMs: number | null
}

/** MoySklad lets five requests of an account run at once, and answers 429 to the sixth (error 1073). */
const atOnceMax = 5
const pauseMinMs = 200

/**
 * Asks MoySklad, and again after 429, 5xx or a broken connection, as long as somebody waits: all that we ask may be asked
 * twice. The pause doubles, with jitter, and is never shorter than MoySklad's `X-Lognex-Retry-After` (milliseconds). What
 * cannot be waited for is given up at once.
 */
export class Asking {
  readonly #deps: AskDeps
  readonly #gates = new Map<string, Gate>()

  constructor(deps: AskDeps) {
    this.#deps = deps
  }

  /** @param whose an account, or another door of MoySklad's. @param waitMs for the whole of `work` */
  async within<T>(waitMs: number, whose: string, work: (question: Question) => Promise<T>): Promise<T> {
    const over = new AbortController()
    const gate = this.#gates.get(whose) ?? new Gate(atOnceMax)
    this.#gates.set(whose, gate)
    try {
      return await work({
        gate,
        endsAtMs: this.#deps.clock() + waitMs,
        signal: AbortSignal.any([this.#deps.timeout(waitMs), over.signal]),
      })
    } finally {
      // Where one request has failed, nobody waits for its siblings.
      over.abort()
    }
  }

  /** @throws MoySkladUnreachable when there is no answer in time */
  async ask(question: Question, request: AskedRequest): Promise<Answer> {
    const { clock, random, sleep } = this.#deps
    let afterSilence = false
    for (let attempt = 0; ; attempt++) {
      const tried = await this.#try(question, request, await request.token())
      const { status, text, retryAfterMs } = tried
      if (status !== 0 && status !== 429 && status < 500) return { status, text, afterSilence }
      afterSilence ||= status !== 429
      const backOffMs = pauseMinMs * 2 ** attempt * (0.5 + random() / 2)
      const pauseMs = Math.max(backOffMs, retryAfterMs ?? 0)
      if (clock() + pauseMs >= question.endsAtMs || question.signal.aborted)
        throw new MoySkladUnreachable(`${request.what}: ${status === 0 ? text : `status ${status}`}`)
      await sleep(pauseMs)
    }
  }

  /** A status of 0 stands for no answer. */
  async #try({ gate, signal }: Question, { method, url, body }: AskedRequest, token: string): Promise<Tried> {
    try {
      return await gate.through(signal, async () => {
        const response = await this.#deps.fetch(url, {
          method,
          // Without this header MoySklad answers 415 and no body.
          headers: {
            authorization: `Bearer ${token}`,
            accept: 'application/json;charset=utf-8',
            'accept-encoding': 'gzip',
            ...(body && { 'content-type': 'application/json' }),
          },
          ...(body && { body: JSON.stringify(body) }),
          signal,
        })
        return {
          status: response.status,
          text: await response.text(),
          retryAfterMs: millisecondsOf(response.headers.get('x-lognex-retry-after')),
        }
      })
    } catch (error) {
      // Not as a cause: messages of fetch may hold the address.
      return {
        status: 0,
        text: `no answer (${error instanceof Error ? error.name : 'unknown'})`,
        retryAfterMs: null,
      }
    }
  }
}

function millisecondsOf(header: string | null): number | null {
  return header !== null && /^\d{1,9}$/.test(header) ? Number(header) : null
}
