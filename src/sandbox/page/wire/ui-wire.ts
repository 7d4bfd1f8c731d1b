import * as z from 'zod/mini'
import { CardState } from '../../../core/card/card.ts'
import { DISCOUNT_SCALE, QUANTITY_SCALE } from './sale-sum.ts'

/**
 * What the checkout page and its own server say to each other under `/ui`. MoySklad's real page has a private protocol
 * here; nothing of the product may depend on this one.
 */
const Kopecks = z.int().check(z.minimum(0), z.maximum(10_000_000_000))
const id = z.guid()

const isDecimal = (scale: number) => (value: number) =>
  Math.abs(value * scale - Math.round(value * scale)) < 1e-6

export const SaleRow = z.strictObject({
  /** Null while the row has not been saved. */
  id: z.nullable(id),
  productId: id,
  quantity: z.number().check(z.positive(), z.maximum(100_000), z.refine(isDecimal(QUANTITY_SCALE))),
  price: Kopecks,
  discount: z.number().check(z.minimum(0), z.maximum(100), z.refine(isDecimal(DISCOUNT_SCALE))),
})
export type SaleRow = z.infer<typeof SaleRow>

export const SaleDraft = z.strictObject({
  applicable: z.boolean(),
  description: z.nullable(z.string().check(z.maxLength(4096))),
  rows: z.array(SaleRow).check(z.minLength(1), z.maxLength(1000)),
  cashSum: Kopecks,
  noCashSum: Kopecks,
})
export type SaleDraft = z.infer<typeof SaleDraft>

export const SaveRequest = z.strictObject({ employeeId: id, draft: SaleDraft })
export type SaveRequest = z.infer<typeof SaveRequest>

export const SaleView = z.object({
  id,
  name: z.string(),
  moment: z.string(),
  created: z.string(),
  updated: z.string(),
  deleted: z.nullable(z.string()),
  applicable: z.boolean(),
  description: z.nullable(z.string()),
  ownerId: id,
  storeId: id,
  rows: z.array(z.extend(SaleRow, { id })),
  /** Twice the largest payment, since each of the two parts may be that large. */
  sum: z.int().check(z.minimum(0)),
  cashSum: Kopecks,
  noCashSum: Kopecks,
})
export type SaleView = z.infer<typeof SaleView>

export const SaleList = z.object({ sales: z.array(SaleView) })

/** Answered when a new document page opens: the number that the document will probably get, and now by Moscow. */
export const NewSale = z.object({ name: z.string(), moment: z.string() })
export type NewSale = z.infer<typeof NewSale>

export const Good = z.object({
  id,
  name: z.string(),
  code: z.string(),
  barcode: z.string(),
  priceKopecks: Kopecks,
  uom: z.string(),
  weighed: z.boolean(),
  certificate: z.boolean(),
})
export type Good = z.infer<typeof Good>
export const GoodList = z.object({ goods: z.array(Good) })

export const Employee = z.object({
  id,
  login: z.string(),
  name: z.string(),
  position: z.string(),
})
export type Employee = z.infer<typeof Employee>

/** A demo card as the product's server has it now. */
export const PresentCard = z.object({ number: z.string(), state: CardState, caption: z.string() })
export type PresentCard = z.infer<typeof PresentCard>
export const CardStates = z.object({ cards: z.array(PresentCard) })
export type CardStates = z.infer<typeof CardStates>

export const Bootstrap = z.object({
  accountId: id,
  /** Everything under a `meta.href` begins with this. */
  apiBase: z.string(),
  /** Origin of the widget, and of the scanner's part that stands beside it. */
  widgetUrl: z.string(),
  appId: id,
  appUid: z.string(),
  appName: z.string(),
  currencyId: id,
  agentId: id,
  storeName: z.string(),
  shiftName: z.string(),
  employees: z.array(Employee),
  goods: z.array(Good),
  cardNumbers: z.array(z.string()),
})
export type Bootstrap = z.infer<typeof Bootstrap>

export const ContextKey = z.object({ contextKey: z.string() })
export const FrameLoad = z.object({ status: z.nullable(z.int()) })

/** A refusal in the shape of MoySklad's own errors. */
export const ApiErrors = z.object({
  errors: z.array(z.object({ error: z.string(), code: z.optional(z.int()) })),
})

const upOrDown = z.enum(['up', 'down'])
export type UpOrDown = z.infer<typeof upOrDown>

export const SwitchState = z.object({ server: upOrDown, everything: upOrDown })
export type SwitchState = z.infer<typeof SwitchState>
export const SwitchRequest = z.strictObject({
  server: z.optional(upOrDown),
  everything: z.optional(upOrDown),
})
export type SwitchRequest = z.infer<typeof SwitchRequest>
