import type { Draft } from '../../core/draft/draft.ts'
import type { AccountId, DocumentId } from '../../core/ids.ts'
import type { Receipt } from '../../core/receipt/receipt.ts'
import type { SealedNumber } from '../../core/card/sealed-number.ts'
import type { ErrorCode } from '../../core/wire/errors.ts'
import type { SessionAnswer } from '../../core/wire/session.ts'
import { type Api, createApi, isDenied } from '../api/api.ts'
import { type CallName, calls } from '../api/calls.ts'
import { Carrier } from './carrier.ts'
import { TillClock } from '../clock.ts'
import { signBytes } from '../crypto/device-key.ts'
import { Sealing } from '../crypto/sealing.ts'
import { Heads } from './heads.ts'
import { databaseName, type JournalRecord } from '../journal/database.ts'
import { type JournalView, nothingWritten } from '../journal/overview.ts'
import { type JournalChange, receiptOf } from '../journal/records.ts'
import { Outage, type Readiness } from '../outage/outage.ts'
import { accountsHere } from './opening.ts'
import { Receipts } from './receipts.ts'
import { insist, Sessions } from './session.ts'
import { backoffMinMs, probeMaxMs } from '../sync/sync.ts'
import type { Tab } from '../tab.ts'
import type { Line, TillDeps, TillReady } from './till-deps.ts'
import { type Trouble, troubleOf, Troubles, type Warning } from '../trouble.ts'

/**
 * One till: session, journal, drafts and sync, wired together. Knows nothing of screens.
 *
 * starting ── session and storage open, the server knows the till ──▶ ready
 *    ├──────── or `trouble` says what stands in the way
 *    ├──────── no session: the one journal of this browser is sent, and nothing else is done (A2), until there is one
 *    └──────── nobody answers: what waits in that journal is shown, until somebody does
 */

export type { Trouble, Warning } from '../trouble.ts'

export type { Line, TillDeps, TillReady } from './till-deps.ts'

type Told = JournalChange | { dropped: string } | 'identity' | 'up' | 'down'

/** Beside those without an outcome: what a book read within the last minutes may not tell of yet. */
const recentRecords = 200

export class Till {
  readonly #deps: TillDeps
  readonly #listeners = new Set<() => void>()
  readonly #clock: TillClock
  readonly #heads = new Heads()
  readonly #sealing = new Sealing()
  readonly #troubles = new Troubles(() => this.#changed())
  readonly api: Api
  readonly #sessions: Sessions
  #starting = false
  #carrier: Carrier | null = null
  #receipts: Receipts | null = null
  #channel: BroadcastChannel | null = null
  #closed = false
  /** The last record could not be written: the disk is full. */
  #full = false
  ready: TillReady | null = null
  line: Line = { reachable: null }
  /** Drafts and receipts that ended in another frame. */
  readonly #endedElsewhere = new Set<string>()
  /** The journal has to be read again, when this frame is shown. */
  #isStale = false

