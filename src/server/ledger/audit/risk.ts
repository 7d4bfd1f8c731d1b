import * as v from 'valibot'
import type { AccountId, TillId } from '../../../core/ids.ts'
import { kopecks, sumKopecks } from '../../../core/money.ts'
import { OutsideRisk, type RiskAnswer } from '../../../core/wire/offline.ts'
import { holdKeepMs, holdUseMs } from '../../../core/card/hold.ts'
import type { Query, Tx } from '../../db/db.ts'
import { openGrants } from '../offline/grants.ts'
import { parseFirst, parseRows } from '../../db/rows.ts'
import { Int } from '../../../core/shape.ts'

const Sum = v.object({ total: v.nullable(Int) })
const TillRow = v.object({ id: v.string(), ordinal: Int })

/**
 * Holds whose money is gone although their till may still promise, or has promised and not told, on them: they lapsed while
 * it was silent, a manager let them go, or it has spent part of it on another draft.
 */
const isOver = `((h.released_at_ms is null and h.keep_until_ms <= $2) or h.released_by = 'manager')`
const isSpentInPart = '(h.uncovered > 0 and h.released_at_ms is null)'

/** The most that can be lost by what tills promise from now on or have promised and not told (O1). */
export async function riskOf(query: Query, accountId: AccountId, nowMs: number): Promise<RiskAnswer> {
  const grants = await openGrants(query, accountId, null)
  const tills = parseRows(
    TillRow,
    await query.all('select id, ordinal from till where account_id = $1', [accountId]),
  )
  const ordinals = new Map(tills.map((till) => [till.id, till.ordinal]))
  const uncovered = parseFirst(
    Sum,
    await query.all(
      `select cast(sum(case when ${isOver} then h.amount else h.uncovered end) as bigint) as total from hold h
        where h.account_id = $1 and h.purpose = 'redeem' and (${isOver} or ${isSpentInPart})`,
      [accountId, nowMs],
    ),
  )
  const uncoveredHoldsKopecks = kopecks(uncovered?.total ?? 0)
  return {
    maxLossKopecks: sumKopecks([uncoveredHoldsKopecks, ...grants.map(({ grant }) => grant.sumKopecks)]),
    grants: grants.map(({ id, tillId, grant, spentKopecks, issuedAtMs }) => ({
      id,
      tillId,
      tillOrdinal: ordinals.get(tillId)!,
      sumKopecks: grant.sumKopecks,
      spentKopecks,
      issuedAtMs,
    })),
    uncoveredHoldsKopecks,
    silentForMs: holdKeepMs,
    outside: [...OutsideRisk.options],
  }
}

/**
 * The till has told everything: what it did not promise on a hold that is over, and may not promise on any more by its own
 * clock, it never will.
 */
export async function settleHolds(
  tx: Tx,
  accountId: AccountId,
  tillId: TillId,
  nowMs: number,
): Promise<void> {
  await tx.run(
    `update hold set released_at_ms = $2, released_by = 'till'
      where account_id = $1 and till_id = $3 and keep_until_ms <= $2 and released_at_ms is null`,
    [accountId, nowMs, tillId],
  )
  await tx.run(
    `update hold set released_by = 'till' where account_id = $1 and till_id = $2 and released_by = 'manager'
      and keep_until_ms <= $3`,
    [accountId, tillId, nowMs + holdKeepMs - holdUseMs],
  )
}
