import type { HostBridge } from '../../../src/client/host/host-bridge.ts'
import type { SaleFault } from '../../../src/core/draft/draft.ts'

/** `checking`: a card is being looked up, and nobody can say yet. */
export type FaultText = (fault: SaleFault | 'checking') => string

export interface VerdictDeps {
  host: Pick<HostBridge, 'verdict'>
  /** Why the sale must not be saved, in words that fit MoySklad's line. */
  faultText: FaultText
  /** A card is being looked up: nobody can say yet. */
  busy: () => boolean
  /** What is wrong with the document as it stands. */
  fault: () => SaleFault | null
}

/** Our word on whether MoySklad may save the document as the host last told it (M2, M5). */
export class Verdict {
  readonly #deps: VerdictDeps
  #changeId: number | null = null

  constructor(deps: VerdictDeps) {
    this.#deps = deps
  }

  /** Whether the document has edits that are not saved. */
  get isAsked(): boolean {
    return this.#changeId !== null
  }

  /** The host told of a Change; `give` answers this one from now on. */
  ask(changeId: number): void {
    this.#changeId = changeId
  }

  /** The document was saved, or another one is open: nobody waits for an answer. */
  end(): void {
    this.#changeId = null
  }

  /** Answers the last Change, again whenever the answer may have become another. */
  give(): void {
    if (this.#changeId === null) return
    const fault = this.#deps.busy() ? 'checking' : this.#deps.fault()
    this.#deps.host.verdict(this.#changeId, fault && this.#deps.faultText(fault))
  }
}
