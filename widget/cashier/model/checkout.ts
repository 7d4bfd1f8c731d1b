import { batch, computed, type ReadonlySignal, signal } from '@preact/signals-core'
import { isUnreachable } from '../../../src/client/api/api.ts'
import type { HostListener, HostPort } from '../../../src/client/host/host-port.ts'
import type { JournalState } from '../../../src/client/journal/journal.ts'
import type { Locks } from '../../../src/client/locks.ts'
import type { Line } from '../../../src/client/till/till-deps.ts'
import type { Trouble, Warning } from '../../../src/client/trouble.ts'
import {
  cardsOf,
  type Draft,
  draftIsPrepared,
  type DraftLink,
  saleFault,
  withLinks,
} from '../../../src/core/draft/draft.ts'
import type { HostMessageOf } from '../../../src/core/host/host-messages.ts'
import type { Kopecks } from '../../../src/core/money.ts'
import { certificatesOf } from '../../../src/core/sale/sale.ts'
import type { CardView } from '../../../src/core/wire/cards.ts'
import type { SaleAnswer } from '../../../src/core/wire/receipts.ts'
import type { Entered } from '../../../src/core/card/proof.ts'
import { CardDesk } from './card-desk.ts'
import { Charging } from './charging.ts'
import { Decisions } from './decisions.ts'
import { Ghosts } from './ghosts.ts'
import { History } from './history.ts'
import { Links } from './links.ts'
import { type Notice, whenLineIsBack, whenSaleChanged } from './notice.ts'
import { OpenDocument } from './open-document.ts'
import { type Panel, panelOf } from './panel.ts'
import { doubledIn, isUndoneSince, isVoid, type Result } from './result.ts'
import type { TillPort, TillWorks } from './till-port.ts'
import { type Fault, lacksCard, Verdict } from './verdict.ts'

interface Scan {
  text: string
  entered: Entered
}

export interface CheckoutDeps {
  till: TillPort
  host: Pick<HostPort, 'verdict' | 'openFeedback'>
  faultText: (fault: Fault) => string
  locks: Locks
  newId: () => string
  now: () => number
  setTimeout: (work: () => void, ms: number) => number
  /** Calls back when what the signals show now has been drawn. */
  afterPaint: (work: () => void) => void
  log: (event: string, error: unknown) => void
}

/**
 * What the cashier's screen shows and does, put together from its subjects: the open document, the desk with its cards, the
 * charging of drafts, and what became of receipts. Holds no elements: components read the signals and call the methods.
 */
export class Checkout implements HostListener {
  readonly #deps: CheckoutDeps
  readonly #verdict: Verdict
  /** Made before there was a till and a document to look them up for: answered or refused later, never lost. */
  #early: Scan[] = []
  /** Receipts committed while this document is open, whatever document they belong to. */
  readonly #mine = signal<ReadonlySet<string>>(new Set())
  /** Moves when a hold has ended by the clock. */
  readonly #holdsEnded = signal(0)
  #watchedUntilMs = 0

  readonly ready = signal<TillWorks | null>(null)
  readonly trouble = signal<Trouble | null>(null)
  readonly warning = signal<Warning | null>(null)
  readonly line = signal<Line>({ reachable: null })
  readonly journal = signal<JournalState>({ unsettled: 0, oldestAtMs: null })
  readonly readiness
  readonly casesOpen = signal(0)

  readonly draft = signal<Draft | null>(null)
  readonly notice = signal<Notice | null>(null)
  readonly busy = signal(false)
  readonly screen = signal<'desk' | 'operations'>('desk')
  /** What the field for typed numbers opens with; null while it is closed. */
  readonly typing = signal<string | null>(null)

  readonly document: OpenDocument
  readonly desk: CardDesk
  readonly charging: Charging
  readonly history: History
  readonly decisions: Decisions
  readonly ghosts: Ghosts
  readonly links: Links

