import type { JournalId } from '../../core/ids.ts'
import type { AnswerOf, EndpointName, RequestOf } from '../../core/wire/endpoints.ts'
import { ErrorAnswer, type ErrorCode } from '../../core/wire/errors.ts'
import { signatureHeader, type TillHead } from '../../core/wire/tills.ts'
import type { CallName, Calls } from './calls.ts'
import { tryShape } from '../../core/shape.ts'

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
  /** With `nonce_stale`: a fresh one. */
  readonly nonce: string | null
  constructor(code: ErrorCode, message: string, nonce: string | null = null) {
    super(message)
    this.code = code
    this.nonce = nonce
  }
}

/** Errors cross frames and bundles, where `instanceof` fails: they are told by name. */
export const isUnreachable = (error: unknown): error is Unreachable =>
  error instanceof Error && error.name === 'Unreachable'
export const isDenied = (error: unknown): error is Denied => error instanceof Error && error.name === 'Denied'

/** How the calls of a page reach the server: one for all lists of calls. */
export interface ApiDeps {
  fetch: typeof fetch
  /** Origin of the server, without a slash at the end; empty for the page's own. */
  base: string
  token: () => string | null
  /** Signs a body with the key of a journal (J5). */
  sign: (journal: JournalId, body: Uint8Array<ArrayBuffer>) => Promise<string>
  /** By journals, from the last answers that brought one. A till that was retired still sends its queue beside the one that follows it. */
  nonces: Map<JournalId, string>
  /** Called with every sign of life or of silence (J7). */
  onLine: (reachable: boolean) => void
  /** What the server says of the till comes with many answers; `journal` is the one that was asked about. */
  onHead: (head: TillHead, journal: JournalId) => void
  /** The server's moment, which comes with some answers. */
  onTime: (serverTimeMs: number) => void
  /** A call was refused that was made with this token. @returns whether to make it once more */
  onDenied: (code: ErrorCode, name: EndpointName, token: string | null) => Promise<boolean>
}

interface CallOptions {
  /** Fills `{id}` of the path. */
  id?: string
  timeoutMs?: number
}

/** The newest nonce that came with an answer about a journal: one is good for its own till alone. */
export type NonceOf = (journal: JournalId) => string | null

/** A body, or how to make it over the newest nonce: a signature holds for the bytes that hold the nonce. */
type BodyOf<N extends EndpointName> = RequestOf<N> | ((nonceOf: NonceOf) => RequestOf<N>)

/** Calls of one list, by their names. */
export type ApiOf<Name extends EndpointName> = <N extends Name>(
  name: N,
  body: BodyOf<N>,
  options?: CallOptions,
) => Promise<AnswerOf<N>>

/** What a sale calls. */
export type Api = ApiOf<CallName>

/** A till that waits longer than this for one answer treats the line as cut. */
const callTimeoutMs = 8_000

/**
 * Calls the server by the names of `calls`: no file of a page carries the shapes of answers that only others read.
 *
 * @returns the answer, checked against its schema
 * @throws Unreachable when nothing is known of the call's fate, Denied when the server refused it as a whole
 */
export function createApi<Name extends EndpointName>(calls: Calls<Name>, deps: ApiDeps): ApiOf<Name> {
  const { nonces } = deps
  const nonceOf: NonceOf = (journal) => nonces.get(journal) ?? null

  async function call<N extends Name>(
    name: N,
    body: RequestOf<N>,
    options: CallOptions,
  ): Promise<AnswerOf<N>> {
    const { path, method, signed, answer: schema } = calls[name]
    const text = body === null ? null : new TextEncoder().encode(JSON.stringify(body))
    const headers: Record<string, string> = {}
    const token = deps.token()
    if (token) headers['authorization'] = `Bearer ${token}`
    if (text !== null) headers['content-type'] = 'application/json'
    if (signed && text !== null) headers[signatureHeader] = await deps.sign(journalOf(body), text)
    const json = await ask(name, deps.base + path.replace('{id}', encodeURIComponent(options.id ?? '')), {
      method,
      headers,
      body: text,
      signal: AbortSignal.timeout(options.timeoutMs ?? callTimeoutMs),
    })
    const answer = tryShape(schema, json)
    if (!answer.success) {
      deps.onLine(false)
      throw new Unreachable(`${name}: an answer of another shape`, null, { cause: answer.error })
    }
    deps.onLine(true)
    const head = headOf(answer.data)
    const serverTimeMs = timeOf(head ?? answer.data)
    if (serverTimeMs !== undefined) deps.onTime(serverTimeMs)
    if (head) {
      nonces.set(journalOf(body), head.nonce)
      deps.onHead(head, journalOf(body))
    }
    return answer.data
  }

  /** @returns the answer of a 2xx, whatever its shape */
  async function ask(name: Name, url: string, init: RequestInit): Promise<unknown> {
    let status: number
    let text: string
    try {
      const response = await deps.fetch(url, {
        ...init,
        cache: 'no-store',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
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
    if (status < 400) return json
    const denial = tryShape(ErrorAnswer, json)
    if (!denial.success) {
      deps.onLine(false)
      throw new Unreachable(`${name}: a refusal that is not ours, status ${status}`, null)
    }
    deps.onLine(true)
    const { code, message, nonce: fresh } = denial.data.error
    throw new Denied(code, message, fresh ?? null)
  }

  /** A nonce may have aged while nothing was said; then the same is signed once more over the one that the refusal brings. */
  async function callFresh<N extends Name>(
    name: N,
    body: BodyOf<N>,
    options: CallOptions,
  ): Promise<AnswerOf<N>> {
    if (typeof body !== 'function') return call(name, body, options)
    const sent = body(nonceOf)
    try {
      return await call(name, sent, options)
    } catch (error) {
      if (!isDenied(error) || error.code !== 'nonce_stale' || error.nonce === null) throw error
      nonces.set(journalOf(sent), error.nonce)
      return call(name, body(nonceOf), options)
    }
  }

  return async (name, body, options = {}) => {
    const token = deps.token()
    try {
      return await callFresh(name, body, options)
    } catch (error) {
      if (!isDenied(error) || !(await deps.onDenied(error.code, name, token))) throw error
      return callFresh(name, body, options)
    }
  }
}

/** The journal whose key signs a body. */
function journalOf(body: unknown): JournalId {
  const { journal } = body as { journal?: JournalId }
  if (journal === undefined) throw new Error('a signed body names its journal')
  return journal
}

/** An answer is the head itself or has it under `head`; most have none. */
function headOf(answer: unknown): TillHead | null {
  const said = answer as Partial<TillHead> & { head?: TillHead }
  return said.head ?? (said.nonce === undefined ? null : (said as TillHead))
}

const timeOf = (answer: unknown) => (answer as { serverTimeMs?: number } | null)?.serverTimeMs
