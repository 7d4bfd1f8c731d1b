import * as v from 'valibot'
import { AccountId, EmployeeId, TillId } from '../../../core/ids.ts'
import { Role } from '../../../core/wire/session.ts'
import type { Query, Tx } from '../../db/db.ts'
import { parseFirst } from '../../db/rows.ts'
import { Int } from '../../../core/shape.ts'

export const Session = v.object({
  accountId: AccountId,
  employeeId: EmployeeId,
  role: Role,
  /** 0 where MoySklad has taken the right away since. */
  maySell: Int,
  /** Null until the page has said which till it is. */
  tillId: v.nullable(TillId),
  expiresAtMs: Int,
})
export type Session = v.InferOutput<typeof Session>

/** An expired session is told from an unknown one for this long. */
const rememberMs = 30 * 24 * 3_600_000

export async function insertSession(
  tx: Tx,
  tokenHash: string,
  session: Pick<Session, 'accountId' | 'employeeId' | 'tillId' | 'expiresAtMs'>,
): Promise<void> {
  await tx.run(
    `insert into session (account_id, token_hash, employee_id, till_id, expires_at_ms) values ($1, $2, $3, $4, $5)`,
    [session.accountId, tokenHash, session.employeeId, session.tillId, session.expiresAtMs],
  )
}

/** A session with the rights that its employee has now. */
export async function findSession(
  query: Query,
  accountId: string,
  tokenHash: string,
): Promise<Session | null> {
  const rows = await query.all(
    `select s.account_id as "accountId", s.employee_id as "employeeId", e.role, e.may_sell as "maySell",
      s.till_id as "tillId", s.expires_at_ms as "expiresAtMs"
      from session s join employee e on e.account_id = s.account_id and e.id = s.employee_id
      where s.account_id = $1 and s.token_hash = $2`,
    [accountId, tokenHash],
  )
  return parseFirst(Session, rows)
}

/**
 * Ends a session that another one follows in the same page.
 *
 * @returns the till that it spoke for; null for none, and for a session that nobody remembers
 */
export async function endSession(
  tx: Tx,
  accountId: AccountId,
  tokenHash: string,
  nowMs: number,
): Promise<TillId | null> {
  const ended = await findSession(tx, accountId, tokenHash)
  await tx.run(
    'update session set expires_at_ms = $3 where account_id = $1 and token_hash = $2 and expires_at_ms > $3',
    [accountId, tokenHash, nowMs],
  )
  return ended?.tillId ?? null
}

/** @returns false when the session speaks for another till already */
export async function bindSession(
  tx: Tx,
  accountId: AccountId,
  tokenHash: string,
  tillId: TillId,
): Promise<boolean> {
  const changed = await tx.run(
    `update session set till_id = $3
      where account_id = $1 and token_hash = $2 and (till_id is null or till_id = $3)`,
    [accountId, tokenHash, tillId],
  )
  return changed > 0
}

export async function forgetOldSessions(tx: Tx, accountId: AccountId, nowMs: number): Promise<void> {
  await tx.run('delete from session where account_id = $1 and expires_at_ms < $2', [
    accountId,
    nowMs - rememberMs,
  ])
}
