import type { HostBridge } from '../../../src/client/host/host-bridge.ts'
import type { SaleFault } from '../../../src/core/draft/draft.ts'
import type { Language } from '../../i18n/language.ts'

export interface VerdictDeps {
  host: Pick<HostBridge, 'verdict'>
  language: () => Language
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
    const language = this.#deps.language()
    const fault = this.#deps.fault()
    const text = this.#deps.busy() ? language.words.checkingFault : fault && language.fault(fault)
    this.#deps.host.verdict(this.#changeId, text)
  }
}
