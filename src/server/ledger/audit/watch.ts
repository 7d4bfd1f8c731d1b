import * as v from 'valibot'
import { type AccountId, EmployeeId, type TillId } from '../../../core/ids.ts'
import { kopecks } from '../../../core/money.ts'
import { employeeOf } from '../../../core/receipt/author.ts'
import { Receipt } from '../../../core/receipt/receipt.ts'
import type { WatchAnswer } from '../../../core/wire/cases.ts'
import type { Query, Tx } from '../../db/db.ts'
import { parseRows } from '../../db/rows.ts'
import { linkStands, notVoided } from '../posting/receipts.ts'
import { Int, parseShape } from '../../../core/shape.ts'

/** What an owner should look at because insiders might do it (A9). */

const dayMs = 24 * 3_600_000
const watchedForMs = 30 * dayMs
/** A load may wait for its sale as long as this: it may have been made offline. */
const unpaidAfterMs = dayMs
const listMax = 500

const ReceiptRow = v.object({ body: v.string(), ordinal: v.nullable(Int) })
const CountRow = v.object({
  employeeId: EmployeeId,
  ordinal: Int,
  day: v.string(),
  count: Int,
})

/** Counts a card that was looked at for no sale. */
export async function countLookup(
  tx: Tx,
  accountId: AccountId,
  tillId: TillId,
  employeeId: EmployeeId,
  day: string,
): Promise<void> {
  await tx.run(
    `insert into lookup_count (account_id, day, till_id, employee_id, looked) values ($1, $2, $3, $4, 1)
      on conflict (account_id, day, till_id, employee_id) do update set looked = lookup_count.looked + 1`,
    [accountId, day, tillId, employeeId],
  )
}

/** @param sinceDay the first day of the look-ups that are told, `YYYY-MM-DD` */
export async function watchList(
  query: Query,
  accountId: AccountId,
  nowMs: number,
  sinceDay: string,
): Promise<WatchAnswer> {
  const applied = async (fromMs: number, toMs: number, also: string) =>
    parseRows(
      ReceiptRow,
      await query.all(
        `select r.body, t.ordinal from receipt r
          left join till t on t.account_id = r.account_id and t.id = r.till_id
          where r.account_id = $1 and r.status = 'applied' and r.applied_by is null
            and r.posted_at_ms > $2 and r.posted_at_ms <= $3 and ${also}
            and ${notVoided('r', 'id')}
          order by r.posted_at_ms desc limit ${listMax}`,
        [accountId, fromMs, toMs],
      ),
    ).map(({ body, ordinal }) => ({ receipt: parseShape(Receipt, JSON.parse(body)), ordinal }))
  const unsold = await applied(
    nowMs - watchedForMs,
    nowMs - unpaidAfterMs,
    `r.document_id is null and r.till_id is not null and not exists (select 1 from receipt_link k
      where k.account_id = r.account_id and k.receipt_id = r.id and ${linkStands}) and exists (select 1 from operation o
      where o.account_id = r.account_id and o.receipt_id = r.id and o.kind = 'load')`,
  )
  const typed = await applied(
    nowMs - watchedForMs,
    nowMs,
    `r.id in (select o.receipt_id from operation o where o.account_id = $1 and o.posted_at_ms > $2
      and o.entered = 'typed' and o.kind = 'redeem')`,
  )
  const counts = await query.all(
    `select l.employee_id as "employeeId", t.ordinal, l.day, l.looked as count from lookup_count l
      join till t on t.account_id = l.account_id and t.id = l.till_id
      where l.account_id = $1 and l.day >= $2 order by l.day desc, l.looked desc limit ${listMax}`,
    [accountId, sinceDay],
  )
  return {
    loadsWithoutSale: unsold.map(({ receipt, ordinal }) =>
      watched(receipt, ordinal, (one) => (one.kind === 'load' ? one.faceKopecks : 0)),
    ),
    typedRedeems: typed.map(({ receipt, ordinal }) =>
      watched(receipt, ordinal, (one) =>
        one.kind === 'redeem' && one.entered === 'typed' ? one.amountKopecks : 0,
      ),
    ),
    lookupsWithoutSale: parseRows(CountRow, counts).map(({ ordinal, ...rest }) => ({
      ...rest,
      tillOrdinal: ordinal,
    })),
  }
}

function watched(
  receipt: Receipt,
  ordinal: number | null,
  amountOf: (operation: Receipt['operations'][number]) => number,
): WatchAnswer['typedRedeems'][number] {
  const { id, happenedAtMs, operations } = receipt
  return {
    receiptId: id,
    tillOrdinal: ordinal,
    employeeId: employeeOf(receipt),
    amountKopecks: kopecks(operations.reduce((sum, one) => sum + amountOf(one), 0)),
    happenedAtMs,
  }
}
