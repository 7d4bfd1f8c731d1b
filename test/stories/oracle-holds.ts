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

  /** What a till has spent of the money that it keeps for other sales it keeps no longer: the oldest stay, as far as the card goes. */
  cutDown(card: string, till: string, balance: number): void {
    let left = balance - this.ofOthers(card, till)
    for (const [id, hold] of this.#all) {
      if (hold.card !== card || hold.till !== till || hold.kind !== 'redeem') continue
      if (hold.amount <= left) left -= hold.amount
      else this.#all.delete(id)
    }
  }

  /** Whether a promise of this till may stand on the hold: the same card, the same purpose, not more than was held. */
  carries(id: string | null, wanted: Omit<Hold, 'draft'>): boolean {
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
