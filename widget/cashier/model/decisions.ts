import type { ReadonlySignal, Signal } from '@preact/signals-core'
import type { Locks } from '../../../src/client/locks.ts'
import type { RecordState } from '../../../src/client/journal/records.ts'
import type { Notice } from './notice.ts'
import type { TillPort } from './till-port.ts'
import { type Result, type ResultStatus, statusOf } from './result.ts'

export interface DecisionsDeps {
  till: TillPort
  locks: Locks
  log: (event: string, error: unknown) => void
  notice: Signal<Notice | null>
  results: ReadonlySignal<Result[]>
}

/** What a cashier decides about receipts that are in the journal already. */
export class Decisions {
  readonly #deps: DecisionsDeps

  constructor(deps: DecisionsDeps) {
    this.#deps = deps
  }

  /** Ends the waiting for an ask that nobody answers (J2). */
  giveUp(result: Result): Promise<void> {
    return this.decide(result, 'waiting', () => this.#deps.till.voidReceipt(result.record, 'unanswered'))
  }

  /** Gives the buyer our word instead of waiting (J2); only where `canAcceptOffline` says so. */
  acceptOffline(result: Result): Promise<void> {
    return this.decide(result, 'waiting', () => this.#deps.till.promiseInstead(result.record))
  }

  canAcceptOffline({ record }: Result): boolean {
    return this.#deps.till.mayPromiseInstead(record)
  }

  /** The cashier has read of a bad end. */
  acknowledge(state: RecordState): Promise<void> {
    return this.#act(this.#deps.till.acknowledge(state.record))
  }

  /** One decision about a receipt, however often and in how many frames it is pressed. */
  async decide(result: Result, expected: ResultStatus, act: () => Promise<unknown>): Promise<void> {
    const { id } = result.record
    await this.#deps.locks.request(`podarok-decide-${id}`, async () => {
      await this.#deps.till.refresh()
      const now = this.#deps.results.value.find((one) => one.record.id === id)
      if (now && statusOf(now) === expected) await this.#act(act())
    })
  }

  async #act(work: Promise<unknown>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.#deps.log('not_recorded', error)
      this.#deps.notice.value = { kind: 'not_recorded' }
    }
    // Also after a failure: what could be chosen before it may not be any more.
    await this.#deps.till.refresh()
  }
}
