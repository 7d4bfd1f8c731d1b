import { batch, computed, type ReadonlySignal, signal } from '@preact/signals-core'
import type { Warning } from '../../../src/client/trouble.ts'
import { type Draft, redeemTotal } from '../../../src/core/draft/draft.ts'
import type { HostMessageOf } from '../../../src/core/host/host-messages.ts'
import { sumKopecks } from '../../../src/core/money.ts'
import { type Done, nothingDone } from '../../../src/core/sale/done.ts'
import type { Sale } from '../../../src/core/sale/sale.ts'
import type { SaleAnswer } from '../../../src/core/wire/receipts.ts'
import { doneFor, type Need, needOf, noNeed } from './need.ts'
import type { Opened } from './opened.ts'
import type { Result } from './result.ts'
import type { TillWorks } from './till-port.ts'

export interface OpenDocumentDeps {
  ready: ReadonlySignal<TillWorks | null>
  warning: ReadonlySignal<Warning | null>
  draft: ReadonlySignal<Draft | null>
  results: ReadonlySignal<Result[]>
  /** Drafts that the open sale seems to be of, beside the one on the desk. */
  awaited: () => readonly Draft[]
}

/** The sale on MoySklad's page: what it holds, what cards have done for it, and what it still wants of them. */
export class OpenDocument {
  readonly #deps: OpenDocumentDeps

  readonly opened = signal<Opened | null>(null)
  readonly sale = signal<Sale | null>(null)
  /** «Проведено» as it stands on the page. */
  readonly posted = signal(true)
  /** What the server says of a saved sale; null while unknown. */
  readonly saved = signal<SaleAnswer | null>(null)
  readonly #changeUnread = signal(false)
  /** What the page told of the sale could not all be read: nothing about cards may be concluded from it (M4). */
  readonly unread = computed(() => this.#changeUnread.value || (this.opened.value?.unread ?? false))
  /** The page has told of edits since the last `Open` or `Save`. */
  readonly #edited = signal(false)
  /** The form's own moment, as MoySklad will store it. */
  moment: string | null = null

  /** Null for the form of a new sale, and before any `Open`. */
  readonly documentId = computed(() => this.opened.value?.documentId ?? null)

  readonly done: ReadonlySignal<Done> = computed(() => {
    const documentId = this.documentId.value
    if (documentId === null) return nothingDone
    const own = this.#deps.results.value.filter((result) => result.documentId === documentId)
    return doneFor(this.saved.value, own)
  })

  /** With what the drafts that wait for this very sale will do: it is not wanted of another card. */
  readonly taken: ReadonlySignal<Done> = computed(() => {
    const [done, awaited] = [this.done.value, this.#deps.awaited()]
    return {
      loads: [...done.loads, ...awaited.flatMap(({ loads }) => loads)],
      redeemedKopecks: sumKopecks([done.redeemedKopecks, ...awaited.map(redeemTotal)]),
    }
  })

  /**
   * A form of a new sale is not the frame in which that sale is charged, and where nothing is stored the two share
   * nothing: what was prepared here would never be charged. So the sale is saved first, and its cards are scanned then (J13).
   */
  readonly savesFirst = computed(
    () => this.#deps.warning.value === 'memory_only' && this.opened.value?.documentId === null,
  )

  readonly need: ReadonlySignal<Need> = computed(() => {
    const programme = this.#deps.ready.value?.session.programme
    return programme && !this.savesFirst.value && !this.unread.value
      ? needOf(programme, this.sale.value, this.#deps.draft.value, this.taken.value)
      : noNeed
  })

  /** MoySklad has to save the sale, posted, before its cards can be charged. */
  readonly needsSave = computed(
    () => this.documentId.value === null || this.#edited.value || !this.posted.value,
  )

  constructor(deps: OpenDocumentDeps) {
    this.#deps = deps
  }

  open(opened: Opened): void {
    this.moment = null
    batch(() => {
      this.opened.value = opened
      this.sale.value = null
      this.posted.value = true
      this.saved.value = null
      this.#edited.value = false
      this.#changeUnread.value = false
    })
  }

  change({ sale, moment, posted, unread }: HostMessageOf<'Change'>): void {
    this.moment = moment
    batch(() => {
      this.sale.value = sale
      this.posted.value = posted
      this.#changeUnread.value = unread
      this.#edited.value = true
    })
  }

  /** MoySklad has stored what is on the page. */
  save(): void {
    this.#edited.value = false
  }

  /** What the server has read of it. An edit that is not saved yet is newer. */
  read(answer: SaleAnswer): void {
    batch(() => {
      this.saved.value = answer
      if (!answer.document || this.#edited.value) return
      this.sale.value = answer.document.sale
      this.posted.value = answer.document.applicable
    })
  }
}
