import type { DocumentId } from '../../../src/core/ids.ts'
import { employeeId, FakeStore, FakeTill } from './fake-till.ts'
import { openTab, type Tab } from '../../../src/client/tab.ts'
import { certificateId, faceKopecks, goodsId } from '../../../src/core/testing/builders.ts'
import { kopecks } from '../../../src/core/money.ts'
import { rowSum, type Sale, type SaleRow } from '../../../src/core/sale/sale.ts'
import { Checkout } from '../model/checkout.ts'
import { type FakeCard, FakeLedger } from './fake-ledger.ts'
import { TurnLocks } from './turn-locks.ts'

/** One frame of the widget, with what MoySklad's page was told by it. */
interface Frame {
  tab: Tab
  checkout: Checkout
  till: FakeTill
  /** The verdict on each Change. */
  verdicts: Map<number, string | null>
  /** The last Change of the open document. */
  changeId: number | null
}

/**
 * MoySklad's page for one sale after another, in one tab, without a browser: rows are edited, «Сохранить» asks for the
 * verdict, a new sale opens in the frame of saved ones. The cashier's models run in it as they are.
 */
export class SalePage {
  readonly ledger = new FakeLedger()
  readonly store = new FakeStore(this.ledger)
  readonly #locks = new TurnLocks()
  readonly #timers: (() => void)[] = []
  #ids = 0
  #messages = 0
  #sale: { documentId: DocumentId | null; rows: SaleRow[]; posted: boolean } = newSale()
  readonly #tabStorage = tabStorage()
  readonly form: Frame
  readonly saved: Frame
  readonly logged: string[] = []
  /** MoySklad's red line after the last «Сохранить». */
  refused: string | null = null

  constructor() {
    this.form = this.#frame()
    this.saved = this.#frame()
  }

  /** The frame that the cashier sees. */
  get shown(): Frame {
    return this.#sale.documentId === null ? this.form : this.saved
  }

  get documentId(): DocumentId | null {
    return this.#sale.documentId
  }

  get rows(): readonly SaleRow[] {
    return this.#sale.rows
  }

  get isPosted(): boolean {
    return this.#sale.posted
  }

  get sumKopecks(): number {
    return saleOf(this.#sale.rows).sumKopecks
  }

  /** A card with its number. */
  addCard(number: string, balanceKopecks: number | 'unsold', is: FakeCard['is'] = {}): void {
    const last4 = number.slice(-4)
    const id = this.#newId() as never
    this.ledger.cards.set(number, {
      id,
      last4,
      unsold: balanceKopecks === 'unsold',
      balanceKopecks: balanceKopecks === 'unsold' ? 0 : balanceKopecks,
      is,
    })
  }

  async newSale(): Promise<void> {
    this.#sale = newSale()
    this.form.changeId = null
    this.form.checkout.open(this.#open('document.retaildemand.create', null), this.form.tab.turn())
    await settled()
  }

  async openSaved(id: DocumentId): Promise<void> {
    const { sale, applicable } = this.ledger.documents.get(id)!
    this.#sale = { documentId: id, rows: [...sale.rows], posted: applicable }
    this.saved.changeId = null
    this.saved.checkout.open(this.#open('document.retaildemand.edit', id), this.saved.tab.turn())
    await settled()
  }

  addGoods(priceKopecks: number): Promise<void> {
    return this.#edit((rows) => [
      ...rows,
      { productId: goodsId, quantity: 1, priceKopecks, discountPercent: 0 },
    ])
  }

  addCertificate(): Promise<void> {
    const row = { productId: certificateId, quantity: 1, priceKopecks: faceKopecks, discountPercent: 0 }
    return this.#edit((rows) => [...rows, row])
  }

  /** On the last row; pressed again, it is gone. */
  discount(percent: number): Promise<void> {
    return this.#edit((rows) =>
      rows.map((row, at) =>
        at === rows.length - 1 ? { ...row, discountPercent: row.discountPercent === 0 ? percent : 0 } : row,
      ),
    )
  }

  removeRow(): Promise<void> {
    return this.#edit((rows) => rows.slice(0, -1))
  }

  /** MoySklad's page tells of an edit in words of which a part cannot be read. */
  garble(): Promise<void> {
    return this.#edit((rows) => rows, true)
  }

  post(posted: boolean): Promise<void> {
    this.#sale.posted = posted
    return this.#edit((rows) => rows)
  }

  async scan(number: string, entered: 'scanned' | 'typed' = 'scanned'): Promise<void> {
    this.ledger.nowMs += 3_000
    this.shown.checkout.scan(number, entered)
    await settled()
  }

