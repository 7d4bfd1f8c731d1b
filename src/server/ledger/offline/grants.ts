import * as v from 'valibot'
import { type AccountId, CardId, GrantId, TillId } from '../../../core/ids.ts'
import { Kopecks, kopecks } from '../../../core/money.ts'
import { Grant, type GrantUse, type OfflinePolicy } from '../../../core/receipt/grant.ts'
import { useOf } from '../../../core/receipt/offline.ts'
import { Receipt } from '../../../core/receipt/receipt.ts'
import type { GrantAnswer } from '../../../core/wire/offline.ts'
import type { Query, Tx } from '../../db/db.ts'
import type { GrantProofs } from '../../keys/grant-proofs.ts'
import { parseFirst, parseRows } from '../../db/rows.ts'
import { Int, parseShape } from '../../../core/shape.ts'

/**
 * Permissions to promise offline (O1). A grant is open from when it is issued until its till, drained, gives it back, or
 * a manager ends it; while it is open its whole sum counts, whatever was spent of it.
 */

const GrantRow = v.object({
  id: GrantId,
  tillId: TillId,
  afterId: v.nullable(GrantId),
  body: v.string(),
  spentKopecks: Kopecks,
  loads: Int,
  loadsKopecks: Kopecks,
  issuedAtMs: Int,
  closedAtMs: v.nullable(Int),
})
type GrantRow = v.InferOutput<typeof GrantRow>
const CardUseRow = v.object({ cardId: CardId, spentKopecks: Kopecks })

const columns = `id, till_id as "tillId", after_id as "afterId", body, spent as "spentKopecks", loads,
  loads_sum as "loadsKopecks", issued_at_ms as "issuedAtMs", closed_at_ms as "closedAtMs"`

const limitsOf = (row: GrantRow): Grant => parseShape(Grant, JSON.parse(row.body))
const isUnused = (row: GrantRow) => row.spentKopecks === 0 && row.loads === 0

/** Open grants of one till, or of all. */
export async function openGrants(
  query: Query,
  accountId: AccountId,
  tillId: TillId | null,
): Promise<(GrantRow & { grant: Grant })[]> {
  const rows = await query.all(
    `select ${columns} from offline_grant where account_id = $1 and closed_at_ms is null
      and ($2 = '' or till_id = $2) order by issued_at_ms, id`,
    [accountId, tillId ?? ''],
  )
  return parseRows(GrantRow, rows).map((row) => ({ ...row, grant: limitsOf(row) }))
}

export async function closeGrant(
  tx: Tx,
  accountId: AccountId,
  id: GrantId,
  by: 'till' | 'manager',
  nowMs: number,
): Promise<boolean> {
  const changed = await tx.run(
    `update offline_grant set closed_at_ms = $3, closed_by = $4
      where account_id = $1 and id = $2 and closed_at_ms is null`,
    [accountId, id, nowMs, by],
  )
  return changed > 0
}

const OverRow = v.object({ over: Int })

/** Whether a grant was ended, or is older than what the owner allows by now. One that is not known is not over (J7). */
export async function isOver(query: Query, accountId: AccountId, id: GrantId): Promise<boolean> {
  const rows = await query.all(
    `select case when g.closed_at_ms is not null or exists (select 1 from offline_policy p
        where p.account_id = g.account_id and p.set_at_ms > g.issued_at_ms) then 1 else 0 end as over
      from offline_grant g where g.account_id = $1 and g.id = $2`,
    [accountId, id],
  )
  return parseFirst(OverRow, rows)?.over === 1
}

