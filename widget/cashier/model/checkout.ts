import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { isUnreachable } from '../../../src/client/api/api.ts'
import type { Readiness } from '../../../src/client/outage/outage.ts'
import type { HostBridge, HostListener } from '../../../src/client/host/host-bridge.ts'
import type { JournalState } from '../../../src/client/journal/journal.ts'
import { Matching, type Question } from '../../../src/client/till/matching.ts'
import type { Line, Till, TillReady, Trouble, Warning } from '../../../src/client/till/till.ts'
import { type Done, nothingDone } from '../../../src/core/sale/done.ts'
import {
  type Draft,
  draftIsPrepared,
  type DraftLink,
  draftOperations,
  linkedBy,
  mayPromise,
  saleFault,
  type SaleFault,
} from '../../../src/core/draft/draft.ts'
import { type HostMessageOf, momentOfState, saleOfState } from '../../../src/core/host/host-messages.ts'
import type { DocumentId } from '../../../src/core/ids.ts'
import { sumKopecks } from '../../../src/core/money.ts'
import type { Sale } from '../../../src/core/sale/sale.ts'
import type { CardView } from '../../../src/core/wire/cards.ts'
import type { SaleAnswer } from '../../../src/core/wire/receipts.ts'
import { CardDesk, type Errand, type Notice, whenLineIsBack } from './card-desk.ts'
import { Decisions } from './decisions.ts'
import { Ghosts } from './ghosts.ts'
import { History } from './history.ts'
import { Links } from './links.ts'
import { doneFor, type Need, needOf, noNeed } from './need.ts'
import type { Opened } from './opened.ts'
import type { Result } from './result.ts'
import { type FaultText, Verdict } from './verdict.ts'

export interface CheckoutDeps {
  till: Till
  host: HostBridge
  faultText: FaultText
  locks: LockManager
  newId: () => string
  now: () => number
  setTimeout: (work: () => void, ms: number) => number
  /** Calls back when what the signals show now has been drawn. */
  afterPaint: (work: () => void) => void
  log: (event: string, error: unknown) => void
}

interface Scan {
  text: string
  entered: 'scanned' | 'typed'
}

/**
 * What the cashier's screen shows and does. Holds no elements: components read the signals and call the methods.
 */
export class Checkout implements HostListener {
  readonly #deps: CheckoutDeps
  readonly #desk: CardDesk
  readonly #matching: Matching
  readonly #verdict: Verdict
  #documentMoment: string | null = null
  /** Made before there was a till to look them up with: a scan is answered or refused, never lost. */
  #early: Scan[] = []
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
  readonly screen = signal<'desk' | 'operations'>('desk')

  readonly ready = signal<TillReady | null>(null)
  readonly trouble = signal<Trouble | null>(null)
  readonly warning = signal<Warning | null>(null)
  readonly line = signal<Line>({ reachable: null })
  readonly journal = signal<JournalState>({ headSeq: 0, unsettled: 0, oldestAtMs: null })

  readonly readiness: Signal<Readiness>
  readonly casesOpen = signal(0)

  readonly history: History
  readonly decisions: Decisions
  readonly ghosts: Ghosts
  readonly links: Links

