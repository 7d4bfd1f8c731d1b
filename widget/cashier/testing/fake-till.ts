import { Unreachable } from '../../../src/client/api/api.ts'
import type { JournalRecord, StoredDraft } from '../../../src/client/journal/database.ts'
import type { WaitingDraft } from '../../../src/client/journal/drafts.ts'
import type { RecordState } from '../../../src/client/journal/records.ts'
import type { Tab } from '../../../src/client/tab.ts'
import { cardsOf, type Draft, draftOperations } from '../../../src/core/draft/draft.ts'
import type { AccountId, DocumentId, EmployeeId, HoldId, StoreId } from '../../../src/core/ids.ts'
import type { Receipt } from '../../../src/core/receipt/receipt.ts'
import type { SessionAnswer } from '../../../src/core/wire/session.ts'
import { type JournalView, nothingWritten } from '../../../src/client/journal/overview.ts'
import type { TillPort, TillWorks } from '../model/till-port.ts'
import type { FakeLedger } from './fake-ledger.ts'

export const employeeId = '8a000000-0000-11f0-0a80-000000000001' as EmployeeId

/** What the frames of one till share: the drafts and the journal of its browser, and its line. */
export class FakeStore {
  readonly ledger: FakeLedger
  readonly rows = new Map<string, StoredDraft>()
  readonly states: RecordState[] = []
  readonly painted = new Set<string>()
  readonly documents = new Map<DocumentId, number>()
  readonly #attention = new Set<string>()
  readonly frames = new Set<FakeTill>()
  lineUp = true
  /** Calls, by name, that get no answer; `sync` carries the records. */
  readonly stalled = new Set<string>()
  /** A slow line: what the server has answered comes when this resolves. */
  slow = Promise.resolve()
  /** The browser has taken the storage away: nothing can be read. */
  isGone = false

  constructor(ledger: FakeLedger) {
    this.ledger = ledger
  }

  setLine(up: boolean): void {
    this.lineUp = up
    if (up) this.send()
    this.tell()
  }

  /** As a till does: its frames hear of a change when they have read it. */
  tell(): void {
    void Promise.resolve().then(async () => {
      await Promise.resolve()
      for (const frame of this.frames) frame.changed()
    })
  }

  /** Sends what a screen has shown and has no outcome, oldest first. */
  send(): void {
    if (!this.lineUp || this.stalled.has('sync')) return
    for (const state of this.states) {
      if (state.outcome !== null || !this.painted.has(state.record.id)) continue
      state.outcome = this.ledger.post(JSON.parse(state.record.receipt) as Receipt)
      if (state.outcome.status !== 'applied') this.#attention.add(state.record.id)
    }
  }

  attention(): RecordState[] {
    return this.states.filter(({ record }) => this.#attention.has(record.id))
  }

  acknowledge(id: string): void {
    this.#attention.delete(id)
  }

  isRecorded(draft: Draft): boolean {
    return this.states.some(({ record }) => record.id === draft.receiptId)
  }
}

const session = (ledger: FakeLedger): SessionAnswer => ({
  accountId: 'ac000000-0000-11f0-0a80-000000000001' as AccountId,
  token: 'token',
  session: 'ab'.repeat(32),
  expiresAtMs: ledger.nowMs + 3_600_000,
  renewAfterMs: 1_800_000,
  isBound: true,
  stamp: null,
  employee: { id: employeeId, name: 'Анна', role: 'cashier' },
  stores: [{ id: '5a000000-0000-11f0-0a80-000000000001' as StoreId, name: 'На Невском' }],
  programme: ledger.programme,
})

/** A till's frame without a browser: what the cashier's models do with a till, over `FakeStore` and `FakeLedger`. */
export class FakeTill implements TillPort {
  readonly #store: FakeStore
  readonly #listeners = new Set<() => void>()
  readonly #unpainted = new Set<string>()
  /** Drafts that ended in this frame. */
  readonly #ended = new Set<string>()
  readonly tab: Tab
  ready: TillWorks | null
  trouble: TillPort['trouble'] = null
  warning: TillPort['warning'] = null
  /** As a dead frame leaves them. */
  ghosts: RecordState[] = []
  casesOpen = 0
  readonly canPromise = true
  readonly outage = null
  readiness: TillPort['readiness'] = {
    why: 'off',
    progress: null,
    leftKopecks: null,
    untilMs: null,
    cards: 0,
    asOfMs: null,
  }
  line: { reachable: boolean | null } = { reachable: true }

