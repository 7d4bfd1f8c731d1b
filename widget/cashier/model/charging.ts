import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals-core'
import { Matching, type MatchingDeps, type Question } from '../../../src/client/till/matching.ts'
import {
  type Draft,
  draftOperations,
  isDecidedAbout,
  mayPromise,
  redeemTotal,
} from '../../../src/core/draft/draft.ts'
import { fitToSale } from '../../../src/core/draft/fit.ts'
import type { DocumentId } from '../../../src/core/ids.ts'
import type { Line } from '../../../src/client/till/till-deps.ts'
import type { SaleAnswer } from '../../../src/core/wire/receipts.ts'
import { certificatesOf } from '../../../src/core/sale/sale.ts'
import { confirmAll } from './draft-edit.ts'
import type { History } from './history.ts'
import type { Notice } from './notice.ts'
import type { OpenDocument } from './open-document.ts'
import type { Opened } from './opened.ts'
import type { TillPort } from './till-port.ts'

export interface ChargingDeps extends Pick<MatchingDeps, 'locks'> {
  till: TillPort
  document: OpenDocument
  line: ReadonlySignal<Line>
  draft: Signal<Draft | null>
  notice: Signal<Notice | null>
  history: History
  /** Asks the server what it knows of the open sale. */
  readSaved: () => Promise<void>
  /** The server has told of the open sale with another answer. */
  onAnswer: (answer: SaleAnswer) => void
  /** The receipt was recorded while this document was open. */
  onRecorded: (receiptId: string) => void
  now: () => number
  log: (event: string, error: unknown) => void
}

/**
 * How a draft ends: recorded for its sale, or given up. Nothing else of the screen ends one.
 *
 * At each `Open`, at each `Save` and when the line is back the drafts that wait are matched with the open document. Those
 * that are its own are recorded by themselves, about the others a person is asked.
 */
export class Charging {
  readonly #deps: ChargingDeps
  readonly #matching: Matching
  /** Drafts that ended in this frame: an answer that was on its way meanwhile brings none of them back. */
  readonly #ended = new Set<string>()
  #lastSearch = 0

  readonly questions = signal<Question[]>([])
  /** It is not known yet which drafts the open document has. */
  readonly searching = signal(false)
  /** While it is not known: the draft that this sale is most likely of. */
  readonly expected = signal<Draft | null>(null)
  /** The open sale is theirs, and they are charged when it is posted. */
  readonly unposted = signal<readonly Draft[]>([])

  constructor(deps: ChargingDeps) {
    this.#deps = deps
    this.#matching = new Matching(deps)
    deps.draft.subscribe((draft) => {
      if (draft) this.#matching.own(draft.id)
    })
  }

  /** Drafts that the open sale is of, or seems to be. */
  readonly awaited = computed((): readonly Draft[] => {
    const documentId = this.#deps.document.documentId.value
    if (documentId === null) return []
    const asked = this.questions.value.filter((one) => (one.documentId ?? documentId) === documentId)
    const expected = this.expected.value ? [this.expected.value] : []
    return [...asked.map(({ draft }) => draft), ...this.unposted.value, ...expected]
  })

  /**
   * Another document is open: what was prepared for the last one is no longer prepared in this frame.
   *
   * @param wasSaved the last one was a form, and a saved sale was opened after it
   */
  leave(wasSaved: boolean): void {
    const { till, draft, log, notice } = this.#deps
    const behind = draft.value
    if (behind && !wasSaved) {
      const hasMeaning = isDecidedAbout(behind) || behind.links.length > 0
      const work = hasMeaning ? this.#left(behind) : till.dropDraft(behind)
      work.catch((error: unknown) => {
        log('draft_not_left', error)
        notice.value = { kind: 'not_recorded' }
      })
    }
    this.#matching.own(null)
    this.#ended.clear()
    batch(() => {
      draft.value = null
      this.questions.value = []
      this.expected.value = null
      this.unposted.value = []
    })
  }

  /**
   * Looks for the drafts of the open document.
   *
   * @param isFirst for its `Open`, and not once more
   */
  async begin(isFirst: boolean): Promise<void> {
    const { till, document, readSaved, log } = this.#deps
    const opened = document.opened.value
    if (!opened || !till.ready) return
    const search = ++this.#lastSearch
    const isCurrent = () => document.opened.value === opened && search === this.#lastSearch
    this.searching.value = true
    try {
      await this.#search(opened, isFirst, isCurrent)
    } catch (error) {
      // The storage said no. What the server knows of the sale can be asked all the same.
      log('drafts_not_read', error)
      await readSaved()
    }
    if (!isCurrent()) return
    batch(() => {
      this.searching.value = false
      this.expected.value = null
    })
  }

