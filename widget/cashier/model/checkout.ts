import { batch, computed, type ReadonlySignal, signal } from '@preact/signals'
import { isUnreachable } from '../../../src/client/api.ts'
import type { HostBridge, HostListener } from '../../../src/client/host-bridge.ts'
import type { RecordState } from '../../../src/client/journal/records.ts'
import type { JournalState } from '../../../src/client/journal/journal.ts'
import type { Line, Till, TillReady, Trouble, Warning } from '../../../src/client/till.ts'
import {
  type Draft,
  draftIsPrepared,
  mayPromise,
  saleFault,
  type SaleFault,
} from '../../../src/core/draft.ts'
import {
  type ExtensionPoint,
  type HostMessageOf,
  momentOfState,
  saleOfState,
} from '../../../src/core/host-messages.ts'
import type { DocumentId } from '../../../src/core/ids.ts'
import type { Sale } from '../../../src/core/sale.ts'
import { type CardView, holdUseMs, type SaleAnswer } from '../../../src/core/wire.ts'
import type { Language } from '../../i18n/language.ts'
import { CardDesk, type Errand, type Notice } from './card-desk.ts'
import { type Done, doneFor, type Need, needOf, noNeed, nothingDone } from './need.ts'
import { type Question, Questions } from './questions.ts'
import { isOvertaken, type Result, resultsOf, type ResultStatus, statusOf } from './result.ts'

/** The document on MoySklad's page, from one `Open` to the next (M4). */
export interface Opened {
  openId: number
  point: ExtensionPoint
  documentId: DocumentId | null
}

export interface CheckoutDeps {
  till: Till
  host: HostBridge
  language: () => Language
  locks: LockManager
  newId: () => string
  now: () => number
  setTimeout: (work: () => void, ms: number) => number
  /** Calls back when what the signals show now has been drawn. */
  afterPaint: (work: () => void) => void
  log: (event: string, error: unknown) => void
}

/** After so long without an answer the cashier gets a choice (J2). */
export const patienceMs = 5_000
/** So many of the till's last records are kept at hand. */
const historyLength = 60

/**
 * What the cashier's screen shows and does. Holds no elements: components read the signals and call the methods.
 */
export class Checkout implements HostListener {
  readonly #deps: CheckoutDeps
  readonly #desk: CardDesk
  readonly #questions: Questions
  #changeId: number | null = null
  #documentMoment: string | null = null
  readonly #watched = new Set<string>()
  /** Receipts committed while this document is open, whatever document they belong to. */
  readonly #mine = signal<ReadonlySet<string>>(new Set())

  readonly opened = signal<Opened | null>(null)
  readonly sale = signal<Sale | null>(null)
  /** A saved sale as the server sees it; null while unknown. */
  readonly saved = signal<SaleAnswer | null>(null)
  readonly draft = signal<Draft | null>(null)
  /** A card that was only looked at. */
  readonly looked = signal<CardView | null>(null)
  readonly notice = signal<Notice | null>(null)
  readonly busy = signal(false)
  readonly questions = signal<Question[]>([])
  /** It is not known yet which drafts the open document has. */
  readonly searching = signal(false)
  readonly history = signal<Result[]>([])
  readonly attention = signal<RecordState[]>([])
  /** Receipts that were not answered in time. */
  readonly late = signal<ReadonlySet<string>>(new Set())
  readonly screen = signal<'desk' | 'operations'>('desk')

  readonly ready = signal<TillReady | null>(null)
  readonly trouble = signal<Trouble | null>(null)
  readonly warning = signal<Warning | null>(null)
  readonly line = signal<Line>({ reachable: null })
  readonly journal = signal<JournalState>({ headSeq: 0, unsettled: 0, oldestAtMs: null })

  /** Results that belong to the open document or were made while it was open. */
  readonly results: ReadonlySignal<Result[]> = computed(() => {
    const documentId = this.opened.value?.documentId ?? null
    return this.history.value.filter(
      ({ receipt }) =>
        this.#mine.value.has(receipt.id) || (documentId !== null && receipt.sale?.documentId === documentId),
    )
  })

  readonly done: ReadonlySignal<Done> = computed(() => {
    const documentId = this.opened.value?.documentId ?? null
    if (documentId === null) return nothingDone
    const own = this.history.value.filter(({ receipt }) => receipt.sale?.documentId === documentId)
    return doneFor(this.saved.value, own)
  })

