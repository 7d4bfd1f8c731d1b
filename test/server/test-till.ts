import { randomUUID } from 'node:crypto'
import type * as v from 'valibot'
import type { AccountId, CardId, DraftId, EmployeeId, HoldId, ReceiptId, TillId } from '../../src/core/ids.ts'
import { kopecks } from '../../src/core/money.ts'
import type { Outcome } from '../../src/core/receipt/outcome.ts'
import type { SealedNumber, SealingKey } from '../../src/core/card/sealed-number.ts'
import type { Receipt } from '../../src/core/receipt/receipt.ts'
import type { Operation } from '../../src/core/receipt/operations.ts'
import { wireVersion } from '../../src/core/receipt/version.ts'
import {
  type AnswerOf,
  type Endpoint,
  type EndpointName,
  endpoints,
  type RequestOf,
} from '../../src/core/wire/endpoints.ts'
import { ErrorAnswer } from '../../src/core/wire/errors.ts'
import {
  type Envelope,
  childText,
  signatureHeader,
  type SyncAnswer,
  type TillAnswer,
  type PingAnswer,
  type TillHead,
  type TillRequest,
} from '../../src/core/wire/tills.ts'
import { sealNumber } from './seal-number.ts'
import { TestDevice } from './test-device.ts'
import { parseShape } from '../../src/core/shape.ts'

export { load, redeem, refund, saleOf, undo } from '../../src/core/testing/builders.ts'

type Fetch = (path: string, init: RequestInit) => Promise<Response>

/** A till as the server sees it: a session, an identity, and records with rising numbers. */
export class TestTill {
  id: TillId
  seq = 0
  token = ''
  session = ''
  ordinal = 0
  accountId = '' as AccountId
  device = new TestDevice()
  /** How the current journal came from the one before. */
  parent: TillRequest['parent'] = null
  /** What the last answer said of this till. */
  head: TillHead | null = null
  sealingKey: SealingKey | null = null
  fetch: Fetch
  readonly employeeId: EmployeeId
  #clock: () => number

  private constructor(fetch: Fetch, employeeId: EmployeeId, clock: () => number) {
    this.id = this.device.journal as string as TillId
    this.fetch = fetch
    this.employeeId = employeeId
    this.#clock = clock
  }

  static async open(
    fetch: Fetch,
    contextKey: string,
    employeeId: EmployeeId,
    clock: () => number,
  ): Promise<TestTill> {
    const till = new TestTill(fetch, employeeId, clock)
    const { token, session, accountId } = await till.answer('session', { wire: wireVersion, contextKey })
    Object.assign(till, { token, session, accountId })
    till.ordinal = (await till.register()).ordinal
    return till
  }

  /** Tells the server which till this is, and by which key. */
  async register(speaks = true): Promise<TillAnswer> {
    const answer = await this.answer('till', this.registration(speaks))
    this.head = answer.head
    this.sealingKey = answer.sealingKey
    return answer
  }

  registration(speaks = true): TillRequest {
    const { accountId, device, parent } = this
    return { accountId, journal: device.journal, deviceKey: device.publicKey, parent, storeId: null, speaks }
  }

  useClock(clock: () => number): void {
    this.#clock = clock
  }

