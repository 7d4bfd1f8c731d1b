import { isUnreachable } from '../../src/client/api/api.ts'
import { GhostDecided, GrantRefused, StorageFull } from '../../src/client/journal/append.ts'
import type { JournalRecord } from '../../src/client/journal/database.ts'
import { type Draft, draftOperations, mayPromise, type SaleDocument } from '../../src/core/draft/draft.ts'
import { type DocumentId, DraftId, EmployeeId, HoldId, ReceiptId } from '../../src/core/ids.ts'
import { kopecks } from '../../src/core/money.ts'
import type { Sale } from '../../src/core/sale/sale.ts'
import { type Result, resultsOf, statusOf } from '../../widget/cashier/model/result.ts'
import { goodsId, certificateId, faceKopecks } from '../../src/core/testing/builders.ts'
import type { Random } from '../../src/core/testing/random.ts'
import type { OpenTill } from './counter.ts'
import { Desk } from './desk.ts'
import type { Trace } from './trace.ts'
import type { Truth } from './truth.ts'
import type { Tally } from './world/tally.ts'
import { parseShape } from '../../src/core/shape.ts'

/** Two animation frames. */
const paintMs = 32
/** After so long without an answer the cashier gets a choice (J2). */
const patienceMs = 5_000

export interface Card {
  id: string
  number: string
  account: string
}

export interface CashierDeps {
  random: Random
  truth: Truth
  tally: Tally
  trace: Trace
  nowMs: () => number
  /** MoySklad saves the sale; null when it cannot be reached either. */
  saveSale: (sale: Sale, open: OpenTill, rest?: Partial<SaleDocument>) => SaleDocument | null
  /** «Проведено», and saved again. */
  postSale: (id: DocumentId) => void
  deleteSale: (id: DocumentId) => void
  /** `YYYY-MM-DD HH:mm` on MoySklad's page. */
  moment: () => string
}

/** What people do at a till, press by press, as the screen's model would pass it on. */
export class Cashier {
  readonly #deps: CashierDeps
  readonly desk: Desk

  constructor(deps: CashierDeps) {
    this.#deps = deps
    const commit = (open: OpenTill, draft: Draft, documentId: DocumentId | null) =>
      this.commit(open, draft, documentId)
    this.desk = new Desk({ ...deps, commit })
  }

  /**
   * Scans a card for a sale and lets MoySklad save the sale, which opens it: there the card is charged.
   *
   * @param open a form of new sales
   * @param between what happens between the scan and the press: the line may be cut there
   */
  async serve(open: OpenTill, card: Card, sum: number | null, between: () => Promise<void>): Promise<void> {
    const { till, page } = open
    const { trace, tally, random, truth } = this.#deps
    if (!till.ready) return
    await this.newForm(open)
    if (page.dead || !till.ready) return
    const sale = saleFor(sum)
    // The buyers before and after take the same, without a card: their sale is nobody's.
    const twins = sum !== null && random.chance(0.3)
    const before = twins && random.chance(0.7) ? await this.#sellBefore(open, sale) : null
    if (page.dead) return
    // A form without storage takes no card: the screen says to save the sale first (J13).
    if (random.chance(0.12) || till.warning === 'memory_only') return this.#serveSaved(open, card, sum, sale)
    // The sale before has come to its end in this tab when a new form is there.
    await this.newForm(open)
    if (page.dead || !till.ready) return
    const draft = await this.#scan(open, card, sum, sale, null)
    if (!draft || page.dead) return
    await this.#keep(open, draft, null)
    if (random.chance(before ? 0.6 : 0.12)) await this.#lookAtOther(open, sale, before)
    if (page.dead) return
    await between()
    if (page.dead) return
    if (random.chance(0.06)) {
      // The buyer has left: the form stands there, or another one comes in its place.
      tally.add('forms left')
      truth.prepared.get(draft.receiptId)!.left = true
      if (twins) await this.sellPlain(open, sale)
      return
    }
    const applicable = !random.chance(0.1)
    const document = this.#deps.saveSale(sale, open, { applicable })
    truth.prepared.get(draft.receiptId)!.sale = { documentId: document?.id ?? null, posted: applicable }
    tally.add(sum === null ? 'sales' : 'payments')
    trace.say(
      open.counter.name,
      sum === null ? 'sells' : 'takes',
      card.number.slice(-4),
      document?.id ?? 'no sale',
    )
    if (random.chance(0.05)) {
      tally.add('tabs closed after saving')
      return open.tab.close()
    }
    // What was not saved is asked about by the next form.
    if (!document) return this.newForm(open)
    const saved = await this.desk.openSaved(open, document.id)
    if (saved) await saved.do(() => this.desk.answer(saved))
    if (saved && !applicable && random.chance(0.8)) {
      tally.add('sales posted later')
      this.#deps.postSale(document.id)
      truth.prepared.get(draft.receiptId)!.sale!.posted = true
      await saved.do(() => this.desk.begin(saved))
    }
    if (twins && random.chance(0.5)) await this.sellPlain(open, sale)
  }

