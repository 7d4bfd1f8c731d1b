import type { Draft } from '../../core/draft/draft.ts'
import type { AccountId, DocumentId } from '../../core/ids.ts'
import type { Receipt } from '../../core/receipt/receipt.ts'
import type { SealedNumber } from '../../core/card/sealed-number.ts'
import type { EndpointName } from '../../core/wire/endpoints.ts'
import type { ErrorCode } from '../../core/wire/errors.ts'
import type { SessionAnswer } from '../../core/wire/session.ts'
import { type Api, type ApiDeps, createApi, isDenied } from '../api/api.ts'
import { calls } from '../api/calls.ts'
import type { Change } from './change.ts'
import { TillClock } from '../clock.ts'
import { signBytes } from '../crypto/device-key.ts'
import { Sealing } from '../crypto/sealing.ts'
import { Heads } from './heads.ts'
import { databaseName, type JournalRecord } from '../journal/database.ts'
import { type JournalView, nothingWritten } from '../journal/overview.ts'
import type { Outage } from '../outage/outage.ts'
import type { Readiness } from '../outage/readiness.ts'
import { accountsHere } from './opening.ts'
import { Receipts } from './receipts.ts'
import { insist, Sessions } from './session.ts'
import { backoffMinMs } from '../sync/delivery.ts'
import { probeMaxMs } from '../sync/sync.ts'
import type { Tab } from '../tab.ts'
import type { Line, TillDeps, TillReady } from './till-deps.ts'
import { type Trouble, troubleOf, Troubles, type Warning } from '../trouble.ts'
import { Uplink } from './uplink.ts'

/**
 * One till: session, journal, drafts and sync, wired together. Knows nothing of screens.
 *
 * starting ── session and storage open, the server knows the till ──▶ ready
 *    ├──────── or `trouble` says what stands in the way
 *    ├──────── no session: the one journal of this browser is sent, and nothing else is done (A2), until there is one
 *    └──────── nobody answers: what waits in that journal is shown, until somebody does
 */

export class Till {
  readonly #deps: TillDeps
  readonly #listeners = new Set<() => void>()
  readonly #clock: TillClock
  readonly #heads = new Heads()
  readonly #sealing = new Sealing()
  readonly #troubles = new Troubles(() => this.#changed())
  readonly #apiDeps: ApiDeps
  readonly api: Api
  readonly #sessions: Sessions
  #starting = false
  #uplink: Uplink | null = null
  #receipts: Receipts | null = null
  #channel: BroadcastChannel | null = null
  #closed = false
  /** The last record could not be written: the disk is full. */
  #full = false
  ready: TillReady | null = null
  line: Line = { reachable: null }
  /** Drafts and receipts that ended in another frame. */
  readonly #endedElsewhere = new Set<string>()

