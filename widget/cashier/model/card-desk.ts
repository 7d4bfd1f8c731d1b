import { batch, type Signal } from '@preact/signals'
import { isDenied, isUnreachable } from '../../../src/client/api/api.ts'
import type { Till } from '../../../src/client/till/till.ts'
import { recognise } from '../../../src/core/card/card-number.ts'
import {
  cardsOf,
  type Draft,
  draftIsEmpty,
  type DraftLink,
  type DraftRedeem,
} from '../../../src/core/draft/draft.ts'
import { type CardId, type DocumentId, DraftId, HoldId, ReceiptId } from '../../../src/core/ids.ts'
import { AmountKopecks, type Kopecks, kopecks, sumKopecks } from '../../../src/core/money.ts'
import type { Refusal } from '../../../src/core/refusal.ts'
import type { Entered } from '../../../src/core/card/proof.ts'
import type { Sale } from '../../../src/core/sale/sale.ts'
import type { SealedNumber } from '../../../src/core/card/sealed-number.ts'
import { proposeSplit } from '../../../src/core/sale/split.ts'
import type { CardView, LookupAnswer } from '../../../src/core/wire/cards.ts'
import { localDate } from '../../../src/core/card/validity.ts'
import { cardOfEntry, chooseOnGrant, refusalOf, type Reserved } from './from-book.ts'
import type { Need } from './need.ts'
import { parseShape, tryShape } from '../../../src/core/shape.ts'

/** What the desk tells the cashier about the last thing that was scanned or pressed. */
export type Notice =
  | { kind: 'refusal'; refusal: Refusal; card: CardView | null }
  | { kind: 'scan'; fault: 'goods' | 'unreadable' | 'checkDigit' | 'twice' | 'elsewhere' }
  /** Nothing can be done without the line; what was scanned has to be scanned again when it is back. */
  | { kind: 'offline'; scanned?: true }
  | { kind: 'scan_again' }
  | { kind: 'not_in_book' }
  | { kind: 'book_limit' }
  /** This till has sold the card without the line. */
  | { kind: 'sold_here' }
  | { kind: 'too_many_attempts' }
  | { kind: 'try_again' }
  | { kind: 'programme_missing' }
  | { kind: 'not_recorded' }
  | { kind: 'decided_elsewhere' }

/** What the cards are scanned for. */
export interface Errand {
  /** Stays the same as long as the same document is open; another value drops late answers (M4). */
  token: object
  sale: Sale | null
  /** Null for the form of a new sale. */
  documentId: DocumentId | null
  documentMoment: string | null
  need: Need
}

export interface CardDeskDeps {
  till: Till
  draft: Signal<Draft | null>
  looked: Signal<CardView | null>
  notice: Signal<Notice | null>
  busy: Signal<boolean>
  errand: () => Errand | null
  newId: () => string
  now: () => number
}

/** A scanner that fires twice does it within this time. */
const repeatMs = 2_000

/** From a scanned number to a card in the draft: look-up, hold, split, change, removal. */
export class CardDesk {
  readonly #deps: CardDeskDeps
  /** Scans and presses run one after another: each starts from the draft that the one before it left. */
  #queue: Promise<void> = Promise.resolve()
  #last: { number: string; atMs: number } | null = null
  /** Cards of this document by their numbers, in memory alone: a number is like cash. */
  readonly #known = new Map<string, CardId>()

  constructor(deps: CardDeskDeps) {
    this.#deps = deps
  }

  /** A new document begins: what was scanned for the last one may be scanned again. */
  reset(): void {
    this.#known.clear()
    this.#last = null
  }