  /** Results that belong to the open document or were made while it was open. */
  readonly results: ReadonlySignal<Result[]> = computed(() => {
    const documentId = this.document.documentId.value
    // What nobody has seen is asked about, and no result yet.
    const asked = new Set<string>(this.ghosts.left.value.map(({ record }) => record.id))
    return this.history.results.value.filter(
      ({ receipt, documentId: ofDocument }) =>
        !asked.has(receipt.id) &&
        (this.#mine.value.has(receipt.id) || (documentId !== null && ofDocument === documentId)),
    )
  })

  /** Cards that were only looked at. What a receipt has done with a card since is told by its result. */
  readonly seen: ReadonlySignal<readonly CardView[]> = computed(() => {
    const told = new Set<string>(
      this.results.value.flatMap(({ record }) => record.faces.map(({ cardId }) => cardId)),
    )
    return this.desk.seen.value.filter(({ id }) => !told.has(id))
  })

  /** Why the sale must not be saved as it stands, or null: the panel shows what MoySklad is told. */
  readonly fault: ReadonlySignal<Fault | null> = computed(() => {
    if (this.busy.value) return { code: 'checking' }
    const { document } = this
    const [programme, sale, draft] = [
      this.ready.value?.session.programme,
      document.sale.value,
      this.draft.value,
    ]
    if (!programme || !sale || document.savesFirst.value) return null
    const done = document.done.value
    if (document.unread.value) {
      const { slots } = certificatesOf(programme, sale)
      const inPlay = slots.length + cardsOf(draft).length + done.loads.length + done.redeemedKopecks > 0
      return inPlay ? { code: 'sale_unread' } : null
    }
    const awaited = this.charging.awaited.value.flatMap(({ loads }) => loads)
    const fault = saleFault(programme, sale, {
      done: withLinks(done, draft),
      loads: [...awaited, ...(draft?.loads ?? [])],
      // A till that does not work shows no button to confirm a card with: it must not keep MoySklad from saving (M2).
      redeems: draft?.redeems.filter((one) => one.confirmed || !this.trouble.value) ?? [],
    })
    // What other tills did for a saved sale is not known before somebody could be asked.
    const isUnknown = document.documentId.value !== null && document.saved.value === null
    if (isUnknown && fault && lacksCard(fault))
      return { code: this.charging.searching.value ? 'checking' : 'cards_unknown' }
    return fault ?? (this.#needsLine(draft) ? { code: 'line_needed' } : null)
  })

  /** Operations that wait for an answer, as people count them (J12). */
  readonly unsent = computed(() =>
    Math.max(0, this.journal.value.unsettled - doubledIn(this.history.results.value)),
  )

  /** The sum to collect fills the screen (U5); a cancel that was refused changes nothing, and is told beside the rest. */
  readonly refused = computed(() => this.history.attention.value.find((state) => !isVoid(state)) ?? null)
  readonly notUndone = computed(() =>
    this.history.attention.value.filter(
      (state) => isVoid(state) && !isUndoneSince(state, this.history.results.value),
    ),
  )

  readonly panel: ReadonlySignal<Panel> = computed(() =>
    panelOf(this.document, this.draft.value, this.fault.value, this.desk.offerKopecks.value),
  )

  constructor(deps: CheckoutDeps) {
    this.#deps = deps
    const { till, host, faultText, locks, newId, now, log } = deps
    const { ready, warning, line, draft, notice, busy } = this
    this.readiness = signal(till.readiness)
    this.history = new History({ till, setTimeout: deps.setTimeout })
    const { results } = this.history
    const onRecorded = (id: string) => (this.#mine.value = new Set([...this.#mine.value, id]))
    this.decisions = new Decisions({ till, locks, log, notice, results })
    // What became of a ghost is shown here, whatever sale is open.
    this.ghosts = new Ghosts({
      till,
      notice,
      onDecided: onRecorded,
      now,
      setTimeout: deps.setTimeout,
      log,
    })
    this.document = new OpenDocument({
      ready,
      warning,
      draft,
      results,
      awaited: () => this.charging.awaited.value,
    })
    const { document } = this
    const asked = () => [
      ...this.charging.questions.value.map((question) => question.draft),
      ...this.charging.awaited.value,
    ]
    this.desk = new CardDesk({ till, document, line, draft, notice, busy, asked, newId, now, log })
    this.charging = new Charging({
      till,
      document,
      line,
      draft,
      notice,
      history: this.history,
      locks,
      readSaved: () => this.#readSaved(),
      onAnswer: (answer) => this.#take(answer),
      onRecorded,
      now,
      log,
    })
    this.links = new Links({
      programme: () => ready.value?.session.programme ?? null,
      opened: document.opened,
      sale: document.sale,
      draft,
      done: document.done,
      results,
      link: (link) => this.#link(link),
    })
    this.#verdict = new Verdict({ host, faultText, fault: this.fault })
    till.onChange(() => this.#read())
    let wasReady = false
    ready.subscribe((works) => {
      const begins = works !== null && !wasReady
      wasReady = works !== null
      // Another session of a till that works changes nothing of the document.
      if (begins) this.#begin(true)
    })
    draft.subscribe((one) => this.#watchHolds(one))
  }

  // What the host says.

  open(message: HostMessageOf<'Open'>, turn: number): void {
    const { messageId, extensionPoint, objectId: documentId, unread } = message
    const before = this.document.opened.value
    const previousTurn = this.#deps.till.tab.opened(turn, documentId)
    this.#deps.till.documentOpened()
    // A scan for the document before is not this one's business (M4); the first one takes what came before it.
    if (before) this.#early = []
    this.#verdict.end()
    batch(() => {
      // A saved sale that was opened since is what became of the form: the order tells whether it is the draft's (M3).
      this.charging.leave(before !== null && previousTurn > before.turn)
      this.desk.reset()
      this.links.reset()
      this.document.open({
        openId: messageId,
        point: extensionPoint,
        documentId,
        unread,
        turn,
        previousTurn,
      })
      this.notice.value = null
      this.busy.value = this.#early.length > 0
      this.#mine.value = new Set()
      this.screen.value = 'desk'
      this.typing.value = null
    })
    if (extensionPoint === 'document.retaildemand.edit') {
      // The state of the last document is gone from the screen; a turn of the loop lets it be painted so.
      this.#deps.setTimeout(() => {
        if (this.document.opened.value?.openId === messageId) this.#deps.host.openFeedback(messageId)
      }, 0)
    }
    this.#begin(true)
  }

  change(message: HostMessageOf<'Change'>): void {
    batch(() => {
      this.document.change(message)
      this.notice.value = whenSaleChanged(this.notice.value)
      this.desk.follow()
      this.#verdict.ask(message.messageId)
    })
  }

  save({ objectId }: HostMessageOf<'Save'>): void {
    const { document } = this
    // Of a document that was left meanwhile.
    if (document.documentId.value !== null && document.documentId.value !== objectId) return
    const draft = this.draft.value
    this.#verdict.end()
    document.save()
    if (draft && draftIsPrepared(draft) && document.posted.value) void this.charging.commit(draft, objectId)
    // A sale that was not posted before may have been waited for.
    this.#begin(false)
  }

  // What the cashier does.

  scan(text: Scan['text'], entered: Scan['entered']): void {
    this.screen.value = 'desk'
    this.typing.value = null
    if (!this.#isEarly() && this.#early.length === 0) return void this.desk.scan(text, entered)
    this.#early.push({ text, entered })
    this.busy.value = true
  }

  /**
   * The one main action: before the sale is saved it prepares, afterwards it commits.
   *
   * @param shownKopecks what stood on the button
   */
  async confirm(shownKopecks: Kopecks): Promise<void> {
    const { document } = this
    const opened = document.opened.value
    await this.desk.confirm(shownKopecks)
    const [draft, documentId] = [this.draft.value, document.documentId.value]
    if (document.opened.value !== opened || documentId === null || document.needsSave.value) return
    if (draft && draftIsPrepared(draft) && this.fault.value === null) {
      await this.charging.commit(draft, documentId)
    }
  }

  /** The buyer pays otherwise: every card is taken off. */
  async takeCardsOff(): Promise<void> {
    for (const { cardId } of cardsOf(this.draft.value)) await this.desk.remove(cardId)
  }

  /** A receipt without a document is this sale's: the draft says so, and for a saved sale it is recorded at once. */
  async #link(link: DraftLink): Promise<void> {
    const { document } = this
    const opened = document.opened.value
    await this.desk.link(link)
    const [draft, documentId] = [this.draft.value, document.documentId.value]
    if (document.opened.value !== opened || documentId === null || !draft) return
    if (cardsOf(draft).length === 0) await this.charging.commit(draft, documentId)
  }

  // What follows from the till and from the server.

  #begin(isFirst: boolean): void {
    void this.charging.begin(isFirst).then(() => this.#answerEarly())
  }

  /** What MoySklad and the ledger say of the open document. */
  async #readSaved(): Promise<void> {
    const opened = this.document.opened.value
    if (!opened?.documentId || !this.ready.value) return
    try {
      const answer = await this.#deps.till.api('sale', null, { id: opened.documentId })
      if (this.document.opened.value === opened) this.#take(answer)
    } catch (error) {
      if (!isUnreachable(error)) this.#deps.log('sale_not_read', error)
    }
  }

  #take(answer: SaleAnswer): void {
    batch(() => {
      this.document.read(answer)
      if (this.#deps.till.tab.isShown()) this.desk.follow()
    })
  }

  #read(): void {
    const { till } = this.#deps
    const wasDown = this.line.value.reachable === false
    batch(() => {
      this.trouble.value = till.trouble
      this.warning.value = till.warning
      // Without a session nobody could answer.
      this.ghosts.find(till.ready ? till.journal.ghosts : [])
      this.readiness.value = till.readiness
      this.casesOpen.value = till.casesOpen
      this.line.value = till.line
      this.journal.value = till.journal.state
      this.ready.value = till.ready
      // What the till did is its own account's to see (F23).
      if (!till.ready) this.screen.value = 'desk'
    })
    this.#readHistory()
    this.charging.dropEnded()
    const isShown = till.tab.isShown()
    if (!this.ready.value) this.#answerEarly()
    if (!wasDown || !till.line.reachable) return
    // What could not be asked while the line was down is asked now.
    this.notice.value = whenLineIsBack(this.notice.value)
    if (isShown) this.desk.follow()
    // A sale that this frame has heard of is charged although the next form stands before it.
    if (isShown || this.document.documentId.value !== null) this.#begin(false)
  }

  #readHistory(): void {
    const changed = this.history.read()
    // What this frame has recorded stands on the screen now, and may be sent when it is drawn (J4).
    const { till, afterPaint } = this.#deps
    for (const id of till.unpainted) afterPaint(() => void till.painted(id))
    // An outcome that has just come changes what the sale still needs; it is seen before that is asked (P2b).
    if (this.results.value.some((result) => changed.has(result.record.id)))
      afterPaint(() => void this.#readSaved())
  }

  /** Without the line a card that may not be promised would not be charged after the sale is saved. */
  #needsLine(draft: Draft | null): boolean {
    if (!draft || cardsOf(draft).length === 0 || this.line.value.reachable !== false) return false
    void this.#holdsEnded.value
    void this.readiness.value
    return this.trouble.value === null && !this.charging.mayPromise(draft)
  }

  #watchHolds(draft: Draft | null): void {
    const untilMs = Math.min(...cardsOf(draft).map(({ useUntilMs }) => useUntilMs))
    // Every edit of the sale makes another draft of the same holds.
    if (untilMs === Infinity || untilMs === this.#watchedUntilMs) return
    this.#watchedUntilMs = untilMs
    this.#deps.setTimeout(() => this.#holdsEnded.value++, Math.max(0, untilMs - this.#deps.now()))
  }

  /** Whether a scan has to be kept, because there is no till or no document yet. */
  #isEarly(): boolean {
    if (this.trouble.value || this.line.value.reachable === false) return false
    return !this.ready.value || !this.document.opened.value
  }

  #answerEarly(): void {
    if (this.#early.length === 0 || this.#isEarly()) return
    const scans = this.#early
    this.#early = []
    this.busy.value = false
    for (const { text, entered } of scans) void this.desk.scan(text, entered)
  }
}
