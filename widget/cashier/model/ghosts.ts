import { type Signal, signal } from '@preact/signals'
import type { RecordState } from '../../../src/client/journal/records.ts'
import type { Notice } from './notice.ts'
import type { TillPort } from './till-port.ts'

export interface GhostsDeps {
  till: TillPort
  notice: Signal<Notice | null>
  /** Reads the results again. */
  read: () => Promise<void>
  /** This frame has answered for the receipt. */
  onDecided: (receiptId: string) => void
  log: (event: string, error: unknown) => void
}

/** Records that no screen has shown before their page died (J4): a person says what became of them. */
export class Ghosts {
  readonly #deps: GhostsDeps
  readonly #deciding = new Set<string>()
  readonly list = signal<RecordState[]>([])

  constructor(deps: GhostsDeps) {
    this.#deps = deps
  }

  /** It was: it is sent as it stands. */
  keep({ record }: RecordState): Promise<void> {
    return this.#decide(record.id, () => this.#deps.till.keepGhost(record))
  }

  /** It was not: it is sent together with its undoing. */
  cancel({ record }: RecordState): Promise<void> {
    return this.#decide(record.id, () => this.#deps.till.cancelGhost(record))
  }

  async #decide(id: string, answer: () => Promise<unknown>): Promise<void> {
    // Another press before the question is gone is no answer of another frame.
    if (this.#deciding.has(id)) return
    this.#deciding.add(id)
    const { till, notice, log } = this.#deps
    try {
      await answer()
      this.#deps.onDecided(id)
    } catch (error) {
      const decided = error instanceof Error && error.name === 'GhostDecided'
      if (!decided) log('ghost_not_decided', error)
      notice.value = { kind: decided ? 'decided_elsewhere' : 'not_recorded' }
    }
    await till.refresh()
    await this.#deps.read()
    this.#deciding.delete(id)
  }
}
