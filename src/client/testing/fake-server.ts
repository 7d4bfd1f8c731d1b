import { Receipt } from '../../core/receipt/receipt.ts'
import type { Outcome } from '../../core/receipt/outcome.ts'
import type { CaseDecision } from '../../core/wire/cases.ts'
import type { RequestOf } from '../../core/wire/endpoints.ts'
import type { Envelope, SyncRequest, TillRequest, TillState } from '../../core/wire/tills.ts'
import { signatureHeader } from '../../core/wire/tills.ts'
import { parseShape } from '../../core/shape.ts'
import { fromBase64url, toBase64url } from '../crypto/base64url.ts'
import { employeeId } from './builders.ts'

/** After so long a till renews its session. */
export const sessionRenewMs = 3_600_000

/** A record as it came: whose, under which number, and what the till said of an older answer. */
export interface Stored {
  accountId: string
  journal: string
  seq: number
  id: string
  receipt: string
  settled: SyncRequest['records'][number]['settled']
  times: number
}

interface Call {
  name: string
  body: unknown
  token: string | null
}

/**
 * The server's side of the wire for one account, as far as a till can see it: sessions, keys, nonces, signatures over the very
 * bytes, heads and outcomes. Each test bends it.
 */
export class FakeServer {
  readonly accountId: string
  readonly calls: Call[] = []
  /** The journals that it knows, with their keys and tills. */
  readonly journals = new Map<string, { publicKey: string; tillId: string; isOver: boolean }>()
  readonly stored = new Map<string, Stored>()
  readonly storeId = '5a000000-0000-11f0-0a80-000000000001'
  nowMs = 1_800_000_000_000
  state: TillState = 'active'
  keyIsOld = false
  /** Whether it gives any session. */
  sessions = true
  /** Whether MoySklad still knows the key of the address. */
  keyIsGood = true
  /** Whether MoySklad’s page says who is at the screen. */
  vouches = false
  /** Who that is. */
  person = { accountId: '', employeeId: employeeId as string, maySell: true }
  moyskladAway = false
  casesOpen = 0
  decisions: CaseDecision[] = []
  grantIsOver = false
  /** Numbers below the head that it says it lacks. */
  missing: number[] = []
  outcome: (record: Stored) => Outcome = () => ({
    status: 'applied',
    by: null,
    postedAtMs: 1,
    effects: [],
    frozen: false,
  })
  /** Before: the call never comes. After: it is done, and its answer is lost. */
  cut: ((name: string) => 'before' | 'after' | null) | null = null
  #nonces = new Set<string>()
  readonly #userTokens = new Set<string>()
  readonly #living = new Set<string>()
  /** Tills of the sessions that are remembered. */
  readonly #bound = new Map<string, string>()
  #sessions = 0
  readonly sealing: Promise<{ keys: CryptoKeyPair; publicKey: string }>

  constructor(accountId: string) {
    this.accountId = accountId
    this.person.accountId = accountId
    this.sealing = makeSealing()
  }

  /** All nonces grow old at once. */
  age(): void {
    this.#nonces.clear()
  }

  /** Every session is over; remembered ones can be followed. */
  endSessions(remembered = true): void {
    this.#living.clear()
    if (!remembered) this.#bound.clear()
  }

  /** What MoySklad’s page answers to a frame that asks. */
  userToken(): string | null {
    if (!this.vouches) return null
    const token = crypto.randomUUID()
    this.#userTokens.add(token)
    return token
  }

  of(journal: string): Stored[] {
    return [...this.stored.values()].filter((one) => one.journal === journal).sort((a, b) => a.seq - b.seq)
  }

  named(name: string): Call[] {
    return this.calls.filter((call) => call.name === name)
  }