  async #search(opened: Opened, isFirst: boolean, isCurrent: () => boolean): Promise<void> {
    const { readSaved, onAnswer } = this.#deps
    const found = await this.#matching.ask(opened, (draft) => {
      if (isCurrent()) this.expected.value = draft
    })
    if (!isCurrent()) return
    // The server was not asked, or had no answer.
    const reading = found.opened ? onAnswer(found.opened) : readSaved()
    batch(() => {
      this.questions.value = found.doubtful.filter(({ draft }) => !this.#ended.has(draft.id))
      this.unposted.value = found.unposted.filter(({ id }) => !this.#ended.has(id))
    })
    // Once the `Open` of a form has asked about it with all that the server knows, a draft is a person's to decide, however
    // well a later sale fits it.
    if (isFirst && opened.documentId === null && found.answered)
      for (const { draft } of found.doubtful) await this.#left(draft)
    for (const { draft, documentId, sale } of found.certain) {
      if (await this.commit(draft, documentId)) continue
      // It could not be recorded now; the cashier can try again.
      if (!isCurrent()) return
      this.questions.value = [...this.questions.value, { draft, doubt: 'which', documentId, sale }]
    }
    await reading
  }

  /** Whether the draft could be promised without the line now: on its holds, or on the till's grant (O2, O3). */
  mayPromise(draft: Draft): boolean {
    const { till, now } = this.#deps
    const onGrant = till.outage?.covers(draftOperations(draft)) ?? false
    return till.canPromise && mayPromise(draft, now(), onGrant)
  }

  /**
   * Records a draft for a saved sale: as an ask, or, without the line, as a promise where its holds allow one.
   *
   * @returns whether it is recorded; if not, the cashier is told why
   */
  async commit(draft: Draft, documentId: DocumentId | null): Promise<boolean> {
    const { till, document, line, notice, history, onRecorded, log } = this.#deps
    const opened = document.opened.value
    const offline = line.value.reachable === false
    if (offline && !this.mayPromise(draft)) {
      notice.value = { kind: 'offline' }
      return false
    }
    try {
      const record = await till.commitDraft(draft, documentId, offline ? 'promise' : 'ask')
      batch(() => {
        // A new document may have been opened meanwhile; what happened to the last one is not its business (M4).
        if (document.opened.value === opened) onRecorded(record.id)
        this.#forget(draft)
      })
      history.watch(record.id)
    } catch (error) {
      log('not_recorded', error)
      // A full disk has its own sentence.
      if (till.warning !== 'storage_full') notice.value = { kind: 'not_recorded' }
      return false
    }
    return true
  }

  /** Whether «Да» can be right: the sale as it is known has room for all of the draft, and MoySklad has posted it. */
  mayBeRight({ draft, doubt, sale, documentId }: Question): boolean {
    const { till, document } = this.#deps
    if (doubt === 'unsaved' || doubt === 'unposted') return false
    if (redeemTotal(draft) > (sale ?? draft.sale).sumKopecks) return false
    const [programme, shown] = [till.ready?.session.programme, document.sale.value]
    const isOpen = document.documentId.value !== null && documentId === document.documentId.value
    if (!programme || !shown || !isOpen) return true
    const done = document.done.value
    const fitted = fitToSale(programme, shown, draft, done)
    const { problem } = certificatesOf(programme, shown)
    return (
      fitted.freed.length === 0 &&
      redeemTotal(fitted.draft) === redeemTotal(draft) &&
      (!problem || draft.loads.length === 0)
    )
  }

  /** The cashier answers a question about a draft: it is recorded for the sale that is meant, or given up. */
  async answer(question: Question, yes: boolean): Promise<void> {
    const { document } = this.#deps
    const { draft, documentId, sale } = question
    if (yes) {
      if (!this.mayBeRight(question)) return
      // The receipt speaks of the sale as it was saved, not as it was prepared.
      const meant = sale ? { ...draft, sale: { ...draft.sale, sumKopecks: sale.sumKopecks } } : draft
      await this.commit(confirmAll(meant), documentId ?? document.documentId.value)
      return
    }
    await this.letGo(draft)
  }

  /** Gives a draft up, and its cards are free again. */
  async letGo(draft: Draft): Promise<void> {
    const { till, log, notice } = this.#deps
    this.#forget(draft)
    try {
      await till.dropDraft(draft)
    } catch (error) {
      log('draft_not_dropped', error)
      notice.value = { kind: 'not_recorded' }
    }
  }

  /**
   * Another frame may have ended a draft that stands here: as a question, or on the desk, where it was green a moment ago
   * (J11).
   */
  dropEnded(): void {
    const { till, draft, notice } = this.#deps
    const isOver = (one: Draft) => till.isEndedElsewhere(one)
    batch(() => {
      if (this.questions.value.some((question) => isOver(question.draft)))
        this.questions.value = this.questions.value.filter((question) => !isOver(question.draft))
      if (!draft.value || !isOver(draft.value)) return
      draft.value = null
      // In a frame that the cashier does not see its own sale was saved.
      if (till.tab.isShown()) notice.value = { kind: 'decided_elsewhere' }
    })
  }

  #forget({ id }: Draft): void {
    const { draft } = this.#deps
    this.#ended.add(id)
    batch(() => {
      if (draft.value?.id === id) draft.value = null
      this.questions.value = this.questions.value.filter((question) => question.draft.id !== id)
      this.unposted.value = this.unposted.value.filter((one) => one.id !== id)
    })
  }

  async #left(draft: Draft): Promise<void> {
    await this.#deps.till.ready?.drafts.leave(draft.id)
  }
}