  /** A form of a new sale: whatever waits is asked about. */
  async newForm(open: OpenTill): Promise<void> {
    await this.desk.open(open, null)
    if (!open.page.dead) await this.desk.answer(open)
  }

  /**
   * Sold for cash: no card has to do with it. Whoever sells the next one may be faster than the frame that opens this one.
   *
   * @returns the sale, where the till has it for certain
   */
  async sellPlain(open: OpenTill, sale: Sale): Promise<DocumentId | null> {
    const { random, tally } = this.#deps
    await open.do(() => this.newForm(open))
    if (open.page.dead) return null
    const document = this.#deps.saveSale(sale, open)
    if (!document) return null
    tally.add('plain sales')
    this.#deps.trace.say(open.counter.name, 'sells for cash', document.id)
    if (random.chance(0.2)) return null
    const works = open.tab.saved?.works ?? false
    const saved = await this.desk.openSaved(open, document.id)
    if (saved && !open.page.dead) await saved.do(() => this.desk.answer(saved))
    // A storage that is full has not noted it.
    return works && saved && !saved.page.dead && !open.counter.parts.profile.full ? document.id : null
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
    const saved = await this.desk.openSaved(open, other)
    if (saved && !saved.page.dead) await saved.do(() => this.desk.answer(saved))
  }

