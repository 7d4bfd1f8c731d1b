import type { CaseDecision } from '../../core/wire/cases.ts'
import type { RecordKey } from './database.ts'
import type { FactsPort } from './facts.ts'
import type { JournalPort, JournalState } from './journal.ts'
import { byKey, type JournalChange, keyOf, type RecordState, type Settled } from './records.ts'

/** So many of the till's last records are kept at hand. */
const recentMax = 60

/** What a screen shows of the journal. */
export interface JournalView {
  readonly state: JournalState
  /** The newest first. */
  readonly recent: readonly RecordState[]
  /** Bad and changed ends that nobody has acknowledged, oldest first. */
  readonly attention: readonly RecordState[]
  /** Records of dead frames that nobody has seen: «Списание было? Оставить / Отменить» (J4). */
  readonly ghosts: RecordState[]
  /** What humans decided about this till's records. */
  readonly decisions: readonly CaseDecision[]
}

export const nothingWritten: JournalView = {
  state: { unsettled: 0, oldestAtMs: null },
  recent: [],
  attention: [],
  ghosts: [],
  decisions: [],
}

/**
 * Keeps in memory what a screen shows of the journal: it is read once and then follows what is told of it, so that a sale
 * costs no reading, however long the journal is (P2c).
 */
export class Overview {
  readonly #journal: JournalPort
  readonly #facts: FactsPort
  #taken = 0
  view = nothingWritten

  constructor(journal: JournalPort, facts: FactsPort) {
    this.#journal = journal
    this.#facts = facts
  }

  /**
   * What was told while it was read may be missing in it, so it is read once more: what stands on a screen must not leave it
   * for a moment, in which it would count as seen (J4).
   *
   * @throws the storage's error
   */
  async read(): Promise<void> {
    for (;;) {
      const taken = this.#taken
      const [state, recent, attention, ghosts, decisions] = await Promise.all([
        this.#journal.state(),
        this.#journal.recent(recentMax),
        this.#journal.attention(),
        this.#journal.ghosts(),
        this.#facts.decisions(),
      ])
      if (taken !== this.#taken) continue
      this.view = { state, recent, attention, ghosts, decisions }
      return
    }
  }

  /**
   * Whether nothing seems to have happened that nobody told of: a frame may die between its writing and its telling, and what a
   * dead one leaves unseen waits among what is unsettled.
   */
  async isCurrent(): Promise<boolean> {
    const { unsettled } = await this.#journal.state()
    return unsettled === 0 && this.view.state.unsettled === 0
  }

  /** @returns false where memory does not tell what follows from it: then it has to be read */
  take(change: JournalChange): boolean {
    this.#taken++
    const { view } = this
    switch (change.kind) {
      case 'written': {
        const { record } = change
        if (view.recent.some((one) => one.record.id === record.id)) return true
        const recent = [{ record, outcome: null }, ...view.recent].sort((a, b) =>
          byKey(keyOf(b.record), keyOf(a.record)),
        )
        const { unsettled, oldestAtMs } = view.state
        const state = { unsettled: unsettled + 1, oldestAtMs: oldestAtMs ?? record.recordedAtMs }
        this.view = { ...view, state, recent: recent.slice(0, recentMax) }
        return true
      }
      case 'settled':
        return this.#settle(change.settled)
      case 'acknowledged': {
        const attention = view.attention.filter(({ record }) => record.id !== change.record.id)
        this.view = { ...view, attention }
        return true
      }
      case 'other':
        return false
    }
  }

  #settle(settled: readonly Pick<Settled, 'key' | 'outcome'>[]): boolean {
    const { view } = this
    const isOf = (key: RecordKey) => (state: RecordState) => byKey(keyOf(state.record), key) === 0
    const recent = [...view.recent]
    let attention = view.attention
    let { unsettled } = view.state
    for (const { key, outcome } of settled) {
      const at = recent.findIndex(isOf(key))
      const before = recent[at]
      if (!before) return false
      if ((before.changed ?? before.outcome)?.status === outcome.status) continue
      const now = before.outcome ? { ...before, changed: outcome } : { ...before, outcome }
      if (!before.outcome) unsettled--
      recent[at] = now
      if (now.changed ?? outcome.status !== 'applied')
        attention = [...attention.filter(({ record }) => record.id !== now.record.id), now]
    }
    const open = recent.filter(({ outcome }) => !outcome)
    // The oldest is not at hand.
    if (open.length !== unsettled) return false
    const ghosts = view.ghosts.filter(
      ({ record }) => !settled.some(({ key }) => isOf(key)({ record, outcome: null })),
    )
    const state = { unsettled, oldestAtMs: open.at(-1)?.record.recordedAtMs ?? null }
    this.view = { ...view, state, recent, attention, ghosts }
    return true
  }
}