  constructor(deps: TillDeps) {
    this.#deps = deps
    this.#clock = new TillClock(deps.now, deps.elapsed)
    this.#apiDeps = {
      fetch: deps.fetch,
      base: '',
      nonces: new Map(),
      token: () => this.#sessions.token,
      sign: (journal, body) => signBytes(this.#mustBeOpen().parts.identity.of(journal).keys, body),
      onLine: (reachable) => {
        if (this.line.reachable !== reachable) this.#emit({ kind: 'line', reachable })
      },
      onHead: (head, journal) => this.#uplink?.hearHead(head, journal),
      onTime: (serverTimeMs) => this.#clock.hear(serverTimeMs),
      onDenied: (code, name, token) => this.#denied(code, name, token),
    }
    this.api = createApi(calls, this.#apiDeps)
    this.#sessions = new Sessions({
      ...deps,
      api: this.api,
      pause: async (attempt) => {
        // A frame that has ended takes no place among those that live.
        if (!this.#closed) await this.#openOnly()
        return this.#pause(attempt)
      },
      troubles: this.#troubles,
      accountId: () => this.#uplink?.parts.accountId ?? null,
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
    if (this.#uplink?.parts.durable === false) return 'memory_only'
    return this.#full ? 'storage_full' : null
  }

  /** «Требует решения»: undecided cases of this till. */
  get casesOpen(): number {
    return this.#heads.casesOpen
  }

  /** Whether a promise may be made here at all; what it stands on is looked at elsewhere. */
  get canPromise(): boolean {
    return this.#uplink?.parts.durable === true && this.#heads.state === 'active'
  }

  /** What promises without a hold stand on; null where none may be made. */
  get outage(): Outage | null {
    return this.canPromise ? (this.#uplink?.outage ?? null) : null
  }

  /** Whether this till would survive an outage now, and why not (O8). */
  get readiness(): Readiness {
    const { outage, supply } = this.#uplink ?? {}
    if (supply) return supply.readiness(this.trouble)
    const why = this.trouble ? 'trouble' : this.warning === 'memory_only' ? 'memory_only' : 'grant_waits'
    return { why, progress: null, leftKopecks: null, untilMs: null, cards: 0, asOfMs: outage?.asOfMs ?? null }
  }

  /** What the screen shows of the journal. */
  get journal(): JournalView {
    return this.#uplink?.overview.view ?? nothingWritten
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
    this.#uplink?.shown()
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
    this.#uplink?.close()
    this.#listeners.clear()
  }

  /** Reads the journal again and tells this frame. */
  async refresh(): Promise<void> {
    await this.#uplink?.refresh()
  }

  /** Seals a card number into the receipt that it is scanned for (J1); null where there is no key to seal to. */
  async seal(digits: string, receiptId: string): Promise<SealedNumber | null> {
    const { sealingKey } = this.#heads
    if (!sealingKey || !this.#uplink) return null
    try {
      const { accountId, identity } = this.#uplink.parts
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
    this.#emit({ kind: 'dropped', draftId: draft.id })
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
    void this.#uplink?.sync.kick()
  }

  cancelGhost(ghost: JournalRecord): Promise<JournalRecord> {
    return this.#mustWork().cancelGhost(ghost)
  }

  async acknowledge(record: JournalRecord): Promise<void> {
    await this.#mustBeReady().journal.acknowledge(record)
  }

  async #open(accountId: AccountId): Promise<Uplink> {
    if (this.#uplink?.parts.accountId === accountId) return this.#uplink
    // Opened while nobody could say whose the page is; nothing was done with it.
    this.#uplink?.close()
    this.#channel?.close()
    const uplink = await Uplink.open(accountId, {
      ...this.#deps,
      api: this.api,
      apiDeps: this.#apiDeps,
      clock: this.#clock,
      heads: this.#heads,
      troubles: this.#troubles,
      session: () => this.#sessions.current,
      isShown: () => this.tab.isShown(),
      emit: (change) => this.#emit(change),
    })
    this.#uplink = uplink
    this.#openChannel(databaseName(accountId))
    return uplink
  }

  /** A browser may deny it together with the storage: then nobody shares that, and there is nobody to tell (J13). */
  #openChannel(name: string): void {
    try {
      this.#channel = this.#deps.channel(name)
      this.#channel.onmessage = ({ data }: MessageEvent<Change>) => void this.#told(data)
    } catch (error) {
      this.#deps.log('channel_denied', error)
    }
  }

  /** With a session: the till is told to the server and works. */
  async #work(session: SessionAnswer, uplink: Uplink): Promise<void> {
    const { parts, registration, errands, sync } = uplink
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
      readAgain: () => this.refresh(),
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
    void uplink.openOutage()
    sync.start()
  }

  /**
   * Without a session the journal is sent all the same (A2), when it is certain whose it is: the device key and a fresh
   * nonce give the right to submit, nothing else.
   */
  async #sendOnly(): Promise<void> {
    if ((await this.#openOnly()) > 1) this.#troubles.add('several_accounts')
    this.#uplink?.sync.start()
  }

  /**
   * Opens the journal that is the only one of this browser, and tells this frame what waits in it.
   *
   * @returns of how many accounts there are journals
   */
  async #openOnly(): Promise<number> {
    try {
      const accounts = this.#uplink ? [] : await accountsHere(this.#deps)
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

  #denied(code: ErrorCode, name: EndpointName, token: string | null): Promise<boolean> {
    if (code === 'wire_version_unknown') this.#troubles.add('wire_unknown')
    // Only a ping tells what the till is now.
    else if (code === 'till_not_active') void this.#uplink?.sync.kick()
    return this.#sessions.refused(code, name, token)
  }

  /** Something has changed here: this frame follows, and the others are told. */
  #emit(change: Change): void {
    if (this.#closed) return
    if (change.kind !== 'shown') this.#channel?.postMessage(change)
    this.#follow(change)
  }

  async #told(change: Change): Promise<void> {
    if (change.kind === 'written') this.#endedElsewhere.add(change.record.id)
    if (change.kind === 'dropped') this.#endedElsewhere.add(change.draftId)
    await this.#uplink?.hear(change)
    this.#follow(change)
  }

  #follow(change: Change): void {
    if (change.kind === 'line') this.line = { reachable: change.reachable }
    this.#uplink?.follow(change)
    this.#changed()
  }

  readonly #onNetwork = (): void => {
    void this.#uplink?.sync.kick()
  }

  readonly #onFreeze = (): void => {
    this.#uplink?.sync.freeze()
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }

  #mustBeOpen(): Uplink {
    if (!this.#uplink) throw new Error('the till is not open')
    return this.#uplink
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
