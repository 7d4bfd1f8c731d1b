import { draftIsPrepared, type SaleDocument } from '../../src/core/draft/draft.ts'
import { type DocumentId, EmployeeId } from '../../src/core/ids.ts'
import { kopecks } from '../../src/core/money.ts'
import type { Sale } from '../../src/core/sale/sale.ts'
import { parseShape } from '../../src/core/shape.ts'
import { certificateId, faceKopecks, goodsId } from '../../src/core/testing/builders.ts'
import type { Random } from '../../src/core/testing/random.ts'
import { isUnsentPromise, type Result, statusOf } from '../../widget/cashier/model/result.ts'
import { undo } from '../../widget/cashier/model/undo.ts'
import { look, partsOfDraft } from '../../widget/cashier/testing/screen.ts'
import { Answers } from './answers.ts'
import { type OpenTill, sawResult } from './counter.ts'
import { Eyes } from './eyes.ts'
import type { Hands } from './hands.ts'
import type { Trace } from './trace.ts'
import type { Truth } from './truth.ts'
import type { Tally } from './world/tally.ts'

export interface Card {
  id: string
  number: string
  account: string
}

export interface CashierDeps {
  hands: Hands
  random: Random
  truth: Truth
  tally: Tally
  trace: Trace
  /** MoySklad saves the sale; null when it cannot be reached either. */
  saveSale: (sale: Sale, open: OpenTill, rest?: Partial<SaleDocument>) => SaleDocument | null
  /** A saved sale as MoySklad has it. */
  saleOf: (id: DocumentId) => SaleDocument | null
  /** «Проведено», and saved again. */
  postSale: (id: DocumentId) => void
  deleteSale: (id: DocumentId) => void
}

/** What people do at a till: they scan, press what the panel offers, save the sale in MoySklad, and answer what they are asked. */
export class Cashier {
  readonly #deps: CashierDeps
  readonly #answers: Answers
  readonly #eyes: Eyes

  constructor(deps: CashierDeps) {
    this.#deps = deps
    this.#eyes = new Eyes(deps)
    this.#answers = new Answers({ ...deps, eyes: this.#eyes })
  }

