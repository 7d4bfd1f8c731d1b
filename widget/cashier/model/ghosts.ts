import { type ReadonlySignal, signal } from '@preact/signals'
import type { RecordState } from '../../../src/client/journal/records.ts'
import type { TillReady } from '../../../src/client/till.ts'

export interface GhostsDeps {
  ready: ReadonlySignal<TillReady | null>
  keep: (record: RecordState['record']) => Promise<void>
  cancel: (record: RecordState['record']) => Promise<void>
  /** Reads the results again. */
  read: () => Promise<void>
  failed: (error: unknown) => void
}

/** Records that no screen has shown before their page died (J4): a person says what became of them. */
export class Ghosts {
  readonly #deps: GhostsDeps
  readonly list = signal<RecordState[]>([])

  constructor(deps: GhostsDeps) {
    this.#deps = deps
  }

  async look(): Promise<void> {
    const ready = this.#deps.ready.value
    if (ready) this.list.value = await ready.journal.ghosts()
  }

  keep({ record }: RecordState): Promise<void> {
    return this.#decide(this.#deps.keep(record))
  }

  cancel({ record }: RecordState): Promise<void> {
    return this.#decide(this.#deps.cancel(record))
  }

  async #decide(work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.#deps.failed(error)
    }
    await this.look()
    await this.#deps.read()
  }
}