  /** Results that belong to the open document or were made while it was open. */
  readonly results: ReadonlySignal<Result[]> = computed(() => {
    const documentId = this.opened.value?.documentId ?? null
    // What nobody has seen is asked about, and no result yet.
    const asked = new Set<string>(this.ghosts.list.value.map(({ record }) => record.id))
    return this.history.results.value.filter(
      ({ receipt, documentId: ofDocument }) =>
        !asked.has(receipt.id) &&
        (this.#mine.value.has(receipt.id) || (documentId !== null && ofDocument === documentId)),
    )
  })

  readonly done: ReadonlySignal<Done> = computed(() => {
    const documentId = this.opened.value?.documentId ?? null
    if (documentId === null) return nothingDone
    const own = this.history.results.value.filter((result) => result.documentId === documentId)
    return doneFor(this.saved.value, own)
  })

  /**
   * A form of a new sale is not the frame in which that sale is charged, and where nothing is stored the two share
   * nothing: what was prepared here would never be charged. So the sale is saved first, and its cards are scanned then (J13).
   */
  readonly savesFirst = computed(
    () => this.warning.value === 'memory_only' && this.opened.value?.documentId === null,
  )

  readonly need: ReadonlySignal<Need> = computed(() => {
    const programme = this.ready.value?.session.programme
    return programme && !this.savesFirst.value
      ? needOf(programme, this.sale.value, this.draft.value, this.done.value)
      : noNeed
  })

  constructor(deps: CheckoutDeps) {
    this.#deps = deps
    const { till, host, faultText, locks, newId, now, log } = deps
    this.readiness = signal(till.readiness)
    this.history = new History({
      ready: this.ready,
      decisions: () => till.decisions(),
      setTimeout: deps.setTimeout,
      log,
    })
    this.decisions = new Decisions({
      till,
      locks,
      log,
      notice: this.notice,
      results: this.history.results,
      read: () => this.#readHistory(),
    })
    this.ghosts = new Ghosts({
      till,
      notice: this.notice,
      read: () => this.#readHistory(),
      // What became of it is shown here, whatever sale is open.
      onDecided: (id) => (this.#mine.value = new Set([...this.#mine.value, id])),
      log,
    })
    this.links = new Links({
      programme: () => this.ready.value?.session.programme ?? null,
      opened: this.opened,
      sale: this.sale,
      draft: this.draft,
      done: this.done,
      results: this.history.results,
      link: (link) => this.#link(link),
    })
    this.#verdict = new Verdict({
      host,
      faultText,
      busy: () => this.busy.value,
      fault: () => this.fault(),
    })
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
    this.#matching = new Matching({ till, locks, log })
    till.onChange(() => this.#read())
    this.draft.subscribe((draft) => {
      if (draft) this.#matching.own(draft.id)
      this.#verdict.give()
    })
    this.busy.subscribe(() => this.#verdict.give())
    this.ready.subscribe((ready) => {
      if (ready) void this.#begin().then(() => this.#answerEarly())
    })
  }

  // What the host says.

  open({ messageId, extensionPoint, objectId }: HostMessageOf<'Open'>, turn: number): void {
    const documentId = objectId ?? null
    const previousTurn = this.#deps.till.tab.opened(turn, documentId)
    // A scan for the document before is not this one's business (M4); the first one takes what came before it.
    if (this.opened.value) this.#early = []
    const behind = this.draft.value
    if (behind) void this.#quietly(this.#leave(behind), 'draft_not_left')
    this.#verdict.end()
    this.#documentMoment = null
    this.#desk.reset()
    this.#matching.own(null)
    this.links.reset()
    batch(() => {
      this.opened.value = { openId: messageId, point: extensionPoint, documentId, turn, previousTurn }
      this.sale.value = null
      this.saved.value = null
      this.draft.value = null
      this.looked.value = null
      this.notice.value = null
      this.busy.value = this.#early.length > 0
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
    void this.#begin().then(() => this.#answerEarly())
  }

  change({ messageId, objectState }: HostMessageOf<'Change'>): void {
    this.#verdict.ask(messageId)
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
    this.#verdict.give()
    if (this.draft.value) void this.#quietly(this.#deps.till.saveDraft(this.draft.value), 'draft_not_saved')
  }

  save({ objectId }: HostMessageOf<'Save'>): void {
    const draft = this.draft.value
    this.#verdict.end()
    if (draft && draftIsPrepared(draft)) void this.commit(draft, objectId)
    // A sale that was not posted before may have been waited for.
    void this.#begin()
  }

  // What the cashier does.

  scan(text: Scan['text'], entered: Scan['entered']): void {
    this.screen.value = 'desk'
    if (!this.#isEarly() && this.#early.length === 0) return void this.#desk.scan(text, entered)
    this.#early.push({ text, entered })
    this.busy.value = true
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

  /** Whether the draft could be promised without the line now: on its holds, or on the till's grant (O2, O3). */
  mayPromise(draft: Draft): boolean {
    const { till, now } = this.#deps
    const onGrant = till.outage?.covers(draftOperations(draft)) ?? false
    return till.canPromise && mayPromise(draft, now(), onGrant)
  }

  /** A receipt without a document is this sale's: the draft says so, and for a saved sale it is recorded at once. */
  async #link(link: DraftLink): Promise<void> {
    const opened = this.opened.value
    await this.#desk.link(link)
    const draft = this.draft.value
    if (this.opened.value !== opened || !opened?.documentId || !draft) return
    if (draft.loads.length === 0 && draft.redeems.length === 0) await this.commit(draft, opened.documentId)
  }

  /**
   * Records a draft for a saved sale: as an ask, or, without the line, as a promise where its holds allow one.
   *
   * @returns whether it is recorded; if not, the cashier is told why
   */
  async commit(draft: Draft, documentId: DocumentId | null): Promise<boolean> {
    const { till } = this.#deps
    const opened = this.opened.value
    const offline = till.line.reachable === false
    if (offline && !this.mayPromise(draft)) {
      this.notice.value = { kind: 'offline' }
      return false
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
      this.history.watch(record.id)
    } catch (error) {
      this.#deps.log('not_recorded', error)
      // A full disk has its own sentence.
      if (till.warning !== 'storage_full') this.notice.value = { kind: 'not_recorded' }
      return false
    }
    await this.#readHistory()
    return true
  }

  answer(question: Question, yes: boolean): Promise<unknown> {
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

  // What follows from an Open, from the till and from the server.

  async #begin(): Promise<void> {
    const opened = this.opened.value
    if (!opened || !this.ready.value) return
    this.searching.value = true
    await this.#readHistory()
    const [found] = await Promise.all([this.#matching.ask(opened), this.#readSaved()])
    if (this.opened.value !== opened) return
    this.questions.value = found.doubtful
    // Once a new form has asked about it, a draft is a person's to decide, however well a later sale fits it.
    if (opened.documentId === null) for (const { draft } of found.doubtful) await this.#leave(draft)
    for (const { draft, documentId, sale } of found.certain) {
      if (await this.commit(draft, documentId)) continue
      // It could not be recorded now; the cashier can try again.
      if (this.opened.value !== opened) return
      this.questions.value = [...this.questions.value, { draft, doubt: 'which', documentId, sale }]
    }
    if (this.opened.value === opened) this.searching.value = false
  }

  /** Another frame of the till may have had the answer to a question that stands here too. */
  async #dropAnswered(): Promise<void> {
    const waiting = new Set((await this.ready.value?.drafts.waiting())?.map(({ id }) => id))
    this.questions.value = this.questions.value.filter(({ draft }) => waiting.has(draft.id))
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
        if (answer.document && !this.#verdict.isAsked) this.sale.value = answer.document.sale
      })
      this.#verdict.give()
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
      this.ghosts.list.value = till.ghosts
      this.readiness.value = till.readiness
      this.casesOpen.value = till.casesOpen
      this.line.value = till.line
      this.journal.value = till.state
      this.ready.value = till.ready
    })
    void this.#readHistory()
    if (this.questions.value.length > 0) void this.#quietly(this.#dropAnswered(), 'drafts_not_read')
    if (!this.ready.value) this.#answerEarly()
    if (!wasDown || !till.line.reachable) return
    // What could not be asked while the line was down is asked now.
    this.notice.value = whenLineIsBack(this.notice.value)
    void this.#begin()
  }

  async #readHistory(): Promise<void> {
    const changed = await this.history.read()
    // What this frame has recorded stands on the screen now, and may be sent when it is drawn (J4).
    const { till, afterPaint } = this.#deps
    for (const id of till.unpainted) afterPaint(() => void till.painted(id))
    // An outcome that has just come changes what the sale still needs.
    if (this.results.value.some((result) => changed.has(result.record.id))) await this.#readSaved()
  }

  /** Whether a scan has to be kept, because there is no till or no document yet. */
  #isEarly(): boolean {
    if (this.trouble.value || this.line.value.reachable === false) return false
    return !this.ready.value || !this.opened.value
  }

  #answerEarly(): void {
    if (this.#early.length === 0 || this.#isEarly()) return
    const scans = this.#early
    this.#early = []
    this.busy.value = false
    for (const { text, entered } of scans) void this.#desk.scan(text, entered)
  }

  #errand(): Errand | null {
    const opened = this.opened.value
    if (!opened) return null
    return {
      token: opened,
      sale: this.sale.value,
      documentId: opened.documentId,
      documentMoment: this.#documentMoment,
      need: this.need.value,
    }
  }

  /** The fault of the document as it stands, or null. */
  fault(): SaleFault | null {
    const programme = this.ready.value?.session.programme
    const sale = this.sale.value
    if (!programme || !sale || this.savesFirst.value) return null
    const { loads, redeemedKopecks } = this.done.value
    const draft = this.draft.value
    // What cards did for a saved sale is not known while nobody can be asked, so nothing can be missing.
    if (this.opened.value?.documentId && !this.saved.value && !draft) return null
    const linked = linkedBy(draft)
    return saleFault(programme, sale, {
      loads: [...loads, ...linked.loads, ...(draft?.loads ?? [])],
      // A till that does not work shows no button to confirm a card with: it must not keep MoySklad from saving (M2).
      redeems: draft?.redeems.filter((one) => one.confirmed || !this.trouble.value) ?? [],
      redeemedKopecks: sumKopecks([redeemedKopecks, linked.redeemedKopecks]),
    })
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
