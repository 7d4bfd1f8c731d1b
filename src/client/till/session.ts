import type { AccountId, StoreId } from '../../core/ids.ts'
import { wireVersion } from '../../core/receipt/version.ts'
import type { EndpointName } from '../../core/wire/endpoints.ts'
import type { ErrorCode } from '../../core/wire/errors.ts'
import type { SessionAnswer } from '../../core/wire/session.ts'
import { type Api, Denied, isDenied, isUnreachable } from '../api/api.ts'
import { type Trouble, troubleOf, type Troubles } from '../trouble.ts'

/** An employee's only point of sale; one who sells in several has to be asked, and until then there is none. */
export function storeOf({ stores }: SessionAnswer): StoreId | null {
  return stores.length === 1 ? stores[0]!.id : null
}

export interface SessionsDeps {
  api: Api
  /** From the frame's address, good once; empty where MoySklad gives none. */
  contextKey: string
  /** What MoySklad's page vouches by whenever it is asked; null where it does not. */
  userToken: () => Promise<string | null>
  /** Waits before the next attempt; false ends it. */
  pause: (attempt: number) => Promise<boolean>
  elapsed: () => number
  window: Pick<Window, 'setTimeout' | 'clearTimeout'>
  troubles: Troubles
  /** Whose journal is open in this frame, or null. */
  accountId: () => AccountId | null
  /** Somebody works here from now on. Calls that wait for the new session are made when this is done. */
  onRenewed: (session: SessionAnswer) => Promise<void>
  /** Another account is in this frame. */
  onMoved: () => void
  log: (event: string, error: unknown) => void
}

/** What became of asking for another session; nobody has answered where it is `silent`. */
type Renewal = 'renewed' | 'refused' | 'silent'

/** After an attempt that brought nothing. A page that was not shown may be asked in vain. */
const againMs = 10 * 60_000

/** Calls that need no session, or that tell a session which till it is. */
const outside: ReadonlySet<EndpointName> = new Set(['session', 'till', 'ping', 'sync', 'syncRaw'])

/** What a new session settles. */
const entryTroubles = ['session_over', 'not_allowed', 'several_accounts', 'wire_unknown'] as const

/**
 * Who works in this frame, which lives for hours or for days (A1).
 *
 * none ── open ──▶ working ── an hour, or the server says that it is over ──▶ asking ──▶ working
 *   │                                                                          ├─ another account ──▶ moved, for good (F23)
 *   └─────── both ways in are refused ──▶ over ◀── both ways in are refused ───┘
 *                                           └─ a document is opened, ten minutes, a call ──▶ asking
 */
export class Sessions {
  readonly #deps: SessionsDeps
  #contextKey: string
  #session: SessionAnswer | null = null
  #renewAtMs = 0
  #isOver = false
  #isMoved = false
  #renewing: Promise<Renewal> | null = null
  #timer: number | null = null
  #closed = false

  constructor(deps: SessionsDeps) {
    this.#deps = deps
    this.#contextKey = deps.contextKey
  }

  /** The session of somebody who may work here. */
  get current(): SessionAnswer | null {
    return this.#isOver ? null : this.#session
  }

  /** Also one that is over; null where nobody was here, or another account is now. */
  get last(): SessionAnswer | null {
    return this.#session
  }

  /** Also of a session that is over: the one that follows it is known by it. */
  get token(): string | null {
    return this.#session?.token ?? null
  }

