import { type ReadonlySignal, signal } from '@preact/signals-core'
import { type Shift, shiftOf } from '../../../src/client/till/shift.ts'
import type { CaseDecision } from '../../../src/core/wire/cases.ts'
import type { TillWorks } from './till-port.ts'
import { localDate } from '../../../src/core/card/validity.ts'

export interface ShiftDeps {
  ready: ReadonlySignal<TillWorks | null>
  /** By the receipt that was decided. */
  decided: ReadonlySignal<ReadonlyMap<string, CaseDecision>>
  now: () => number
  log: (event: string, error: unknown) => void
}

/** More receipts than this are no one till's day. */
const recordsMax = 2_000

/** «Итоги смены»: the till's day so far, read when somebody looks. */
export class ShiftReport {
  readonly #deps: ShiftDeps
  /** Since the first operation of the day; null before there is one. */
  readonly shown = signal<{ sinceMs: number | null; sums: Shift } | null>(null)

  constructor(deps: ShiftDeps) {
    this.#deps = deps
  }

  async look(): Promise<void> {
    const ready = this.#deps.ready.value
    const zone = ready?.session.programme?.timeZone
    if (!ready || !zone) return
    try {
      const today = localDate(this.#deps.now(), zone)
      const states = await ready.journal.recent(recordsMax)
      const own = states.filter(({ record }) => localDate(record.recordedAtMs, zone) === today)
      const sinceMs = own.at(-1)?.record.recordedAtMs ?? null
      this.shown.value = { sinceMs, sums: shiftOf(own, this.#deps.decided.value) }
    } catch (error) {
      this.#deps.log('journal_unreadable', error)
    }
  }
}
