import * as v from 'valibot'
import { SaleDocument } from '../../core/draft/draft.ts'
import { AccountId, DocumentId, EmployeeId, idOfHref, StoreId } from '../../core/ids.ts'
import { rowSum, SaleRow } from '../../core/sale/sale.ts'
import { fromMoscow, isMoscow } from './moscow-time.ts'
import type { EmployeeContext } from './moysklad.ts'
import { Finite, Int, parseShape, tryShape } from '../../core/shape.ts'

/**
 * MoySklad adds fields as it likes, leaves out empty ones and may answer null for many, as its OpenAPI specification says:
 * unknown fields are passed over, and what a sale or a row can do without may lack. It cannot do without its ids, its
 * moment, its goods and how many of them.
 */
const Reference = v.object({ meta: v.object({ href: v.string() }) })

const Moment = v.pipe(v.string(), v.check(isMoscow))

const ListMeta = v.object({
  size: v.nullish(Int),
  limit: v.nullish(v.pipe(Int, v.minValue(1))),
  nextHref: v.nullish(v.string()),
})

/** Rows are read one by one: an odd one must not cost the others. */
export const List = v.object({ meta: v.nullish(ListMeta), rows: v.nullish(v.array(v.unknown())) })

export const Position = v.object({
  assortment: Reference,
  quantity: Finite,
  price: v.nullish(Finite),
  discount: v.nullish(Finite),
})

/** Of a sale's own rows none may be passed over: it would be another sale. */
export const Positions = v.object({ meta: v.nullish(ListMeta), rows: v.nullish(v.array(Position)) })

export const RetailDemand = v.object({
  id: DocumentId,
  accountId: AccountId,
  name: v.nullish(v.string()),
  moment: Moment,
  created: v.nullish(Moment),
  deleted: v.nullish(v.unknown()),
  applicable: v.nullish(v.boolean()),
  owner: v.nullish(v.unknown()),
  sum: v.nullish(Finite),
  positions: v.nullish(Positions),
})
export type RetailDemand = v.InferOutput<typeof RetailDemand>

export const RetailStore = v.object({ id: StoreId, accountId: AccountId, name: v.nullish(v.string()) })

const Rights = v.record(v.string(), v.unknown())

export const Employee = v.object({
  id: EmployeeId,
  accountId: AccountId,
  name: v.nullish(v.string()),
  fullName: v.nullish(v.string()),
  shortFio: v.nullish(v.string()),
  uid: v.nullish(v.string()),
  /** One who has left. */
  archived: v.nullish(v.boolean()),
  // One text of the documentation calls it an array, another a list with rows.
  cashiers: v.nullish(v.union([v.array(v.unknown()), List])),
  permissions: v.nullish(Rights),
})

/** Where a reference leads, or null for none; samples of the documentation have some without an address. */
function hrefOf(reference: unknown): string | null {
  const known = tryShape(Reference, reference)
  return known.success ? known.data.meta.href : null
}

/** @throws ShapeError when it is no sale that we can reckon with */
export function toSaleDocument(
  demand: RetailDemand,
  positions: readonly v.InferOutput<typeof Position>[],
): SaleDocument {
  const employeeId = tryShape(EmployeeId, idOfHref(hrefOf(demand.owner)))
  const rows = positions.map((row) =>
    parseShape(SaleRow, {
      productId: idOfHref(row.assortment.meta.href),
      quantity: row.quantity,
      priceKopecks: row.price ?? 0,
      discountPercent: row.discount ?? 0,
    }),
  )
  return parseShape(SaleDocument, {
    id: demand.id,
    name: demand.name ?? '',
    moment: demand.moment.slice(0, 16),
    createdAtMs: fromMoscow(demand.created ?? demand.moment),
    employeeId: employeeId.success ? employeeId.data : null,
    applicable: demand.applicable ?? true,
    sale: { rows, sumKopecks: Math.round(demand.sum ?? rows.reduce((sum, row) => sum + rowSum(row), 0)) },
  })
}

const levels = ['OWN', 'OWN_SHARED', 'OWN_GROUP', 'OWN_GROUP_SHARED', 'ALL']

/** The level of a right, or null for none; the keys of `permissions` are spelt in two ways. */
function levelOf(permissions: v.InferOutput<typeof Rights>, entity: string, act: string): string | null {
  const key = Object.keys(permissions).find((name) => name.toLowerCase() === entity)
  const rights = tryShape(Rights, key === undefined ? undefined : permissions[key])
  const level = rights.success ? rights.data[act] : undefined
  return typeof level === 'string' && levels.includes(level) ? level : null
}

export function toEmployeeContext(employee: v.InferOutput<typeof Employee>): EmployeeContext {
  const permissions = employee.permissions ?? {}
  const cashiers = employee.cashiers ?? []
  const references = Array.isArray(cashiers) ? cashiers : (cashiers.rows ?? [])
  const storeIds = references
    // The point of sale stands inside the reference to the cashier; it is written nowhere else.
    .map((reference) =>
      /\/retailstore\/([0-9a-f-]{36})(\/|$)/i.exec(hrefOf(reference) ?? '')?.[1]?.toLowerCase(),
    )
    .filter((id) => id !== undefined)
  const works = employee.archived !== true
  const isManager = works && levelOf(permissions, 'admin', 'view') === 'ALL'
  return {
    accountId: employee.accountId,
    employeeId: employee.id,
    name: employee.shortFio ?? employee.fullName ?? employee.name ?? employee.uid ?? '',
    role: isManager ? 'manager' : 'cashier',
    maySell: works && (isManager || levelOf(permissions, 'retaildemand', 'create') !== null),
    storeIds: [...new Set(storeIds)].map((id) => parseShape(StoreId, id)),
  }
}