  /**
   * Opens the first session, again and again while nobody answers.
   *
   * @returns null when it was ended
   * @throws Denied when both ways in are refused
   */
  async open(): Promise<SessionAnswer | null> {
    try {
      const session = await insist(() => this.#ask(), this.#deps.pause)
      // It says whose this frame is, whatever journal is open in it.
      if (session) this.#take(session, session.accountId)
      return session
    } catch (error) {
      if (isDenied(error)) this.#end(troubleOf(error.code))
      throw error
    }
  }

  /** A document was opened, so MoySklad's page is there to be asked. */
  async opened(): Promise<void> {
    if (!this.#isDue()) return
    if (this.#isOver) this.#deps.troubles.clear('session_over')
    const renewal = await this.#renew()
    if (this.#isOver && renewal === 'refused') this.#end('session_over')
  }

  /**
   * The server has refused a call.
   *
   * @param token that the call was made with
   * @returns whether the call is to be made again, in another session
   */
  async refused(code: ErrorCode, name: EndpointName, token: string | null): Promise<boolean> {
    if (code === 'not_allowed' && !outside.has(name)) this.#end('not_allowed')
    const isOver = code === 'session_expired' || code === 'session_missing'
    if (!isOver && (code !== 'till_unknown' || outside.has(name))) return false
    if (this.#isMoved) return false
    if (token !== this.token) return true
    if (outside.has(name)) {
      // It may be a part of the renewal, which waits for it.
      if (this.current) void this.#renew()
      return false
    }
    const renewal = await this.#renew()
    if (isOver && renewal === 'refused') this.#end('session_over')
    return renewal === 'renewed'
  }

  close(): void {
    this.#closed = true
    this.#plan()
  }

  /** By the key of the address as long as it was not used, which needs nothing of the page; then by a user token. */
  async #ask(): Promise<SessionAnswer> {
    const { api, userToken } = this.#deps
    if (this.#contextKey) {
      try {
        const session = await api('session', { wire: wireVersion, contextKey: this.#contextKey })
        this.#contextKey = ''
        return session
      } catch (error) {
        if (!isDenied(error) || error.code !== 'context_invalid') throw error
        this.#contextKey = ''
      }
    }
    const token = await userToken()
    if (token === null) throw new Denied('context_invalid', 'the page gives no user token')
    return api('session', { wire: wireVersion, userToken: token })
  }

  #renew(): Promise<Renewal> {
    return (this.#renewing ??= this.#askAgain().finally(() => (this.#renewing = null)))
  }

  async #askAgain(): Promise<Renewal> {
    if (this.#isMoved) return 'refused'
    try {
      const session = await this.#ask()
      if (!this.#take(session)) return 'refused'
      await this.#deps.onRenewed(session)
      return 'renewed'
    } catch (error) {
      this.#plan()
      if (isSilent(error)) return 'silent'
      this.#deps.log('session_not_renewed', error)
      // MoySklad not knowing this token says nothing against the session that is there.
      if (isDenied(error) && error.code !== 'context_invalid') this.#end(troubleOf(error.code))
      return 'refused'
    }
  }

  /** @returns whether it is a session of this frame's account: nothing of a journal goes on under another one (F23) */
  #take(session: SessionAnswer, own = this.#session?.accountId ?? this.#deps.accountId()): boolean {
    const { elapsed, troubles, onMoved } = this.#deps
    this.#isMoved = own !== null && own !== session.accountId
    this.#session = this.#isMoved ? null : session
    if (this.#isMoved) {
      this.#end('account_changed')
      onMoved()
      return false
    }
    this.#isOver = false
    this.#renewAtMs = elapsed() + session.renewAfterMs
    for (const trouble of entryTroubles) troubles.clear(trouble)
    this.#plan()
    return true
  }

  #end(trouble: Trouble): void {
    this.#isOver = true
    this.#deps.troubles.add(trouble)
    this.#plan()
  }

  #isDue(): boolean {
    return this.#isOver || (this.#session !== null && this.#deps.elapsed() >= this.#renewAtMs)
  }

  /** A computer that sleeps wakes up late: then the server, or the next document, tells that it is time. */
  #plan(): void {
    const { window, elapsed } = this.#deps
    if (this.#timer !== null) window.clearTimeout(this.#timer)
    this.#timer = null
    if (this.#closed || this.#isMoved) return
    this.#timer = window.setTimeout(
      () => {
        if (this.#isDue()) void this.#renew()
        else this.#plan()
      },
      Math.max(againMs, this.#renewAtMs - elapsed()),
    )
  }
}

const isSilent = (error: unknown): boolean =>
  isUnreachable(error) || (isDenied(error) && error.code === 'moysklad_unreachable')

/** Tries until there is an answer of the server, good or bad. */
export async function insist<T>(
  work: () => Promise<T>,
  pause: (attempt: number) => Promise<boolean>,
): Promise<T | null> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!isSilent(error)) throw error
    }
    if (!(await pause(attempt))) return null
  }
}
