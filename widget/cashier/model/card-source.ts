import { isUnreachable } from '../../../src/client/api/api.ts'
import type { Entered } from '../../../src/core/card/proof.ts'
import type { SealedNumber } from '../../../src/core/card/sealed-number.ts'
import { localDate } from '../../../src/core/card/validity.ts'
import { type Draft, hasCard } from '../../../src/core/draft/draft.ts'
import { type CardId, type DraftId, HoldId, type ReceiptId } from '../../../src/core/ids.ts'
import type { Refusal } from '../../../src/core/refusal.ts'
import { parseShape } from '../../../src/core/shape.ts'
import type { CardView } from '../../../src/core/wire/cards.ts'
import { cardOfEntry, chooseOnGrant, refusalOf, type Reserved } from './from-book.ts'
import type { Need } from './need.ts'
import type { Notice } from './notice.ts'
import type { TillPort } from './till-port.ts'

/** A card that takes part in the sale. */
export interface Arrived {
  card: CardView
  hold: Reserved
  entered: Entered
  number: SealedNumber | null
  useUntilMs: number
}

export type FoundCard =
  | { kind: 'reserved'; arrived: Arrived }
  /** It was only looked at: the sale wants nothing of it, or it may not take part. */
  | { kind: 'seen'; card: CardView; refusal: Refusal | null }
  | { kind: 'told'; notice: Notice; card: CardView | null }

/** What a card is looked up for. */
export interface Search {
  number: string
  entered: Entered
  draftId: DraftId
  /** A number is sealed into its receipt (J1), so the receipt has its id before it has anything else. */
  receiptId: ReceiptId
  need: Need
  /** As it stands, for what its cards already take of the grant. */
  draft: Draft | null
}

export interface CardSourceDeps {
  till: Pick<TillPort, 'api' | 'seal' | 'releaseHold' | 'outage' | 'serverNowMs' | 'ready' | 'line'>
  newId: () => string
  now: () => number
}

/** Where a number becomes a card: at the server, which reserves it in the same breath, or in the book while there is no line. */
export class CardSource {
  readonly #deps: CardSourceDeps

  constructor(deps: CardSourceDeps) {
    this.#deps = deps
  }

  /**
   * @param quiet nobody has scanned the card just now: where the line is known to be away, nobody is kept waiting for it
   * @throws Denied where the server refused the call, or the storage's error
   */
  async find(search: Search, quiet: boolean): Promise<FoundCard> {
    if (quiet && this.#deps.till.line.reachable === false) return this.#inBook(search)
    try {
      return await this.#onLine(search)
    } catch (error) {
      if (!isUnreachable(error)) throw error
      return this.#inBook(search)
    }
  }

  async #onLine({ number, entered, draftId, receiptId, need }: Search): Promise<FoundCard> {
    const { till, newId, now } = this.#deps
    const wishes = need.leftKopecks > 0 || need.open.length > 0
    const wish = {
      id: parseShape(HoldId, newId()),
      draftId,
      redeemKopecks: need.leftKopecks > 0 ? need.leftKopecks : null,
      load: need.open.length > 0,
    }
    const askedAtMs = now()
    try {
      const [{ card, hold, refusal }, sealed] = await Promise.all([
        till.api('lookup', { number, entered, hold: wishes ? wish : null }),
        till.seal(number, receiptId),
      ])
      if (card && hold) {
        const useUntilMs = askedAtMs + hold.useForMs
        return { kind: 'reserved', arrived: { card, hold, entered, number: sealed, useUntilMs } }
      }
      if (card) return { kind: 'seen', card, refusal }
      return {
        kind: 'told',
        notice: refusal ? { kind: 'refusal', refusal, card } : { kind: 'try_again' },
        card,
      }
    } catch (error) {
      // The server may have reserved the card before the answer was lost.
      if (wishes) await till.releaseHold(wish.id)
      throw error
    }
  }

  /** Without the line a card is what the book says of it, and pays or is sold on the till's grant (O3, O4). */
  async #inBook({ number, entered, receiptId, need, draft }: Search): Promise<FoundCard> {
    const { till } = this.#deps
    const told = (notice: Notice, card: CardView | null = null): FoundCard => ({ kind: 'told', notice, card })
    if (entered === 'typed') return told({ kind: 'typed_offline' })
    const { outage } = till
    const entry = outage && (await outage.find(number))
    if (!outage || !entry)
      return told(outage?.asOfMs ? { kind: 'not_in_book' } : { kind: 'offline', scanned: true })
    const card = cardOfEntry(entry, localDate(till.serverNowMs(), till.ready!.session.programme!.timeZone))
    const sealed = await till.seal(number, receiptId)
    // Without a seal the server could not check which card was scanned (J1).
    const hold = sealed ? chooseOnGrant(outage, card, draft, need) : 'no_room'
    if (hold && hold !== 'no_room') {
      return {
        kind: 'reserved',
        arrived: { card, hold, entered, number: sealed, useUntilMs: outage.untilMs },
      }
    }
    const refused = refusalOf(card, need)
    // Its balance is not known here before the server has the sale.
    if (entry.soldHere)
      return told(refused ? { kind: 'refusal', refusal: refused, card } : { kind: 'sold_here' })
    if (refused) return { kind: 'seen', card, refusal: refused }
    return hold === 'no_room' ? told({ kind: 'book_limit' }, card) : { kind: 'seen', card, refusal: null }
  }

  /** Lets go what was reserved for nothing. */
  async release({ hold }: Arrived): Promise<void> {
    if (hold.id !== null) await this.#deps.till.releaseHold(hold.id)
  }
}

/** Where another draft of this till has the card: holds guard it against other tills alone. */
export async function whereElse(
  till: Pick<TillPort, 'ready'>,
  cardId: CardId,
  draftId: DraftId,
): Promise<'this_tab' | 'another_tab' | null> {
  const waiting = (await till.ready?.drafts.waitingInOrder()) ?? []
  const other = waiting.find(({ draft }) => draft.id !== draftId && hasCard(draft, cardId))
  return other ? (other.ofThisTab ? 'this_tab' : 'another_tab') : null
}
