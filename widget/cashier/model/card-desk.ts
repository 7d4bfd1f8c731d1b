import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals-core'
import { isUnreachable } from '../../../src/client/api/api.ts'
import { recognise } from '../../../src/core/card/card-number.ts'
import type { Entered } from '../../../src/core/card/proof.ts'
import {
  cardsOf,
  type Draft,
  draftIsEmpty,
  type DraftLink,
  type DraftRedeem,
  hasCard,
  redeemTotal,
} from '../../../src/core/draft/draft.ts'
import { fitToSale, roomFor, shareOut } from '../../../src/core/draft/fit.ts'
import { type CardId, DraftId, ReceiptId } from '../../../src/core/ids.ts'
import {
  AmountKopecks,
  type Kopecks,
  kopecks,
  minKopecks,
  sumKopecks,
  zeroKopecks,
} from '../../../src/core/money.ts'
import { refusal } from '../../../src/core/refusal.ts'
import { redeemCardsMax } from '../../../src/core/sale/split.ts'
import { parseShape, tryShape } from '../../../src/core/shape.ts'
import type { CardView } from '../../../src/core/wire/cards.ts'
import { type Arrived, CardSource, whereElse } from './card-source.ts'
import { addCard, changeRedeem, confirmAll, raised, withoutCard } from './draft-edit.ts'
import { type Notice, noticeOf } from './notice.ts'
import type { OpenDocument } from './open-document.ts'
import type { Opened } from './opened.ts'
import type { TillPort } from './till-port.ts'
import type { Line } from '../../../src/client/till/till-deps.ts'

export interface CardDeskDeps {
  till: TillPort
  document: OpenDocument
  line: ReadonlySignal<Line>
  draft: Signal<Draft | null>
  notice: Signal<Notice | null>
  busy: Signal<boolean>
  /** Drafts that stand on this screen beside the desk: asked about, or waiting to be posted. */
  asked: () => readonly Draft[]
  newId: () => string
  now: () => number
  log: (event: string, error: unknown) => void
}

/** A card of the open document, as the look-up told of it. Its number stays in memory alone: it is like cash. */
interface Scanned {
  number: string
  entered: Entered
  card: CardView
}

/** A scanner that fires twice does it within this time. */
const repeatMs = 2_000

/**
 * From a scanned number to a card in the draft, in any order of hands: a card waits for the goods or the certificate that
 * it is for, and its sum follows the sale until a person has typed or confirmed one.
 *
 * seen ── the sale has a place for it ──▶ in the draft ── its place has gone ──▶ seen
 */
export class CardDesk {
  readonly #deps: CardDeskDeps
  readonly #source: CardSource
  /** Scans and presses run one after another: each starts from the draft that the one before it left. */
  #queue: Promise<void> = Promise.resolve()
  /** Of the open document: those that run and those that wait, perhaps for one of the document before. */
  #turns = 0
  #last: { number: string; atMs: number } | null = null
  readonly #scanned = new Map<CardId, Scanned>()
  /** Sums that a person has typed: the card pays no more, whatever the sale comes to. */
  readonly #typed = signal<ReadonlyMap<CardId, Kopecks>>(new Map())

  /** Scanned cards of the open document that are not in the draft. */
  readonly seen = signal<readonly CardView[]>([])

  /** What the cards would pay after one press: more than now where the sale has grown since they were confirmed. */
  readonly offerKopecks: ReadonlySignal<Kopecks>

