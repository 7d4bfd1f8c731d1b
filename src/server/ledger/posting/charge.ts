import type { AccountId, GrantId, TillId } from '../../../core/ids.ts'
import type { GrantUse } from '../../../core/receipt/grant.ts'
import { addUse, chargeGrant, useOf } from '../../../core/receipt/offline.ts'
import type { PostingContext } from '../../../core/posting/types.ts'
import type { Receipt } from '../../../core/receipt/receipt.ts'
import type { Tx } from '../../db/db.ts'
import { keepUse, lockGrant } from '../offline/grants.ts'

/** What a promise takes of its grant; written only when the promise is posted, since what is in review books no loss. */
export interface Charge {
  verdict: PostingContext['grant']
  /** Null where nothing can be charged. */
  due: { id: GrantId; use: GrantUse; added: GrantUse } | null
}

/** A till's clock may be ahead of ours by this much. */
const aheadMs = 60_000

/**
 * Whether the grant that a promise names carries it (O1, O9); the till is locked. A fact is charged whatever the grant
 * says, and be it closed by now: what is posted on a grant is charged to it.
 */
export async function chargeOf(
  tx: Tx,
  accountId: AccountId,
  receipt: Receipt,
  tillId: TillId | null,
  isFact: boolean,
  nowMs: number,
): Promise<Charge> {
  if (receipt.grantId === null || tillId === null) return { verdict: null, due: null }
  const held = await lockGrant(tx, accountId, receipt.grantId, tillId)
  if (!held || (held.isClosed && !isFact)) return { verdict: 'grant_unknown', due: null }
  const added = useOf(receipt)
  const charged = chargeGrant(held.grant, held.use, added, Math.min(receipt.happenedAtMs, nowMs + aheadMs))
  const { id } = held.grant
  if ('use' in charged) return { verdict: 'charged', due: { id, use: charged.use, added } }
  return { verdict: charged.fault, due: isFact ? { id, use: addUse(held.use, added), added } : null }
}

export async function writeCharge(tx: Tx, accountId: AccountId, { due }: Charge): Promise<void> {
  if (due) await keepUse(tx, accountId, due.id, due.use, due.added)
}
