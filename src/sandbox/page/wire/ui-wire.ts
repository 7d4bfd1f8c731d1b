import * as v from 'valibot'
import { CardState } from '../../../core/card/card.ts'
import { DISCOUNT_SCALE, QUANTITY_SCALE } from './sale-sum.ts'
import { Kopecks, paymentFields } from './payment.ts'
import { Int } from '../../../core/shape.ts'

/**
 * What the checkout page and its own server say to each other under `/ui`. MoySklad's real page has a private protocol
 * here; nothing of the product may depend on this one.
 */
const id = v.pipe(v.string(), v.uuid())

const isDecimal = (scale: number) => (value: number) =>
  Math.abs(value * scale - Math.round(value * scale)) < 1e-6

export const SaleRow = v.strictObject({
  /** Null while the row has not been saved. */
  id: v.nullable(id),
  productId: id,
  quantity: v.pipe(
    v.number(),
    v.finite(),
    v.gtValue(0),
    v.maxValue(100_000),
    v.check(isDecimal(QUANTITY_SCALE)),
  ),
  price: Kopecks,
  discount: v.pipe(
    v.number(),
    v.finite(),
    // Below zero it is a mark-up.
    v.minValue(-100),
    v.maxValue(100),
    v.check(isDecimal(DISCOUNT_SCALE)),
  ),
})
export type SaleRow = v.InferOutput<typeof SaleRow>

export const SaleDraft = v.strictObject({
  applicable: v.boolean(),
  description: v.nullable(v.pipe(v.string(), v.maxLength(4096))),
  rows: v.pipe(v.array(SaleRow), v.minLength(1), v.maxLength(1000)),
  ...paymentFields,
})
export type SaleDraft = v.InferOutput<typeof SaleDraft>

export const SaveRequest = v.strictObject({ employeeId: id, draft: SaleDraft })
export type SaveRequest = v.InferOutput<typeof SaveRequest>

/** What a fiscal register has written on a document. */
const Cheque = v.object({
  fnNumber: v.string(),
  fiscalDocSign: v.string(),
  fiscalDocNumber: v.string(),
  kktRegNumber: v.string(),
  time: v.string(),
})
export type Cheque = v.InferOutput<typeof Cheque>

export const ShiftView = v.object({
  id,
  name: v.string(),
  moment: v.string(),
  /** Null while it is open. */
  closeDate: v.nullable(v.string()),
})
export type ShiftView = v.InferOutput<typeof ShiftView>
export const ShiftList = v.object({ shifts: v.array(ShiftView) })

export const SaleView = v.object({
  id,
  name: v.string(),
  moment: v.string(),
  created: v.string(),
  updated: v.string(),
  deleted: v.nullable(v.string()),
  applicable: v.boolean(),
  description: v.nullable(v.string()),
  ownerId: id,
  storeId: id,
  shiftId: id,
  shiftName: v.string(),
  cheque: v.nullable(Cheque),
  rows: v.array(v.object({ ...SaleRow.entries, ...{ id } })),
  /** May be larger than the largest payment, since each of its parts may be that large. */
  sum: v.pipe(Int, v.minValue(0)),
  ...paymentFields,
})
export type SaleView = v.InferOutput<typeof SaleView>

/** A retail return on the basis of a sale; returns without one are not made here. */
export const ReturnDraft = v.strictObject({ ...SaleDraft.entries, demandId: id })
export type ReturnDraft = v.InferOutput<typeof ReturnDraft>
export const ReturnRequest = v.strictObject({ employeeId: id, draft: ReturnDraft })
export type ReturnRequest = v.InferOutput<typeof ReturnRequest>
export const ReturnView = v.object({
  ...SaleView.entries,
  demandId: id,
  /** Number of the sale. */
  demandName: v.string(),
})
export type ReturnView = v.InferOutput<typeof ReturnView>
export const ReturnList = v.object({ returns: v.array(ReturnView) })

/** Answered when the page of a new return opens: all of the sale that has not come back yet. */
export const NewReturn = v.object({
  name: v.string(),
  moment: v.string(),
  shiftName: v.nullable(v.string()),
  demandId: id,
  demandName: v.string(),
  rows: v.array(SaleRow),
  noCashSum: Kopecks,
  qrSum: Kopecks,
})
export type NewReturn = v.InferOutput<typeof NewReturn>

export const SaleList = v.object({ sales: v.array(SaleView) })

/**
 * Answered when a new document page opens: the number that the document will probably get, now by Moscow, and the open
 * shift, if there is one.
 */
export const NewSale = v.object({ name: v.string(), moment: v.string(), shiftName: v.nullable(v.string()) })
export type NewSale = v.InferOutput<typeof NewSale>

export const Good = v.object({
  id,
  name: v.string(),
  code: v.string(),
  barcode: v.string(),
  priceKopecks: Kopecks,
  uom: v.string(),
  weighed: v.boolean(),
  certificate: v.boolean(),
})
export type Good = v.InferOutput<typeof Good>
export const GoodList = v.object({ goods: v.array(Good) })

export const Employee = v.object({
  id,
  login: v.string(),
  name: v.string(),
  position: v.string(),
})
export type Employee = v.InferOutput<typeof Employee>

/** A demo card as the product's server has it now. */
export const PresentCard = v.object({ number: v.string(), state: CardState, caption: v.string() })
export type PresentCard = v.InferOutput<typeof PresentCard>
export const CardStates = v.object({ cards: v.array(PresentCard) })
export type CardStates = v.InferOutput<typeof CardStates>

export const Bootstrap = v.object({
  accountId: id,
  /** Everything under a `meta.href` begins with this. */
  apiBase: v.string(),
  /** Origin of the widget, and of the scanner's part that stands beside it. */
  widgetUrl: v.string(),
  appId: id,
  appUid: v.string(),
  appName: v.string(),
  currencyId: id,
  agentId: id,
  storeName: v.string(),
  employees: v.array(Employee),
  goodFolders: v.array(v.object({ id, name: v.string() })),
  goods: v.array(Good),
  cardNumbers: v.array(v.string()),
})
export type Bootstrap = v.InferOutput<typeof Bootstrap>

export const ContextKey = v.object({ contextKey: v.string() })
export const UserToken = v.object({ token: v.string() })
export const FrameLoad = v.object({ status: v.nullable(Int) })

/** A refusal in the shape of MoySklad's own errors. */
export const ApiErrors = v.object({
  errors: v.array(v.object({ error: v.string(), code: v.optional(Int) })),
})

const upOrDown = v.picklist(['up', 'down'])
export type UpOrDown = v.InferOutput<typeof upOrDown>

/** How far MoySklad's clock is ahead of ours; negative: behind. */
const aheadMinutes = v.pipe(v.number(), v.finite(), v.minValue(-1440), v.maxValue(1440))

export const SwitchState = v.object({ server: upOrDown, everything: upOrDown, aheadMinutes })
export type SwitchState = v.InferOutput<typeof SwitchState>
export const SwitchRequest = v.strictObject({
  server: v.optional(upOrDown),
  everything: v.optional(upOrDown),
  aheadMinutes: v.optional(aheadMinutes),
})
export type SwitchRequest = v.InferOutput<typeof SwitchRequest>
