import type { SaleDocument } from '../draft/draft.ts'
import type { CardId, DocumentId, DraftId, HoldId, ProductId, ProgrammeId, ReceiptId } from '../ids.ts'
import { kopecks } from '../money.ts'
import type { Programme } from '../card/programme.ts'
import type { Operation } from '../receipt/operations.ts'
import type { Receipt } from '../receipt/receipt.ts'
import type { SealedNumber } from '../card/sealed-number.ts'

/** Programmes, sales and operations for tests; what a test does not say is what is usual. */

export const certificateId = 'ad000000-0000-11f0-0a80-000000000001' as ProductId
export const faceKopecks = 150_000

export function programmeOf(rest: Partial<Programme> = {}): Programme {
  return {
    id: 'f0000000-0000-4000-8000-000000000001' as ProgrammeId,
    name: 'Подарочный сертификат',
    currency: 'RUB',
    timeZone: 'Europe/Moscow',
    certificates: [
      { productId: certificateId, name: 'Сертификат 1 500 ₽', faceKopecks: kopecks(faceKopecks) },
    ],
    creditBase: 'face',
    coefficientTenThousandths: 10_000,
    validity: { kind: 'none' },
    reloadable: false,
    balanceMaxKopecks: null,
    shareTenThousandths: 10_000,
    excludedProductIds: [],
    accounting: 'goods',
    numberFormat: { prefix: '4006', length: 16, check: 'none' },
    ...rest,
  }
}

/** A sale of one kind of goods. */
export function goodsSale(sumKopecks: number): SaleDocument['sale'] {
  return {
    rows: [{ productId: goodsId, quantity: 1, priceKopecks: sumKopecks, discountPercent: 0 }],
    sumKopecks: kopecks(sumKopecks),
  }
}

export const goodsId = 'ad000000-0000-11f0-0a80-000000000009' as SaleDocument['sale']['rows'][0]['productId']

interface CardOperation {
  holdId?: HoldId | null
  entered?: 'scanned' | 'typed'
  number?: SealedNumber | null
}

/** Where nothing is said, the card was found by a look-up whose hold nobody knows any more: enough for an ask. */
const shown = ({ holdId, entered = 'scanned', number = null }: CardOperation) => ({
  entered,
  proof: {
    sealed: number,
    holdId: holdId === undefined && number === null ? (crypto.randomUUID() as HoldId) : (holdId ?? null),
    secondCode: null,
  },
  lastFourSeen: null,
  document: null,
})

export function redeem(cardId: CardId, amount: number, rest: CardOperation = {}): Operation {
  return {
    kind: 'redeem',
    cardId,
    amountKopecks: kopecks(amount),
    ...shown(rest),
  }
}

export function load(
  cardId: CardId,
  productId: ProductId,
  face: number,
  rest: CardOperation & { paid?: number } = {},
): Operation {
  const { paid = face, ...others } = rest
  return {
    kind: 'load',
    cardId,
    productId,
    faceKopecks: kopecks(face),
    paidKopecks: kopecks(paid),
    ...shown(others),
  }
}

export function refund(cardId: CardId, amount: number, saleReceiptId: ReceiptId): Operation {
  const basis = { kind: 'manager' as const, cardId, amountKopecks: kopecks(amount), receiptId: saleReceiptId }
  return { kind: 'refund', basis }
}

export function undo(receiptId: ReceiptId, because: 'unanswered' | 'cancelled' = 'unanswered'): Operation {
  return { kind: 'void', receiptId, because }
}

export function saleOf(
  documentId: DocumentId | null,
  sum: number,
  draftId: DraftId | null = null,
): NonNullable<Receipt['sale']> {
  return { documentId, draftId, sumKopecks: kopecks(sum) }
}
