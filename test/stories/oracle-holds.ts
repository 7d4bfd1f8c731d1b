import type { Hold, Record } from './oracle-words.ts'

/** Who keeps what of which card. */
export class Holds {
  readonly #all = new Map<string, Hold>()
  /** Every hold that ever was: a promise may stand on one that is over by now. */
  readonly #ever = new Map<string, Hold>()

  ofOthers(card: string, till: string): number {
    let held = 0
    for (const hold of this.#all.values()) {
      if (hold.card === card && hold.till !== till && hold.kind === 'redeem') held += hold.amount
    }
    return held
  }

  /** What the till itself keeps for other sales: the same money cannot be kept twice. */
  ofOtherDrafts(card: string, till: string, draft: string): number {
    let held = 0
    for (const hold of this.#all.values()) {
      const other = hold.card === card && hold.till === till && hold.draft !== draft
      if (other && hold.kind === 'redeem') held += hold.amount
    }
    return held
  }

  reservedByOthers(card: string, till: string): boolean {
    return [...this.#all.values()].some(
      (hold) => hold.card === card && hold.till !== till && hold.kind === 'load',
    )
  }

  /** One for each draft and card: the newer takes the place of the older. */
  take(id: string, hold: Hold): void {
    for (const [other, { till, draft, card }] of this.#all) {
      if (till === hold.till && draft === hold.draft && card === hold.card) this.#all.delete(other)
    }
    this.#all.set(id, hold)
    this.#ever.set(id, hold)
  }

  /** What the card has for this sale, or for this hold, whatever others keep. */
  coveredFor(card: string, till: string, draft: string | null, id: string | null): number {
    let covered = 0
    for (const [key, hold] of this.#all) {
      const own = hold.card === card && hold.till === till && (hold.draft === draft || key === id)
      if (own && hold.kind === 'redeem') covered += hold.kept
    }
    return covered
  }

  /** What a till has spent of the money that it keeps for other sales is missing for the newest; what comes back is the oldest's. */
  fit(card: string, till: string, balance: number): void {
    const all = [...this.#all.values()].filter((hold) => hold.card === card && hold.kind === 'redeem')
    const own = all.filter((hold) => hold.till === till)
    let left = balance - all.reduce((sum, hold) => sum + hold.kept, 0)
    for (const hold of left < 0 ? own.reverse() : own) {
      const more = left < 0 ? Math.max(left, -hold.kept) : Math.min(left, hold.amount - hold.kept)
      hold.kept += more
      left -= more
    }
  }

  /** Whether a promise of this till may stand on the hold: the same card, the same purpose, not more than was held. */
  carries(id: string | null, wanted: Omit<Hold, 'draft' | 'kept'>): boolean {
    const hold = id === null ? undefined : this.#ever.get(id)
    if (!hold || hold.till !== wanted.till || hold.card !== wanted.card || hold.kind !== wanted.kind)
      return false
    return wanted.kind === 'load' || wanted.amount <= hold.amount
  }

  /** What a record ended, whether it was applied or refused: its own holds and all of its draft. */
  free(record: Record): void {
    for (const [id, hold] of this.#all) {
      if (hold.till === record.till && record.draft !== null && hold.draft === record.draft)
        this.#all.delete(id)
    }
    for (const act of record.acts) {
      if (act.kind !== 'redeem' && act.kind !== 'load') continue
      for (const [id, hold] of this.#all) {
        if (hold.till !== record.till || hold.card !== act.card) continue
        if (id === act.hold) this.#all.delete(id)
      }
    }
  }
}