  scan(raw: string, entered: Entered): Promise<void> {
    const programme = this.#deps.till.ready?.session.programme
    if (!programme) {
      return this.#say(
        this.#deps.till.ready ? { kind: 'programme_missing' } : { kind: 'offline', scanned: true },
      )
    }
    const recognised = recognise(raw, programme.numberFormat)
    if (recognised.kind === 'goods') return this.#say({ kind: 'scan', fault: 'goods' })
    if (recognised.kind === 'unreadable') {
      const fault = recognised.reason === 'wrong_check_digit' ? 'checkDigit' : 'unreadable'
      return this.#say({ kind: 'scan', fault })
    }
    const { number } = recognised
    const nowMs = this.#deps.now()
    const repeated = this.#last?.number === number && nowMs - this.#last.atMs < repeatMs
    this.#last = { number, atMs: nowMs }
    // The same card twice in a breath is the scanner's doing, not a wish (U3).
    if (repeated) return Promise.resolve()
    return this.#inTurn((errand) => this.#lookUp(number, entered, errand))
  }

  /** The cashier changes what a card pays; the hold follows, where the line allows. */
  setAmount(cardId: CardId, amountKopecks: Kopecks): Promise<void> {
    return this.#inTurn(async (errand) => {
      const draft = this.#deps.draft.value
      const redeem = draft?.redeems.find((one) => one.cardId === cardId)
      if (!draft || !redeem || !tryShape(AmountKopecks, amountKopecks).success) return
      const room = kopecks(errand.need.leftKopecks + redeem.amountKopecks)
      const amount = kopecks(Math.min(amountKopecks, room, redeem.availableKopecks))
      if (amount === redeem.amountKopecks || amount === 0) return
      const changed = await this.#moveHold(draft, redeem, amount)
      if (changed) await this.#keep(errand, replaceRedeem(draft, changed))
    })
  }

  /** The cashier presses «Списать»: every card in the draft is meant to pay. */
  confirm(): Promise<void> {
    return this.#inTurn(async (errand) => {
      const draft = this.#deps.draft.value
      if (!draft) return
      await this.#keep(errand, {
        ...draft,
        redeems: draft.redeems.map((redeem) => ({ ...redeem, confirmed: true })),
      })
    })
  }

  /** A receipt without a document belongs to this sale (M11). */
  link(link: DraftLink): Promise<void> {
    return this.#inTurn(async (errand) => {
      const { newId } = this.#deps
      const base =
        this.#deps.draft.value ??
        this.#newDraft(parseShape(DraftId, newId()), parseShape(ReceiptId, newId()), errand)
      await this.#keep(errand, { ...base, links: [...base.links, link] })
    })
  }

  remove(cardId: CardId): Promise<void> {
    return this.#inTurn(async (errand) => {
      const draft = this.#deps.draft.value
      const gone = cardsOf(draft).find((one) => one.cardId === cardId)
      if (!draft || !gone) return
      this.#last = null
      const rest: Draft = {
        ...draft,
        loads: draft.loads.filter((load) => load.cardId !== cardId),
        redeems: draft.redeems.filter((redeem) => redeem.cardId !== cardId),
      }
      if (draftIsEmpty(rest)) {
        await this.#deps.till.dropDraft(draft)
        if (this.#isCurrent(errand)) this.#deps.draft.value = null
        return
      }
      await this.#keep(errand, rest)
      if (gone.holdId !== null) await this.#deps.till.releaseHold(gone.holdId)
    })
  }

  #inTurn(work: (errand: Errand) => Promise<void>): Promise<void> {
    const token = this.#deps.errand()?.token
    const turn = this.#queue.then(async () => {
      const errand = this.#deps.errand()
      // A turn that was waiting when the next document came is not that document's business (M4).
      if (!errand || errand.token !== token) return
      this.#deps.busy.value = true
      this.#deps.notice.value = null
      try {
        await work(errand)
      } catch (error) {
        if (this.#isCurrent(errand)) this.#deps.notice.value = noticeOf(error)
      } finally {
        if (this.#isCurrent(errand)) this.#deps.busy.value = false
      }
    })
    this.#queue = turn
    return turn
  }

  async #lookUp(number: string, entered: Entered, errand: Errand): Promise<void> {
    const { till, newId, looked } = this.#deps
    looked.value = null
    const draft = this.#deps.draft.value
    const draftId = draft?.id ?? parseShape(DraftId, newId())
    // A number is sealed into its receipt (J1), so the receipt has its id before it has anything else.
    const receiptId = draft?.receiptId ?? parseShape(ReceiptId, newId())
    const { need } = errand
    const chosen = cardsOf(draft)
    // Asking for a card again would replace the hold that it has.
    if (chosen.some((one) => one.cardId === this.#known.get(number))) {
      this.#deps.notice.value = { kind: 'scan', fault: 'twice' }
      return
    }
    const wishes = need.leftKopecks > 0 || need.open.length > 0
    const wish = {
      id: parseShape(HoldId, newId()),
      draftId,
      redeemKopecks: need.leftKopecks > 0 ? need.leftKopecks : null,
      load: need.open.length > 0,
    }
    const askedAtMs = this.#deps.now()
    let answer: LookupAnswer
    let sealed: SealedNumber | null
    try {
      ;[answer, sealed] = await Promise.all([
        till.api('lookup', { number, entered, hold: wishes ? wish : null }),
        till.seal(number, receiptId),
      ])
    } catch (error) {
      // The server may have reserved the card before the answer was lost.
      if (wishes) await till.releaseHold(wish.id)
      if (!isUnreachable(error)) throw error
      if (!this.#isCurrent(errand)) return
      if (entered === 'typed') return this.#notTaken({ kind: 'offline', scanned: true })
      return this.#fromBook(number, draft, draftId, receiptId, errand)
    }
    const { card, hold } = answer
    if (!this.#isCurrent(errand) || this.#deps.draft.value?.id !== draft?.id) {
      // The document was changed, or its draft committed, while we asked: what was reserved for it must not stay reserved.
      if (hold) await till.releaseHold(hold.id)
      return
    }
    if (card) this.#known.set(number, card.id)
    const inDraft = chosen.some((one) => one.cardId === card?.id)
    if (card && inDraft) {
      this.#deps.notice.value = { kind: 'scan', fault: 'twice' }
      return
    }
    const isKept = hold !== null || answer.refusal?.code === 'card_held'
    if (card && isKept && (await this.#isElsewhere(card.id, draftId))) {
      if (hold) await till.releaseHold(hold.id)
      this.#deps.notice.value = { kind: 'scan', fault: 'elsewhere' }
      return
    }
    if (!card || !hold) {
      batch(() => {
        looked.value = card
        if (answer.refusal) this.#deps.notice.value = { kind: 'refusal', refusal: answer.refusal, card }
      })
      return
    }
    const base = draft ?? this.#newDraft(draftId, receiptId, errand)
    const useUntilMs = askedAtMs + hold.useForMs
    await this.#keep(errand, addCard(base, { card, hold, entered, number: sealed, useUntilMs }, need))
    await this.#split(errand)
  }

  /** Without the line a card is what the book says of it, and pays or is sold on the till's grant (O3, O4). */
  async #fromBook(
    number: string,
    draft: Draft | null,
    draftId: DraftId,
    receiptId: ReceiptId,
    errand: Errand,
  ): Promise<void> {
    const { till, notice, looked } = this.#deps
    const { outage } = till
    const entry = outage && (await outage.find(number))
    if (!this.#isCurrent(errand) || this.#deps.draft.value?.id !== draft?.id) return
    if (!outage || !entry) {
      return this.#notTaken(outage?.asOfMs ? { kind: 'not_in_book' } : { kind: 'offline', scanned: true })
    }
    this.#known.set(number, entry.cardId)
    if (cardsOf(draft).some((one) => one.cardId === entry.cardId)) {
      notice.value = { kind: 'scan', fault: 'twice' }
      return
    }
    if (await this.#isElsewhere(entry.cardId, draftId)) {
      notice.value = { kind: 'scan', fault: 'elsewhere' }
      return
    }
    const today = localDate(till.serverNowMs(), till.ready!.session.programme!.timeZone)
    const card = cardOfEntry(entry, today)
    const sealed = await till.seal(number, receiptId)
    // Without a seal the server could not check which card was scanned (J1).
    const chosen = sealed ? chooseOnGrant(outage, card, draft, errand.need) : 'no_room'
    if (!chosen || chosen === 'no_room') {
      const refused = refusalOf(card, errand.need)
      batch(() => {
        // Its balance is not known here before the server has the sale.
        looked.value = entry.soldHere ? null : card
        if (refused) notice.value = { kind: 'refusal', refusal: refused, card }
        else if (entry.soldHere) notice.value = { kind: 'sold_here' }
        else if (chosen === 'no_room') notice.value = { kind: 'book_limit' }
      })
      return
    }
    const base = draft ?? this.#newDraft(draftId, receiptId, errand)
    const arrived = {
      card,
      hold: chosen,
      entered: 'scanned' as const,
      number: sealed,
      useUntilMs: outage.untilMs,
    }
    await this.#keep(errand, addCard(base, arrived, errand.need))
    await this.#split(errand)
  }

  /** Holds guard a card against other tills; against another sale of this one, in another tab, the drafts do. */
  async #isElsewhere(cardId: CardId, draftId: DraftId): Promise<boolean> {
    const drafts = (await this.#deps.till.ready?.drafts.waiting()) ?? []
    return drafts.some((draft) => draft.id !== draftId && cardsOf(draft).some((one) => one.cardId === cardId))
  }

  /** Cards that are not confirmed yet share the sum in the order of C6. */
  async #split(errand: Errand): Promise<void> {
    const draft = this.#deps.draft.value
    if (!draft) return
    const loose = draft.redeems.filter((redeem) => !redeem.confirmed)
    if (loose.length < 2) return
    const fixed = sumKopecks(
      draft.redeems.filter((redeem) => redeem.confirmed).map((redeem) => redeem.amountKopecks),
    )
    const total = sumKopecks(loose.map((redeem) => redeem.amountKopecks))
    const shares = proposeSplit(
      loose,
      kopecks(Math.min(total, Math.max(0, errand.need.payableKopecks - fixed))),
    )
    const wanted = loose.map((redeem) => ({
      redeem,
      amount: shares.find((share) => share.cardId === redeem.cardId)?.amountKopecks ?? kopecks(0),
    }))
    if (
      wanted.every(({ redeem, amount }) => redeem.amountKopecks === amount) ||
      wanted.some(({ amount }) => amount === 0)
    )
      return
    let next = draft
    // Sums that shrink go first, so that the prepared total never passes what can be paid.
    for (const { redeem, amount } of wanted.toSorted(
      (a, b) => a.amount - a.redeem.amountKopecks - (b.amount - b.redeem.amountKopecks),
    )) {
      const changed = await this.#moveHold(next, redeem, amount)
      if (!changed) break
      next = replaceRedeem(next, changed)
      // Each sum is kept as soon as its hold has it: a promise must not stand on money that was let go.
      await this.#keep(errand, next)
    }
  }

  /** @returns the redeem with its new sum, or null when the hold cannot follow; then the cashier is told */
  async #moveHold(draft: Draft, redeem: DraftRedeem, amount: Kopecks): Promise<DraftRedeem | null> {
    // What stands on no hold stands on the grant, which is charged when the receipt is committed.
    if (redeem.holdId === null)
      return amount <= redeem.heldKopecks ? { ...redeem, amountKopecks: amount } : null
    const askedAtMs = this.#deps.now()
    try {
      const answer = await this.#deps.till.api(
        'hold',
        { draftId: draft.id, cardId: redeem.cardId, purpose: 'redeem', amountKopecks: amount },
        { id: redeem.holdId },
      )
      if (!answer.hold) {
        if (answer.refusal) this.#deps.notice.value = { kind: 'refusal', refusal: answer.refusal, card: null }
        return null
      }
      return {
        ...redeem,
        amountKopecks: amount,
        heldKopecks: answer.hold.amountKopecks,
        useUntilMs: askedAtMs + answer.hold.useForMs,
      }
    } catch (error) {
      // Less than what is held needs nobody's leave; more cannot be had without the line.
      if (isUnreachable(error) && amount <= redeem.heldKopecks) return { ...redeem, amountKopecks: amount }
      throw error
    }
  }

  async #keep(errand: Errand, draft: Draft): Promise<void> {
    const { till } = this.#deps
    // The document may have been edited while the server was asked: the draft follows what stands there now.
    const sale = this.#deps.errand()?.sale ?? draft.sale
    const next = { ...draft, sale, updatedAtMs: till.serverNowMs() }
    await till.saveDraft(next)
    if (this.#isCurrent(errand)) this.#deps.draft.value = next
  }

  #isCurrent(errand: Errand): boolean {
    return this.#deps.errand()?.token === errand.token
  }

  #newDraft(id: DraftId, receiptId: ReceiptId, errand: Errand): Draft {
    const { documentId, documentMoment } = errand
    const sale = errand.sale ?? { rows: [], sumKopecks: kopecks(0) }
    return this.#deps.till.newDraft({ id, receiptId, documentId, documentMoment, sale })
  }

  /** For want of the line: scanned again, the card is a wish, and not the scanner's doing. */
  #notTaken(notice: Notice): Promise<void> {
    this.#last = null
    return this.#say(notice)
  }

  #say(notice: Notice): Promise<void> {
    this.#deps.notice.value = notice
    return Promise.resolve()
  }
}

