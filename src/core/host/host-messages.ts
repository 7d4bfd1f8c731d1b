import * as z from 'zod/mini'
import { DocumentId, type ProductId } from '../ids.ts'
import { kopecks } from '../money.ts'
import { rowSum, type Sale, type SaleRow } from '../sale/sale.ts'

/**
 * Messages between MoySklad's page and a widget's frame, as its vendor documentation describes the host window
 * protocol. What comes in is read leniently, since the platform may add fields; what goes out is ours.
 */

export const ExtensionPoint = z.enum(['document.retaildemand.create', 'document.retaildemand.edit'])
export type ExtensionPoint = z.infer<typeof ExtensionPoint>

const Meta = z.object({ href: z.nullish(z.string()), type: z.nullish(z.string()) })

/** A row of `objectState.positions`; the numbers are JSON numbers, money in kopecks. */
const Position = z.object({
  quantity: z.nullish(z.number()),
  price: z.nullish(z.number()),
  discount: z.nullish(z.number()),
  assortment: z.nullish(z.object({ meta: z.nullish(Meta) })),
})

/** The unsaved document. Most fields may be null on `*.create`. */
export const ObjectState = z.object({
  name: z.nullish(z.string()),
  applicable: z.nullish(z.boolean()),
  moment: z.nullish(z.string()),
  sum: z.nullish(z.number()),
  positions: z.nullish(z.object({ rows: z.array(Position) })),
})
export type ObjectState = z.infer<typeof ObjectState>

const Open = z.object({
  name: z.literal('Open'),
  messageId: z.int(),
  extensionPoint: ExtensionPoint,
  objectId: z.nullish(DocumentId),
})
const Change = z.object({
  name: z.literal('Change'),
  messageId: z.int(),
  extensionPoint: ExtensionPoint,
  objectState: ObjectState,
})
const Save = z.object({
  name: z.literal('Save'),
  messageId: z.int(),
  extensionPoint: ExtensionPoint,
  objectId: DocumentId,
})
const InvalidMessageError = z.object({
  name: z.literal('InvalidMessageError'),
  correlationId: z.nullish(z.int()),
  errors: z.array(z.object({ code: z.nullish(z.int()), error: z.nullish(z.string()) })),
})

export const HostMessage = z.discriminatedUnion('name', [Open, Change, Save, InvalidMessageError])
export type HostMessage = z.infer<typeof HostMessage>
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
