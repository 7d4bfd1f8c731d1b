import { type Draft, draftOperations } from '../core/draft.ts'
import type { DocumentId, ReceiptId } from '../core/ids.ts'
import { type Operation, type Receipt, wireVersion } from '../core/receipt.ts'
import type { ErrorCode, SessionAnswer } from '../core/wire.ts'
import { type Api, createApi, isDenied, isUnreachable } from './api.ts'
import { type CardFace, databaseName, openTillDatabase, type JournalRecord } from './journal/database.ts'
import { Drafts } from './journal/drafts.ts'
import { AlreadyRecorded, Journal, type JournalState, receiptOf } from './journal/journal.ts'
import { backoffMinMs, probeMaxMs, Sync } from './sync.ts'

/**
 * One till: session, journal, drafts and sync, wired together. Knows nothing of screens.
 *
 * starting ── session and storage open ──▶ ready
 *    └──────── or `trouble` says what stands in the way
 */

/** What stands in the way of work, each with its sentence on the screen. */
export type Trouble =
  /** The browser gives no storage. */
  | 'storage_denied'
  /** An older page keeps the storage in its old shape. */
  | 'storage_blocked'
  /** The browser took the storage away while we worked. */
  | 'storage_lost'
  /** A newer page of the app is open. */
  | 'page_outdated'
  /** The server does not know the employee (any more). */
  | 'session_over'
  /** The server speaks another version of the wire. */
  | 'wire_unknown'
  /** MoySklad gives this employee no right to sell. */
  | 'not_allowed'

export interface Line {
  /** Null until the first answer or the first silence. */
  reachable: boolean | null
}

export interface TillReady {
  session: SessionAnswer
  name: string
  journal: Journal
  drafts: Drafts
  sync: Sync
  /** By how much the server's clock is ahead of this till's. */
  serverAheadMs: number
}

export interface TillDeps {
  window: Pick<Window, 'setTimeout' | 'clearTimeout' | 'addEventListener' | 'removeEventListener'>
  fetch: typeof fetch
  locks: LockManager
  /** Opens the channel on which the frames of this till tell each other of changes (J11). */
  channel: (name: string) => BroadcastChannel
  newId: () => string
  now: () => number
  random: () => number
  /** From the frame's address; MoySklad gives it once per load. */
  contextKey: string
  /** Names the browser tab: two tabs may prepare equal sales at the same time. */
  tab: () => string
  log: (event: string, error: unknown) => void
}

type Told = 'journal' | 'drafts' | 'up' | 'down'

export class Till {
  readonly #deps: TillDeps
  readonly #listeners = new Set<() => void>()
  readonly api: Api
  #token: string | null = null
  #channel: BroadcastChannel | null = null
  #closed = false
  ready: TillReady | null = null
  trouble: Trouble | null = null
  line: Line = { reachable: null }
  state: JournalState = { headSeq: 0, unsettled: 0, oldestAtMs: null }

