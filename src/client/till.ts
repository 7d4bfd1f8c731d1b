import type { Draft } from '../core/draft.ts'
import type { AccountId, DocumentId } from '../core/ids.ts'
import { type Receipt, wireVersion } from '../core/receipt.ts'
import type { SealedNumber } from '../core/sealed-number.ts'
import type { ErrorCode, SessionAnswer } from '../core/wire.ts'
import type { Envelope, TillHead } from '../core/wire-tills.ts'
import { type Api, createApi, isDenied } from './api.ts'
import { TillClock } from './clock.ts'
import { signBytes } from './crypto/device-key.ts'
import { Sealing } from './crypto/sealing.ts'
import { Errands } from './errands.ts'
import { Heads } from './heads.ts'
import { databaseName, type JournalRecord } from './journal/database.ts'
import type { DraftsPort } from './journal/drafts.ts'
import type { JournalPort, JournalState } from './journal/journal.ts'
import type { RecordState } from './journal/records.ts'
import { accountsHere, openParts, type Parts } from './opening.ts'
import { Receipts } from './receipts.ts'
import { Registration } from './registration.ts'
import { insist, openSession, storeOf } from './session.ts'
import { backoffMinMs, probeMaxMs, Sync } from './sync.ts'
import { type Trouble, troubleOf, troubleOfState, Troubles, type Warning } from './trouble.ts'

/**
 * One till: session, journal, drafts and sync, wired together. Knows nothing of screens.
 *
 * starting ── session and storage open, the server knows the till ──▶ ready
 *    ├──────── or `trouble` says what stands in the way
 *    └──────── no session: the one journal of this browser is sent, and nothing else is done (A2)
 */

export type { Trouble, Warning } from './trouble.ts'

export interface Line {
  /** Null until the first answer or the first silence. */
  reachable: boolean | null
}

export interface TillReady {
  session: SessionAnswer
  name: string
  journal: JournalPort
  drafts: DraftsPort
  sync: Sync
}

export interface TillDeps {
  window: Pick<Window, 'setTimeout' | 'clearTimeout' | 'addEventListener' | 'removeEventListener'>
  fetch: typeof fetch
  locks: LockManager
  /** Opens the channel on which the frames of this till tell each other of changes (J11). */
  channel: (name: string) => BroadcastChannel
  newId: () => string
  /** The computer's clock: looked at once, until the server has said the time. */
  now: () => number
  /** Milliseconds since some start; never steps back. */
  elapsed: () => number
  random: () => number
  /** From the frame's address; MoySklad gives it once per load. */
  contextKey: string
  /** Names the browser tab: two tabs may prepare equal sales at the same time. */
  tab: () => string
  localStorage: () => Pick<Storage, 'getItem' | 'setItem'>
  /** Names of the databases in this storage partition. */
  databases: () => Promise<readonly string[]>
  log: (event: string, error: unknown) => void
}

type Told = 'journal' | 'drafts' | 'identity' | 'up' | 'down'

export class Till {
  readonly #deps: TillDeps
  readonly #listeners = new Set<() => void>()
  readonly #clock: TillClock
  readonly #heads = new Heads()
  readonly #sealing = new Sealing()
  readonly #troubles = new Troubles()
  /** Records of this frame that its screen has yet to show (J4). */
  readonly #unpainted = new Map<string, JournalRecord>()
  readonly api: Api
  #session: SessionAnswer | null = null
  #sessionOver = false
  #parts: Parts | null = null
  #sync: Sync | null = null
  #errands: Errands | null = null
  #receipts: Receipts | null = null
  #channel: BroadcastChannel | null = null
  #closed = false
  ready: TillReady | null = null
  warning: Warning | null = null
  line: Line = { reachable: null }
  state: JournalState = { headSeq: 0, unsettled: 0, oldestAtMs: null }
  /** Records of dead frames that nobody has seen: «Списание было? Оставить / Отменить» (J4). */
  ghosts: RecordState[] = []

