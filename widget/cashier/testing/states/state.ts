import type { ReceiptId } from '../../../../src/core/ids.ts'
import { kopecks } from '../../../../src/core/money.ts'
import type { FinalOutcome } from '../../../../src/core/receipt/outcome.ts'
import { refusal } from '../../../../src/core/refusal.ts'
import type { RecordState } from '../../../../src/client/journal/records.ts'
import type { Language } from '../../words/language.ts'
import type { SalePage } from '../sale-page.ts'

/** A state of the cashier's screen, by the hands that bring it about. */
export interface ScreenState {
  name: string
  /** The frame has the keys. */
  focused?: true
  /** What the state is about: a sentence, or a part of one, that is seen without scrolling. */
  about: (language: Language) => string
  /** From an empty new sale. */
  come: (page: SalePage) => unknown
}

export const [tea, coffee, grinder] = [34_900, 164_900, 249_000]

export const numberOf = (last4: string) => `400600000000${last4}`
export const card = numberOf('6537')
export const small = numberOf('0008')
export const fresh = numberOf('9501')
export const freshToo = numberOf('9502')

/** The cards of the shop. */
export function addCards(page: SalePage): void {
  page.addCard(card, 150_000, { expiresOn: '2030-12-31' })
  page.addCard(small, 50_000)
  for (const last4 of ['0011', '0012', '0013', '0014', '0015']) page.addCard(numberOf(last4), 20_000)
  for (const number of [fresh, freshToo]) page.addCard(number, 'unsold')
  page.addCard(numberOf('0020'), 70_000, { heldBy: 2, availableKopecks: kopecks(0) })
  page.addCard(numberOf('0021'), 70_000, { state: 'expired', expiresOn: '2026-01-31' })
  page.addCard(numberOf('0022'), 70_000, { state: 'blocked' })
  page.addCard(numberOf('0023'), 0)
}

export const five = ['0011', '0012', '0013', '0014', '0015'].map(numberOf)

export async function scanAll(page: SalePage, numbers: readonly string[]): Promise<void> {
  for (const number of numbers) await page.scan(number)
}

export async function prepare(page: SalePage, good = tea, number = card): Promise<void> {
  await page.addGoods(good)
  await page.scan(number)
  await page.press()
}

export async function pay(page: SalePage, good = tea, number = card): Promise<void> {
  await prepare(page, good, number)
  await page.save()
}

export async function sell(page: SalePage): Promise<void> {
  await page.addCertificate()
  await page.scan(fresh)
  await page.save()
}

/** What was prepared is left without a Save, and the next form is opened. */
export async function leave(page: SalePage): Promise<void> {
  await prepare(page)
  await page.newSale()
}

/** The answer to every receipt from now on. */
function answerWith(page: SalePage, outcome: FinalOutcome): void {
  page.ledger.post = (receipt) => {
    page.ledger.posted.push({ receipt, outcome })
    return outcome
  }
}

export const refuse = (page: SalePage, code: Parameters<typeof refusal>[0]) =>
  answerWith(page, { status: 'refused', refusal: refusal(code) })
export const review = (page: SalePage, code: Extract<FinalOutcome, { status: 'in_review' }>['code']) =>
  answerWith(page, { status: 'in_review', code })

export const applied: FinalOutcome = {
  status: 'applied',
  by: null,
  postedAtMs: 0,
  effects: [],
  frozen: false,
}

/** Puts a void of the last receipt into the journal. */
export function undoLast(
  page: SalePage,
  because: 'unanswered' | 'cancelled',
  outcome: FinalOutcome | null,
): void {
  const { record } = page.store.states.at(-1)!
  const id = 'aa000000-0000-4000-8000-000000000001' as ReceiptId
  const operations = [{ kind: 'void', receiptId: record.id, because }]
  const receipt = { id, mode: 'ask', standsFor: null, sale: null, happenedAtMs: 0, operations }
  const seq = page.store.states.length + 1
  page.store.states.push({ record: { ...record, id, seq, receipt: JSON.stringify(receipt) }, outcome })
  page.store.painted.add(id)
}

/** The frame dies between the record and its sight; later the next form opens. */
export async function haunted(page: SalePage, make: () => Promise<void>): Promise<void> {
  page.store.stalled.add('sync')
  page.saved.till.painted = () => Promise.resolve()
  await make()
  const [state] = page.store.states.splice(0)
  await page.newSale()
  page.shown.till.ghosts = [state as RecordState]
  page.ledger.nowMs += 60_000
  page.shown.till.changed()
}

export async function troubled(page: SalePage, trouble: NonNullable<SalePage['shown']['till']['trouble']>) {
  page.shown.till.trouble = trouble
  page.shown.till.ready = null
  page.shown.till.changed()
  await page.tick()
}

export async function warned(page: SalePage, warning: SalePage['shown']['till']['warning']): Promise<void> {
  for (const { till } of [page.form, page.saved]) {
    till.warning = warning
    till.changed()
  }
  await page.tick()
}

export async function ready(
  page: SalePage,
  change: (till: SalePage['shown']['till']) => void,
): Promise<void> {
  change(page.shown.till)
  page.shown.till.changed()
  await page.tick()
}

export const operationsOpen = (page: SalePage) => void (page.shown.checkout.screen.value = 'operations')

/** Another till's receipts for the open sale: this one's journal does not tell of them. */
export async function paidElsewhere(page: SalePage): Promise<void> {
  await page.addCertificate()
  await page.addGoods(tea)
  await page.scan(fresh)
  await page.scan(card)
  await page.press()
  await page.save()
  const sale = page.ledger.sale.bind(page.ledger)
  page.ledger.sale = (id) => {
    const answer = sale(id)
    const faces = ['9501', '6537']
    return {
      ...answer,
      receipts: answer.receipts.map((receipt) => ({
        ...receipt,
        own: null,
        till: 2,
        operations: receipt.operations.map((one, at) => ({ ...one, last4: faces[at] ?? null })),
      })),
    }
  }
  const id = page.documentId!
  page.store.states.length = 0
  await page.openSaved(id)
}
