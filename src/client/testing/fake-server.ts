import type { Outcome } from '../../core/receipt/outcome.ts'
import type { ToldReceipt } from '../../core/wire/receipts.ts'
import type { CaseDecision } from '../../core/wire/cases.ts'
import type { Envelope, SyncRequest, TillRequest, TillState } from '../../core/wire/tills.ts'
import { signatureHeader } from '../../core/wire/tills.ts'
import { fromBase64url, toBase64url } from '../crypto/base64url.ts'
import { employeeId } from './builders.ts'

/** A record as it came: whose, under which number, and what the till said of an older answer. */
export interface Stored {
  accountId: string
  tillId: string
  epoch: number
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
  /** The keys of each epoch; the first is that of the till, the others are those of its copies. */
  readonly keys = new Map<string, string[]>()
  readonly stored = new Map<string, Stored>()
  readonly storeId = '5a000000-0000-11f0-0a80-000000000001'
  nowMs = 1_800_000_000_000
  state: TillState = 'active'
  rotate = false
  sessions = true
  casesOpen = 0
  decisions: CaseDecision[] = []
  grantIsOver = false
  /** Numbers below the head that it says it lacks. */
  missing: number[] = []
  /** What the server has of the till, for one that keeps nothing itself. */
  operations: ToldReceipt[] = []
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
  #bound = new Map<string, string>()
  #sessions = 0
  readonly sealing: Promise<{ keys: CryptoKeyPair; publicKey: string }>

  constructor(accountId: string) {
    this.accountId = accountId
    this.sealing = makeSealing()
  }

  /** All nonces grow old at once. */
  age(): void {
    this.#nonces.clear()
  }

  of(tillId: string, epoch = 1): Stored[] {
    return [...this.stored.values()]
      .filter((one) => one.tillId === tillId && one.epoch === epoch)
      .sort((a, b) => a.seq - b.seq)
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
        return this.sessions ? this.#openSession() : refusal(401, 'context_invalid')
      case 'PUT /api/till':
        return this.#register(body as TillRequest, bytes!, signature, token)
      case 'POST /api/ping':
      case 'POST /api/sync':
      case 'POST /api/sync/raw':
      case 'POST /api/till/rotate': {
        const envelope = body as Envelope
        const { till, nonce, accountId } = envelope
        const keys = this.keys.get(`${till.id}/${till.epoch}`) ?? []
        const signed = await Promise.all(keys.map((key) => verify(key, bytes!, signature)))
        if (accountId !== this.accountId || !signed.includes(true)) {
          return refusal(401, 'signature_invalid')
        }
        if (!nonce || !this.#nonces.has(nonce)) return refusal(409, 'nonce_stale', this.#nonce())
        if (name === 'POST /api/ping') return json(this.#ping(envelope))
        if (name === 'POST /api/till/rotate') {
          const { next } = body as { next: { epoch: number; deviceKey: string } }
          return this.#setKey(till.id, next.epoch, next.deviceKey)
            ? json(this.#head(till))
            : refusal(401, 'signature_invalid')
        }
        return json(this.#sync(body as SyncRequest))
      }
      default:
        if (!this.sessions) return refusal(401, 'session_expired')
        if (name.startsWith('DELETE'))
          return json(name.includes('holds') ? { released: true } : { stored: true })
        if (this.state !== 'active' && /book|grant/.test(name)) return refusal(403, 'till_not_active')
        return json(name.includes('/api/drafts/') ? { stored: true } : { receipts: this.operations })
    }
  }

  #openSession(): Response {
    const token = `token-${++this.#sessions}`
    return json({
      accountId: this.accountId,
      token,
      session: 'ab'.repeat(32),
      expiresAtMs: this.nowMs + 600_000,
      employee: { id: employeeId, name: 'Анна', role: 'cashier' },
      stores: [{ id: this.storeId, name: 'На Невском' }],
      programme: null,
    })
  }

  async #register(
    { id, epoch, deviceKey, speaks }: TillRequest,
    bytes: Uint8Array<ArrayBuffer>,
    signature: string,
    token: string | null,
  ): Promise<Response> {
    if (!this.sessions || token === null) return refusal(401, 'session_expired')
    if (!(await verify(deviceKey, bytes, signature))) return refusal(401, 'signature_invalid')
    if (speaks && (this.#bound.get(token) ?? id) !== id) return refusal(403, 'till_unknown')
    if (!this.#setKey(id, epoch, deviceKey)) {
      if (speaks) return refusal(401, 'signature_invalid')
      const known = this.keys.get(`${id}/${epoch}`)!
      if (!known.includes(deviceKey)) known.push(deviceKey)
    }
    if (speaks) this.#bound.set(token, id)
    const { publicKey } = await this.sealing
    return json({
      ordinal: 1,
      head: this.#head({ id, epoch }),
      rotate: this.rotate,
      sealingKey: { id: 'seal-key-1', publicKey },
      bookKey: 'B'.repeat(43),
    })
  }

  /** A key of an epoch never changes. */
  #setKey(tillId: string, epoch: number, key: string): boolean {
    const name = `${tillId}/${epoch}`
    const known = this.keys.get(name)
    if (known === undefined) this.keys.set(name, [key])
    return known === undefined || known[0] === key
  }

  #sync({ till, records }: SyncRequest) {
    const outcomes = records.map(({ seq, id, receipt, settled }) => {
      const times = (this.stored.get(id)?.times ?? 0) + 1
      const { accountId } = this
      const record = { accountId, tillId: till.id, epoch: till.epoch, seq, id, receipt, settled, times }
      this.stored.set(id, record)
      const outcome = this.outcome(record)
      return { seq, id, outcome, proof: proofOf(id) }
    })
    return { head: this.#head(till), outcomes }
  }

  #ping({ till, headSeq }: Envelope) {
    const head = this.#head(till)
    const lower = Math.min(head.headSeq, headSeq)
    const atHead = this.of(till.id, till.epoch).flatMap(({ seq, id }) => (seq === lower ? [id] : []))
    return { ...head, missing: this.missing, atHead }
  }

  #head(till: { id: string; epoch: number }) {
    return {
      headSeq: Math.max(0, ...this.of(till.id, till.epoch).map((one) => one.seq)),
      serverTimeMs: this.nowMs,
      nonce: this.#nonce(),
      state: this.state,
      casesOpen: this.casesOpen,
      decisions: this.decisions,
      grantIsOver: this.grantIsOver,
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

async function verify(
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