interface Arrived {
  card: CardView
  hold: Reserved
  entered: Entered
  number: SealedNumber | null
  useUntilMs: number
}

function addCard(draft: Draft, { card, hold, entered, number, useUntilMs }: Arrived, need: Need): Draft {
  const common = { cardId: card.id, last4: card.last4, number, holdId: hold.id, useUntilMs, entered }
  const slot = need.open[0]
  if (hold.purpose === 'load') {
    if (!slot) throw new Error('a card was reserved for no certificate')
    const { productId, faceKopecks, paidKopecks } = slot
    return { ...draft, loads: [...draft.loads, { ...common, productId, faceKopecks, paidKopecks }] }
  }
  const redeem: DraftRedeem = {
    ...common,
    amountKopecks: hold.amountKopecks,
    heldKopecks: hold.amountKopecks,
    availableKopecks: card.availableKopecks,
    expiresOn: card.expiresOn,
    confirmed: false,
  }
  return { ...draft, redeems: [...draft.redeems, redeem] }
}

function replaceRedeem(draft: Draft, changed: DraftRedeem): Draft {
  return { ...draft, redeems: draft.redeems.map((one) => (one.cardId === changed.cardId ? changed : one)) }
}

const lacksLine = new Set<Notice['kind']>(['offline', 'not_in_book', 'book_limit', 'sold_here'])

/** What is left to say when the line is back. A word that has nothing to do with the line stays: somebody has to read it. */
export function whenLineIsBack(notice: Notice | null): Notice | null {
  if (notice?.kind === 'offline' && !notice.scanned) return null
  return notice && lacksLine.has(notice.kind) ? { kind: 'scan_again' } : notice
}

function noticeOf(error: unknown): Notice {
  if (isUnreachable(error)) return { kind: 'offline' }
  if (isDenied(error)) {
    if (error.code === 'too_many_attempts') return { kind: 'too_many_attempts' }
    if (error.code === 'programme_missing') return { kind: 'programme_missing' }
    return { kind: 'try_again' }
  }
  // The storage said no: nothing was kept.
  return { kind: 'not_recorded' }
}
