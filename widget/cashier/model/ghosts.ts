import { type Signal, signal } from '@preact/signals'
import type { RecordState } from '../../../src/client/journal/records.ts'
import type { Till } from '../../../src/client/till.ts'
import type { Notice } from './card-desk.ts'

export interface GhostsDeps {
  till: Till
  notice: Signal<Notice | null>
  /** Reads the results again. */
  read: () => Promise<void>
  log: (event: string, error: unknown) => void
}

/** Records that no screen has shown before their page died (J4): a person says what became of them. */
export class Ghosts {
  readonly #deps: GhostsDeps
  readonly list = signal<RecordState[]>([])

  constructor(deps: GhostsDeps) {
    this.#deps = deps
  }

  /** It was: it is sent as it stands. */
  keep({ record }: RecordState): Promise<void> {
    return this.#decide(this.#deps.till.keepGhost(record))
  }

  /** It was not: it is sent together with its undoing. */
  cancel({ record }: RecordState): Promise<void> {
    return this.#decide(this.#deps.till.cancelGhost(record))
  }

  async #decide(work: Promise<unknown>): Promise<void> {
    try {
      await work
      await this.#deps.till.refresh()
      await this.#deps.read()
    } catch (error) {
      this.#deps.log('ghost_not_decided', error)
      this.#deps.notice.value = { kind: 'not_recorded' }
    }
  }
}
