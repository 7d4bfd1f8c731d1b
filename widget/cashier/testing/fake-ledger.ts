import { matchDraft, briefOf } from '../../../src/core/draft/draft-match.ts'
import type { Draft, SaleDocument } from '../../../src/core/draft/draft.ts'
import type { CardId, DocumentId, DraftId, HoldId } from '../../../src/core/ids.ts'
import { type Kopecks, kopecks, zeroKopecks } from '../../../src/core/money.ts'
import type { FinalOutcome } from '../../../src/core/receipt/outcome.ts'
import type { Receipt } from '../../../src/core/receipt/receipt.ts'
import { refusal, type Refusal, type RefusalCode } from '../../../src/core/refusal.ts'
import { certificatesOf, payableByCard } from '../../../src/core/sale/sale.ts'
import { programmeOf } from '../../../src/core/testing/builders.ts'
import type { CardView, LookupAnswer } from '../../../src/core/wire/cards.ts'
import type { MatchAnswer } from '../../../src/core/wire/drafts.ts'
import type { HoldAnswer } from '../../../src/core/wire/holds.ts'
import type { SaleAnswer, ToldReceipt } from '../../../src/core/wire/receipts.ts'

export interface FakeCard {
  id: CardId
  last4: string
  unsold: boolean
  balanceKopecks: number
  /** What else is true of it. */
  is?: Partial<Pick<CardView, 'state' | 'expiresOn' | 'heldBy' | 'availableKopecks'>>
}

interface FakeHold {
  cardId: CardId
  draftId: DraftId
  purpose: 'redeem' | 'load'
  amountKopecks: Kopecks
}

/** A receipt as it was decided. */
export interface Posted {
  receipt: Receipt
  outcome: FinalOutcome
}

const useForMs = 15 * 60_000

/**
 * Our server and MoySklad's sales in a few lines of arithmetic: what the cashier's models can see of them, and no more. Of one
 * till: other tills' holds are not told apart from none.
 */
export class FakeLedger {
  readonly programme = programmeOf()
  readonly cards = new Map<string, FakeCard>()
  readonly holds = new Map<HoldId, FakeHold>()
  readonly documents = new Map<DocumentId, SaleDocument>()
  readonly posted: Posted[] = []
  /** Calls that came, by name. */
  readonly calls: string[] = []
  nowMs = 1_800_000_000_000
  #seen = new Map<DocumentId, number>()

  lookup(
    number: string,
    wish: { id: HoldId; draftId: DraftId; redeemKopecks: Kopecks | null; load: boolean } | null,
  ): LookupAnswer {
    const serverTimeMs = this.nowMs
    const card = this.cards.get(number)
    if (!card) return { card: null, hold: null, refusal: refusal('card_unknown'), serverTimeMs }
    const view = this.#view(card, wish?.draftId ?? null)
    const answer = (hold: LookupAnswer['hold'], why: Refusal | null): LookupAnswer => ({
      card: view,
      hold,
      refusal: why,
      serverTimeMs,
    })
    if (!wish) return answer(null, null)
    const { id, draftId } = wish
    const why = this.#barred(view)
    if (why) return answer(null, refusal(why, card.id))
    if (card.unsold) {
      if (!wish.load) return answer(null, refusal('card_unsold', card.id))
      this.holds.set(id, { cardId: card.id, draftId, purpose: 'load', amountKopecks: zeroKopecks })
      return answer({ id, cardId: card.id, purpose: 'load', amountKopecks: zeroKopecks, useForMs }, null)
    }
    if (wish.redeemKopecks === null) return answer(null, wish.load ? refusal('card_sold', card.id) : null)
    if (card.balanceKopecks === 0) return answer(null, refusal('card_empty', card.id))
    const amountKopecks = kopecks(Math.min(wish.redeemKopecks, view.availableKopecks))
    if (amountKopecks === 0) return answer(null, refusal('card_held', card.id))
    this.holds.set(id, { cardId: card.id, draftId, purpose: 'redeem', amountKopecks })
    return answer({ id, cardId: card.id, purpose: 'redeem', amountKopecks, useForMs }, null)
  }

  changeHold(id: HoldId, cardId: CardId, draftId: DraftId, amountKopecks: Kopecks): HoldAnswer {
    const card = [...this.cards.values()].find((one) => one.id === cardId)
    if (!card || !this.holds.has(id)) return { hold: null, refusal: refusal('hold_over', cardId) }
    const { availableKopecks } = this.#view(card, draftId)
    if (amountKopecks > availableKopecks)
      return { hold: null, refusal: refusal('insufficient_funds', cardId, availableKopecks) }
    this.holds.set(id, { cardId, draftId, purpose: 'redeem', amountKopecks })
    return { hold: { id, cardId, purpose: 'redeem', amountKopecks, useForMs }, refusal: null }
  }

