import * as z from 'zod/mini'
import { type AnswerOf, ErrorAnswer, type ErrorCode, type RequestOf } from '../core/wire.ts'
import { type CallName, calls } from './calls.ts'

/**
 * No answer that could be trusted came: the line is cut, the answer was cut short, a proxy spoke in the server's
 * place, or the server broke. What the server did is unknown.
 */
export class Unreachable extends Error {
  override name = 'Unreachable'
  /** The status of a 5xx; null where nothing came. */
  readonly status: number | null
  constructor(message: string, status: number | null, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}

/** The server understood and said no (4xx): it changed nothing. */
export class Denied extends Error {
  override name = 'Denied'
  readonly code: ErrorCode
  constructor(code: ErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** Errors cross frames and bundles, where `instanceof` fails: they are told by name. */
export const isUnreachable = (error: unknown): error is Unreachable =>
  error instanceof Error && error.name === 'Unreachable'
export const isDenied = (error: unknown): error is Denied => error instanceof Error && error.name === 'Denied'

export interface ApiDeps {
  fetch: typeof fetch
  /** Origin of the server, without a slash at the end; empty for the page's own. */
  base: string
  token: () => string | null
  /** Called with every sign of life or of silence (J7). */
  onLine: (reachable: boolean) => void
}

export interface CallOptions {
  /** Fills `{id}` of the path. */
  id?: string
  timeoutMs?: number
}

export type Api = <N extends CallName>(
  name: N,
  body: RequestOf<N>,
  options?: CallOptions,
) => Promise<AnswerOf<N>>

/** A till that waits longer than this for one answer treats the line as cut. */
export const callTimeoutMs = 8_000

/**
 * Calls the server by the names of `calls`.
 *
 * @returns the answer, checked against its schema
 * @throws Unreachable when nothing is known of the call's fate, Denied when the server refused it as a whole
 */
export function createApi(deps: ApiDeps): Api {
  return async (name, body, options = {}) => {
    const call = calls[name]
    const path = call.path.replace('{id}', encodeURIComponent(options.id ?? ''))
    const headers: Record<string, string> = {}
    const token = deps.token()
    if (token) headers['authorization'] = `Bearer ${token}`
    if (body !== null) headers['content-type'] = 'application/json'
    let status: number
    let text: string
    try {
      const response = await deps.fetch(deps.base + path, {
        method: call.method,
        headers,
        body: body === null ? null : JSON.stringify(body),
        cache: 'no-store',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        signal: AbortSignal.timeout(options.timeoutMs ?? callTimeoutMs),
      })
      status = response.status
      // A cut inside the body shows only here.
      text = await response.text()
    } catch (cause) {
      deps.onLine(false)
      throw new Unreachable(`${name}: no answer`, null, { cause })
    }
    if (status >= 500) {
      deps.onLine(false)
      throw new Unreachable(`${name}: the server answered ${status}`, status)
    }
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch (cause) {
      deps.onLine(false)
      throw new Unreachable(`${name}: an answer that is not ours, status ${status}`, null, { cause })
    }
    if (status >= 400) {
      const denial = z.safeParse(ErrorAnswer, json)
      if (!denial.success) {
        deps.onLine(false)
        throw new Unreachable(`${name}: a refusal that is not ours, status ${status}`, null)
      }
      deps.onLine(true)
      throw new Denied(denial.data.error.code, denial.data.error.message)
    }
    const answer = z.safeParse(call.answer, json)
    if (!answer.success) {
      deps.onLine(false)
      throw new Unreachable(`${name}: an answer of another shape`, null, { cause: answer.error })
    }
    deps.onLine(true)
    return answer.data as AnswerOf<typeof name>
  }
}
