import type { Context } from 'hono'
import * as v from 'valibot'
import { parseMoscow } from './moscow-time.ts'
import { PAYMENT_FIELDS, type Payment } from './page/wire/payment.ts'
import { tryShape } from '../core/shape.ts'

/** A body that the JSON API refuses; code and text are those of its errors. */
export class BadBody extends Error {
  override readonly name = 'BadBody'
  readonly code: number | undefined

  constructor(code: number | undefined, message: string) {
    super(message)
    this.code = code
  }
}

const number = v.pipe(v.number(), v.finite())
const Position = v.object({
  id: v.optional(v.string()),
  quantity: v.optional(number),
  price: v.optional(number),
  discount: v.optional(number),
  assortment: v.optional(v.object({ meta: v.object({ href: v.string() }) })),
})
export type PositionBody = v.InferOutput<typeof Position>

const Body = v.object({
  name: v.optional(v.string()),
  description: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(4096)))),
  applicable: v.optional(v.boolean()),
  moment: v.optional(v.string()),
  // The samples send an array, the OpenAPI specification asks for what an answer holds.
  positions: v.optional(v.union([v.array(Position), v.object({ rows: v.array(Position) })])),
  cashSum: v.optional(number),
  noCashSum: v.optional(number),
  qrSum: v.optional(number),
  prepaymentCashSum: v.optional(number),
  prepaymentNoCashSum: v.optional(number),
  prepaymentQrSum: v.optional(number),
  advancePaymentSum: v.optional(number),
})

/** What a PUT of the JSON API wants to change of a sale: what is undefined stays. */
export type SaleChange = {
  readonly name: string | undefined
  readonly description: string | null | undefined
  readonly applicable: boolean | undefined
  readonly momentMs: number | undefined
  /** All rows that the sale is to have. */
  readonly positions: readonly PositionBody[] | undefined
  /** Only what the request names; undefined when it names none. */
  readonly payment: Partial<Payment> | undefined
}

/**
 * Fields that are only read, and those that the sandbox does not have, are passed over.
 *
 * @throws BadBody
 */
export async function readSaleChange(c: Context): Promise<SaleChange> {
  if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) {
    throw new BadBody(1037, 'Неверно указан Content-Type запроса')
  }
  let json: unknown
  try {
    json = await c.req.json()
  } catch (error) {
    throw new BadBody(undefined, `Ошибка формата: ${error instanceof Error ? error.message : ''}`)
  }
  if (tryShape(v.object({ syncId: v.string() }), json).success) {
    throw new BadBody(1047, 'Вы не можете обновить поле syncId в запросе на обновление сущности')
  }
  const parsed = tryShape(Body, json)
  if (!parsed.success) {
    const path = parsed.error.faults[0]?.path.map(String).join('.') ?? ''
    throw new BadBody(2016, `Ошибка формата: значение поля '${path}' не соответствует типу поля`)
  }
  const { name, description, applicable, moment, positions } = parsed.data
  const momentMs = moment === undefined ? undefined : parseMoscow(moment)
  if (Number.isNaN(momentMs)) {
    throw new BadBody(2016, "Ошибка формата: значение поля 'moment' не соответствует типу дата")
  }
  const named = PAYMENT_FIELDS.flatMap((field) => {
    const sum = parsed.data[field]
    return sum === undefined ? [] : [[field, Math.round(sum)] as const]
  })
  return {
    name,
    description,
    applicable,
    momentMs,
    positions: positions === undefined || Array.isArray(positions) ? positions : positions.rows,
    payment: named.length === 0 ? undefined : Object.fromEntries(named),
  }
}