  /**
   * Sells a card or takes one for goods: the card is prepared in the form, MoySklad saves the sale, and in the sale that it
   * opens then the card is charged.
   *
   * @param open a form of new sales
   * @param sum of the goods, null for a certificate
   * @param between what happens between the press and «Сохранить»: the line may be cut there
   */
  async serve(open: OpenTill, card: Card, sum: number | null, between: () => Promise<void>): Promise<void> {
    const { till, page } = open
    const { tally, random, truth } = this.#deps
    await this.newForm(open)
    if (!open.works) return
    const sale = saleFor(sum)
    // The buyers before and after take the same, without a card: their sale is nobody's.
    const twins = sum !== null && random.chance(0.3)
    const before = twins && random.chance(0.7) ? await this.#sellBefore(open, sale) : null
    if (page.dead) return
    // A form without storage takes no card: the screen says to save the sale first (J13). A certificate is not saved without its card.
    const savesFirst = till.warning === 'memory_only'
    if (savesFirst || (sum !== null && random.chance(0.17))) return this.#serveSaved(open, card, sale)
    // The sale before has come to its end in this tab when a new form is there.
    if (before) await this.newForm(open)
    if (!open.works || !(await this.#prepare(open, card, sum))) return
    if (random.chance(before ? 0.6 : 0.12)) await this.#lookAtOther(open, sale, before)
    if (page.dead) return
    await between()
    if (page.dead) return
    if (random.chance(0.06)) {
      // The buyer has left: the form stands there, or another one comes in its place.
      tally.add('forms left')
      const draft = open.checkout.draft.value
      if (draft) truth.prepared.get(draft.receiptId)!.left = true
      if (twins) await this.sellPlain(open, sale)
      return
    }
    const posted = !random.chance(0.1)
    if (!posted) await this.#deps.hands.ring(open, sale, false)
    const came = await this.#save(open, sale, posted)
    if (came === 'refused' || page.dead) return
    if (random.chance(0.05)) {
      tally.add('tabs closed after saving')
      return open.tab.close()
    }
    // What was not saved is asked about by the next form.
    if (came === 'unsaved') return this.newForm(open)
    const saved = await this.#openSaved(open, came)
    if (saved && !posted && random.chance(0.8)) await this.#post(saved, sale, came)
    if (twins && random.chance(0.5)) await this.sellPlain(open, sale)
  }

  /** A form of a new sale: whatever waits is asked about. */
  async newForm(open: OpenTill): Promise<void> {
    await this.#deps.hands.openForm(open)
    await this.#answers.give(open)
  }

  /**
   * Sold for cash: no card has to do with it. Whoever sells the next one may be faster than the frame that opens this one.
   *
   * @returns the sale, where the till has it for certain
   */
  async sellPlain(open: OpenTill, sale: Sale): Promise<DocumentId | null> {
    const { hands, random, tally, trace } = this.#deps
    await this.newForm(open)
    if (!open.works) return null
    await hands.ring(open, sale)
    if (open.page.dead) return null
    const id = this.#newDocument(open)
    const refused = await hands.save(open, id)
    this.#eyes.isPlainlySaved(open, refused)
    if (refused !== null) return null
    const document = this.#deps.saveSale(sale, open, { id })
    if (!document) return null
    tally.add('plain sales')
    trace.say(open.counter.name, 'sells for cash', document.id)
    if (random.chance(0.2)) return null
    const works = open.tab.saved?.works ?? false
    const saved = await this.#openSaved(open, document.id)
    // A storage that is full has not noted it.
    return works && saved && !saved.page.dead && !open.counter.parts.profile.full ? document.id : null
  }

  /** Looks at what the screen says of the last receipts, and does what has to be done about them. */
  async lookBack(open: OpenTill): Promise<void> {
    const shown = open.tab.shown ?? open
    await this.#answers.give(shown)
    if (shown.page.dead) return
    const { history, ghosts } = shown.checkout
    const unseen = new Set<string>(ghosts.left.value.map(({ record }) => record.id))
    for (const result of history.results.value)
      if (!unseen.has(result.record.id)) sawResult(this.#deps.truth, result)
    await this.#answers.wait(shown)
  }

  /** The buyer changes their mind: the sale is deleted in MoySklad, then the receipt is undone in «Операции» (C8). */
  async cancel(open: OpenTill): Promise<void> {
    const { hands, random, tally, trace } = this.#deps
    const { till, checkout } = open
    const { history, decisions, notice, ghosts } = checkout
    const unseen = new Set<string>(ghosts.left.value.map(({ record }) => record.id))
    const results = history.results.value.filter(
      (result) => !unseen.has(result.record.id) && (statusOf(result) === 'done' || isUnsentPromise(result)),
    )
    if (results.length === 0 || till.line.reachable === false) return
    // What was decided by a human is rare.
    const rare = results.filter(({ record }) => history.decided.value.has(record.id))
    const result = random.pick(rare.length > 0 && random.chance(0.7) ? rare : results)
    if (rare.includes(result)) tally.add('cancels after a decision')
    if (isUnsentPromise(result)) tally.add('cancels of unsent promises')
    if (result.documentId) this.#deps.deleteSale(result.documentId)
    tally.add('cancels')
    trace.say(open.counter.name, 'cancels', result.record.id.slice(0, 8))
    await hands.act(open, () => undo(result, { till, decisions, notice }))
  }

  /** A promise without a document finds its sale later (M11). */
  async link(open: OpenTill): Promise<void> {
    const { tally, truth } = this.#deps
    if (open.till.line.reachable !== true) return
    const results = open.checkout.history.results.value.filter(
      (result) =>
        result.documentId === null &&
        statusOf(result) === 'done' &&
        result.receipt.operations[0]?.kind === 'redeem',
    )
    if (results.length === 0) return
    const result = this.#deps.random.pick(results)
    const sale = saleFor(redeemedOf(result))
    const document = this.#deps.saveSale(sale, open)
    if (!document) return
    truth.linked.set(document.id, result.record.id)
    tally.add('sales for links')
    await this.#openSaved(open, document.id)
  }

  /** Card and goods in either order of hands, and the press. @returns whether a card of theirs is in the sale */
  async #prepare(open: OpenTill, card: Card, sum: number | null): Promise<boolean> {
    const { hands, random, tally } = this.#deps
    const { checkout } = open
    // Something more is taken, or put back, after the press.
    const first = sum !== null && random.chance(0.25) ? random.pick([sum + 70_000, Math.ceil(sum / 2)]) : sum
    const isCardFirst = random.chance(0.3)
    if (isCardFirst) await this.#scan(open, card)
    if (!open.works) return false
    await hands.ring(open, saleFor(first))
    if (!isCardFirst && open.works) await this.#scan(open, card)
    if (!open.works) return false
    this.#eyes.hasWord(open, card, saleFor(first))
    if (checkout.draft.value === null) {
      tally.add('scans refused')
      return false
    }
    await this.#press(open)
    if (first !== sum && open.works) {
      tally.add(first! > sum! ? 'goods put back after the press' : 'goods added after the press')
      await hands.ring(open, saleFor(sum))
      if (!open.works) return false
      this.#eyes.followed(open, saleFor(sum))
      await this.#press(open)
    }
    return checkout.draft.value !== null
  }

  async #scan(open: OpenTill, card: Card): Promise<void> {
    await this.#deps.hands.scan(open, card.number)
    this.#eyes.isAnswered(open, card)
  }

  /** The main button, if there is one. */
  async #press(open: OpenTill): Promise<void> {
    const { press } = open.checkout.panel.value
    if (!press) return
    const shown = press.does === 'redeem' ? press.kopecks : kopecks(0)
    await this.#deps.hands.act(open, () => open.checkout.confirm(shown))
  }