  constructor(store: FakeStore, tab: Tab) {
    this.#store = store
    this.tab = tab
    store.frames.add(this)
    const { rows, documents } = store
    this.ready = {
      session: session(store.ledger),
      journal: {
        recent: (limit) =>
          Promise.resolve(
            store.states
              .slice(-limit)
              .reverse()
              .map((state) => ({ ...state })),
          ),
      },
      drafts: {
        waiting: () => Promise.resolve(this.#waiting().map(({ draft }) => draft)),
        waitingInOrder: () =>
          store.isGone ? Promise.reject(new Error('StorageEmptied')) : Promise.resolve(this.#waiting()),
        noteDocuments: (ids) => {
          for (const id of ids) if (!documents.has(id)) documents.set(id, documents.size + 1)
          return Promise.resolve(documents)
        },
        leave: (id) => {
          const row = rows.get(id)
          if (row) row.left = true
          return Promise.resolve()
        },
      },
    }
  }

  get journal(): JournalView {
    const { states } = this.#store
    const recent = states.map((state) => ({ ...state })).reverse()
    return { ...nothingWritten, recent, attention: this.#store.attention(), ghosts: this.ghosts }
  }

  isEndedElsewhere(draft: Draft): boolean {
    const isOver = this.#store.rows.get(draft.id)?.dropped === true || this.#store.isRecorded(draft)
    return isOver && !this.#ended.has(draft.id)
  }

  changed(): void {
    this.line = { reachable: this.#store.lineUp }
    for (const listener of this.#listeners) listener()
  }

  /** Another session of the same employee. */
  renewSession(): void {
    this.ready = this.ready && { ...this.ready, session: session(this.#store.ledger) }
    this.changed()
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly api = ((name: string, body: never, options: { id?: string } = {}) => {
    const { ledger, lineUp } = this.#store
    if (!lineUp) return Promise.reject(new Unreachable(name, null))
    if (this.#store.stalled.has(name)) return new Promise(() => undefined)
    ledger.calls.push(name)
    const answer = this.#answer(name, body, options.id)
    return this.#store.slow.then(() => answer)
  }) as TillPort['api']

  #answer(name: string, body: never, id: string | undefined): unknown {
    const { ledger } = this.#store
    const said = body as {
      number: string
      hold: never
      documentId: never
      drafts: never
      cardId: never
      draftId: never
      amountKopecks: never
    }
    switch (name) {
      case 'lookup':
        return ledger.lookup(said.number, said.hold)
      case 'hold':
        return ledger.changeHold(id as HoldId, said.cardId, said.draftId, said.amountKopecks)
      case 'match':
        return ledger.match(said.documentId, said.drafts)
      case 'sale':
        return ledger.sale(id as DocumentId)
      default:
        throw new Error(`the fake till has no answer to ${name}`)
    }
  }

  serverNowMs = () => this.#store.ledger.nowMs
  refresh(): Promise<void> {
    this.changed()
    return Promise.resolve()
  }
  documentOpened = () => undefined
  seal = () => Promise.resolve(null)

  newDraft(begun: Pick<Draft, 'id' | 'receiptId' | 'documentId' | 'documentMoment' | 'sale'>): Draft {
    const nowMs = this.serverNowMs()
    return {
      ...begun,
      employeeId,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
      heardMs: nowMs,
      loads: [],
      redeems: [],
      links: [],
    }
  }

  saveDraft(draft: Draft): Promise<void> {
    this.#put(draft, { left: false, dropped: false })
    return Promise.resolve()
  }

  dropDraft(draft: Draft): Promise<void> {
    this.#ended.add(draft.id)
    this.#put(draft, { left: true, dropped: true })
    for (const { holdId } of cardsOf(draft)) if (holdId) this.#store.ledger.holds.delete(holdId)
    return Promise.resolve()
  }

  #put(draft: Draft, is: Pick<StoredDraft, 'left' | 'dropped'>): void {
    const { rows, documents } = this.#store
    const turn = this.tab.turn()
    const { begunTurn, begunAfter } = rows.get(draft.id) ?? { begunTurn: turn, begunAfter: documents.size }
    rows.set(draft.id, {
      id: draft.id,
      draft,
      tab: this.tab.name,
      begunTurn,
      changedTurn: turn,
      begunAfter,
      ...is,
    })
    this.#store.tell()
  }

  releaseHold(id: string): Promise<void> {
    this.#store.ledger.holds.delete(id as HoldId)
    return Promise.resolve()
  }

  commitDraft(draft: Draft, documentId: DocumentId | null, mode: Receipt['mode']): Promise<JournalRecord> {
    const { states, rows, ledger } = this.#store
    this.#ended.add(draft.id)
    const known = states.find(({ record }) => record.id === draft.receiptId)
    if (known) return Promise.resolve(known.record)
    const sale = { documentId, draftId: draft.id, sumKopecks: draft.sale.sumKopecks }
    const receipt = {
      id: draft.receiptId,
      mode,
      standsFor: null,
      sale,
      happenedAtMs: ledger.nowMs,
      operations: draftOperations(draft),
    }
    const record: JournalRecord = {
      ordinal: 1,
      seq: states.length + 1,
      id: draft.receiptId,
      receipt: JSON.stringify(receipt),
      recordedAtMs: ledger.nowMs,
      faces: cardsOf(draft).map(({ cardId, last4, entered, useUntilMs }) => ({
        cardId,
        last4,
        entered,
        useUntilMs,
      })),
    }
    states.push({ record, outcome: null })
    rows.delete(draft.id)
    this.#unpainted.add(record.id)
    this.#store.tell()
    return Promise.resolve(record)
  }

  get unpainted(): string[] {
    return [...this.#unpainted]
  }

  painted(id: string): Promise<void> {
    this.#unpainted.delete(id)
    this.#store.painted.add(id)
    this.#store.send()
    this.#store.tell()
    return Promise.resolve()
  }

  acknowledge(record: JournalRecord): Promise<void> {
    this.#store.acknowledge(record.id)
    this.#store.tell()
    return Promise.resolve()
  }

  mayPromiseInstead: TillPort['mayPromiseInstead'] = () => false
  promiseInstead = notHere
  voidReceipt = notHere
  keepGhost = notHere
  cancelGhost = notHere

  #waiting(): WaitingDraft[] {
    return [...this.#store.rows.values()]
      .filter((row) => !row.dropped && !this.#store.isRecorded(row.draft))
      .map(({ draft, tab, begunTurn, changedTurn, begunAfter, left }) => ({
        draft,
        ofThisTab: tab === this.tab.name,
        begunTurn,
        changedTurn,
        begunAfter,
        left,
      }))
      .sort((a, b) => b.draft.updatedAtMs - a.draft.updatedAtMs)
  }
}

const notHere = (): Promise<never> => Promise.reject(new Error('the fake till does not undo'))
