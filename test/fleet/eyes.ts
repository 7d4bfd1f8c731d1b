import type { Question } from '../../src/client/till/matching.ts'
import type { SaleDocument } from '../../src/core/draft/draft.ts'
import type { DocumentId } from '../../src/core/ids.ts'
import type { Sale } from '../../src/core/sale/sale.ts'
import { certificateId } from '../../src/core/testing/builders.ts'
import type { CardView } from '../../src/core/wire/cards.ts'
import { look, partsOfDraft } from '../../widget/cashier/testing/screen.ts'
import { Broken } from './broken.ts'
import type { OpenTill } from './counter.ts'
import type { Part } from './truth.ts'

/** MoySklad's page says so of a frame that is gone. */
const silence = 'Приложение не отвечает'
/** Why a sale with cards may have to wait, whatever the hands did. */
const mayWaitFor = new Set(['checking', 'line_needed', 'redeem_unconfirmed', silence])

export interface EyesDeps {
  /** A saved sale as MoySklad has it. */
  saleOf: (id: DocumentId) => SaleDocument | null
}

/** What an attentive person at the till does not let pass: sums that cannot be, and silence. Its arithmetic is its own. */
export class Eyes {
  readonly #deps: EyesDeps

  constructor(deps: EyesDeps) {
    this.#deps = deps
  }

  /** A scan is answered (U3). */
  isAnswered(open: OpenTill, { number }: { number: string }): void {
    if (!open.works) return
    const { cards, seen, results, notice, red, isBusy } = look(open.checkout)
    const last4 = number.slice(-4)
    const named = [...cards, ...results.flatMap(({ parts }) => parts)].map((part) => part.last4)
    if (notice === null && red === null && !isBusy && ![...named, ...seen].includes(last4))
      this.#broken(open, `[U3] nothing is said of the scanned card ${last4}`)
  }

  /** A card that could take part in the sale does, or the screen says why not (U3). */
  hasWord(open: OpenTill, { number }: { number: string }, sale: Sale): void {
    const { checkout } = open
    const { notice, isBusy } = look(checkout)
    const face = checkout.seen.value.find(({ last4 }) => last4 === number.slice(-4))
    if (!face || notice !== null || isBusy) return
    const why = checkout.desk.whyNotIn(face)
    const { goodsKopecks, certificates } = sumsOf(sale)
    const isUntrue = (why === 'goods' && goodsKopecks > 0) || (why === 'certificate' && certificates > 0)
    if (isUntrue || (why === 'looked' && couldTakePart(face, sale)))
      this.#broken(open, `[U3] card ${face.last4} (${face.state}) lies there as «${why}»`)
  }

  /** Cards pay no more than the sale on the page comes to (C5). */
  followed(open: OpenTill, sale: Sale): void {
    const { cards, button } = look(open.checkout)
    const { goodsKopecks, certificates } = sumsOf(sale)
    const shown = Math.max(paid(cards), button?.does === 'redeem' ? button.kopecks : 0)
    const sells = cards.filter(({ paysKopecks }) => paysKopecks === null).length
    if (shown > goodsKopecks || sells > certificates)
      this.#broken(open, `[C5] cards pay ${shown} and ${sells} are sold in a sale of ${goodsKopecks}`)
  }

  /** A question offers «Да» only for a sum that the sale that it means can be paid with (C5). */
  mayOffer(open: OpenTill, { draft, sale }: Question): void {
    const meant = sale && this.#deps.saleOf(sale.id)
    if (!meant) return
    const pays = paid(partsOfDraft(draft))
    const { goodsKopecks } = sumsOf(meant.sale)
    if (pays > goodsKopecks)
      this.#broken(open, `[C5] a question offers to charge ${pays} for a sale of ${goodsKopecks}`)
  }

  /** A sale without certificates and cards is never kept waiting (M2). */
  isPlainlySaved(open: OpenTill, refused: string | null): void {
    if (refused !== null && refused !== silence)
      this.#broken(open, `[M2] a sale without cards is kept waiting: ${refused}`)
  }

  /** A sale with cards is kept waiting for what the hands cannot mend, and for nothing else (M2). */
  mayRefuse(open: OpenTill, refused: string): void {
    const isEmpty = look(open.checkout).cards.length === 0
    if (open.works && !isEmpty && !mayWaitFor.has(refused))
      this.#broken(open, `[M2] a sale that was prepared is kept waiting: ${refused}`)
  }

  /** What is saved with a card in it stands there in green (M2). */
  isGreen(open: OpenTill): void {
    const { cards, isGreen } = look(open.checkout)
    if (open.works && cards.length > 0 && !isGreen) this.#broken(open, '[M2] saved without green')
  }

  #broken({ counter, checkout }: OpenTill, what: string): never {
    throw new Broken(`${counter.name}: ${what}: ${JSON.stringify(look(checkout))}`)
  }
}

function couldTakePart({ state, availableKopecks, heldBy }: CardView, sale: Sale): boolean {
  const { goodsKopecks, certificates } = sumsOf(sale)
  if (heldBy !== null) return false
  return (
    (state === 'unsold' && certificates > 0) ||
    (state === 'active' && availableKopecks > 0 && goodsKopecks > 0)
  )
}

function sumsOf({ rows }: Sale) {
  const goods = rows.filter(({ productId }) => productId !== certificateId)
  return {
    goodsKopecks: goods.reduce((sum, row) => sum + row.priceKopecks * row.quantity, 0),
    certificates: rows.length - goods.length,
  }
}

const paid = (parts: readonly Part[]): number =>
  parts.reduce((sum, { paysKopecks }) => sum + (paysKopecks ?? 0), 0)