  constructor(deps: TillDeps) {
    this.#deps = deps
    this.api = createApi({
      fetch: deps.fetch,
      base: '',
      token: () => this.#token,
      onLine: (reachable) => this.#heard(reachable, 'here'),
    })
    // The browser knows no more than that some network is up (J7): a reason to ask, not an answer.
    deps.window.addEventListener('online', this.#onNetwork)
  }

  /** Calls back after every change of what this object shows; returns the undo. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The moment by the server's clock, which is what MoySklad's moments are compared with. */
  serverNowMs(): number {
    return this.#deps.now() + (this.ready?.serverAheadMs ?? 0)
  }

  /** Opens session and storage. Resolves when the till is ready or when `trouble` says why it cannot be. */
  async start(): Promise<void> {
    const session = await this.#openSession()
    if (!session) return
    let ready: TillReady
    try {
      ready = await this.#openTill(session)
    } catch (error) {
      this.#deps.log('till_not_opened', error)
      if (isDenied(error)) this.#fail(troubleOf(error.code))
      else this.#fail(this.trouble ?? 'storage_denied')
      return
    }
    this.ready = ready
    this.#channel = this.#deps.channel(databaseName(session.accountId))
    this.#channel.onmessage = (event: MessageEvent<Told>) => this.#told(event.data)
    ready.sync.start()
    await this.refresh()
  }

  close(): void {
    this.#closed = true
    this.#deps.window.removeEventListener('online', this.#onNetwork)
    this.ready?.sync.stop()
    this.#channel?.close()
    this.#listeners.clear()
  }

  /** Reads the journal's state again and tells this frame. */
  async refresh(): Promise<void> {
    if (!this.ready) return
    try {
      this.state = await this.ready.journal.state()
    } catch (error) {
      this.#deps.log('journal_unreadable', error)
      return this.#fail('storage_lost')
    }
    this.#changed()
  }

  /** Keeps a draft here and, when the line allows, a copy on the server (M2). */
  async saveDraft(draft: Draft): Promise<void> {
    await this.#mustBeReady().drafts.save(draft)
    this.#tell('drafts')
    // The copy is a second chance for the draft, not a condition: a failure shows in `line` and needs nothing else.
    void this.api('saveDraft', draft, { id: draft.id }).catch((error: unknown) =>
      this.#deps.log('draft_copy', error),
    )
  }

  /** Gives a draft up and lets its holds go, at once or when the line is back. */
  async dropDraft(draft: Draft): Promise<void> {
    const { drafts, sync } = this.#mustBeReady()
    await drafts.drop(draft)
    this.#tell('drafts')
    void sync.kick()
  }

  /** Lets one hold go, at once or when the line is back: held money is missing at every other till. */
  async releaseHold(holdId: string): Promise<void> {
    const { drafts, sync } = this.#mustBeReady()
    await drafts.noteRelease(holdId)
    void sync.kick()
  }

  /**
   * Commits a draft as its receipt and starts sending. Committing it twice, from two frames, gives the one record.
   *
   * @param mode `promise` only when the line is down and the draft's holds allow it (`mayPromise`)
   * @throws the storage's error when the record could not be written: then nothing happened
   */
  async commitDraft(
    draft: Draft,
    documentId: DocumentId | null,
    mode: Receipt['mode'],
  ): Promise<JournalRecord> {
    const faces = [...draft.loads, ...draft.redeems].map(({ cardId, last4, entered }) => ({
      cardId,
      last4,
      entered,
    }))
    const operations = draftOperations(draft)
    const sale = { documentId, draftId: draft.id, sumKopecks: draft.sale.sumKopecks }
    return this.#record({ id: draft.receiptId, mode, standsFor: null, sale, operations }, faces, draft)
  }

  /** The unanswered ask becomes a promise that names it: the server applies the two once (J2). */
  async promiseInstead(ask: JournalRecord): Promise<JournalRecord> {
    const { id, sale, operations } = receiptOf(ask)
    return this.#record(
      { id: this.#newReceiptId(), mode: 'promise', standsFor: id, sale, operations },
      ask.faces,
      null,
    )
  }

  /** Undoes a receipt: one that was never answered (J2) or one that was done (C8). */
  async voidReceipt(record: JournalRecord, because: 'unanswered' | 'cancelled'): Promise<JournalRecord> {
    const { id, sale } = receiptOf(record)
    const operations: Operation[] = [{ kind: 'void', receiptId: id, because }]
    return this.#record(
      { id: this.#newReceiptId(), mode: 'ask', standsFor: null, sale, operations },
      record.faces,
      null,
    )
  }

  async acknowledge(record: JournalRecord): Promise<void> {
    await this.#mustBeReady().journal.acknowledge(record)
    this.#tell('journal')
  }

  async #record(
    parts: Pick<Receipt, 'id' | 'mode' | 'standsFor' | 'sale' | 'operations'>,
    faces: CardFace[],
    draft: Draft | null,
  ): Promise<JournalRecord> {
    const { session, journal, drafts, sync } = this.#mustBeReady()
    const store = session.stores.length === 1 ? session.stores[0]!.id : null
    let record: JournalRecord
    try {
      record = await journal.append(
        {
          ...parts,
          grantId: null,
          employeeId: session.employee.id,
          session: null,
          storeId: store,
          happenedAtMs: this.#deps.now(),
        },
        wireVersion,
        faces,
      )
    } catch (error) {
      if (!(error instanceof AlreadyRecorded)) throw error
      const known = await journal.find(parts.id)
      // The same draft committed twice is one receipt; another content under its id is a fault, not a success.
      if (!known || !sameOperations(known.record, parts)) throw error
      record = known.record
    }
    // The record has ended the draft; its row is only tidied away.
    if (draft) void drafts.forget(draft.id).catch((error: unknown) => this.#deps.log('draft_row', error))
    this.#tell('journal')
    void sync.kick()
    return record
  }

  async #openSession(): Promise<SessionAnswer | null> {
    for (let attempt = 0; !this.#closed; attempt++) {
      try {
        const session = await this.api('session', { wire: wireVersion, contextKey: this.#deps.contextKey })
        this.#token = session.token
        return session
      } catch (error) {
        const silent = isUnreachable(error) || (isDenied(error) && error.code === 'moysklad_unreachable')
        if (isDenied(error) && !silent) {
          this.#deps.log('session_denied', error)
          this.#fail(troubleOf(error.code))
          return null
        }
        if (!silent) throw error
        await this.#pause(attempt)
      }
    }
    return null
  }

  async #openTill(session: SessionAnswer): Promise<TillReady> {
    const db = await openTillDatabase(session.accountId, {
      onBlocked: () => this.#fail('storage_blocked'),
      onOutdated: () => this.#fail('page_outdated'),
      onTerminated: () => this.#fail('storage_lost'),
    })
    const journal = await Journal.open(db, this.#deps.newId, this.#deps.now)
    const drafts = new Drafts(db, this.#deps.tab())
    const { name, head } = await this.#bindTill(journal)
    const serverAheadMs = head.serverTimeMs - this.#deps.now()
    const { window, locks, random } = this.#deps
    const sync = new Sync({
      api: this.api,
      journal,
      drafts,
      locks,
      random,
      setTimeout: (work, ms) => window.setTimeout(work, ms),
      clearTimeout: (timer) => window.clearTimeout(timer),
      onSettled: () => this.#tell('journal'),
      onDenied: (code) => this.#denied(code),
      onTrouble: (error) => {
        this.#deps.log('sync_failed', error)
        this.#fail('storage_lost')
      },
    })
    return { session, name, journal, drafts, sync, serverAheadMs }
  }

  async #bindTill(journal: Journal) {
    const { tillId, epoch } = journal.identity
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.api('till', { id: tillId, epoch })
      } catch (error) {
        if (!isUnreachable(error) || this.#closed) throw error
        await this.#pause(attempt)
      }
    }
  }

  async #pause(attempt: number): Promise<void> {
    const ms = Math.max(
      backoffMinMs / 2,
      this.#deps.random() * Math.min(probeMaxMs, backoffMinMs * 2 ** attempt),
    )
    await new Promise<void>((done) => this.#deps.window.setTimeout(done, ms))
  }

  #denied(code: string): void {
    this.#deps.log('batch_denied', code)
    if (code === 'session_expired' || code === 'session_missing') this.#fail('session_over')
    else if (code === 'wire_version_unknown') this.#fail('wire_unknown')
  }