  constructor(deps: CardDeskDeps) {
    this.#deps = deps
    this.#source = new CardSource(deps)
    this.offerKopecks = computed(() => {
      const draft = deps.draft.value
      if (!draft) return zeroKopecks
      const amounts = raised(draft.redeems, deps.document.need.value.leftKopecks, (one) => this.#limitOf(one))
      return sumKopecks(amounts.values())
    })
  }

  /** A new document begins: what was scanned for the last one may be scanned again. */
  reset(): void {
    this.#scanned.clear()
    this.#last = null
    this.#turns = 0
    this.#typed.value = new Map()
    this.seen.value = []
  }

  /**
   * Why a card that was looked at takes no part in the sale: it waits for what it is for, the sale has to be saved first, or
   * nothing will happen to it.
   */
  whyNotIn(card: CardView): 'goods' | 'certificate' | 'save_first' | 'line' | 'looked' {
    const { state, availableKopecks, heldBy } = card
    const { document, line } = this.#deps
    const { leftKopecks, open } = document.need.value
    if (document.savesFirst.value) return 'save_first'
    if (this.isWanted(card) && line.value.reachable === false) return 'line'
    if (!document.needsSave.value || heldBy !== null) return 'looked'
    if (state === 'unsold') return open.length === 0 ? 'certificate' : 'looked'
    return state === 'active' && availableKopecks > 0 && leftKopecks === 0 ? 'goods' : 'looked'
  }

  /** Whether the sale has a place for a card that was only looked at. */
  isWanted({ state, availableKopecks, heldBy }: CardView): boolean {
    const { leftKopecks, open } = this.#deps.document.need.value
    if (open.length > 0) {
      if (state === 'unsold') return heldBy === null
      if (state === 'active' && this.#deps.till.ready?.session.programme?.reloadable) return true
    }
    const room = (this.#deps.draft.value?.redeems.length ?? 0) < redeemCardsMax
    return state === 'active' && availableKopecks > 0 && leftKopecks > 0 && room
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
    return this.#inTurn(async (opened) => {
      await this.#lookUp({ number, entered }, opened)
      // The sale may have got a place for it while it was looked up.
      await this.#grow(opened)
    })
  }

  /**
   * The sale was edited, or the line came back. The draft follows at once as far as that needs nobody's leave: its sums go
   * down. Sums that go up and cards that waited follow in turn.
   */
  follow(): void {
    const { draft } = this.#deps
    const before = draft.value
    const next = before && this.#fit(before)
    // Written again, it would be younger than the sale that was saved meanwhile (M3).
    if (before && !(next && isSame(next, before))) {
      draft.value = next
      this.#keepQuietly(before, next)
    }
    const more = this.seen.value.some((card) => this.isWanted(card)) || this.#looseMayPayMore()
    if (more) void this.#inTurn((opened) => this.#grow(opened), true)
  }

  /** The cashier types what a card pays; the hold follows, where the line allows. */
  setAmount(cardId: CardId, amountKopecks: Kopecks): Promise<void> {
    return this.#inTurn(async (opened) => {
      const { draft, document, notice } = this.#deps
      const redeem = draft.value?.redeems.find((one) => one.cardId === cardId)
      if (!redeem || !tryShape(AmountKopecks, amountKopecks).success) return
      const room = kopecks(document.need.value.leftKopecks + redeem.amountKopecks)
      const most = minKopecks(room, redeem.availableKopecks)
      const amount = minKopecks(amountKopecks, most)
      this.#typed.value = new Map([...this.#typed.value, [cardId, amount]])
      if (amount !== redeem.amountKopecks && !(await this.#moveHold(opened, redeem, amount, false))) return
      // More than somebody has pressed for asks for a press, also where it was typed.
      if (amount > redeem.amountKopecks) {
        await this.#edit(opened, (current) => changeRedeem(current, cardId, { confirmed: false }))
      }
      if (amount < amountKopecks) {
        const code = most === room ? 'above_payable' : 'insufficient_funds'
        notice.value = { kind: 'refusal', refusal: refusal(code, cardId, most), card: null }
      }
      await this.#share(opened, false)
    })
  }

  /**
   * The cashier presses «Списать»: every card in the draft is meant to pay.
   *
   * @param shownKopecks the sum that stood on the button: where it is another by now, nothing is confirmed
   */
  confirm(shownKopecks: Kopecks): Promise<void> {
    return this.#inTurn(async (opened) => {
      await this.#share(opened, true)
      const draft = this.#deps.draft.value
      if (draft && redeemTotal(draft) === shownKopecks) await this.#edit(opened, confirmAll)
    })
  }

  /** A receipt without a document belongs to this sale (M11). */
  link(link: DraftLink): Promise<void> {
    return this.#inTurn(async (opened) => {
      await this.#edit(opened, (draft) => ({ ...draft, links: [...draft.links, link] }), this.#newIds())
    })
  }

  /** The cashier takes a card off. */
  remove(cardId: CardId): Promise<void> {
    return this.#inTurn(async (opened) => {
      this.#last = null
      this.#forget(cardId)
      await this.#edit(opened, (draft) => withoutCard(draft, cardId))
      await this.#grow(opened)
    })
  }

  /** @param quiet nobody pressed or scanned anything: what was said last stays */
  #inTurn(work: (opened: Opened) => Promise<void>, quiet = false): Promise<void> {
    const { document, busy, notice, log } = this.#deps
    const opened = document.opened.value
    if (!opened) return Promise.resolve()
    this.#turns++
    busy.value = true
    const turn = this.#queue.then(async () => {
      // A turn that was waiting when the next document came is not that document's business (M4).
      if (!this.#isCurrent(opened)) return
      if (!quiet) notice.value = null
      try {
        await work(opened)
      } catch (error) {
        if (quiet && isUnreachable(error)) log('not_followed', error)
        else if (this.#isCurrent(opened)) notice.value = noticeOf(error)
      } finally {
        if (this.#isCurrent(opened)) busy.value = --this.#turns > 0
      }
    })
    this.#queue = turn
    return turn
  }

  async #lookUp({ number, entered }: Omit<Scanned, 'card'>, opened: Opened, quiet = false): Promise<void> {
    const { till, document, draft, notice } = this.#deps
    // Asking for a card again would replace the hold that it has.
    const known = [...this.#scanned].find(([, one]) => one.number === number)?.[0]
    if (hasCard(draft.value, known)) {
      notice.value = { kind: 'scan', fault: 'twice' }
      return
    }
    const before = draft.value
    const ids = before ? { draftId: before.id, receiptId: before.receiptId } : this.#newIds()
    const search = { number, entered, ...ids, draft: before, need: document.need.value }
    const found = await this.#source.find(search, quiet)
    if (!this.#isCurrent(opened) || draft.value?.id !== before?.id) {
      // What was reserved for a document that is gone, or for a draft that was committed, must not stay reserved.
      if (found.kind === 'reserved') await this.#source.release(found.arrived)
      // The number is sealed into the receipt of a draft that is none any more.
      if (this.#isCurrent(opened)) await this.#lookUp({ number, entered }, opened, quiet)
      return
    }
    const card = found.kind === 'reserved' ? found.arrived.card : found.card
    if (card) this.#scanned.set(card.id, { number, entered, card })
    if (card && hasCard(draft.value, card.id)) {
      if (found.kind === 'reserved') await this.#source.release(found.arrived)
      notice.value = { kind: 'scan', fault: 'twice' }
      return
    }
    const isKept = found.kind === 'reserved' || (found.kind === 'seen' && found.refusal?.code === 'card_held')
    const where = card && isKept ? await whereElse(till, card.id, ids.draftId) : null
    if (card && where) {
      if (found.kind === 'reserved') await this.#source.release(found.arrived)
      this.#hide(card.id)
      const isAsked = this.#deps.asked().some((draft) => hasCard(draft, card.id))
      const fault = isAsked ? 'asked' : where === 'this_tab' ? 'left' : 'elsewhere'
      notice.value = { kind: 'scan', fault }
      return
    }
    if (found.kind === 'reserved') return this.#take(found.arrived, opened, ids)
    batch(() => {
      if (card) this.#show(card)
      if (found.kind === 'told') this.#notTaken(found.notice, quiet)
      else if (found.refusal) notice.value = { kind: 'refusal', refusal: found.refusal, card: found.card }
    })
  }

  /** Puts a reserved card into the draft, or shows it where the sale has no place for it any more. */
  async #take(arrived: Arrived, opened: Opened, ids: NewIds): Promise<void> {
    const { card } = arrived
    const taken = await this.#edit(
      opened,
      (draft) => addCard(draft, arrived, this.#deps.document.need.value) ?? draft,
      ids,
    )
    if (hasCard(taken, card.id)) return this.#hide(card.id)
    await this.#source.release(arrived)
    if (this.#isCurrent(opened)) this.#show(card)
  }

  /** Takes in what has waited for the sale to have a place for it, and lets sums that nobody has confirmed follow. */
  async #grow(opened: Opened): Promise<void> {
    for (const card of this.seen.value) {
      const scanned = this.#scanned.get(card.id)
      if (scanned && this.isWanted(card)) await this.#lookUp(scanned, opened, true)
      if (!this.#isCurrent(opened)) return
    }
    await this.#share(opened, false)
  }

  /**
   * Lets the cards share what they may pay, in the order of C6.
   *
   * @param all those, too, that are confirmed; otherwise their sums stay
   */
  async #share(opened: Opened, all: boolean): Promise<void> {
    const { draft, document, till } = this.#deps
    const [programme, sale, start] = [till.ready?.session.programme, document.sale.value, draft.value]
    if (!programme || !sale || !start || !this.#isCurrent(opened)) return
    const movable = start.redeems.filter((one) => all || !one.confirmed)
    const fixed = sumKopecks(
      start.redeems.flatMap((one) => (movable.includes(one) ? [] : [one.amountKopecks])),
    )
    const room = roomFor(programme, sale, start, document.taken.value)
    const limitOf = (one: DraftRedeem) => this.#limitOf(one)
    const shares = shareOut(movable, kopecks(Math.max(0, room - fixed)), limitOf)
    // A card that the others leave nothing for keeps what it has: a person takes it off.
    const amounts =
      shares.size === movable.length ? shares : raised(movable, document.need.value.leftKopecks, limitOf)
    const change = (one: DraftRedeem) => (amounts.get(one.cardId) ?? one.amountKopecks) - one.amountKopecks
    // Sums that shrink go first, so that the total never passes what can be paid.
    for (const redeem of movable.toSorted((a, b) => change(a) - change(b))) {
      if (change(redeem) === 0) continue
      if (!(await this.#moveHold(opened, redeem, amounts.get(redeem.cardId)!, true))) return
    }
  }

  /**
   * Changes what a card pays, and its hold with it: a promise must not stand on money that was let go.
   *
   * @param quiet nobody has asked for this very sum: a refusal changes what the card is known to have, and nothing is said
   * @returns whether the card pays that sum now; if not, the cashier was told, unless quiet
   */
  async #moveHold(opened: Opened, redeem: DraftRedeem, amount: Kopecks, quiet: boolean): Promise<boolean> {
    const { till, draft, notice, now } = this.#deps
    const { cardId, holdId } = redeem
    const change = (to: Partial<DraftRedeem>) =>
      this.#edit(opened, (current) => changeRedeem(current, cardId, to))
    const isPaying = (edited: Draft | null) =>
      edited?.redeems.some((one) => one.cardId === cardId && one.amountKopecks === amount) ?? false
    // What stands on no hold stands on the grant, which is charged when the receipt is committed.
    if (holdId === null) {
      if (amount > this.#limitOf(redeem)) return false
      return isPaying(await change({ amountKopecks: amount, heldKopecks: amount }))
    }
    const askedAtMs = now()
    try {
      const { hold, refusal: refused } = await till.api(
        'hold',
        { draftId: draft.value!.id, cardId, purpose: 'redeem', amountKopecks: amount },
        { id: holdId },
      )
      if (hold) {
        const useUntilMs = askedAtMs + hold.useForMs
        return isPaying(await change({ amountKopecks: amount, heldKopecks: hold.amountKopecks, useUntilMs }))
      }
      const known = refused?.possibleKopecks ?? redeem.heldKopecks
      await change({ availableKopecks: kopecks(Math.max(known, redeem.amountKopecks)) })
      if (refused && !quiet) notice.value = { kind: 'refusal', refusal: refused, card: null }
      return false
    } catch (error) {
      // Less than what is held needs nobody's leave; more cannot be had without the line.
      if (isUnreachable(error) && amount <= redeem.heldKopecks)
        return isPaying(await change({ amountKopecks: amount }))
      throw error
    }
  }

  /**
   * Edits the draft as it stands now, keeps it on the disk and then shows it. The sale may be edited meanwhile, and the draft
   * with it: then the edit is made again.
   *
   * @param ids begins a draft where there is none
   * @returns the draft that is shown now, or null when the document is another one by now, or nothing is left of the draft
   */
  async #edit(opened: Opened, edit: (draft: Draft) => Draft, ids?: NewIds): Promise<Draft | null> {
    const { till, draft } = this.#deps
    for (;;) {
      const before = draft.value
      const base = before ?? (ids && this.#newDraft(ids))
      if (!base || !this.#isCurrent(opened)) return null
      const edited = edit(base)
      const next = draftIsEmpty(edited) ? null : this.#fit(edited)
      if (next) await till.saveDraft(next)
      else if (before) await till.dropDraft(before)
      if (!this.#isCurrent(opened)) return null
      if (draft.value !== before) continue
      draft.value = next
      if (before && next) await this.#releaseGone(before, next)
      return next
    }
  }

  /** @returns the draft as the sale has room for it, or null for one that has no cards left; those that leave it are seen again */
  #fit(draft: Draft): Draft | null {
    const { till, document, notice } = this.#deps
    const [programme, sale] = [till.ready?.session.programme, document.sale.value]
    const updatedAtMs = till.serverNowMs()
    if (!programme || !sale || document.unread.value) return { ...draft, updatedAtMs }
    const { draft: fitted, freed, lowered } = fitToSale(programme, sale, draft, document.taken.value)
    for (const { cardId } of freed) {
      const scanned = this.#scanned.get(cardId)
      if (scanned) this.#show(scanned.card)
    }
    if (lowered) notice.value = { kind: 'lowered', toKopecks: redeemTotal(fitted) }
    const { moment } = document
    const documentMoment = document.documentId.value === null ? moment : draft.documentMoment
    return draftIsEmpty(fitted) ? null : { ...fitted, sale, documentMoment, updatedAtMs }
  }

  /** Keeps what the panel shows already: it was shown at once, because the word to MoySklad had to be (M5). */
  #keepQuietly(before: Draft, next: Draft | null): void {
    const { till, notice, log } = this.#deps
    const work = next
      ? till.saveDraft(next).then(() => this.#releaseGone(before, next))
      : till.dropDraft(before)
    work.catch((error: unknown) => {
      log('draft_not_saved', error)
      notice.value = { kind: 'not_recorded' }
    })
  }

  async #releaseGone(before: Draft, next: Draft): Promise<void> {
    const left = new Set(cardsOf(next).map((one) => one.holdId))
    for (const { holdId } of cardsOf(before)) {
      if (holdId !== null && !left.has(holdId)) await this.#deps.till.releaseHold(holdId)
    }
  }

  #looseMayPayMore(): boolean {
    const loose = this.#deps.draft.value?.redeems.filter((one) => !one.confirmed) ?? []
    return (
      this.#deps.document.need.value.leftKopecks > 0 &&
      loose.some((one) => one.amountKopecks < this.#limitOf(one))
    )
  }

  /** The most that a card may pay here and now. Without the line no hold can be made larger. */
  #limitOf({ cardId, holdId, heldKopecks, availableKopecks, amountKopecks }: DraftRedeem): Kopecks {
    const { till, line, draft } = this.#deps
    const wished = minKopecks(this.#typed.value.get(cardId) ?? availableKopecks, availableKopecks)
    if (holdId !== null) return line.value.reachable === false ? minKopecks(wished, heldKopecks) : wished
    const beside = (draft.value?.redeems ?? []).filter((one) => one.holdId === null && one.cardId !== cardId)
    const room =
      till.outage?.room(cardId, sumKopecks(beside.map((one) => one.amountKopecks))) ?? amountKopecks
    return minKopecks(wished, room)
  }

  #show(card: CardView): void {
    this.seen.value = [...this.seen.value.filter((one) => one.id !== card.id), card]
  }

  #hide(cardId: CardId): void {
    this.seen.value = this.seen.value.filter((one) => one.id !== cardId)
  }

  #forget(cardId: CardId): void {
    this.#hide(cardId)
    this.#scanned.delete(cardId)
    const typed = new Map(this.#typed.value)
    typed.delete(cardId)
    this.#typed.value = typed
  }

  #isCurrent(opened: Opened): boolean {
    return this.#deps.document.opened.value === opened
  }

  /** As it was scanned or typed in this frame; null for a card that was not. */
  numberOf(cardId: CardId): string | null {
    return this.#scanned.get(cardId)?.number ?? null
  }

  #newIds(): NewIds {
    const { newId } = this.#deps
    return { draftId: parseShape(DraftId, newId()), receiptId: parseShape(ReceiptId, newId()) }
  }

  #newDraft({ draftId, receiptId }: NewIds): Draft {
    const { till, document } = this.#deps
    return till.newDraft({
      id: draftId,
      receiptId,
      documentId: document.documentId.value,
      documentMoment: document.moment,
      sale: document.sale.value ?? { rows: [], sumKopecks: zeroKopecks },
    })
  }

  /** For want of the line: scanned again, the card is a wish, and not the scanner's doing. */
  #notTaken(told: Notice, quiet: boolean): void {
    this.#last = null
    if (!quiet) this.#deps.notice.value = told
  }

  #say(notice: Notice): Promise<void> {
    this.#deps.notice.value = notice
    return Promise.resolve()
  }
}

/** But for the moment of its last change. */
function isSame(a: Draft, b: Draft): boolean {
  return JSON.stringify({ ...a, updatedAtMs: 0 }) === JSON.stringify({ ...b, updatedAtMs: 0 })
}

interface NewIds {
  draftId: DraftId
  receiptId: ReceiptId
}