  /** The sale is saved first, and the card is scanned in it. */
  async #serveSaved(open: OpenTill, card: Card, sum: number | null, sale: Sale): Promise<void> {
    const { random, tally } = this.#deps
    const document = this.#deps.saveSale(sale, open)
    if (!document) return
    const saved = await this.desk.openSaved(open, document.id)
    if (!saved || open.page.dead) return
    await saved.do(async () => {
      const draft = await this.#scan(saved, card, sum, sale, document.id)
      if (!draft || saved.page.dead) return
      await this.#keep(saved, draft, document.id)
      tally.add('cards scanned in saved sales')
      if (random.chance(0.7)) return this.commit(saved, draft, document.id)
      // Something comes between: the card waits for this sale, whatever is opened next.
      await this.sellPlain(open, sale)
      if (saved.page.dead) return
      await this.desk.open(saved, document.id)
      await this.desk.answer(saved)
    })
  }

  /** The frame has a card: it stands on the disk where there is one, and no other frame asks about it. */
  async #keep(open: OpenTill, draft: Draft, documentId: DocumentId | null): Promise<void> {
    const { truth } = this.#deps
    const { id, receiptId } = draft
    const { accountId, profile } = open.counter.parts
    truth.prepared.set(receiptId, {
      receiptId,
      account: accountId,
      counter: open.counter.name,
      sale: documentId === null ? null : { documentId, posted: true },
      left: false,
      frame: open.page,
      gaveUp: false,
    })
    open.matching.own(id)
    open.preparing = id
    await open.till.saveDraft(draft)
    // Without storage it is gone with the frame (J13): people see that the saved sale was not charged.
    if (open.till.warning !== 'memory_only') truth.draftsOf(profile.name).add(receiptId)
  }

  /** Presses «Списать», and gives up when the till may not take it. */
  async commit(open: OpenTill, draft: Draft, documentId: DocumentId | null): Promise<void> {
    const { till } = open
    const offline = till.line.reachable === false
    const onGrant = till.outage?.covers(draftOperations(draft)) ?? false
    if (offline && !(till.canPromise && mayPromise(draft, till.serverNowMs(), onGrant))) {
      this.#deps.tally.add('not allowed offline')
      const about = this.#deps.truth.prepared.get(draft.receiptId)
      // Somebody waits for the line, or lets the card go.
      if (about && this.#deps.random.chance(0.5)) return
      if (about) about.gaveUp = true
      return till.dropDraft(draft)
    }
    if (offline)
      this.#deps.tally.add(
        draft.redeems[0]?.holdId === null || draft.loads[0]?.holdId === null
          ? 'promises on grant'
          : 'promises on hold',
      )
    await this.#write(open, () => till.commitDraft(draft, documentId, offline ? 'promise' : 'ask'))
  }

  /** Looks at the till's last receipts, as the screen shows them, and does what has to be done about them. */
  async lookBack(open: OpenTill): Promise<void> {
    const { till, page } = open
    if (!till.ready || page.dead) return
    await till.refresh()
    for (const ghost of till.ghosts) {
      if (page.dead) return
      await this.#decideGhost(open, ghost.record)
    }
    const results = resultsOf(await till.ready.journal.recent(30))
    for (const result of results) {
      if (page.dead) return
      const status = statusOf(result)
      if (this.#isUnseen(open, result)) continue
      this.#saw(result, status)
      if (status === 'waiting' && this.#deps.nowMs() - result.record.recordedAtMs > patienceMs)
        await this.#impatient(open, result)
    }
    for (const state of await till.ready.journal.attention()) {
      if (page.dead) return
      await till.acknowledge(state.record)
    }
  }

  /** The buyer changes their mind: the sale is deleted in MoySklad, then the receipt is undone (C8). */
  async cancel(open: OpenTill): Promise<void> {
    const { till, page } = open
    const { random, truth, tally } = this.#deps
    if (!till.ready || till.line.reachable === false) return
    const results = resultsOf(await till.ready.journal.recent(30)).filter(
      (result) =>
        ['done', 'in_review'].includes(statusOf(result)) &&
        truth.deals.get(result.record.id)?.kind !== 'link',
    )
    const decided = new Set((await till.decisions()).map(({ receiptId }) => receiptId))
    if (results.length === 0 || page.dead) return
    // What waits for a human, or was decided by one, is rare.
    const rare = results.filter((one) => statusOf(one) === 'in_review' || decided.has(one.record.id))
    const result = random.pick(rare.length > 0 && random.chance(0.7) ? rare : results)
    if (statusOf(result) === 'in_review') tally.add('cancels while in review')
    else if (decided.has(result.record.id)) tally.add('cancels after a decision')
    const { sale } = result.receipt
    if (sale?.documentId) this.#deps.deleteSale(sale.documentId)
    const byPromise = result.promise?.outcome?.status === 'applied' && result.promise.outcome.by === null
    const record = byPromise && result.promise ? result.promise.record : result.record
    tally.add('cancels')
    await this.#undo(open, record, 'cancelled')
  }

  /** A promise without a document finds its sale later (M11). */
  async link(open: OpenTill): Promise<void> {
    const { till, page } = open
    const { random, tally } = this.#deps
    if (!till.ready || till.line.reachable !== true) return
    const results = resultsOf(await till.ready.journal.recent(30)).filter(
      (result) =>
        result.receipt.sale?.documentId === null &&
        statusOf(result) === 'done' &&
        result.receipt.operations[0]?.kind === 'redeem',
    )
    if (results.length === 0 || page.dead) return
    const { receipt } = random.pick(results)
    const redeemed = receipt.operations.reduce(
      (sum, one) => (one.kind === 'redeem' ? sum + one.amountKopecks : sum),
      0,
    )
    const sale = saleFor(redeemed)
    const document = this.#deps.saveSale(sale, open)
    if (!document) return
    const draft = this.#draft(open, sale, document.id)
    tally.add('links')
    await this.commit(
      open,
      { ...draft, links: [{ receiptId: receipt.id, redeemedKopecks: kopecks(redeemed), loads: [] }] },
      document.id,
    )
  }

  async #scan(
    open: OpenTill,
    card: Card,
    sum: number | null,
    sale: Sale,
    documentId: DocumentId | null,
  ): Promise<Draft | null> {
    const { till, page } = open
    const { tally } = this.#deps
    const draft = this.#draft(open, sale, documentId)
    const wish = {
      id: parseShape(HoldId, page.newId()),
      draftId: draft.id,
      redeemKopecks: sum === null ? null : kopecks(sum),
      load: sum === null,
    }
    const number = await till.seal(card.number, draft.receiptId)
    const askedAtMs = till.serverNowMs()
    try {
      const { card: face, hold } = await till.api('lookup', {
        number: card.number,
        entered: 'scanned',
        hold: wish,
      })
      if (!face || !hold) {
        tally.add('scans refused')
        return null
      }
      // Another sale of this very till has the card (CardDesk does the same).
      if (await this.#isElsewhere(open, face.id, draft)) {
        await till.releaseHold(hold.id)
        return null
      }
      const common = {
        cardId: face.id,
        last4: face.last4,
        number,
        holdId: hold.id,
        useUntilMs: askedAtMs + hold.useForMs,
        entered: 'scanned' as const,
      }
      // It begins with the answer, as at the screen's desk: the server has told a newer moment with it.
      const begun = till.newDraft({ ...draft })
      return withCard(begun, common, sum === null ? null : hold.amountKopecks)
    } catch (error) {
      if (page.dead) return null
      // The server may have reserved the card before the answer was lost.
      await till.releaseHold(wish.id)
      if (!isUnreachable(error)) return null
      return this.#fromBook(open, card, sum, draft)
    }
  }

  /** Without the line: only cards of the book, on the grant (O3, O4). */
  async #fromBook(open: OpenTill, card: Card, sum: number | null, draft: Draft): Promise<Draft | null> {
    const { till } = open
    const { outage } = till
    const entry = outage && (await outage.find(card.number))
    if (!outage || !entry) return null
    // A card that another sale of this till has is not offered again (CardDesk does the same).
    if (await this.#isElsewhere(open, entry.cardId, draft)) return null
    const number = await till.seal(card.number, draft.receiptId)
    if (number === null) return null
    const { cardId } = entry
    const common = {
      cardId,
      last4: entry.last4,
      number,
      holdId: null,
      useUntilMs: outage.untilMs,
      entered: 'scanned' as const,
    }
    if (sum === null) {
      const loaded = entry.state === 'unsold' ? withCard(draft, common, null) : null
      return loaded && outage.covers(draftOperations(loaded)) ? loaded : null
    }
    const amount = Math.min(sum, entry.availableKopecks, outage.room(cardId, 0))
    return entry.state === 'active' && amount > 0 ? withCard(draft, common, amount) : null
  }

  async #isElsewhere({ till }: OpenTill, cardId: string, draft: Draft): Promise<boolean> {
    const drafts = (await till.ready?.drafts.waiting()) ?? []
    return drafts.some(
      (other) =>
        other.id !== draft.id && [...other.loads, ...other.redeems].some((one) => one.cardId === cardId),
    )
  }

  #draft({ till, page }: OpenTill, sale: Sale, documentId: DocumentId | null): Draft {
    return till.newDraft({
      id: parseShape(DraftId, page.newId()),
      receiptId: parseShape(ReceiptId, page.newId()),
      documentId,
      documentMoment: documentId === null ? this.#deps.moment() : null,
      sale,
    })
  }

  /** What stands on the screen: a record that another frame wrote, or that is from before, stands there as well. */
  #isUnseen(open: OpenTill, { record }: Result): boolean {
    const { till } = open
    return till.ghosts.some((ghost) => ghost.record.id === record.id)
  }

  #saw({ record, promise, undo }: Result, status: ReturnType<typeof statusOf>): void {
    const { truth } = this.#deps
    truth.painted(record.id)
    const what = status === 'waiting' ? 'asked' : status
    truth.saw(record.id, what)
    if (promise) {
      truth.painted(promise.record.id)
      truth.saw(promise.record.id, what)
    }
    if (undo) truth.saw(undo.record.id, what)
  }

  /** Nobody answers: wait, give up, or give our word (J2). */
  async #impatient(open: OpenTill, result: Result): Promise<void> {
    const { till } = open
    const { random, tally } = this.#deps
    const { record } = result
    const roll = random.next()
    if (roll < 0.4) return
    if (roll < 0.7 && till.mayPromiseInstead(record) && result.promise === null) {
      tally.add('promises instead')
      return this.#write(open, () => till.promiseInstead(record))
    }
    tally.add('given up')
    await this.#undo(open, record, 'unanswered')
  }

  #undo(open: OpenTill, record: JournalRecord, because: 'unanswered' | 'cancelled'): Promise<void> {
    return this.#write(open, () => open.till.voidReceipt(record, because))
  }

  /** «Списание было? Оставить / Отменить» (J4) */
  async #decideGhost(open: OpenTill, record: JournalRecord): Promise<void> {
    const { random, truth, tally, trace } = this.#deps
    const deal = truth.deals.get(record.id)
    if (!deal) throw new Error(`a ghost of nothing: ${record.id}`)
    if (random.chance(0.15)) return
    // Whoever saw it says so; otherwise the buyer is gone, and either answer may be given.
    const keep = deal.painted || random.chance(0.4)
    trace.say(open.counter.name, keep ? 'keeps' : 'cancels', `ghost ${record.id.slice(0, 8)}`)
    tally.add(keep ? 'ghosts kept' : 'ghosts cancelled')
    const before = deal.ghost
    deal.ghost = keep ? 'kept' : 'cancelled'
    const late = (error: unknown) => {
      // A colleague at another frame was faster: their word counts.
      if (error instanceof GhostDecided) deal.ghost = before
      throw error
    }
    if (!keep) return this.#write(open, () => open.till.cancelGhost(record).catch(late))
    try {
      await open.till.keepGhost(record).catch(late)
    } catch (error) {
      if (!(error instanceof GhostDecided)) throw error
      tally.add('ghosts answered before')
    }
  }

  async #write(open: OpenTill, work: () => Promise<JournalRecord>): Promise<void> {
    const { tally } = this.#deps
    try {
      const record = await work()
      if (!open.page.dead) this.#show(open, record)
    } catch (error) {
      if (error instanceof StorageFull) tally.add('storage full')
      else if (error instanceof GrantRefused) tally.add(`grant refused: ${error.code}`)
      else tally.add(`not written: ${error instanceof Error ? error.name : 'unknown'}`)
    }
  }

  /** Draws it, and tells the till when it is drawn. */
  #show(open: OpenTill, record: JournalRecord): void {
    const { truth } = this.#deps
    const deal = open.counter.wrote(record)
    open.page.setTimeout(() => {
      truth.painted(record.id)
      truth.saw(record.id, deal.mode === 'promise' ? 'promised' : 'asked')
      void open.till.painted(record.id)
    }, paintMs)
  }
}

function saleFor(sum: number | null): Sale {
  const row =
    sum === null
      ? { productId: certificateId, quantity: 1, priceKopecks: faceKopecks, discountPercent: 0 }
      : { productId: goodsId, quantity: 1, priceKopecks: sum, discountPercent: 0 }
  return { rows: [row], sumKopecks: kopecks(row.priceKopecks) }
}

type Common = Pick<Draft['loads'][0], 'cardId' | 'last4' | 'number' | 'holdId' | 'useUntilMs' | 'entered'>

function withCard(draft: Draft, common: Common, amount: number | null): Draft {
  if (amount === null) {
    const face = kopecks(faceKopecks)
    return {
      ...draft,
      loads: [{ ...common, productId: certificateId, faceKopecks: face, paidKopecks: face }],
    }
  }
  const sum = kopecks(amount)
  const money = {
    amountKopecks: sum,
    heldKopecks: sum,
    availableKopecks: sum,
    expiresOn: null,
    confirmed: true,
  }
  return { ...draft, redeems: [{ ...common, ...money }] }
}