  fetch = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const name = `${init.method} ${input as string}`
    const cut = this.cut?.(name) ?? null
    if (cut === 'before') throw new TypeError('cut')
    const answer = await this.#answer(name, init)
    if (cut === 'after') throw new TypeError('cut')
    return answer
  }

  async #answer(name: string, init: RequestInit): Promise<Response> {
    const bytes = init.body as Uint8Array<ArrayBuffer> | null
    const body: unknown = bytes ? JSON.parse(new TextDecoder().decode(bytes)) : null
    const headers = init.headers as Record<string, string>
    const token = headers['authorization']?.replace('Bearer ', '') ?? null
    this.calls.push({ name, body, token })
    const signature = headers[signatureHeader] ?? ''
    switch (name) {
      case 'POST /api/session':
        return this.#openSession(body as RequestOf<'session'>, token)
      case 'PUT /api/till':
        return this.#register(body as TillRequest, bytes!, signature, token)
      case 'POST /api/ping':
      case 'POST /api/sync':
      case 'POST /api/sync/raw': {
        const envelope = body as Envelope
        const { journal, nonce, accountId } = envelope
        const known = this.journals.get(journal)
        if (!known) return refusal(403, 'till_unknown')
        if (accountId !== this.accountId || !(await verify(known.publicKey, bytes!, signature))) {
          return refusal(401, 'signature_invalid')
        }
        if (!nonce || !this.#nonces.has(nonce)) return refusal(409, 'nonce_stale', this.#nonce())
        if (name === 'POST /api/ping') return json(this.#ping(envelope))
        return json(this.#sync(body as SyncRequest))
      }
      default:
        if (!this.sessions || !this.#living.has(token ?? '')) {
          return refusal(401, this.#bound.has(token ?? '') ? 'session_expired' : 'session_missing')
        }
        if (!this.person.maySell) return refusal(403, 'not_allowed')
        if (!this.#bound.has(token!)) return refusal(403, 'till_unknown')
        if (name.startsWith('DELETE'))
          return json(name.includes('holds') ? { released: true } : { stored: true })
        if (this.state !== 'active' && /book|grant/.test(name)) return refusal(403, 'till_not_active')
        if (name.includes('/api/drafts/')) return json({ stored: true })
        throw new Error(`the fake server has no answer to ${name}`)
    }
  }

  #openSession(vouched: RequestOf<'session'>, followed: string | null): Response {
    if (this.moyskladAway) return refusal(424, 'moysklad_unreachable')
    const isGood = 'userToken' in vouched ? this.#userTokens.delete(vouched.userToken) : this.keyIsGood
    if (!this.sessions || !isGood) return refusal(401, 'context_invalid')
    const { accountId, employeeId, maySell } = this.person
    if (!maySell) return refusal(403, 'not_allowed')
    const token = `token-${++this.#sessions}`
    const tillId = accountId === this.accountId ? this.#bound.get(followed ?? '') : undefined
    if (tillId !== undefined) {
      this.#living.delete(followed!)
      this.#bound.set(token, tillId)
    }
    this.#living.add(token)
    return json({
      accountId,
      token,
      session: this.#sessions.toString(16).padStart(64, '0'),
      expiresAtMs: this.nowMs + 2 * sessionRenewMs,
      renewAfterMs: sessionRenewMs,
      isBound: tillId !== undefined,
      stamp: null,
      employee: { id: employeeId, name: 'Анна', role: 'cashier' },
      stores: [{ id: this.storeId, name: 'На Невском' }],
      programme: null,
    })
  }

  async #register(
    { journal, deviceKey, parent, speaks }: TillRequest,
    bytes: Uint8Array<ArrayBuffer>,
    signature: string,
    token: string | null,
  ): Promise<Response> {
    const vouched = parent && 'signature' in parent.proof
    const session = this.sessions && this.#living.has(token ?? '') ? token : null
    if (session === null && !vouched) return refusal(401, 'session_expired')
    if (!(await verify(deviceKey, bytes, signature))) return refusal(401, 'signature_invalid')
    const before = parent && this.journals.get(parent.id)
    const byMark = parent && 'mark' in parent.proof ? parent.proof.tillId : null
    if (parent && !before && !byMark) return refusal(403, 'till_unknown')
    const tillId = before?.tillId ?? byMark ?? journal
    if (session && speaks && (this.#bound.get(session) ?? tillId) !== tillId)
      return refusal(403, 'till_unknown')
    const known = this.journals.get(journal)
    if (before) before.isOver = true
    if (known?.isOver && speaks) return refusal(409, 'journal_over')
    if (!known) this.journals.set(journal, { publicKey: deviceKey, tillId, isOver: false })
    if (session && speaks) this.#bound.set(session, tillId)
    const { publicKey } = await this.sealing
    return json({
      ordinal: 1,
      head: this.#head(journal),
      keyIsOld: this.keyIsOld,
      sealingKey: { id: 'seal-key-1', publicKey },
      bookKey: 'B'.repeat(43),
    })
  }

  #sync({ journal, records, answeredSeq }: SyncRequest) {
    if (this.#head(journal).headSeq < answeredSeq) {
      const outcome: Outcome = { status: 'later', scope: 'all', afterMs: 1_000 }
      return {
        head: this.#head(journal),
        outcomes: records.map(({ seq, id }) => ({ seq, id, outcome, proof: null })),
      }
    }
    const outcomes = records.map(({ seq, id, receipt, settled }) => {
      // As the server does: what it could not read would be in review there, and no test here is about that.
      parseShape(Receipt, JSON.parse(receipt))
      const times = (this.stored.get(id)?.times ?? 0) + 1
      const { accountId } = this
      const record = { accountId, journal, seq, id, receipt, settled, times }
      this.stored.set(id, record)
      const outcome = this.outcome(record)
      return { seq, id, outcome, proof: proofOf(id) }
    })
    return { head: this.#head(journal), outcomes }
  }

  #ping({ journal, headSeq }: Envelope) {
    const head = this.#head(journal)
    const lower = Math.min(head.headSeq, headSeq)
    const atHead = this.of(journal).flatMap(({ seq, id }) => (seq === lower ? [id] : []))
    return { ...head, missing: this.missing, atHead }
  }

  #head(journal: string) {
    return {
      headSeq: Math.max(0, ...this.of(journal).map((one) => one.seq)),
      serverTimeMs: this.nowMs,
      nonce: this.#nonce(),
      mark: 'M'.repeat(43),
      state: this.state,
      casesOpen: this.casesOpen,
      decisions: this.decisions,
      grantIsOver: this.grantIsOver,
      undelivered: [],
    }
  }

  #nonce(): string {
    const nonce = `${this.nowMs}.${crypto.randomUUID()}`
    this.#nonces.add(nonce)
    return nonce
  }
}

/** 43 signs that tell whose they are. */
export const proofOf = (id: string) => id.replaceAll('-', '').padEnd(43, '_')

const json = (value: unknown, status = 200) => new Response(JSON.stringify(value), { status })
const refusal = (status: number, code: string, nonce?: string) =>
  json({ error: { code, message: code, nonce } }, status)

export async function verify(
  publicKey: string,
  bytes: Uint8Array<ArrayBuffer>,
  signature: string,
): Promise<boolean> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const key = await crypto.subtle.importKey('raw', fromBase64url(publicKey), algorithm, false, ['verify'])
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, fromBase64url(signature), bytes)
}

async function makeSealing() {
  const keys = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits'])
  return { keys, publicKey: toBase64url(await crypto.subtle.exportKey('raw', keys.publicKey)) }
}
