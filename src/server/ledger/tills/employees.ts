import * as v from 'valibot'
import { AccountId, EmployeeId, StoreId } from '../../../core/ids.ts'
import { Int, parseShape } from '../../../core/shape.ts'
import { Role } from '../../../core/wire/session.ts'
import type { Query, Tx } from '../../db/db.ts'
import { parseFirst, parseRows } from '../../db/rows.ts'
import type { EmployeeBrief, EmployeeContext } from '../../moysklad/moysklad.ts'

/** What MoySklad lets an employee do, as it said last: every session of theirs goes by it (A3). */

const Row = v.object({
  accountId: AccountId,
  employeeId: EmployeeId,
  name: v.string(),
  role: Role,
  maySell: Int,
  storeIds: v.string(),
})

async function findEmployee(query: Query, accountId: AccountId, id: EmployeeId) {
  const rows = await query.all(
    `select account_id as "accountId", id as "employeeId", name, role, may_sell as "maySell", store_ids as "storeIds"
      from employee where account_id = $1 and id = $2`,
    [accountId, id],
  )
  const row = parseFirst(Row, rows)
  if (!row) return null
  const storeIds = parseShape(v.array(StoreId), JSON.parse(row.storeIds))
  return { ...row, maySell: row.maySell === 1, storeIds }
}

const NameRow = v.object({ id: EmployeeId, name: v.string() })

/** What employees are called, as MoySklad said last; those who never had a session are missing. */
export async function employeeNames(
  query: Query,
  accountId: AccountId,
  ids: readonly EmployeeId[],
): Promise<Map<EmployeeId, string>> {
  if (ids.length === 0) return new Map()
  const places = ids.map((_, n) => `$${n + 2}`).join(', ')
  const rows = await query.all(`select id, name from employee where account_id = $1 and id in (${places})`, [
    accountId,
    ...ids,
  ])
  return new Map(parseRows(NameRow, rows).map(({ id, name }) => [id, name]))
}

/**
 * Takes what MoySklad says of an employee. A short answer names no rights: it can take the manager's away, and gives none
 * that the last full answer did not give.
 *
 * @returns null for a short answer about somebody of whom there was never a full one: their rights are not known
 */
export async function learnEmployee(
  tx: Tx,
  told: EmployeeContext | EmployeeBrief,
): Promise<EmployeeContext | null> {
  if ('maySell' in told) {
    await keepEmployee(tx, told)
    return told
  }
  const last = await findEmployee(tx, told.accountId, told.employeeId)
  if (!last || told.mayManage || last.role === 'cashier') return last
  const less: EmployeeContext = { ...last, role: 'cashier' }
  await keepEmployee(tx, less)
  return less
}

async function keepEmployee(tx: Tx, employee: EmployeeContext): Promise<void> {
  const { accountId, employeeId, name, role, maySell, storeIds } = employee
  await tx.run(
    `insert into employee (account_id, id, name, role, may_sell, store_ids) values ($1, $2, $3, $4, $5, $6)
      on conflict (account_id, id) do update set name = excluded.name, role = excluded.role,
        may_sell = excluded.may_sell, store_ids = excluded.store_ids`,
    [accountId, employeeId, name, role, maySell ? 1 : 0, JSON.stringify(storeIds)],
  )
}
