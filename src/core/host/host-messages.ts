import * as v from 'valibot'
import { DocumentId, type ProductId } from '../ids.ts'
import { kopecks } from '../money.ts'
import { rowSum, type Sale, type SaleRow } from '../sale/sale.ts'
import { Finite, Int } from '../shape.ts'

/**
 * Messages between MoySklad's page and a widget's frame, as its vendor documentation describes the host window
 * protocol. What comes in is read leniently, since the platform may add fields; what goes out is ours.
 */

export const ExtensionPoint = v.picklist(['document.retaildemand.create', 'document.retaildemand.edit'])
export type ExtensionPoint = v.InferOutput<typeof ExtensionPoint>

const Meta = v.object({ href: v.nullish(v.string()), type: v.nullish(v.string()) })

/** A list would be read as an object whose fields are all missing. */
const noList = v.check((value: unknown) => !Array.isArray(value), 'expected Object')

/** A row of `objectState.positions`; the numbers are JSON numbers, money in kopecks. */
const Position = v.pipe(
  v.unknown(),
  noList,
  v.object({
    quantity: v.nullish(Finite),
    price: v.nullish(Finite),
    discount: v.nullish(Finite),
    assortment: v.nullish(v.object({ meta: v.nullish(Meta) })),
  }),
)

/** The unsaved document. Most fields may be null on `*.create`. */
export const ObjectState = v.pipe(
  v.unknown(),
  noList,
  v.object({
    name: v.nullish(v.string()),
    applicable: v.nullish(v.boolean()),
    moment: v.nullish(v.string()),
    sum: v.nullish(Finite),
    positions: v.nullish(v.object({ rows: v.array(Position) })),
  }),
)
export type ObjectState = v.InferOutput<typeof ObjectState>

const Open = v.object({
  name: v.literal('Open'),
  messageId: Int,
  extensionPoint: ExtensionPoint,
  objectId: v.nullish(DocumentId),
})
const Change = v.object({
  name: v.literal('Change'),
  messageId: Int,
  extensionPoint: ExtensionPoint,
  objectState: ObjectState,
})
const Save = v.object({
  name: v.literal('Save'),
  messageId: Int,
  extensionPoint: ExtensionPoint,
  objectId: DocumentId,
})
const InvalidMessageError = v.object({
  name: v.literal('InvalidMessageError'),
  correlationId: v.nullish(Int),
  errors: v.array(v.object({ code: v.nullish(Int), error: v.nullish(v.string()) })),
})

export const HostMessage = v.variant('name', [Open, Change, Save, InvalidMessageError])
export type HostMessage = v.InferOutput<typeof HostMessage>
export type HostMessageOf<N extends HostMessage['name']> = Extract<HostMessage, { name: N }>

export type WidgetMessage =
  | { name: 'OpenFeedback'; correlationId: number }
  | { name: 'ValidationFeedback'; messageId: number; correlationId: number; valid: boolean; message?: string }

/** The longest text that the host accepts in a ValidationFeedback. */
export const validationMessageMax = 100

const lastSegment = /([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:[/?#]|$)/i
/** A row without a product that we can name is still money: it keeps its sum under this id. */
const unnamedProduct = '00000000-0000-0000-0000-000000000000'

/** The id at the end of a JSON API address. */
export function idOfHref(href: string | null | undefined): string | null {
  return lastSegment.exec(href ?? '')?.[1]?.toLowerCase() ?? null
}

/** The rows and the sum of an unsaved document. */
export function saleOfState(state: ObjectState): Sale {
  const rows = (state.positions?.rows ?? []).map((row): SaleRow => ({
    productId: (idOfHref(row.assortment?.meta?.href) ?? unnamedProduct) as ProductId,
    // A field that is being typed may hold nonsense for a moment.
    quantity: Math.max(0, row.quantity ?? 0),
    priceKopecks: Math.max(0, row.price ?? 0),
    discountPercent: Math.min(100, row.discount ?? 0),
  }))
  const sum = state.sum ?? rows.reduce((total, row) => total + rowSum(row), 0)
  // A sum that is no sum is the host's to complain about; here it only must not stop the verdict.
  return { rows, sumKopecks: kopecks(Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Math.round(sum)))) }
}

/** `YYYY-MM-DD HH:mm`: MoySklad keeps the moment of a document to the minute. */
export function momentOfState(state: ObjectState): string | null {
  return state.moment ? state.moment.slice(0, 16) : null
}
