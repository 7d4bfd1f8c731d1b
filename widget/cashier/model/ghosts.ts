import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals-core'
import type { RecordState } from '../../../src/client/journal/records.ts'
import type { Notice } from './notice.ts'
import type { TillPort } from './till-port.ts'

/**
 * No younger record is asked about (J4). A page that goes while it marks its record as shown is gone some moments before the
 * mark is there, and a question that flashes takes a press that was meant for something else.
 */
export const ghostMinAgeMs = 5_000

export interface GhostsDeps {
  till: Pick<TillPort, 'keepGhost' | 'cancelGhost' | 'refresh'>
  now: () => number
  setTimeout: (work: () => void, ms: number) => number
  notice: Signal<Notice | null>
  /** This frame has answered for the receipt. */
  onDecided: (receiptId: string) => void
  log: (event: string, error: unknown) => void
}

/** Records that no screen has shown before their page died (J4): a person says what became of them. */
export class Ghosts {
  readonly #deps: GhostsDeps
  readonly #deciding = new Set<string>()
  readonly #found = new Set<string>()
  readonly #old = signal<ReadonlySet<string>>(new Set())
  /** What a dead page has left; some of it may be too young to be asked about. */
  readonly left = signal<RecordState[]>([])
  /** What is asked about. */
  readonly list: ReadonlySignal<RecordState[]> = computed(() =>
    this.left.value.filter(({ record }) => this.#old.value.has(record.id)),
  )

  constructor(deps: GhostsDeps) {
    this.#deps = deps
  }

  /** Takes what the till has found. */
  find(ghosts: RecordState[]): void {
    this.left.value = ghosts
    for (const { record } of ghosts) {
      if (this.#found.has(record.id)) continue
      this.#found.add(record.id)
      // Never longer, whatever the clock says: it may stand still at a moment that is to come (O9).
      const waitMs = Math.min(ghostMinAgeMs, record.recordedAtMs + ghostMinAgeMs - this.#deps.now())
      if (waitMs <= 0) this.#grown(record.id)
      else this.#deps.setTimeout(() => void this.#lookAgain(record.id), waitMs)
    }
  }

  /** Its mark may have come meanwhile. */
  async #lookAgain(id: string): Promise<void> {
    await this.#deps.till.refresh()
    this.#grown(id)
  }

  #grown(id: string): void {
    this.#old.value = new Set([...this.#old.value, id])
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
    this.#deciding.delete(id)
  }
}
