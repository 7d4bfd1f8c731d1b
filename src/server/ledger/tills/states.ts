import * as v from 'valibot'
import { type AccountId, EmployeeId, Moment, TillId } from '../../../core/ids.ts'
import type { AnswerOf } from '../../../core/wire/endpoints.ts'
import { TillState } from '../../../core/wire/tills.ts'
import type { Query, Tx } from '../../db/db.ts'
import { closeCase } from '../cases/cases.ts'
import { parseRows } from '../../db/rows.ts'
import { wasForked } from './history.ts'
import { lockTill, setTillState } from './tills.ts'
import { Int } from '../../../core/shape.ts'

/**
 * States of a till:
 *
 *     active ──fork seen──▶ quarantined ──manager──▶ retired
 *        ▲ ╲                    │                        ▲
 *        │  ╰──manager──▶ revoked ◀──manager             │
 *        ╰───manager────────╯ ╰────where it was forked───╯
 *
 * A journal that had two branches never becomes one again: such a till can only start anew, as a new till, however often it
 * is revoked between. Any other that was revoked may be let in again. Retired is the end.
 */
export type StateChange = 'done' | 'till_unknown' | 'not_possible'

export async function changeTillState(
  tx: Tx,
  accountId: AccountId,
  id: TillId,
  to: Exclude<TillState, 'quarantined'>,
): Promise<StateChange> {
  const till = await lockTill(tx, accountId, id)
  if (!till) return 'till_unknown'
  if (till.state === to) return 'done'
  if (till.state === 'retired') return 'not_possible'
  const forked = await wasForked(tx, accountId, id)
  const possible = { active: !forked, revoked: true, retired: forked }
  if (!possible[to]) return 'not_possible'
  await setTillState(tx, accountId, id, to)
  return 'done'
}

const CaseRow = v.object({ id: v.string() })

/** With the till's end its fork is decided, whichever way the manager took. */
export async function closeForks(
  tx: Tx,
  accountId: AccountId,
  id: TillId,
  decidedBy: EmployeeId,
  nowMs: number,
): Promise<void> {
  const rows = await tx.all(
    `select id from cases where account_id = $1 and till_id = $2 and kind = 'fork' and closed_at_ms is null`,
    [accountId, id],
  )
  for (const one of parseRows(CaseRow, rows)) {
    await closeCase(tx, accountId, one.id, { choice: 'renew', note: '', decidedBy, receiptId: null }, nowMs)
  }
}

const OverviewRow = v.object({
  id: TillId,
  ordinal: Int,
  state: TillState,
  journals: Int,
  headSeq: Int,
  lastSeenMs: Int,
  casesOpen: Int,
  admittedBy: v.nullable(EmployeeId),
  admittedAtMs: v.nullable(Moment),
  endedWhy: v.nullable(v.string()),
})

/** All tills of the account, in the order in which they came. */
export async function listTills(query: Query, accountId: AccountId): Promise<AnswerOf<'tills'>['tills']> {
  const rows = await query.all(
    `select t.id, t.ordinal, t.state,
      (select count(*) from journal j where j.account_id = t.account_id and j.till_id = t.id) as journals,
      (select j.head_seq from journal j where j.account_id = t.account_id and j.till_id = t.id
        order by j.made_at_ms desc limit 1) as "headSeq",
      (select max(j.seen_at_ms) from journal j
        where j.account_id = t.account_id and j.till_id = t.id) as "lastSeenMs",
      (select count(*) from cases c
        where c.account_id = t.account_id and c.till_id = t.id and c.closed_at_ms is null) as "casesOpen",
      t.admitted_by as "admittedBy", t.admitted_at_ms as "admittedAtMs", t.ended_why as "endedWhy"
      from till t where t.account_id = $1 order by t.ordinal`,
    [accountId],
  )
  return parseRows(OverviewRow, rows).map(({ lastSeenMs, ...rest }) => ({
    ...rest,
    lastSeenMs: lastSeenMs > 0 ? lastSeenMs : null,
  }))
}