  match(documentId: DocumentId | null, drafts: readonly Draft[]): MatchAnswer {
    const among = documentId === null ? [...this.documents.values()] : [this.documents.get(documentId)]
    const matches = drafts.map((draft): MatchAnswer['matches'][number] => ({
      draftId: draft.id,
      complete: true,
      candidates: among.flatMap((document) => {
        if (!document || this.#isServed(document.id)) return []
        const order = { seenAtMs: this.#seen.get(document.id) ?? null, newestMadeMs: null }
        const verdict = matchDraft(document, draft, order)
        return verdict === 'other' ? [] : [{ sale: briefOf(document), verdict }]
      }),
    }))
    for (const document of among) if (document) this.#noteSeen(document.id)
    return { opened: documentId && this.sale(documentId), matches }
  }

  sale(id: DocumentId): SaleAnswer {
    const document = this.documents.get(id) ?? null
    if (document) this.#noteSeen(id)
    return { read: true, document, receipts: this.#of(id).map(told) }
  }

  /** Decides a receipt as the ledger does: by its sale, and all of it or nothing. The same id is answered as before. */
  post(receipt: Receipt): FinalOutcome {
    const known = this.posted.find((one) => one.receipt.id === receipt.id)
    if (known) return known.outcome
    const why = this.#bar(receipt)
    const outcome: FinalOutcome = why
      ? { status: 'refused', refusal: why }
      : { status: 'applied', by: null, postedAtMs: this.nowMs, effects: this.#apply(receipt), frozen: false }
    this.posted.push({ receipt, outcome })
    return outcome
  }

  /** What cards have paid for a sale, and how many were sold in it. */
  done(id: DocumentId): { redeemedKopecks: number; loads: number } {
    const operations = this.#of(id).flatMap(({ receipt }) => receipt.operations)
    return {
      redeemedKopecks: operations.reduce(
        (sum, one) => sum + (one.kind === 'redeem' ? one.amountKopecks : 0),
        0,
      ),
      loads: operations.filter(({ kind }) => kind === 'load').length,
    }
  }

  #bar({ sale, operations, mode }: Receipt): Refusal | null {
    if (mode === 'promise') return null
    const document = sale?.documentId && this.documents.get(sale.documentId)
    if (!document?.applicable) return refusal('sale_gone')
    const before = this.done(document.id)
    const pays = operations.reduce((sum, one) => sum + (one.kind === 'redeem' ? one.amountKopecks : 0), 0)
    if (before.redeemedKopecks + pays > payableByCard(this.programme, document.sale))
      return refusal('above_payable')
    const loads = operations.filter(({ kind }) => kind === 'load').length
    const { slots, problem } = certificatesOf(this.programme, document.sale)
    if (loads > 0 && (problem || before.loads + loads > slots.length))
      return refusal('certificate_not_in_sale')
    for (const one of operations) {
      if (one.kind === 'redeem' && this.#card(one.cardId).balanceKopecks < one.amountKopecks)
        return refusal('insufficient_funds', one.cardId)
      if (one.kind === 'load' && !this.#card(one.cardId).unsold) return refusal('card_sold', one.cardId)
    }
    return null
  }

  #apply({ operations, sale }: Receipt) {
    return operations.flatMap((one) => {
      if (one.kind !== 'redeem' && one.kind !== 'load') return []
      const card = this.#card(one.cardId)
      const change = one.kind === 'load' ? one.faceKopecks : -one.amountKopecks
      card.unsold = false
      card.balanceKopecks += change
      for (const [id, hold] of this.holds) {
        if (hold.cardId === card.id && hold.draftId === sale?.draftId) this.holds.delete(id)
      }
      const lossKopecks = kopecks(Math.max(0, -card.balanceKopecks))
      card.balanceKopecks = Math.max(0, card.balanceKopecks)
      return [
        {
          cardId: card.id,
          last4: card.last4,
          changeKopecks: change,
          balanceKopecks: kopecks(card.balanceKopecks),
          expiresOn: null,
          lossKopecks,
        },
      ]
    })
  }

  #barred({ state, heldBy }: CardView): RefusalCode | null {
    if (heldBy !== null) return 'card_held'
    return state === 'blocked' || state === 'annulled' || state === 'expired' ? `card_${state}` : null
  }

  #view({ id, last4, unsold, balanceKopecks, is }: FakeCard, draftId: DraftId | null): CardView {
    const held = [...this.holds.values()]
      .filter((hold) => hold.cardId === id && hold.draftId !== draftId)
      .reduce((sum, hold) => sum + hold.amountKopecks, 0)
    return {
      id,
      last4,
      state: unsold ? 'unsold' : balanceKopecks > 0 ? 'active' : 'used_up',
      balanceKopecks: kopecks(balanceKopecks),
      grantedKopecks: zeroKopecks,
      availableKopecks: kopecks(Math.max(0, balanceKopecks - held)),
      expiresOn: null,
      heldBy: null,
      ...is,
    }
  }

  #card(id: CardId): FakeCard {
    const card = [...this.cards.values()].find((one) => one.id === id)
    if (!card) throw new Error(`no card ${id}`)
    return card
  }

  #of(id: DocumentId): Posted[] {
    return this.posted.filter(
      ({ receipt, outcome }) => receipt.sale?.documentId === id && outcome.status === 'applied',
    )
  }

  #isServed(id: DocumentId): boolean {
    return this.#of(id).length > 0
  }

  #noteSeen(id: DocumentId): void {
    if (!this.#seen.has(id)) this.#seen.set(id, this.nowMs)
  }
}

function told({ receipt, outcome }: Posted): ToldReceipt {
  return {
    till: 1,
    employee: null,
    saleName: null,
    happenedAtMs: receipt.happenedAtMs,
    stands: true,
    undone: false,
    operations: receipt.operations.map((one) => ({
      kind: one.kind,
      last4: null,
      productId: one.kind === 'load' ? one.productId : null,
      amountKopecks: one.kind === 'load' ? one.faceKopecks : one.kind === 'redeem' ? one.amountKopecks : null,
      returnedKopecks: one.kind === 'redeem' ? zeroKopecks : null,
      paidKopecks: one.kind === 'load' ? one.paidKopecks : null,
      cardId: null,
      receiptId: null,
      because: null,
    })),
    own: {
      id: receipt.id,
      mode: receipt.mode,
      standsFor: null,
      documentId: receipt.sale?.documentId ?? null,
      outcome,
    },
  }
}
