import { effect, type ReadonlySignal, signal } from '@preact/signals-core'
import type { HostPort } from '../../../src/client/host/host-port.ts'
import type { SaleFault } from '../../../src/core/draft/draft.ts'

/** Why MoySklad must not save the sale now. */
export type Fault =
  | SaleFault
  /** A card is being looked up: nobody can say yet. */
  | { code: 'checking' }
  /** There is no line, and a card of the draft may not be promised: it would not be charged after the sale is saved. */
  | { code: 'line_needed' }
  /** Whether a card of the saved sale is missing cannot be seen without a line. */
  | { code: 'cards_unknown' }
  /** What MoySklad's page told of the sale could not be read, and cards are in play (M4). */
  | { code: 'sale_unread' }

/** A certificate has no card yet. */
export const lacksCard = ({ code }: Fault): boolean =>
  code === 'certificate_without_card' || code === 'cards_missing'

export interface VerdictDeps {
  host: Pick<HostPort, 'verdict'>
  /** The one that the panel shows: both say the same at the same moment. */
  fault: ReadonlySignal<Fault | null>
  /** In words that fit MoySklad's line. */
  faultText: (fault: Fault) => string
}

/** Our word on whether MoySklad may save the document as the host last told it (M2, M5). */
export class Verdict {
  readonly #changeId = signal<number | null>(null)

  constructor({ host, fault, faultText }: VerdictDeps) {
    // Again whenever the answer has become another.
    effect(() => {
      const changeId = this.#changeId.value
      if (changeId !== null) host.verdict(changeId, fault.value && faultText(fault.value))
    })
  }

  /** The host told of a Change: this one is answered from now on. */
  ask(changeId: number): void {
    this.#changeId.value = changeId
  }

  /** The document was saved, or another one is open: nobody waits for an answer. */
  end(): void {
    this.#changeId.value = null
  }
}