  #heard(reachable: boolean, from: 'here' | 'elsewhere'): void {
    if (this.line.reachable === reachable) return
    this.line = { reachable }
    if (from === 'here') this.#channel?.postMessage(reachable ? 'up' : 'down')
    this.#changed()
  }

  #told(what: Told): void {
    switch (what) {
      case 'up':
      case 'down':
        return this.#heard(what === 'up', 'elsewhere')
      case 'journal':
      case 'drafts':
        void this.refresh()
    }
  }

  #tell(what: 'journal' | 'drafts'): void {
    this.#channel?.postMessage(what satisfies Told)
    void this.refresh()
  }

  readonly #onNetwork = (): void => {
    void this.ready?.sync.kick()
  }

  #fail(trouble: Trouble): void {
    this.trouble = trouble
    this.#changed()
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }

  #newReceiptId(): ReceiptId {
    return this.#deps.newId() as ReceiptId
  }

  #mustBeReady(): TillReady {
    if (!this.ready) throw new Error('the till is not ready')
    return this.ready
  }
}

function troubleOf(code: ErrorCode): Trouble {
  switch (code) {
    case 'wire_version_unknown':
      return 'wire_unknown'
    case 'not_allowed':
      return 'not_allowed'
    default:
      return 'session_over'
  }
}

const sameOperations = (record: JournalRecord, { operations }: Pick<Receipt, 'operations'>) =>
  JSON.stringify(receiptOf(record).operations) === JSON.stringify(operations)