  /**
   * Presses «Сохранить» in the form.
   *
   * @returns the sale; `unsaved` where MoySklad has it nowhere, `refused` where it must not be saved
   */
  async #save(open: OpenTill, sale: Sale, posted: boolean): Promise<DocumentId | 'unsaved' | 'refused'> {
    const { hands, random, truth, tally, trace } = this.#deps
    const { checkout, counter } = open
    const id = this.#newDocument(open)
    let refused = await hands.save(open, id)
    if (refused === 'redeem_unconfirmed' && open.works) {
      await this.#press(open)
      refused = await hands.save(open, id)
    }
    if (open.page.dead) return 'refused'
    const draft = checkout.draft.value
    const about = draft && truth.prepared.get(draft.receiptId)!
    if (refused !== null) {
      this.#eyes.mayRefuse(open, refused)
      tally.add(`not saved: ${refused}`)
      trace.say(counter.name, 'may not save:', refused)
      // Somebody waits for the line, or the buyer pays otherwise.
      if (!about || random.chance(0.5)) return 'refused'
      about.gaveUp = true
      await hands.act(open, () => checkout.takeCardsOff())
      return 'refused'
    }
    this.#eyes.isGreen(open)
    const document = this.#deps.saveSale(sale, open, { id, applicable: posted })
    if (about) {
      about.sale = { documentId: document?.id ?? null, posted }
      if (draftIsPrepared(draft)) about.agreed = { by: 'save', parts: partsOfDraft(draft) }
    }
    tally.add(sale.rows[0]!.productId === certificateId ? 'sales' : 'payments')
    trace.say(
      counter.name,
      'saves',
      document?.id ?? 'no sale',
      draft?.receiptId.slice(0, 8) ?? 'without card',
    )
    return document?.id ?? 'unsaved'
  }

  async #openSaved(open: OpenTill, documentId: DocumentId): Promise<OpenTill | null> {
    const saved = await this.#deps.hands.openSaved(open, documentId)
    if (saved) await this.#answers.give(saved)
    return saved?.works ? saved : null
  }

  /** «Проведено» is ticked later, and the sale saved again. */
  async #post(saved: OpenTill, sale: Sale, documentId: DocumentId): Promise<void> {
    const { hands, tally, truth } = this.#deps
    await hands.ring(saved, sale, true)
    const refused = await hands.save(saved, documentId)
    if (saved.page.dead) return
    if (refused !== null) return tally.add(`not posted: ${refused}`)
    tally.add('sales posted later')
    this.#deps.postSale(documentId)
    for (const about of truth.prepared.values())
      if (about.sale?.documentId === documentId) about.sale.posted = true
    await hands.act(saved, () => undefined)
    await this.#answers.give(saved)
  }

  /** The buyer before takes the same, perhaps while the line is away: then the server never reads this sale. */
  async #sellBefore(open: OpenTill, sale: Sale): Promise<DocumentId | null> {
    const { line } = open.counter.parts
    const cut = line.up && this.#deps.random.chance(0.4)
    if (cut) line.up = false
    try {
      return await this.sellPlain(open, sale)
    } finally {
      if (cut) line.up = true
    }
  }

  /** While a card waits in the form, somebody opens another sale that looks the same: the one before, or a colleague's. */
  async #lookAtOther(open: OpenTill, sale: Sale, before: DocumentId | null): Promise<void> {
    const { random, tally, trace } = this.#deps
    const isBefore = before !== null && random.chance(0.8)
    const employeeId = parseShape(EmployeeId, open.page.newId())
    const other = isBefore ? before : this.#deps.saveSale(sale, open, { employeeId })?.id
    if (!other) return
    tally.add(isBefore ? 'sales before opened again' : "colleagues' sales opened")
    trace.say(open.counter.name, 'looks at', isBefore ? 'the sale before' : "a colleague's sale", other)
    await this.#openSaved(open, other)
    open.tab.shows = 'form'
  }

  /** The sale is saved first, and the card is scanned in it. */
  async #serveSaved(open: OpenTill, card: Card, sale: Sale): Promise<void> {
    const { hands, random, tally, truth } = this.#deps
    await hands.ring(open, sale)
    const id = this.#newDocument(open)
    if (!open.works || (await hands.save(open, id)) !== null) return
    const document = this.#deps.saveSale(sale, open, { id })
    if (!document) return
    const saved = await this.#openSaved(open, document.id)
    if (!saved) return
    // Something is typed into the sale, and it would have to be saved again.
    const isEdited = random.chance(0.3)
    if (isEdited) await hands.ring(saved, sale)
    if (!saved.works) return
    await this.#scan(saved, card)
    const draft = saved.checkout.draft.value
    if (!saved.works || !draft) return
    this.#eyes.hasWord(saved, card, sale)
    tally.add('cards scanned in saved sales')
    const about = truth.prepared.get(draft.receiptId)!
    const { cards, button } = look(saved.checkout)
    if (button) {
      const paysKopecks = button.does === 'redeem' ? button.kopecks : null
      const parts = cards.map(({ last4 }) => ({ last4, paysKopecks }))
      about.agreed = { by: 'pressing', parts }
    }
    await this.#press(saved)
    if (saved.page.dead) return
    // A sum that has become another one meanwhile is not confirmed (U1).
    const left = saved.checkout.draft.value
    if (about.agreed && (left === null || draftIsPrepared(left))) about.agreed.by = 'button'
    if (!isEdited) return
    if (random.chance(0.3)) {
      if ((await hands.save(saved, document.id)) === null) await hands.act(saved, () => undefined)
      return
    }
    // Something comes between: the card waits for this sale, whatever is opened next.
    await this.sellPlain(open, sale)
    if (!open.page.dead) await this.#openSaved(open, document.id)
  }

  #newDocument({ page }: OpenTill): DocumentId {
    return page.newId() as DocumentId
  }
}

function saleFor(sum: number | null): Sale {
  const row =
    sum === null
      ? { productId: certificateId, quantity: 1, priceKopecks: faceKopecks, discountPercent: 0 }
      : { productId: goodsId, quantity: 1, priceKopecks: sum, discountPercent: 0 }
  return { rows: [row], sumKopecks: kopecks(row.priceKopecks) }
}

const redeemedOf = ({ receipt }: Result): number =>
  receipt.operations.reduce((sum, one) => (one.kind === 'redeem' ? sum + one.amountKopecks : sum), 0)
