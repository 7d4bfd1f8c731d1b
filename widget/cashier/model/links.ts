import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals-core'
import type { Done } from '../../../src/core/sale/done.ts'
import { type Draft, type DraftLink, withLinks } from '../../../src/core/draft/draft.ts'
import { mayBeOfSale, unlinkedOf } from '../../../src/core/draft/linking.ts'
import type { Programme } from '../../../src/core/card/programme.ts'
import type { Sale } from '../../../src/core/sale/sale.ts'
import type { Opened } from './opened.ts'
import { type Result, statusOf } from './result.ts'

export interface LinksDeps {
  programme: () => Programme | null
  opened: ReadonlySignal<Opened | null>
  sale: ReadonlySignal<Sale | null>
  draft: Signal<Draft | null>
  done: ReadonlySignal<Done>
  results: ReadonlySignal<Result[]>
  /** Adds a link to the draft of the open form, or records it for a saved sale. */
  link: (link: DraftLink) => Promise<void>
}

/** A receipt that found no sale within this time is a manager's business. */
const offeredForMs = 7 * 24 * 3_600_000

/**
 * Receipts that were committed without a document (M11): at the next sale that fits, the cashier is asked whether it is
 * that one, so that nothing is charged twice.
 */
export class Links {
  readonly #deps: LinksDeps
  /** «Нет, за другую», for as long as this document is open. */
  readonly #declined = signal<ReadonlySet<string>>(new Set())
  readonly offers: ReadonlySignal<Result[]>

  constructor(deps: LinksDeps) {
    this.#deps = deps
    this.offers = computed(() => this.#find())
  }

  /** Another document: what was declined for the last one may be this one's. */
  reset(): void {
    this.#declined.value = new Set()
  }

  accept(result: Result): Promise<void> {
    const { redeemedKopecks, loads } = unlinkedOf(result.receipt)
    // Where a promise took an ask's place, the server knows which of the two did the work.
    return this.#deps.link({ receiptId: result.receipt.id, redeemedKopecks, loads })
  }

  decline(result: Result): void {
    this.#declined.value = new Set([...this.#declined.value, result.receipt.id])
  }

  #find(): Result[] {
    const { opened, sale, draft, done, results } = this.#deps
    const programme = this.#deps.programme()
    if (!programme || !opened.value || !sale.value) return []
    const before = withLinks(done.value, draft.value)
    const taken = new Set(draft.value?.links.map((link) => link.receiptId))
    const newest = results.value[0]?.record.recordedAtMs ?? 0
    return results.value
      .filter((result) => {
        const { receipt, record, documentId } = result
        if (documentId !== null || taken.has(receipt.id) || this.#declined.value.has(receipt.id)) return false
        if (!['promised', 'done'].includes(statusOf(result))) return false
        if (newest - record.recordedAtMs > offeredForMs) return false
        return mayBeOfSale(programme, sale.value!, unlinkedOf(receipt), before)
      })
      .slice(-1)
  }
}
