/**
 * What really happened in the shops, as an eyewitness would tell it: who was shown what, and what was sold on the strength
 * of it. It knows nothing of the product's code.
 */

export type Seen = 'asked' | 'promised' | 'done' | 'refused' | 'in_review' | 'cancelling' | 'cancelled'

export interface Deal {
  /** The receipt's id. */
  id: string
  account: string
  counter: string
  kind: 'sale' | 'payment' | 'undo' | 'link' | 'refund'
  mode: 'ask' | 'promise'
  /** What cards were to gain or lose. */
  cards: { card: string; amount: number }[]
  /** The unanswered ask that this promise stands for. */
  standsFor: string | null
  /** The receipt that is to be undone. */
  undoes: string | null
  /** The payment that something comes back of. */
  of: string | null
  /** Promised on a grant, without holds. */
  onGrant: boolean
  atMs: number
  /** The till said that it is written; null while nobody knows, for the page may have died over it. */
  written: boolean | null
  /** It stood on a screen. */
  painted: boolean
  /** What the screen last said of it, and whether it ever said that it was done, or refused. */
  seen: Seen | null
  everDone: boolean
  everRefused: boolean
  /** What the cashier answered when they were asked about it as a ghost. */
  ghost: 'kept' | 'cancelled' | null
}

/** A card and its part in a sale, as a screen says it. */
export interface Part {
  last4: string
  /** Null for a card that is to be sold. */
  paysKopecks: number | null
}

/** What a card was prepared for before MoySklad's sale was there. */
export interface Prepared {
  /** Of the receipt that the draft becomes. */
  receiptId: string
  counter: string
  /**
   * What stood on the screen when a person last let it be done, and by which press; null while nobody has. `pressing`: by
   * the button, and nobody has seen yet what came of it.
   */
  agreed: { by: 'save' | 'button' | 'yes' | 'pressing'; parts: readonly Part[] } | null
  /** The sale as it was really made: by its id in MoySklad, or null where it was saved nowhere. Null for none so far. */
  sale: { documentId: string | null; posted: boolean } | null
  /** The buyer has gone without a sale. */
  left: boolean
  /** The frame in which it was prepared. */
  frame: { readonly dead: boolean }
  /** Somebody let the card go. */
  gaveUp: boolean
}

export class Truth {
  readonly prepared = new Map<string, Prepared>()
  /** Of which receipts each storage holds the draft. */
  readonly drafts = new Map<string, Set<string>>()
  readonly deals = new Map<string, Deal>()
  /** Sales that were made for a receipt which was recorded without one. */
  readonly linked = new Map<string, string>()
  /** What the manager chose, by receipt. */
  readonly decided = new Map<string, string>()
  /** Holds that a manager has ended, with the loss that may come of it. */
  readonly ended = new Set<string>()
  /** What the owner was told that they can lose at most, when, and on which grants among others. */
  readonly told: { account: string; atMs: number; sum: number; grants: string[] }[] = []
  /** The last digits of each card. */
  readonly faces = new Map<string, string>()
  /** What each card began with. */
  readonly opening = new Map<string, number>()
  /** Which deals each storage holds. */
  readonly holders = new Map<string, Set<string>>()
  /** The server was restored: until all tills have sent again it knows less than was shown. */
  refilling = false
  setBack = false
  /** A storage was copied, or an older copy of it put in its place: its till may do again what it has done. */
  doubled = false
  /** Storages that are copies of each other. Their numbers are taken twice, so that a restored server cannot tell
   * what it lacks of which. */
  readonly copied = new Set<string>()

  begin(
    deal: Pick<Deal, 'id' | 'account' | 'counter' | 'kind' | 'mode' | 'cards' | 'atMs'> & Partial<Deal>,
  ): Deal {
    const known = this.deals.get(deal.id)
    if (known) return known
    const begun: Deal = {
      standsFor: null,
      undoes: null,
      of: null,
      onGrant: false,
      written: null,
      painted: false,
      seen: null,
      everDone: false,
      everRefused: false,
      ghost: null,
      ...deal,
    }
    this.deals.set(deal.id, begun)
    return begun
  }

  painted(id: string): void {
    const deal = this.deals.get(id)
    if (deal) deal.painted = true
  }

  saw(id: string, what: Seen): void {
    const deal = this.deals.get(id)
    if (!deal) return
    deal.seen = what
    if (what === 'done') deal.everDone = true
    if (what === 'refused') deal.everRefused = true
  }

  /** Whether it still stands in the storage of a till; if not, nobody can bring it any more. */
  isHeld(id: string): boolean {
    return [...this.holders].some(
      ([storage, ids]) => ids.has(id) && !(this.setBack && this.copied.has(storage)),
    )
  }

  draftsOf(storage: string): Set<string> {
    let ids = this.drafts.get(storage)
    if (!ids) this.drafts.set(storage, (ids = new Set()))
    return ids
  }

  heldBy(storage: string): Set<string> {
    let ids = this.holders.get(storage)
    if (!ids) this.holders.set(storage, (ids = new Set()))
    return ids
  }

  /** Whether somebody answers for it: it was seen, or decided about. */
  isAnsweredFor(deal: Deal): boolean {
    return deal.painted || deal.ghost !== null || deal.kind === 'undo' || deal.kind === 'link'
  }
}
