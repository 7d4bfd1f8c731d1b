import * as z from 'zod/mini'
import { SaleDocument } from '../../core/draft/draft.ts'
import { AccountId, EmployeeId, StoreId } from '../../core/ids.ts'
import { fromMoscow } from './moscow-time.ts'
import type { EmployeeContext, Store } from './moysklad.ts'

/** MoySklad adds fields as it likes and leaves out empty ones: unknown fields are passed over, optional ones may lack. */
const Meta = z.object({ meta: z.object({ href: z.string() }) })

const Position = z.object({
  assortment: Meta,
  quantity: z.number(),
  price: z.optional(z.number()),
  discount: z.optional(z.number()),
})

export const Positions = z.object({
  meta: z.optional(z.object({ size: z.optional(z.int()) })),
  rows: z.optional(z.array(Position)),
})
export type Positions = z.infer<typeof Positions>

export const RetailDemand = z.object({
  id: z.string(),
  accountId: AccountId,
  name: z.optional(z.string()),
  moment: z.string(),
  created: z.optional(z.string()),
  deleted: z.optional(z.unknown()),
  applicable: z.optional(z.boolean()),
  owner: z.optional(Meta),
  sum: z.optional(z.number()),
  positions: z.optional(Positions),
})
export type RetailDemand = z.infer<typeof RetailDemand>

export const RetailDemands = z.object({ rows: z.array(RetailDemand) })
export const RetailStores = z.object({
  rows: z.array(z.object({ id: StoreId, accountId: AccountId, name: z.string() })),
})

const Rights = z.record(z.string(), z.unknown())

export const Employee = z.object({
  id: EmployeeId,
  accountId: AccountId,
  name: z.optional(z.string()),
  fullName: z.optional(z.string()),
  shortFio: z.optional(z.string()),
  uid: z.optional(z.string()),
  // One text of the documentation calls it an array, another a list with rows.
  cashiers: z.optional(z.union([z.array(Meta), z.object({ rows: z.optional(z.array(Meta)) })])),
  permissions: z.optional(Rights),
})

/** The id at the end of a reference. */
function idOf(reference: z.infer<typeof Meta>): string {
  return reference.meta.href.split(/[?#]/)[0]!.replace(/\/$/, '').split('/').at(-1)!
}

/** @returns null for a sale in the bin */
export function toSaleDocument(
  demand: RetailDemand,
  rows: NonNullable<Positions['rows']>,
): SaleDocument | null {
  if (demand.deleted) return null
  const momentMs = fromMoscow(demand.moment)
  return z.parse(SaleDocument, {
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
function levelOf(permissions: z.infer<typeof Rights>, entity: string, act: string): string | null {
  const key = Object.keys(permissions).find((name) => name.toLowerCase() === entity)
  const rights = z.safeParse(Rights, key === undefined ? undefined : permissions[key])
  const level = rights.success ? rights.data[act] : undefined
  return typeof level === 'string' && levels.includes(level) ? level : null
}

export function toEmployeeContext(employee: z.infer<typeof Employee>): EmployeeContext {
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
    storeIds: [...new Set(storeIds)].map((id) => z.parse(StoreId, id)),
  }
}

export function toStores(list: z.infer<typeof RetailStores>): Store[] {
  return list.rows.map(({ id, name }) => ({ id, name }))
}
