import * as v from 'valibot'
import { SaleDocument } from '../../core/draft/draft.ts'
import { AccountId, EmployeeId, StoreId } from '../../core/ids.ts'
import { fromMoscow } from './moscow-time.ts'
import type { EmployeeContext, Store } from './moysklad.ts'
import { Finite, Int, parseShape, tryShape } from '../../core/shape.ts'

/** MoySklad adds fields as it likes and leaves out empty ones: unknown fields are passed over, optional ones may lack. */
const Meta = v.object({ meta: v.object({ href: v.string() }) })

const Position = v.object({
  assortment: Meta,
  quantity: Finite,
  price: v.optional(Finite),
  discount: v.optional(Finite),
})

export const Positions = v.object({
  meta: v.optional(v.object({ size: v.optional(Int) })),
  rows: v.optional(v.array(Position)),
})
export type Positions = v.InferOutput<typeof Positions>

export const RetailDemand = v.object({
  id: v.string(),
  accountId: AccountId,
  name: v.optional(v.string()),
  moment: v.string(),
  created: v.optional(v.string()),
  deleted: v.optional(v.unknown()),
  applicable: v.optional(v.boolean()),
  owner: v.optional(Meta),
  sum: v.optional(Finite),
  positions: v.optional(Positions),
})
export type RetailDemand = v.InferOutput<typeof RetailDemand>

export const RetailDemands = v.object({ rows: v.array(RetailDemand) })
export const RetailStores = v.object({
  rows: v.array(v.object({ id: StoreId, accountId: AccountId, name: v.string() })),
})

const Rights = v.record(v.string(), v.unknown())

export const Employee = v.object({
  id: EmployeeId,
  accountId: AccountId,
  name: v.optional(v.string()),
  fullName: v.optional(v.string()),
  shortFio: v.optional(v.string()),
  uid: v.optional(v.string()),
  // One text of the documentation calls it an array, another a list with rows.
  cashiers: v.optional(v.union([v.array(Meta), v.object({ rows: v.optional(v.array(Meta)) })])),
  permissions: v.optional(Rights),
})

/** The id at the end of a reference. */
function idOf(reference: v.InferOutput<typeof Meta>): string {
  return reference.meta.href.split(/[?#]/)[0]!.replace(/\/$/, '').split('/').at(-1)!
}

/** @returns null for a sale in the bin */
export function toSaleDocument(
  demand: RetailDemand,
  rows: NonNullable<Positions['rows']>,
): SaleDocument | null {
  if (demand.deleted) return null
  const momentMs = fromMoscow(demand.moment)
  return parseShape(SaleDocument, {
    id: demand.id,
    name: demand.name ?? '',
    moment: demand.moment.slice(0, 16),
    createdAtMs: demand.created ? fromMoscow(demand.created) : momentMs,
    employeeId: demand.owner ? idOf(demand.owner) : null,
    applicable: demand.applicable ?? true,
    sale: {
      rows: rows.map((row) => ({
        productId: idOf(row.assortment),
        quantity: row.quantity,
        priceKopecks: row.price ?? 0,
        discountPercent: row.discount ?? 0,
      })),
      sumKopecks: Math.round(demand.sum ?? 0),
    },
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
    .map((reference) => /\/retailstore\/([0-9a-f-]{36})(\/|$)/i.exec(reference.meta.href)?.[1])
    .filter((id) => id !== undefined)
  const isManager = levelOf(permissions, 'admin', 'view') === 'ALL'
  return {
    accountId: employee.accountId,
    employeeId: employee.id,
    name: employee.shortFio ?? employee.fullName ?? employee.name ?? employee.uid ?? '',
    role: isManager ? 'manager' : 'cashier',
    maySell: isManager || levelOf(permissions, 'retaildemand', 'create') !== null,
    storeIds: [...new Set(storeIds)].map((id) => parseShape(StoreId, id)),
  }
}

export function toStores(list: v.InferOutput<typeof RetailStores>): Store[] {
  return list.rows.map(({ id, name }) => ({ id, name }))
}