  constructor(deps: TillDeps) {
    this.#deps = deps
    this.#clock = new TillClock(deps.now, deps.elapsed)
    this.api = createApi(calls, {
      fetch: deps.fetch,
      base: '',
      token: () => this.#sessions.token,
      sign: (journal, body) => signBytes(this.#mustBeOpen().parts.identity.of(journal).keys, body),
      onLine: (reachable) => this.#heard(reachable, 'here'),
      onHead: (head, journal) => this.#carrier?.hear(head, journal),
      onTime: (serverTimeMs) => this.#clock.hear(serverTimeMs),
      onDenied: (code, name, token) => this.#denied(code, name, token),
    })
    this.#sessions = new Sessions({
      ...deps,
      api: this.api,
      pause: async (attempt) => {
        // A frame that has ended takes no place among those that live.
        if (!this.#closed) await this.#openOnly()
        return this.#pause(attempt)
      },
      troubles: this.#troubles,
      accountId: () => this.#carrier?.parts.accountId ?? null,
      onRenewed: (session) => this.#renewed(session),
      onMoved: () => {
        this.ready = null
        this.#changed()
      },
    })
    // The browser knows no more than that some network is up (J7): a reason to ask, not an answer.
    deps.window.addEventListener('online', this.#onNetwork)
    // It is the document's, and does not bubble.
    deps.window.addEventListener('freeze', this.#onFreeze, { capture: true })
  }

  /** Calls back after every change of what this object shows; returns the undo. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  get trouble(): Trouble | null {
    return this.#troubles.first
  }

  get warning(): Warning | null {
    if (this.#carrier?.parts.durable === false) return 'memory_only'
    return this.#full ? 'storage_full' : null
  }

  /** «Требует решения»: undecided cases of this till. */
  get casesOpen(): number {
    return this.#heads.casesOpen
  }

  /** Whether a promise may be made here at all; what it stands on is looked at elsewhere. */
  get canPromise(): boolean {
    return this.#carrier?.parts.durable === true && this.#heads.state === 'active'
  }

  /** What promises without a hold stand on; null where none may be made. */
  get outage(): Outage | null {
    return this.canPromise ? (this.#carrier?.outage ?? null) : null
  }

  /** Whether this till would survive an outage now, and why not (O8). */
  get readiness(): Readiness {
    const outage = this.#carrier?.outage
    if (outage) return outage.readiness(this.trouble)
    const why = this.trouble ? 'trouble' : this.warning === 'memory_only' ? 'memory_only' : 'grant_waits'
    return { why, progress: null, leftKopecks: null, untilMs: null, cards: 0, asOfMs: null }
  }

  /** What the screen shows of the journal. */
  get journal(): JournalView {
    return this.#carrier?.overview.view ?? nothingWritten
  }

  /** Another frame has recorded the draft, or given it up. */
  isEndedElsewhere({ id, receiptId }: Draft): boolean {
    return this.#endedElsewhere.has(id) || this.#endedElsewhere.has(receiptId)
  }

  /** The browser tab in which this frame of the till is. */
  get tab(): Tab {
    return this.#deps.tab
  }

  /** The till's clock (O9): it follows the server's. */
  serverNowMs(): number {
    return this.#clock.nowMs()
  }

  /** Opens session and storage. Resolves when the till is ready or when `trouble` says why it cannot be. */
  start(): Promise<void> {
    return this.#start(() => this.#sessions.open())
  }

  /** A document was opened: another one may be at the screen than an hour ago. */
  documentOpened(): void {
    if (this.#isStale) void this.refresh()
    void this.#sessions.opened()
  }

  async #start(enter: () => Promise<SessionAnswer | null>): Promise<void> {
    this.#starting = true
    try {
      const session = await enter()
      if (!session) return
      await this.#work(session, await this.#open(session.accountId))
    } catch (error) {
      this.#deps.log('till_not_opened', error)
      if (!isDenied(error)) return this.#troubles.add(this.trouble ?? 'storage_denied')
      this.#troubles.add(troubleOf(error.code))
      await this.#sendOnly()
    } finally {
      this.#starting = false
    }
  }

  /** Another session of this frame: the same employee’s, or of one who has taken over (J14). */
  async #renewed(session: SessionAnswer): Promise<void> {
    if (!this.ready) {
      if (!this.#starting) await this.#start(() => Promise.resolve(session))
      return
    }
    this.ready = { ...this.ready, session }
    this.#changed()
    // The server has forgotten the one before, and with it whose the till is (F22).
    if (!session.isBound) this.#heads.take(await this.#mustBeOpen().registration.bind())
  }

  close(): void {
    this.#closed = true
    this.#sessions.close()
    this.#deps.window.removeEventListener('online', this.#onNetwork)
    this.#deps.window.removeEventListener('freeze', this.#onFreeze, { capture: true })
    this.#channel?.close()
    this.#carrier?.close()
    this.#listeners.clear()
  }

  /** Reads the journal again and tells this frame. */
  async refresh(): Promise<void> {
    if (!this.#carrier || this.#closed) return
    this.#isStale = false
    try {
      await this.#carrier.overview.read()
      await this.#carrier.outage?.refresh()
    } catch (error) {
      this.#deps.log('journal_unreadable', error)
      return this.#troubles.add('storage_lost')
    }
    this.#troubles.clear('storage_lost')
    this.#changed()
  }

  /** Seals a card number into the receipt that it is scanned for (J1); null where there is no key to seal to. */
  async seal(digits: string, receiptId: string): Promise<SealedNumber | null> {
    const { sealingKey } = this.#heads
    if (!sealingKey || !this.#carrier) return null
    try {
      const { accountId, identity } = this.#carrier.parts
      const place = { accountId, tillId: identity.current.tillId, receiptId }
      return await this.#sealing.seal(sealingKey, place, digits)
    } catch (error) {
      // The hold that the look-up took proves the number as well.
      this.#deps.log('not_sealed', error)
      return null
    }
  }

  /** A draft that begins now; it is kept, and has its place in the till's order, when it is first saved (M3). */
  newDraft(begun: Pick<Draft, 'id' | 'receiptId' | 'documentId' | 'documentMoment' | 'sale'>): Draft {
    const nowMs = this.#clock.nowMs()
    return {
      ...begun,
      employeeId: this.#mustBeReady().session.employee.id,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
      heardMs: this.#clock.heardMs,
      loads: [],
      redeems: [],
      links: [],
    }
  }

  /** Keeps a draft here and, when the line allows, a copy on the server (M2). */
  async saveDraft(draft: Draft): Promise<void> {
    await this.#mustBeReady().drafts.save(draft)
    // The copy is a second chance for the draft, not a condition: a failure shows in `line` and needs nothing else.
    void this.api('saveDraft', draft, { id: draft.id }).catch((error: unknown) =>
      this.#deps.log('draft_copy', error),
    )
  }

  /** Gives a draft up and lets its holds go, at once or when the line is back. */
  async dropDraft(draft: Draft): Promise<void> {
    const { drafts, sync } = this.#mustBeReady()
    await drafts.drop(draft)
    this.#channel?.postMessage({ dropped: draft.id } satisfies Told)
    void sync.kick()
  }

  /** Lets one hold go, at once or when the line is back: held money is missing at every other till. */
  async releaseHold(holdId: string): Promise<void> {
    const { drafts, sync } = this.#mustBeReady()
    await drafts.noteRelease(holdId)
    void sync.kick()
  }

  /**
   * Commits a draft as its receipt. It is sent when the screen has shown it, see `painted`.
   *
   * @param mode `promise` only when the line is down and the draft's holds or the grant allow it (`mayPromise`)
   * @throws the storage's error when the record could not be written: then nothing happened
   */
  async commitDraft(
    draft: Draft,
    documentId: DocumentId | null,
    mode: Receipt['mode'],
  ): Promise<JournalRecord> {
    const record = await this.#mustWork().commitDraft(draft, documentId, mode)
    // The record has ended the draft; its row is only tidied away.
    void this.ready?.drafts.forget(draft.id).catch((error: unknown) => this.#deps.log('draft_row', error))
    return record
  }

  mayPromiseInstead(ask: JournalRecord): boolean {
    return this.#receipts?.mayPromiseInstead(ask) ?? false
  }

  /** @throws where `mayPromiseInstead` says no: then nothing happened */
  promiseInstead(ask: JournalRecord): Promise<JournalRecord> {
    return this.#mustWork().promiseInstead(ask)
  }

  voidReceipt(record: JournalRecord, because: 'unanswered' | 'cancelled'): Promise<JournalRecord> {
    return this.#mustWork().voidReceipt(record, because)
  }

  /** Records of this frame that its screen has yet to show. */
  get unpainted(): string[] {
    return this.#receipts?.unpainted ?? []
  }

  /** A record of this frame stands on the screen, drawn: from now on it may be sent (J4). */
  async painted(recordId: string): Promise<void> {
    await this.#receipts?.painted(recordId)
  }

  async keepGhost(ghost: JournalRecord): Promise<void> {
    await this.#mustBeReady().journal.keepGhost(ghost)
    void this.#carrier?.sync.kick()
  }

  cancelGhost(ghost: JournalRecord): Promise<JournalRecord> {
    return this.#mustWork().cancelGhost(ghost)
  }

  async acknowledge(record: JournalRecord): Promise<void> {
    await this.#mustBeReady().journal.acknowledge(record)
  }

  async #open(accountId: AccountId): Promise<Carrier> {
    if (this.#carrier?.parts.accountId === accountId) return this.#carrier
    // Opened while nobody could say whose the page is; nothing was done with it.
    this.#carrier?.close()
    this.#channel?.close()
    const carrier = await Carrier.open(accountId, {
      ...this.#deps,
      api: this.api,
      clock: this.#clock,
      heads: this.#heads,
      troubles: this.#troubles,
      session: () => this.#sessions.current,
      tell: (change) => this.#tell(change),
      onTick: () => void this.#look(),
      refresh: () => void this.refresh(),
    })
    this.#carrier = carrier
    this.#openChannel(databaseName(accountId))
    return carrier
  }

  /** A browser may deny it together with the storage: then nobody shares that, and there is nobody to tell (J13). */
  #openChannel(name: string): void {
    try {
      this.#channel = this.#deps.channel(name)
      this.#channel.onmessage = (event: MessageEvent<Told>) => this.#told(event.data)
    } catch (error) {
      this.#deps.log('channel_denied', error)
    }
  }

  /** With a session: the till is told to the server and works. */
  async #work(session: SessionAnswer, { parts, registration, errands, sync }: Carrier): Promise<void> {
    const { journal, drafts, facts } = parts
    // A journal is never sent under another account's session (F23).
    if (session.accountId !== parts.accountId) throw new Error('the journal is of another account')
    const answer = await insist(() => registration.bind(), this.#pause)
    if (!answer) return
    this.#heads.take(answer)
    errands.keyIsOld = answer.keyIsOld
    this.#receipts = new Receipts({
      session: () => this.#mustBeReady().session,
      journal,
      newId: this.#deps.newId,
      now: () => this.#clock.nowMs(),
      grantId: async () => (await facts.grant())?.id ?? null,
      canPromise: () => this.canPromise,
      onWritten: () => {
        this.#full = false
        this.#changed()
      },
      onSendable: () => void sync.kick(),
      onRefused: (error) => {
        if (error instanceof Error && error.name === 'StorageFull') this.#full = true
        this.#changed()
      },
      log: this.#deps.log,
    })
    // «Всё отправлено» is said of a journal that was read.
    await this.refresh()
    // It may have been renewed meanwhile.
    if (!this.#sessions.last) return
    this.ready = { session: this.#sessions.last, journal, drafts, sync }
    this.#changed()
    // Not waited for: a sale on the line needs neither grant nor book.
    void this.#openOutage()
    sync.start()
  }

  async #openOutage(): Promise<void> {
    const carrier = this.#carrier
    const { bookKey } = this.#heads
    if (!carrier?.parts.storage || !bookKey) return
    const { accountId, storage, cameAlone, identity, journal } = carrier.parts
    try {
      carrier.outage = await Outage.open({
        api: this.api,
        storage,
        accountId,
        bookKey,
        locks: this.#deps.locks,
        cameAlone,
        nowMs: () => this.#clock.nowMs(),
        envelope: () => carrier.envelope(identity.current.ordinal),
        records: async () => journal.recent((await journal.state()).unsettled + recentRecords),
        onChange: () => this.#changed(),
        log: this.#deps.log,
      })
      void carrier.sync.kick()
    } catch (error) {
      this.#deps.log('outage_not_prepared', error)
    }
  }

  /**
   * Without a session the journal is sent all the same (A2), when it is certain whose it is: the device key and a fresh
   * nonce give the right to submit, nothing else.
   */
  async #sendOnly(): Promise<void> {
    if ((await this.#openOnly()) > 1) this.#troubles.add('several_accounts')
    this.#carrier?.sync.start()
  }

  /**
   * Opens the journal that is the only one of this browser, and tells this frame what waits in it.
   *
   * @returns of how many accounts there are journals
   */
  async #openOnly(): Promise<number> {
    try {
      const accounts = this.#carrier ? [] : await accountsHere(this.#deps)
      if (accounts.length === 1) await this.#open(accounts[0]!)
      await this.refresh()
      return accounts.length
    } catch (error) {
      this.#deps.log('journal_not_opened', error)
      return 0
    }
  }

  /** Waits for the next attempt; false when the till was closed meanwhile. */
  readonly #pause = async (attempt: number): Promise<boolean> => {
    const ms = Math.max(
      backoffMinMs / 2,
      this.#deps.random() * Math.min(probeMaxMs, backoffMinMs * 2 ** attempt),
    )
    await new Promise<void>((done) => this.#deps.window.setTimeout(done, ms))
    return !this.#closed
  }

  #denied(code: ErrorCode, name: CallName, token: string | null): Promise<boolean> {
    if (code === 'wire_version_unknown') this.#troubles.add('wire_unknown')
    // Only a ping tells what the till is now.
    else if (code === 'till_not_active') void this.#carrier?.sync.kick()
    return this.#sessions.refused(code, name, token)
  }

  #heard(reachable: boolean, from: 'here' | 'elsewhere'): void {
    if (this.line.reachable === reachable) return
    this.line = { reachable }
    if (from === 'here') this.#channel?.postMessage(reachable ? 'up' : 'down')
    this.#changed()
  }

  #told(what: Told): void {
    if (what === 'up' || what === 'down') return this.#heard(what === 'up', 'elsewhere')
    if (what === 'identity') return void this.#carrier?.parts.identity.reload().then(() => this.refresh())
    if ('dropped' in what) {
      this.#endedElsewhere.add(what.dropped)
      return this.#changed()
    }
    if (what.kind === 'written') this.#endedElsewhere.add(what.record.id)
    this.#carrier?.parts.journal.hear(what)
    this.#take(what)
  }

  /** Something that all frames of the till have to know. */
  #tell(what: JournalChange | 'identity'): void {
    if (this.#closed) return
    this.#channel?.postMessage(what satisfies Told)
    this.#take(what === 'identity' ? { kind: 'other' } : what)
  }

  /** A frame that is not shown reads nothing until it is (P2c). */
  #take(change: JournalChange): void {
    const carrier = this.#carrier
    if (carrier?.overview.take(change)) this.#changed()
    else if (this.#deps.tab.isShown()) void this.refresh()
    else this.#isStale = true
    // What a promise has used of the grant.
    if (change.kind === 'written' && receiptOf(change.record).grantId !== null)
      carrier?.outage?.refresh().catch((error: unknown) => this.#deps.log('journal_unreadable', error))
  }

  /** Finds what nobody has told of. */
  async #look(): Promise<void> {
    const { overview } = this.#carrier ?? {}
    if (!this.#deps.tab.isShown() || (await overview?.isCurrent().catch(() => false))) return
    await this.refresh()
  }

  readonly #onNetwork = (): void => {
    void this.#carrier?.sync.kick()
  }

  readonly #onFreeze = (): void => {
    this.#carrier?.sync.freeze()
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }

  #mustBeOpen(): Carrier {
    if (!this.#carrier) throw new Error('the till is not open')
    return this.#carrier
  }

  #mustBeReady(): TillReady {
    if (!this.ready) throw new Error('the till is not ready')
    return this.ready
  }

  #mustWork(): Receipts {
    if (!this.#receipts) throw new Error('the till is not ready')
    return this.#receipts
  }
}
