import * as v from 'valibot'
import { AccountId, EmployeeId, TillId } from '../../../core/ids.ts'
import { Role } from '../../../core/wire/session.ts'
import type { Query, Tx } from '../../db/db.ts'
import { parseFirst } from '../../db/rows.ts'
import { Int } from '../../../core/shape.ts'

export const Session = v.object({
  accountId: AccountId,
  employeeId: EmployeeId,
  employeeName: v.string(),
  role: Role,
  /** Null until the page has said which till it is. */
  tillId: v.nullable(TillId),
  expiresAtMs: Int,
})
export type Session = v.InferOutput<typeof Session>

/** An expired session is told from an unknown one for this long. */
const rememberMs = 30 * 24 * 3_600_000

export async function insertSession(tx: Tx, tokenHash: string, session: Session): Promise<void> {
  await tx.run(
    `insert into session
      (account_id, token_hash, employee_id, employee_name, role, till_id, expires_at_ms)
      values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      session.accountId,
      tokenHash,
      session.employeeId,
      session.employeeName,
      session.role,
      session.tillId,
      session.expiresAtMs,
    ],
  )
}

export async function findSession(
  query: Query,
  accountId: string,
  tokenHash: string,
): Promise<Session | null> {
  const rows = await query.all(
    `select account_id as "accountId", employee_id as "employeeId", employee_name as "employeeName", role,
      till_id as "tillId", expires_at_ms as "expiresAtMs"
      from session where account_id = $1 and token_hash = $2`,
    [accountId, tokenHash],
  )
  return parseFirst(Session, rows)
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
