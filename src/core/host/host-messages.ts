import * as v from 'valibot'
import { DocumentId, idOfHref, ProductId } from '../ids.ts'
import { kopecks } from '../money.ts'
import { rowsMax, rowSum, type Sale, SaleRow } from '../sale/sale.ts'
import { Int, tryShape } from '../shape.ts'

/**
 * Messages between MoySklad's page and a widget's frame, as its vendor documentation describes the host window
 * protocol. Saving waits for our answer, so whether one is due is decided by the envelope alone, the name and a whole
 * `messageId`; of the rest each field that cannot be read falls back by itself (M4). What goes out is ours.
 */

export const ExtensionPoint = v.picklist(['document.retaildemand.create', 'document.retaildemand.edit'])
export type ExtensionPoint = v.InferOutput<typeof ExtensionPoint>

/** A document is shown: a saved sale, or the form of a new one, which has no id. */
interface Open {
  name: 'Open'
  messageId: number
  extensionPoint: ExtensionPoint
  objectId: DocumentId | null
  /** Which document it is could not be read. */
  unread: boolean
}

/** The document as it stands after an edit that is not saved. */
interface Change {
  name: 'Change'
  messageId: number
  /** Fits its own schema, whatever came. */
  sale: Sale
  /** `YYYY-MM-DD HH:mm`: MoySklad keeps the moment of a document to the minute. */
  moment: string | null
  /** «Проведено»; what is no flag counts as set, as on a new form. */
  posted: boolean
  /** Something of the sale could not be read, and `sale` is not all of it: nothing about cards may be concluded from it. */
  unread: boolean
}

/** The open document was saved. */
interface Save {
  name: 'Save'
  messageId: number
  objectId: DocumentId
}

/** What MoySklad's page finds wrong with a message of ours. */
interface InvalidMessageError {
  name: 'InvalidMessageError'
  /** The message of ours; null where the page does not say which. */
  correlationId: number | null
  errors: unknown
}

const UserContextResponse = v.object({
  name: v.literal('UserContextResponse'),
  correlationId: Int,
  token: v.pipe(v.string(), v.minLength(1)),
})
/** Who is at the screen: a token that lives 60 s and is good for one exchange. */
type UserContextResponse = v.InferOutput<typeof UserContextResponse>

export type HostMessage = Open | Change | Save | UserContextResponse | InvalidMessageError
export type HostMessageOf<N extends HostMessage['name']> = Extract<HostMessage, { name: N }>

export type WidgetMessage =
  | { name: 'OpenFeedback'; correlationId: number }
  | { name: 'ValidationFeedback'; messageId: number; correlationId: number; valid: boolean; message?: string }
  /** Legal where the descriptor declares `user-context`; one at a time. */
  | { name: 'UserContextRequest'; messageId: number }

export const validationMessageMax = 100

/** What fits into a `ValidationFeedback`: the host answers a longer text with an error, and then nobody can save. */
export function validationMessage(text: string): string {
  return text.length <= validationMessageMax ? text : `${text.slice(0, validationMessageMax - 1)}…`
}

const Envelope = v.object({ name: v.picklist(['Open', 'Change', 'Save']), messageId: Int })

/** @returns null for what is no message of the protocol, and for one that asks for no answer and cannot be read. Never throws. */
export function readHostMessage(data: unknown): HostMessage | null {
  const fields = new Reader().fields(data)
  if (fields['name'] === 'InvalidMessageError') {
    const correlationId = tryShape(Int, fields['correlationId'])
    return {
      name: 'InvalidMessageError',
      correlationId: correlationId.success ? correlationId.data : null,
      errors: fields['errors'],
    }
  }
  const response = tryShape(UserContextResponse, fields)
  if (response.success) return response.data
  const envelope = tryShape(Envelope, fields)
  if (!envelope.success) return null
  const { name, messageId } = envelope.data
  if (name === 'Open') return readOpen(messageId, fields)
  if (name === 'Change') return readChange(messageId, fields)
  const objectId = tryShape(DocumentId, fields['objectId'])
  return objectId.success ? { name, messageId, objectId: objectId.data } : null
}

type Fields = Readonly<Record<string, unknown>>

/** Field by field: one that cannot be read has a stand-in, and is remembered. */
class Reader {
  unread = false

  field<S extends v.GenericSchema, T>(schema: S, value: unknown, otherwise: T): v.InferOutput<S> | T {
    const tried = tryShape(schema, value)
    if (tried.success) return tried.data
    this.unread = true
    return otherwise
  }

  /** A list would be read as an object whose fields are all missing. */
  fields(value: unknown): Fields {
    if (typeof value === 'object' && value && !Array.isArray(value)) return value as Fields
    this.unread = true
    return {}
  }
}

function readOpen(messageId: number, message: Fields): Open {
  const reader = new Reader()
  const objectId = reader.field(v.nullish(DocumentId), message['objectId'], null) ?? null
  const extensionPoint = reader.field(
    ExtensionPoint,
    message['extensionPoint'],
    objectId ? ('document.retaildemand.edit' as const) : ('document.retaildemand.create' as const),
  )
  // A saved sale has an id: without one it is not known which it is.
  const unread = reader.unread || (extensionPoint === 'document.retaildemand.edit' && !objectId)
  return { name: 'Open', messageId, extensionPoint, objectId, unread }
}

const Moment = v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\d \d\d:\d\d/))
const Rows = v.pipe(v.array(v.unknown()), v.maxLength(rowsMax))
const Sum = v.nullish(v.pipe(v.number(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER)))

/** The numbers are JSON numbers, money in kopecks. What the platform may not have yet is null on `*.create`. */
function readChange(messageId: number, message: Fields): Change {
  const reader = new Reader()
  const state = reader.fields(message['objectState'])
  const positions = reader.field(Rows, reader.fields(state['positions'])['rows'], [])
  const rows = positions.map((row) => readRow(reader, reader.fields(row)))
  const sum = reader.field(Sum, state['sum'], null) ?? sumOf(rows)
  const moment = tryShape(Moment, state['moment'])
  return {
    name: 'Change',
    messageId,
    sale: { rows, sumKopecks: kopecks(Math.round(sum)) },
    moment: moment.success ? moment.data.slice(0, 16) : null,
    posted: state['applicable'] !== false,
    unread: reader.unread,
  }
}

const { quantity, priceKopecks, discountPercent } = SaleRow.entries
const Price = v.nullish(priceKopecks)
const Discount = v.nullish(discountPercent)

/** A row without a product that we can name is still money: it keeps its sum under this id. */
const unnamedProduct = '00000000-0000-0000-0000-000000000000' as ProductId

function readRow(reader: Reader, row: Fields): SaleRow {
  const { href } = reader.fields(reader.fields(row['assortment'])['meta'])
  return {
    productId: reader.field(ProductId, idOfHref(href), unnamedProduct),
    quantity: reader.field(quantity, row['quantity'], 0),
    priceKopecks: reader.field(Price, row['price'], null) ?? 0,
    discountPercent: reader.field(Discount, row['discount'], null) ?? 0,
  }
}

const sumOf = (rows: readonly SaleRow[]) =>
  Math.min(
    Number.MAX_SAFE_INTEGER,
    rows.reduce((total, row) => total + rowSum(row), 0),
  )
