import { signal } from '@preact/signals-core'
import { isUnreachable } from '../../../src/client/api/api.ts'
import type { CardId } from '../../../src/core/ids.ts'
import type { CardMove } from '../../../src/core/wire/cards.ts'
import type { TillPort } from './till-port.ts'

export interface CardMovesDeps {
  api: TillPort['api']
  /** As it was scanned in this page; a number is kept nowhere else (J1). */
  numberOf: (cardId: CardId) => string | null
}

/** What was posted on the card that the buyer asks about; `offline` and `failed` where it could not be had. */
export class CardMoves {
  readonly #deps: CardMovesDeps
  readonly shown = signal<{ cardId: CardId; moves: readonly CardMove[] | 'offline' | 'failed' } | null>(null)

  constructor(deps: CardMovesDeps) {
    this.#deps = deps
  }

  async ask(cardId: CardId): Promise<void> {
    const number = this.#deps.numberOf(cardId)
    if (number === null) return
    try {
      const { moves } = await this.#deps.api('cardHistory', { number })
      this.shown.value = { cardId, moves }
    } catch (error) {
      this.shown.value = { cardId, moves: isUnreachable(error) ? 'offline' : 'failed' }
    }
  }

  hide(): void {
    this.shown.value = null
  }
}