async function insertGrant(
  tx: Tx,
  accountId: AccountId,
  grant: Grant,
  afterId: GrantId | null,
): Promise<boolean> {
  const made = await tx.run(
    `insert into offline_grant (account_id, id, till_id, after_id, body, sum, issued_at_ms)
      values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [accountId, grant.id, grant.tillId, afterId, JSON.stringify(grant), grant.sumKopecks, grant.issuedAtMs],
  )
  return made > 0
}

export interface GrantWish {
  accountId: AccountId
  tillId: TillId
  /** What the till gives back, and whether it has told everything that it did with it. */
  returned: GrantId | null
  isDrained: boolean
}

/**
 * Gives a till what its cap leaves, in place of what it gives back; the till is locked. The answer of a lost request is
 * given again: a grant that came after the same one and was not used yet.
 */
export async function giveGrant(
  tx: Tx,
  { accountId, tillId, returned, isDrained }: GrantWish,
  policy: OfflinePolicy | null,
  { newId, proofs, nowMs }: { newId: () => string; proofs: GrantProofs; nowMs: number },
): Promise<GrantAnswer> {
  const before = await openGrants(tx, accountId, tillId)
  if (returned !== null && before.some((row) => row.id === returned)) {
    if (!isDrained) return { grant: null, reason: 'not_drained' }
    await closeGrant(tx, accountId, returned, 'till', nowMs)
  }
  if (!policy?.enabled) return { grant: null, reason: 'off' }
  const open = before.filter((row) => row.id !== returned)
  const again = open.find((row) => row.afterId === returned && isUnused(row) && nowMs < row.grant.useUntilMs)
  if (again) return { grant: again.grant, reason: null }
  const rest = (cap: number, used: (grant: Grant) => number) =>
    Math.max(0, cap - open.reduce((sum, row) => sum + used(row.grant), 0))
  const limits = {
    sumKopecks: kopecks(rest(policy.perTillKopecks, (grant) => grant.sumKopecks)),
    loads: rest(policy.loads, (grant) => grant.loads),
    loadsKopecks: kopecks(rest(policy.loadsKopecks, (grant) => grant.loadsKopecks)),
  }
  if (limits.sumKopecks === 0 && limits.loadsKopecks === 0) return { grant: null, reason: 'used_up' }
  const fresh: Omit<Grant, 'proof'> = {
    id: parseShape(GrantId, newId()),
    tillId,
    perReceiptKopecks: policy.perReceiptKopecks,
    perCardKopecks: policy.perCardKopecks,
    ...limits,
    issuedAtMs: nowMs,
    useUntilMs: nowMs + policy.grantHours * 3_600_000,
    bookMaxAgeMs: policy.bookHours * 3_600_000,
  }
  const grant = { ...fresh, proof: proofs.of(accountId, fresh) }
  await insertGrant(tx, accountId, grant, returned)
  return { grant, reason: null }
}

const BodyRow = v.object({ body: v.string() })

/**
 * A grant that was given before the server was restored, told by its till with its proof: it is open again, charged with
 * what came back on it before.
 */
export async function recallGrant(tx: Tx, accountId: AccountId, grant: Grant): Promise<void> {
  if (!(await insertGrant(tx, accountId, grant, null))) return
  const use = await postedOn(tx, accountId, grant.id)
  await keepUse(tx, accountId, grant.id, use, use)
}

/** What was promised on a grant and is posted. */
export async function postedOn(query: Query, accountId: string, id: string): Promise<GrantUse> {
  const rows = await query.all(
    `select body from receipt where account_id = $1 and grant_id = $2 and status = 'applied' and applied_by is null`,
    [accountId, id],
  )
  return useOf({
    operations: parseRows(BodyRow, rows).flatMap(
      ({ body }) => parseShape(Receipt, JSON.parse(body)).operations,
    ),
  })
}

/** What was charged to a grant, card by card. */
export async function chargedByCard(
  query: Query,
  accountId: string,
  id: string,
): Promise<GrantUse['byCard']> {
  const rows = await query.all(
    `select card_id as "cardId", spent as "spentKopecks" from grant_card
      where account_id = $1 and grant_id = $2`,
    [accountId, id],
  )
  return Object.fromEntries(parseRows(CardUseRow, rows).map((one) => [one.cardId, one.spentKopecks]))
}

/** A grant with what has been charged to it; the row is locked. Null when it is unknown, or another till's. */
export async function lockGrant(
  tx: Tx,
  accountId: AccountId,
  id: GrantId,
  tillId: TillId,
): Promise<{ grant: Grant; use: GrantUse; isClosed: boolean } | null> {
  const rows = await tx.lock(`select ${columns} from offline_grant where account_id = $1 and id = $2`, [
    accountId,
    id,
  ])
  const row = parseFirst(GrantRow, rows)
  if (!row || row.tillId !== tillId) return null
  const byCard = await chargedByCard(tx, accountId, id)
  const { spentKopecks, loads, loadsKopecks } = row
  return {
    grant: limitsOf(row),
    use: { spentKopecks, byCard, loads, loadsKopecks },
    isClosed: row.closedAtMs !== null,
  }
}

/** Writes what has been charged by now; `added` says which cards changed. */
export async function keepUse(
  tx: Tx,
  accountId: AccountId,
  id: GrantId,
  use: GrantUse,
  added: GrantUse,
): Promise<void> {
  await tx.run(
    'update offline_grant set spent = $3, loads = $4, loads_sum = $5 where account_id = $1 and id = $2',
    [accountId, id, use.spentKopecks, use.loads, use.loadsKopecks],
  )
  for (const cardId of Object.keys(added.byCard) as CardId[]) {
    await tx.run(
      `insert into grant_card (account_id, grant_id, card_id, spent) values ($1, $2, $3, $4)
        on conflict (account_id, grant_id, card_id) do update set spent = excluded.spent`,
      [accountId, id, cardId, use.byCard[cardId] ?? 0],
    )
  }
}
