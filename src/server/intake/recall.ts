import type { Envelope } from '../../core/wire/tills.ts'
import type { Deps } from '../deps.ts'
import type { Device } from '../http/body.ts'
import { createGrantProofs } from '../keys/grant-proofs.ts'
import { recallGrant } from '../ledger/offline/grants.ts'

const rememberedMax = 10_000

/**
 * @returns a function that sees to it that the ledger knows the grant which a till says it has: a restored server has
 * forgotten it, and what was promised on it is on its way (J7). Asks the database once for each grant.
 */
export function createRecall({ db, keys, log }: Deps) {
  const proofs = createGrantProofs(keys.card)
  const known = new Set<string>()

  return async ({ accountId, tillId }: Device, { grant }: Envelope): Promise<void> => {
    if (grant === null || known.has(grant.id)) return
    if (grant.tillId !== tillId || !proofs.isOurs(accountId, grant)) {
      return log.warn({ event: 'grant_not_ours', accountId, tillId, grantId: grant.id })
    }
    await db.write((tx) => recallGrant(tx, accountId, grant))
    if (known.size >= rememberedMax) known.clear()
    known.add(grant.id)
  }
}
