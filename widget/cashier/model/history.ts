import { batch, signal } from '@preact/signals-core'
import type { JournalView } from '../../../src/client/journal/overview.ts'
import type { RecordState } from '../../../src/client/journal/records.ts'
import type { CaseDecision } from '../../../src/core/wire/cases.ts'
import type { TillPort } from './till-port.ts'
import { isOvertaken, type Result, resultsOf, statusOf } from './result.ts'

/** After so long without an answer the cashier gets a choice (J2). */
const patienceMs = 5_000

export interface HistoryDeps {
  till: Pick<TillPort, 'ready' | 'journal'>
  setTimeout: (work: () => void, ms: number) => number
}

/** The last receipts of this till as the journal has them, and which of them wait too long for their answer. */
export class History {
  readonly #deps: HistoryDeps
  readonly #watched = new Set<string>()
  #taken: JournalView | null = null

  readonly results = signal<Result[]>([])
  /** Bad ends that nobody has acknowledged. */
  readonly attention = signal<RecordState[]>([])
  /** By the receipt that was decided. */
  readonly decided = signal<ReadonlyMap<string, CaseDecision>>(new Map())
  /** Receipts that were not answered in time. */
  readonly late = signal<ReadonlySet<string>>(new Set())

  constructor(deps: HistoryDeps) {
    this.#deps = deps
  }

  /** Takes what the till shows of its journal. @returns the receipts whose status has changed since the last time */
  read(): ReadonlySet<string> {
    const changed = new Set<string>()
    const { ready, journal } = this.#deps.till
    // Most of what the till tells is of the line and leaves its journal as it was.
    if (!ready || journal === this.#taken) return changed
    this.#taken = journal
    const before = new Map(this.results.value.map((result) => [result.record.id, statusOf(result)]))
    const results = resultsOf(journal.recent)
    batch(() => {
      this.results.value = results
      this.decided.value = new Map(
        journal.decisions.flatMap((one) => (one.receiptId ? [[one.receiptId, one]] : [])),
      )
      this.attention.value = journal.attention.filter(({ record }) => !isOvertaken(record.id, results))
    })
    for (const result of results) {
      const { id } = result.record
      const status = statusOf(result)
      if (status === 'waiting') this.watch(id)
      const was = before.get(id)
      if (was !== undefined && was !== status) changed.add(id)
    }
    return changed
  }

  /** Gives the cashier a choice when no answer has come in time, also to an ask from before a reload. */
  watch(id: string, again = false): void {
    if (this.#watched.has(id) && !again) return
    this.#watched.add(id)
    const without = new Set(this.late.value)
    without.delete(id)
    this.late.value = without
    this.#deps.setTimeout(() => {
      this.late.value = new Set([...this.late.value, id])
    }, patienceMs)
  }
}
