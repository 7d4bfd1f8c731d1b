import type { Hold, Record } from './oracle-words.ts'

/** Who keeps what of which card. */
export class Holds {
  readonly #all = new Map<string, Hold>()

  ofOthers(card: string, till: string): number {
    let held = 0
    for (const hold of this.#all.values()) {
      if (hold.card === card && hold.till !== till && hold.kind === 'redeem') held += hold.amount
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
  }

  /** What an applied record used up. */
  free(record: Record): void {
    for (const act of record.acts) {
      if (act.kind !== 'redeem' && act.kind !== 'load') continue
      for (const [id, hold] of this.#all) {
        if (hold.till !== record.till || hold.card !== act.card) continue
        if (id === act.hold || (record.draft !== null && hold.draft === record.draft)) this.#all.delete(id)
      }
    }
  }
}
