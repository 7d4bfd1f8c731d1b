import type { CardId } from '../../core/ids.ts'
import { type Kopecks, kopecks } from '../../core/money.ts'
import { roomOnGrant } from '../../core/receipt/offline.ts'
import type { HeldGrant } from '../journal/database.ts'
import { reading, strictly, type TillStorage } from '../journal/storage.ts'

export interface GrantsDeps {
  storage: TillStorage
  /** By the till's clock, which follows the server's (O9). */
  nowMs: () => number
  onChange: () => void
}

/**
 * The till's permission to promise without the line (O1), as far as a sale reads it. The promise itself is charged where its
 * record is committed (journal); `GrantSupply` asks for grants.
 */
export class Grants {
  readonly #deps: GrantsDeps
  #held: HeldGrant | null = null

  constructor(deps: GrantsDeps) {
    this.#deps = deps
  }

  /** Reads again what is stored: another frame may have promised, given back or asked. */
  async refresh(): Promise<void> {
    const stored = await reading(this.#deps.storage, ['grants'], (tx) =>
      tx.objectStore('grants').get('current'),
    )
    this.#held = stored ?? null
    this.#deps.onChange()
  }

  /** The grant that may be used now, or null. */
  usable(): HeldGrant | null {
    const held = this.#held
    return held && !held.returned && this.#deps.nowMs() < held.grant.useUntilMs ? held : null
  }

  /** The newest grant, usable or not. */
  get held(): HeldGrant | null {
    return this.#held
  }

  /** The most that this card may still promise beside what others promise in the same receipt. */
  room(cardId: CardId, besideKopecks: number): Kopecks {
    const held = this.usable()
    return held ? roomOnGrant(held.grant, held.use, cardId, besideKopecks) : kopecks(0)
  }

  /** Nothing is promised on the grant from now on: the server has ended it, or the next one is to be asked for. */
  async giveBack(): Promise<void> {
    const held = this.#held
    if (!held || held.returned) return
    await strictly(this.#deps.storage, ['grants'], async (tx) => {
      const stored = await tx.objectStore('grants').get('current')
      // Whatever was promised on it since it was read has its record by now, and that has to be sent first.
      if (stored?.grant.id === held.grant.id) {
        await tx.objectStore('grants').put({ ...stored, returned: true }, 'current')
      }
    })
    await this.refresh()
  }
}