  /** Presses the main button, if there is one. @returns whether there was */
  async press(): Promise<boolean> {
    const { checkout } = this.shown
    const { press } = checkout.panel.value
    if (!press) return false
    await checkout.confirm(press.does === 'redeem' ? press.kopecks : kopecks(0))
    await settled()
    return true
  }

  /** Whether MoySklad would save now: by our verdict on the last Change. */
  get maySave(): boolean {
    const { changeId, verdicts } = this.shown
    return changeId === null || verdicts.get(changeId) === null
  }

  /** Presses «Сохранить». @returns whether MoySklad has saved */
  async save(): Promise<boolean> {
    const { changeId, verdicts } = this.shown
    this.refused = changeId === null ? null : (verdicts.get(changeId) ?? null)
    if (!this.maySave) return false
    this.ledger.nowMs += 1_000
    const { documentId, rows, posted } = this.#sale
    const id = documentId ?? (this.#newId() as DocumentId)
    this.ledger.documents.set(id, {
      id,
      name: String(this.ledger.documents.size + 1).padStart(5, '0'),
      moment,
      createdAtMs: this.ledger.documents.get(id)?.createdAtMs ?? this.ledger.nowMs,
      employeeId,
      applicable: posted,
      sale: saleOf(rows),
    })
    if (documentId === null) await this.openSaved(id)
    else {
      this.saved.changeId = null
      this.saved.checkout.save({
        name: 'Save',
        messageId: ++this.#messages,
        objectId: id,
      })
      await settled()
    }
    return true
  }

  async line(up: boolean): Promise<void> {
    this.store.setLine(up)
    await settled()
  }

  async renewSession(): Promise<void> {
    for (const till of this.store.frames) till.renewSession()
    await settled()
  }

  /** Lets every timer go off that is set now. */
  async tick(): Promise<void> {
    for (const work of this.#timers.splice(0)) work()
    await settled()
  }

  async #edit(change: (rows: SaleRow[]) => SaleRow[], unread = false): Promise<void> {
    const { shown } = this
    this.ledger.nowMs += 500
    this.#sale.rows = change(this.#sale.rows)
    const { rows, posted } = this.#sale
    const messageId = ++this.#messages
    shown.changeId = messageId
    shown.checkout.change({
      name: 'Change',
      messageId,
      sale: saleOf(unread ? [] : rows),
      moment,
      posted,
      unread,
    })
    await settled()
  }

  #frame(): Frame {
    const tab = openTab(
      () => this.#tabStorage,
      () => this.#newId(),
      console.error,
    )
    const till = new FakeTill(this.store, tab)
    const verdicts = new Map<number, string | null>()
    const checkout = new Checkout({
      till,
      host: {
        verdict: (changeId, fault) => void verdicts.set(changeId, fault),
        openFeedback: () => undefined,
      },
      faultText: (fault) => fault.code,
      locks: this.#locks,
      newId: () => this.#newId(),
      now: () => this.ledger.nowMs,
      setTimeout: (work, ms) => (ms === 0 ? queueMicrotask(work) : void this.#timers.push(work), 0),
      afterPaint: (work) => queueMicrotask(work),
      log: (event, error) => this.logged.push(`${event} ${String(error)}`),
    })
    till.changed()
    return { checkout, tab, till, verdicts, changeId: null }
  }

  #open(
    extensionPoint: 'document.retaildemand.create' | 'document.retaildemand.edit',
    objectId: DocumentId | null,
  ) {
    this.ledger.nowMs += 500
    return { name: 'Open' as const, messageId: ++this.#messages, extensionPoint, objectId, unread: false }
  }

  #newId(): string {
    return `00000000-0000-4000-8000-${(++this.#ids).toString(16).padStart(12, '0')}`
  }
}

const moment = '2026-11-23 12:41'
const newSale = () => ({ documentId: null, rows: [], posted: true })

const saleOf = (rows: readonly SaleRow[]): Sale => ({
  rows: [...rows],
  sumKopecks: kopecks(rows.reduce((sum, row) => sum + rowSum(row), 0)),
})

function tabStorage() {
  const rows = new Map<string, string>()
  return {
    getItem: (key: string) => rows.get(key) ?? null,
    setItem: (key: string, value: string) => void rows.set(key, value),
  }
}

/** Everything here answers at once: when the promises have run, nothing is left to happen. */
const settled = () => new Promise<void>((done) => void soon(done))
/** A browser has no other. A test may stop the timers of its page meanwhile. */
const soon = globalThis.setImmediate ?? setTimeout