  constructor(deps: TillDeps) {
    this.#deps = deps
    this.#clock = new TillClock(deps.now, deps.elapsed)
    this.api = createApi({
      fetch: deps.fetch,
      base: '',
      token: () => this.#session?.token ?? null,
      sign: (epoch, body) => signBytes(this.#mustBeOpen().identity.device(epoch).keys, body),
      onLine: (reachable) => this.#heard(reachable, 'here'),
      onHead: (head, epoch) => this.#heardHead(head, epoch),
      onDenied: (code) => this.#denied(code),
    })
    // The browser knows no more than that some network is up (J7): a reason to ask, not an answer.
    deps.window.addEventListener('online', this.#onNetwork)
  }

  /** Calls back after every change of what this object shows; returns the undo. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  get trouble(): Trouble | null {
    return this.#troubles.first
  }

  /** «Требует решения»: undecided cases of this till. */
  get casesOpen(): number {
    return this.#heads.casesOpen
  }

  /** Whether a promise may be made here at all; what it stands on is looked at elsewhere. */
  get canPromise(): boolean {
    return this.#parts?.durable === true && this.#heads.state === 'active'
  }

  /** The till's clock (O9): it follows the server's, which is what MoySklad's moments are compared with. */
  serverNowMs(): number {
    return this.#clock.nowMs()
  }

  /** Opens session and storage. Resolves when the till is ready or when `trouble` says why it cannot be. */
  async start(): Promise<void> {
    try {
      const session = await openSession(this.api, this.#deps.contextKey, this.#pause)
      if (!session) return
      this.#session = session
      await this.#work(session, await this.#open(session.accountId))
    } catch (error) {
      this.#deps.log('till_not_opened', error)
      if (!isDenied(error)) return this.#fail(this.trouble ?? 'storage_denied')
      this.#fail(troubleOf(error.code))
      await this.#sendOnly()
    }
  }

  close(): void {
    this.#closed = true
    this.#deps.window.removeEventListener('online', this.#onNetwork)
    this.#sync?.stop()
    this.#channel?.close()
    this.#parts?.close()
    this.#listeners.clear()
  }

  /** Reads the journal's state again and tells this frame. */
  async refresh(): Promise<void> {
    const parts = this.#parts
    if (!parts || this.#closed) return
    try {
      ;[this.state, this.ghosts] = await Promise.all([parts.journal.state(), parts.journal.ghosts()])
    } catch (error) {
      this.#deps.log('journal_unreadable', error)
      return this.#fail('storage_lost')
    }
    this.#troubles.clear('storage_lost')
    this.#changed()
  }

  /** Seals a card number into the receipt that it is scanned for (J1); null where there is no key to seal to. */
  async seal(digits: string, receiptId: string): Promise<SealedNumber | null> {
    const { sealingKey } = this.#heads
    if (!sealingKey || !this.#parts) return null
    try {
      return await this.#sealing.seal(sealingKey, this.#parts.accountId, receiptId, digits)
    } catch (error) {
      // An ask without its number is still an ask.
      this.#deps.log('not_sealed', error)
      return null
    }
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
    if (mode === 'promise' && !this.canPromise) throw new Error('this till may not promise')
    const record = await this.#written(this.#mustWork().commitDraft(draft, documentId, mode))
    // The record has ended the draft; its row is only tidied away.
    void this.ready?.drafts.forget(draft.id).catch((error: unknown) => this.#deps.log('draft_row', error))
    return record
  }

  async promiseInstead(ask: JournalRecord): Promise<JournalRecord> {
    if (!this.canPromise) throw new Error('this till may not promise')
    return this.#written(this.#mustWork().promiseInstead(ask))
  }

  voidReceipt(record: JournalRecord, because: 'unanswered' | 'cancelled'): Promise<JournalRecord> {
    return this.#written(this.#mustWork().voidReceipt(record, because))
  }

  /** Records of this frame that its screen has yet to show. */
  get unpainted(): string[] {
    return [...this.#unpainted.keys()]
  }

  /** A record of this frame stands on the screen, drawn: from now on it may be sent (J4). */
  async painted(recordId: string): Promise<void> {
    const record = this.#unpainted.get(recordId)
    if (!record) return
    this.#unpainted.delete(recordId)
    try {
      await this.#mustBeReady().journal.seen(record)
    } catch (error) {
      // It stays unsent, and is asked about when this frame is gone.
      this.#deps.log('not_marked_seen', error)
    }
    void this.#sync?.kick()
  }

  async keepGhost(ghost: JournalRecord): Promise<void> {
    await this.#mustBeReady().journal.keepGhost(ghost)
    this.#tell('journal')
    void this.#sync?.kick()
  }

  cancelGhost(ghost: JournalRecord): Promise<JournalRecord> {
    return this.#written(this.#mustWork().cancelGhost(ghost))
  }

  async acknowledge(record: JournalRecord): Promise<void> {
    await this.#mustBeReady().journal.acknowledge(record)
    this.#tell('journal')
  }

  async #written(work: Promise<JournalRecord>): Promise<JournalRecord> {
    try {
      const record = await work
      this.#unpainted.set(record.id, record)
      if (this.warning === 'storage_full') this.warning = null
      this.#tell('journal')
      void this.#sync?.kick()
      return record
    } catch (error) {
      if (error instanceof Error && error.name === 'StorageFull') this.warning = 'storage_full'
      this.#changed()
      throw error
    }
  }

  /** Opens what the till keeps, and whatever can carry it to the server. */
  async #open(accountId: AccountId): Promise<Parts> {
    const { window, locks, random, newId, log, tab, localStorage } = this.#deps
    const now = () => this.#clock.nowMs()
    const parts = await openParts(accountId, {
      locks,
      newId,
      now,
      tab: tab(),
      localStorage,
      serverHas: this.#heads.serverHas,
      events: {
        onBlocked: () => this.#fail('storage_blocked'),
        onOutdated: () => this.#fail('page_outdated'),
        // Reading opens it again, or finds that it is lost (F14).
        onTerminated: () => void this.refresh(),
      },
      log,
    })
    this.#troubles.clear('storage_blocked')
    const { identity, journal, drafts, facts } = parts
    this.#clock.notBelow(await facts.latestMs())
    this.#heads.decidedAfterMs = await facts.decidedAfterMs()
    if (!parts.durable) this.warning = 'memory_only'
    const envelope = (epoch: number) => this.#envelope(parts, epoch)
    const storeId = this.#session && storeOf(this.#session)
    const registration = new Registration({ api: this.api, identity, journal, storeId, envelope })
    const onIdentity = () => this.#tell('identity')
    const errands = new Errands({ parts, heads: this.#heads, registration, newId, now, onIdentity, log })
    this.#sync = new Sync({
      api: this.api,
      accountId,
      journal,
      drafts,
      epochs: () => identity.epochs,
      envelope,
      inSession: () => this.#session !== null && !this.#sessionOver,
      locks,
      random,
      setTimeout: (work, ms) => window.setTimeout(work, ms),
      clearTimeout: (timer) => window.clearTimeout(timer),
      onSettled: () => this.#tell('journal'),
      onAhead: async (epoch, headSeq) => {
        await identity.loseTail(epoch, await journal.headOf(epoch), headSeq)
        onIdentity()
        if (this.#session) this.#heads.take(await registration.bind())
      },
      onKeyUnknown: async (epoch) => {
        if (!this.#session || this.#sessionOver) return
        await registration.put(epoch)
        if (epoch !== identity.current.epoch) await registration.put(identity.current.epoch)
      },
      onInStep: () => errands.run(),
      onDenied: (code) => log('batch_denied', code),
      onTrouble: (error) => {
        log('sync_failed', error)
        this.#fail('storage_lost')
      },
    })
    this.#parts = parts
    this.#errands = errands
    this.#channel = this.#deps.channel(databaseName(accountId))
    this.#channel.onmessage = (event: MessageEvent<Told>) => this.#told(event.data)
    this.#registration = registration
    return parts
  }
  #registration: Registration | null = null

  /** With a session: the till is told to the server and works. */
  async #work(session: SessionAnswer, parts: Parts): Promise<void> {
    const { journal, drafts, facts } = parts
    // A journal is never sent under another account's session (F23).
    if (session.accountId !== parts.accountId) throw new Error('the journal is of another account')
    const answer = await insist(() => this.#registration!.bind(), this.#pause)
    if (!answer) return
    this.#heads.take(answer)
    this.#errands!.rotateDue = answer.rotate
    this.#receipts = new Receipts({
      session,
      journal,
      newId: this.#deps.newId,
      now: () => this.#clock.nowMs(),
      grantId: async () => (await facts.grant())?.id ?? null,
    })
    const sync = this.#sync!
    this.ready = { session, name: answer.name, journal, drafts, sync }
    sync.start()
    await this.refresh()
  }

  /**
   * Without a session the journal is sent all the same (A2), when it is certain whose it is: the device key and a fresh
   * nonce give the right to submit, nothing else.
   */
  async #sendOnly(): Promise<void> {
    if (!this.#parts) {
      try {
        const accounts = await accountsHere(this.#deps.databases)
        if (accounts.length > 1) return this.#fail('several_accounts')
        if (accounts.length === 0) return
        await this.#open(accounts[0]!)
      } catch (error) {
        return this.#deps.log('journal_not_opened', error)
      }
    }
    this.#sync?.start()
    await this.refresh()
  }

  async #envelope(parts: Parts, epoch: number): Promise<Omit<Envelope, 'nonce'>> {
    return {
      wire: wireVersion,
      accountId: parts.accountId,
      till: { id: parts.identity.device(epoch).tillId, epoch },
      ...(await parts.journal.standing(epoch)),
      decidedAfterMs: this.#heads.decidedAfterMs,
    }
  }

  #heardHead(head: TillHead, epoch: number): void {
    this.#clock.hear(head.serverTimeMs)
    const parts = this.#parts
    if (!parts) return
    const { identity, facts } = parts
    const before = this.#heads.state
    const cases = this.#heads.casesOpen
    this.#heads.hear(head, epoch, identity.device(epoch).tillId === identity.current.tillId)
    if (head.decisions.length > 0) void this.#keepDecisions(parts, head.decisions)
    const { state, casesOpen } = this.#heads
    if (state === before && casesOpen === cases) return
    for (const trouble of Object.values(troubleOfState)) if (trouble) this.#troubles.clear(trouble)
    const trouble = troubleOfState[state]
    if (trouble) this.#troubles.add(trouble)
    if (state === 'revoked' && before !== 'revoked') {
      facts.wipe().then(
        () => this.#tell('drafts'),
        (error: unknown) => this.#deps.log('not_wiped', error),
      )
    }
    this.#changed()
  }

  async #keepDecisions({ facts }: Parts, decisions: TillHead['decisions']): Promise<void> {
    try {
      await facts.keepDecisions(decisions)
      this.#heads.decidedAfterMs = await facts.decidedAfterMs()
      this.#tell('journal')
    } catch (error) {
      // The server tells them again as long as they are not known here.
      this.#deps.log('decisions_not_kept', error)
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

  #denied(code: ErrorCode): void {
    if (code === 'session_expired' || code === 'session_missing') {
      this.#sessionOver = true
      this.#fail('session_over')
    } else if (code === 'wire_version_unknown') this.#fail('wire_unknown')
    // Only a ping tells what the till is now.
    else if (code === 'till_not_active') void this.#sync?.kick()
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
      case 'identity':
        void this.#parts?.identity.reload().then(() => this.refresh())
        return
      case 'journal':
      case 'drafts':
        void this.refresh()
    }
  }

  #tell(what: 'journal' | 'drafts' | 'identity'): void {
    if (this.#closed) return
    this.#channel?.postMessage(what satisfies Told)
    void this.refresh()
  }

  readonly #onNetwork = (): void => {
    void this.#sync?.kick()
  }

  #fail(trouble: Trouble): void {
    this.#troubles.add(trouble)
    this.#changed()
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }

  #mustBeOpen(): Parts {
    if (!this.#parts) throw new Error('the till is not open')
    return this.#parts
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
