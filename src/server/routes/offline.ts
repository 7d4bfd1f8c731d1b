import { GrantId } from '../../core/ids.ts'
import { OfflinePolicy } from '../../core/receipt/grant.ts'
import { GrantRequest } from '../../core/wire/offline.ts'
import type { Deps } from '../deps.ts'
import { createGrantProofs } from '../keys/grant-proofs.ts'
import { readBody, readId } from '../http/body.ts'
import { closeGrant as close, giveGrant } from '../ledger/offline/grants.ts'
import { currentPolicy, savePolicy as save } from '../ledger/offline/policies.ts'
import { riskOf, settleHolds } from '../ledger/audit/risk.ts'
import { lockJournal } from '../ledger/tills/journals.ts'
import type { Handler } from '../http/handler.ts'

export function policy({ db }: Deps): Handler<'policy'> {
  return async (c) => ({ policy: await db.read((query) => currentPolicy(query, c.var.session.accountId)) })
}

export function savePolicy({ db, clock, log }: Deps): Handler<'savePolicy'> {
  return async (c) => {
    const { accountId, employeeId } = c.var.session
    const wanted = await readBody(c, OfflinePolicy)
    await db.write((tx) => save(tx, accountId, wanted, employeeId, clock()))
    log.info({ event: 'offline_policy_set', accountId, employeeId, enabled: wanted.enabled })
    return { policy: wanted }
  }
}

/** A till asks for its grant, and gives the old one back first (O1). */
export function grant({ db, clock, newId, keys }: Deps): Handler<'grant'> {
  const proofs = createGrantProofs(keys.card)
  return async (c) => {
    const { accountId, tillId, journal: id } = c.var.device
    const { returned, drained, waiting, headSeq } = await readBody(c, GrantRequest)
    return db.write(async (tx) => {
      const nowMs = clock()
      const journal = await lockJournal(tx, accountId, id)
      if (journal?.state !== 'active') return { grant: null, reason: 'not_active' as const }
      const isDrained = drained && waiting.length === 0 && headSeq === journal.headSeq
      if (isDrained) await settleHolds(tx, accountId, tillId, nowMs)
      const allowed = await currentPolicy(tx, accountId)
      return giveGrant(tx, { accountId, tillId, returned, isDrained }, allowed, { newId, proofs, nowMs })
    })
  }
}

/** N: what the owner can lose at most, as one number (O1). */
export function risk({ db, clock }: Deps): Handler<'risk'> {
  return (c) => db.read((query) => riskOf(query, c.var.session.accountId, clock()))
}

/** A manager ends a grant whose till will not come back; what that till still sends on it is decided by a human. */
export function closeGrant({ db, clock, log }: Deps): Handler<'closeGrant'> {
  return async (c) => {
    const { accountId, employeeId } = c.var.session
    const id = readId(c, GrantId)
    const closed = await db.write((tx) => close(tx, accountId, id, 'manager', clock()))
    log.info({ event: 'grant_closed', accountId, employeeId, grantId: id, closed })
    return { closed }
  }
}