  /** The same profile on another machine: same identity, same key, same journal, and the session of whoever sits there. */
  copy(): TestTill {
    const copy = new TestTill(this.fetch, this.employeeId, this.#clock)
    const { id, seq, token, session, ordinal, accountId, device, parent, head, sealingKey } = this
    return Object.assign(copy, {
      id,
      seq,
      token,
      session,
      ordinal,
      accountId,
      device,
      parent,
      head,
      sealingKey,
    })
  }

  /** Goes on in a new journal, for which the key of the old one signs; numbers up to `givenSeq` are known to have been given. */
  goOn(givenSeq = this.seq): void {
    const { device, seq } = this
    this.device = new TestDevice()
    const said = { id: device.journal, headSeq: seq, givenSeq, proof: { signature: '' } }
    const text = childText(this.accountId, this.device.journal, said)
    this.parent = { ...said, proof: { signature: device.sign(text) } }
    this.seq = 0
  }

  /** Its storage and its keys are lost: what it last heard of the server's head is all that it knows (T7). */
  loseStorage(givenSeq = this.seq): void {
    const proof = { tillId: this.id, mark: this.head!.mark }
    this.parent = { id: this.device.journal, headSeq: 0, givenSeq, proof }
    Object.assign(this, { device: new TestDevice(), seq: 0 })
  }

  /** Begins as a till that nobody knows. */
  beginAnew(): void {
    const device = new TestDevice()
    Object.assign(this, { device, id: device.journal, parent: null, seq: 0 })
  }

  /** What was scanned, sealed for the receipt that is to carry it. */
  seal(number: string, receiptId: ReceiptId): SealedNumber {
    return sealNumber(this.sealingKey!, { accountId: this.accountId, tillId: this.id, receiptId }, number)
  }

  /** A new session of the same till: the old one is over. */
  async reopen(contextKey: string): Promise<void> {
    this.token = ''
    const { token, session } = await this.answer('session', { wire: wireVersion, contextKey })
    Object.assign(this, { token, session })
    await this.register()
  }

  envelope(rest: Partial<Envelope> = {}): Envelope {
    return {
      wire: wireVersion,
      accountId: this.accountId,
      journal: this.device.journal,
      nonce: this.head?.nonce ?? null,
      headSeq: this.seq,
      waiting: [],
      drained: false,
      grant: null,
      decidedAfterMs: 0,
      settledSeq: null,
      answeredSeq: 0,
      durable: true,
      ...rest,
    }
  }

  async ping(rest: Partial<Envelope> = {}): Promise<PingAnswer> {
    const answer = await this.answer('ping', this.envelope(rest))
    this.head = answer
    return answer
  }

  /** The raw answer. */
  call<N extends EndpointName>(name: N, body: RequestOf<N>, id = ''): Promise<Response> {
    const endpoint: Endpoint = endpoints[name]
    const headers: Record<string, string> = { 'content-type': 'application/json' }
    if (this.token) headers['authorization'] = `Bearer ${this.token}`
    const text = body === null ? null : JSON.stringify(body)
    if (endpoint.signed) headers[signatureHeader] = this.device.sign(text ?? '')
    return this.fetch(endpoint.path.replace('{id}', id), { method: endpoint.method, headers, body: text })
  }

  /** The answer, checked against the wire; throws for any status but 200. */
  async answer<N extends EndpointName>(name: N, body: RequestOf<N>, id = ''): Promise<AnswerOf<N>> {
    let response = await this.call(name, body, id)
    let text = await response.text()
    // A till signs once more, with the nonce that it is given.
    if (response.status === 409 && body !== null && 'nonce' in body) {
      const { error } = parseShape(ErrorAnswer, JSON.parse(text))
      if (error.code === 'nonce_stale') {
        response = await this.call(name, { ...body, nonce: error.nonce! }, id)
        text = await response.text()
      }
    }
    if (response.status !== 200) throw new Error(`${name}: ${response.status} ${text}`)
    const schema: v.GenericSchema = endpoints[name].answer
    return parseShape(schema, JSON.parse(text)) as AnswerOf<N>
  }

  /** `<status> <code>` of a call that the server refuses as a whole. */
  async denial<N extends EndpointName>(name: N, body: RequestOf<N>, id = ''): Promise<string> {
    const response = await this.call(name, body, id)
    const { error } = parseShape(ErrorAnswer, await response.json())
    return `${response.status} ${error.code}`
  }

  /** Holds money of a card for this till, or the unsold card itself; for a promise to stand on. */
  async hold(cardId: CardId, amount: number | null, draftId = newDraftId()): Promise<HoldId> {
    const id = newHoldId()
    const wanted = { draftId, cardId, amountKopecks: amount === null ? null : kopecks(amount) }
    const purpose = amount === null ? 'load' : 'redeem'
    const { hold, refusal } = await this.answer('hold', { ...wanted, purpose }, id)
    if (!hold) throw new Error(`no hold: ${JSON.stringify(refusal)}`)
    return id
  }

  author(employeeId = this.employeeId, session: string | null = this.session): Receipt['author'] {
    return { kind: 'employee', employeeId, session, stamp: null }
  }

  /** A record with the next number of this till. */
  receipt(operations: Operation[], rest: Partial<Receipt> = {}): Receipt {
    this.seq++
    return {
      version: wireVersion,
      id: randomUUID() as ReceiptId,
      mode: 'ask',
      grantId: null,
      standsFor: null,
      place: { journal: this.device.journal, seq: this.seq },
      author: this.author(),
      door: 'checkout',
      approvals: [],
      reason: null,
      storeId: null,
      happenedAtMs: this.#clock(),
      sale: null,
      operations,
      ...rest,
    }
  }

  batch(receipts: readonly Receipt[]): RequestOf<'sync'> {
    return {
      ...this.envelope(),
      records: receipts.map((receipt) => ({
        seq: receipt.place!.seq,
        id: receipt.id,
        receipt: JSON.stringify(receipt),
        settled: null,
      })),
    }
  }

  async sync(...receipts: Receipt[]): Promise<SyncAnswer> {
    const answer = await this.answer('sync', this.batch(receipts))
    this.head = answer.head
    return answer
  }

  /** Sends one receipt and returns its outcome. */
  async send(receipt: Receipt): Promise<Outcome> {
    return (await this.sync(receipt)).outcomes[0]!.outcome
  }
}

export const newHoldId = () => randomUUID() as HoldId
export const newDraftId = () => randomUUID() as DraftId