  readonly need: ReadonlySignal<Need> = computed(() => {
    const programme = this.ready.value?.session.programme
    return programme ? needOf(programme, this.sale.value, this.draft.value, this.done.value) : noNeed
  })

  constructor(deps: CheckoutDeps) {
    this.#deps = deps
    const { till, newId, now } = deps
    this.#desk = new CardDesk({
      till,
      newId,
      now,
      draft: this.draft,
      looked: this.looked,
      notice: this.notice,
      busy: this.busy,
      errand: () => this.#errand(),
    })
    this.#questions = new Questions({ till, locks: deps.locks, log: deps.log })
    till.onChange(() => this.#read())
    this.draft.subscribe((draft) => {
      if (draft) this.#questions.own(draft.id)
      this.#giveVerdict()
    })
    this.busy.subscribe(() => this.#giveVerdict())
    this.ready.subscribe((ready) => {
      if (ready) void this.#begin()
    })
  }

  // What the host says.

  open({ messageId, extensionPoint, objectId }: HostMessageOf<'Open'>): void {
    const behind = this.draft.value
    if (behind) void this.#quietly(this.#leave(behind), 'draft_not_left')
    this.#changeId = null
    this.#documentMoment = null
    this.#desk.reset()
    this.#questions.own(null)
    batch(() => {
      this.opened.value = { openId: messageId, point: extensionPoint, documentId: objectId ?? null }
      this.sale.value = null
      this.saved.value = null
      this.draft.value = null
      this.looked.value = null
      this.notice.value = null
      this.busy.value = false
      this.questions.value = []
      this.#mine.value = new Set()
      this.screen.value = 'desk'
    })
    if (extensionPoint === 'document.retaildemand.edit') {
      // The state of the last document is gone from the screen; a turn of the loop lets it be painted so.
      this.#deps.setTimeout(() => {
        if (this.opened.value?.openId === messageId) this.#deps.host.openFeedback(messageId)
      }, 0)
    }
    void this.#begin()
  }

  change({ messageId, objectState }: HostMessageOf<'Change'>): void {
    this.#changeId = messageId
    this.#documentMoment = momentOfState(objectState)
    const sale = saleOfState(objectState)
    const draft = this.draft.value
    batch(() => {
      this.sale.value = sale
      if (draft) {
        this.draft.value = {
          ...draft,
          sale,
          documentMoment: this.#documentMoment,
          updatedAtMs: this.#deps.till.serverNowMs(),
        }
      }
    })
    this.#giveVerdict()
    if (this.draft.value) void this.#quietly(this.#deps.till.saveDraft(this.draft.value), 'draft_not_saved')
  }

  save({ objectId }: HostMessageOf<'Save'>): void {
    const draft = this.draft.value
    this.#changeId = null
    if (draft && draftIsPrepared(draft)) void this.commit(draft, objectId)
    void this.#readSaved()
  }

  // What the cashier does.

  scan(text: string, entered: 'scanned' | 'typed'): void {
    this.screen.value = 'desk'
    void this.#desk.scan(text, entered)
  }

  setAmount: CardDesk['setAmount'] = (cardId, amount) => this.#desk.setAmount(cardId, amount)
  removeCard: CardDesk['remove'] = (cardId) => this.#desk.remove(cardId)

  /** The one main action: before the sale is saved it prepares, afterwards it commits. */
  async confirm(): Promise<void> {
    const opened = this.opened.value
    await this.#desk.confirm()
    const draft = this.draft.value
    if (this.opened.value !== opened || !opened?.documentId) return
    if (draft && draftIsPrepared(draft)) await this.commit(draft, opened.documentId)
  }

  /** Records a draft for a saved sale: as an ask, or, without the line, as a promise where its holds allow one. */
  async commit(draft: Draft, documentId: DocumentId | null): Promise<void> {
    const { till } = this.#deps
    const opened = this.opened.value
    const offline = till.line.reachable === false
    if (offline && !(till.canPromise && mayPromise(draft, this.#deps.now(), false))) {
      this.notice.value = { kind: 'offline' }
      return
    }
    try {
      const record = await till.commitDraft(draft, documentId, offline ? 'promise' : 'ask')
      batch(() => {
        // A new document may have been opened meanwhile; what happened to the last one is not its business (M4).
        if (this.opened.value === opened) this.#mine.value = new Set([...this.#mine.value, record.id])
        if (this.draft.value?.id === draft.id) this.draft.value = null
        this.questions.value = this.questions.value.filter((question) => question.draft.id !== draft.id)
        this.looked.value = null
      })
      this.#watch(record.id)
      await this.#readHistory()
    } catch (error) {
      this.#deps.log('not_recorded', error)
      this.notice.value = { kind: 'not_recorded' }
    }
  }

  answer(question: Question, yes: boolean): Promise<void> {
    if (yes) {
      const confirmed = {
        ...question.draft,
        redeems: question.draft.redeems.map((one) => ({ ...one, confirmed: true })),
      }
      return this.commit(confirmed, question.documentId ?? this.opened.value?.documentId ?? null)
    }
    this.questions.value = this.questions.value.filter((other) => other !== question)
    if (this.draft.value?.id === question.draft.id) this.draft.value = null
    return this.#quietly(this.#deps.till.dropDraft(question.draft), 'draft_not_dropped')
  }

  /** The choices of a cashier whom nobody answers (J2). */
  waitMore(result: Result): void {
    this.#watch(result.record.id, true)
  }
  giveUp(result: Result): Promise<void> {
    return this.#decide(result, 'waiting', () => this.#deps.till.voidReceipt(result.record, 'unanswered'))
  }
  acceptOffline(result: Result): Promise<void> {
    return this.#decide(result, 'waiting', () => this.#deps.till.promiseInstead(result.record))
  }

  cancel(result: Result): Promise<void> {
    if (this.line.value.reachable === false) {
      this.notice.value = { kind: 'offline' }
      return Promise.resolve()
    }
    // Where a promise took the ask's place, whichever of the two was applied is the one to undo.
    const byPromise = result.promise?.outcome?.status === 'applied' && result.promise.outcome.by === null
    const record = byPromise && result.promise ? result.promise.record : result.record
    return this.#decide(result, 'done', () => this.#deps.till.voidReceipt(record, 'cancelled'))
  }

  acknowledge(state: RecordState): Promise<void> {
    return this.#act(this.#deps.till.acknowledge(state.record))
  }

  /** Whether a promise may take the place of this unanswered ask: it must stand on holds of scanned cards (O2, O5). */
  canAcceptOffline({ receipt, record }: Result): boolean {
    // The hold is older than the record, so this may be some minutes too long; what the card lacks then is booked, not lost.
    if (!this.#deps.till.canPromise || this.#deps.now() - record.recordedAtMs > holdUseMs) return false
    return receipt.operations.every(
      (operation) =>
        (operation.kind === 'load' || operation.kind === 'redeem') &&
        operation.holdId !== null &&
        operation.entered === 'scanned',
    )
  }

  /** One decision about a receipt, however often and in how many frames it is pressed. */
  async #decide(result: Result, expected: ResultStatus, act: () => Promise<unknown>): Promise<void> {
    const { id } = result.record
    await this.#deps.locks.request(`podarok-decide-${id}`, async () => {
      await this.#readHistory()
      const now = this.history.value.find((one) => one.record.id === id)
      if (now && statusOf(now) === expected) await this.#act(act())
    })
  }

  #act(work: Promise<unknown>): Promise<void> {
    return work.then(
      () => this.#readHistory(),
      (error: unknown) => {
        this.#deps.log('not_recorded', error)
        this.notice.value = { kind: 'not_recorded' }
      },
    )
  }

  // What follows from an Open, from the till and from the server.

  async #begin(): Promise<void> {
    const opened = this.opened.value
    if (!opened || !this.ready.value) return
    this.searching.value = true
    await this.#readHistory()
    const [found] = await Promise.all([this.#questions.ask(opened), this.#readSaved()])
    if (this.opened.value !== opened) return
    this.questions.value = found.doubtful
    // Once a new form has asked about it, a draft is a person's to decide, however well a later sale fits it.
    if (opened.documentId === null) for (const { draft } of found.doubtful) await this.#leave(draft)
    for (const { draft, documentId } of found.certain) await this.commit(draft, documentId)
    if (this.opened.value === opened) this.searching.value = false
  }

  async #leave(draft: Draft): Promise<void> {
    await this.ready.value?.drafts.leave(draft.id)
  }

  /** What MoySklad and the ledger say of the open document. */
  async #readSaved(): Promise<void> {
    const opened = this.opened.value
    if (!opened?.documentId || !this.ready.value) return
    try {
      const answer = await this.#deps.till.api('sale', null, { id: opened.documentId })
      if (this.opened.value !== opened) return
      batch(() => {
        this.saved.value = answer
        // An edit that is not saved yet is newer than what the server read.
        if (answer.document && this.#changeId === null) this.sale.value = answer.document.sale
      })
      this.#giveVerdict()
    } catch (error) {
      if (!isUnreachable(error)) this.#deps.log('sale_not_read', error)
    }
  }

  #read(): void {
    const { till } = this.#deps
    const wasDown = this.line.value.reachable === false
    batch(() => {
      this.trouble.value = till.trouble
      this.warning.value = till.warning
      this.line.value = till.line
      this.journal.value = till.state
      this.ready.value = till.ready
    })
    void this.#readHistory()
    // What could not be asked while the line was down is asked now.
    if (wasDown && till.line.reachable) void this.#begin()
  }

  async #readHistory(): Promise<void> {
    const ready = this.ready.value
    if (!ready) return
    try {
      const before = new Map(this.results.value.map((result) => [result.record.id, statusOf(result)]))
      const [states, attention] = await Promise.all([
        ready.journal.recent(historyLength),
        ready.journal.attention(),
      ])
      const history = resultsOf(states)
      batch(() => {
        this.history.value = history
        this.attention.value = attention.filter(({ record }) => !isOvertaken(record.id, history))
      })
      for (const result of history) if (statusOf(result) === 'waiting') this.#watch(result.record.id)
      // What this frame has recorded stands on the screen now, and may be sent when it is drawn (J4).
      const { till } = this.#deps
      for (const id of till.unpainted) this.#deps.afterPaint(() => void till.painted(id))
      // An outcome that has just come changes what the sale still needs.
      const settled = this.results.value.some((result) => {
        const was = before.get(result.record.id)
        return was !== undefined && was !== statusOf(result)
      })
      if (settled) await this.#readSaved()
    } catch (error) {
      this.#deps.log('journal_unreadable', error)
    }
  }

  /** Gives the cashier a choice when no answer has come in time, also to an ask from before a reload. */
  #watch(id: string, again = false): void {
    if (this.#watched.has(id) && !again) return
    this.#watched.add(id)
    const without = new Set(this.late.value)
    without.delete(id)
    this.late.value = without
    this.#deps.setTimeout(() => {
      this.late.value = new Set([...this.late.value, id])
    }, patienceMs)
  }

  #errand(): Errand | null {
    const opened = this.opened.value
    if (!opened) return null
    return {
      token: opened,
      sale: this.sale.value,
      documentMoment: this.#documentMoment,
      need: this.need.value,
    }
  }

  /** The fault of the document as it stands, or null. */
  fault(): SaleFault | null {
    const programme = this.ready.value?.session.programme
    const sale = this.sale.value
    if (!programme || !sale) return null
    const { loads, redeemedKopecks } = this.done.value
    const draft = this.draft.value
    // What cards did for a saved sale is not known while nobody can be asked, so nothing can be missing.
    if (this.opened.value?.documentId && !this.saved.value && !draft) return null
    return saleFault(programme, sale, {
      loads: [...loads, ...(draft?.loads ?? [])],
      redeems: draft?.redeems ?? [],
      redeemedKopecks,
    })
  }

  #giveVerdict(): void {
    if (this.#changeId === null) return
    const { words, sum } = this.#deps.language()
    const fault = this.fault()
    if (this.busy.value) this.#deps.host.verdict(this.#changeId, words.checkingFault)
    else this.#deps.host.verdict(this.#changeId, fault && words.fault(fault, sum))
  }

  async #quietly(work: Promise<unknown>, event: string): Promise<void> {
    try {
      await work
    } catch (error) {
      this.#deps.log(event, error)
      this.notice.value = { kind: 'not_recorded' }
    }
  }
}
