import type { AccountId, TillId } from '../../core/ids.ts'
import type { Query } from '../db/db.ts'
import { ApiError } from './errors.ts'
import { findTill } from '../ledger/tills/tills.ts'

/**
 * Only an active till may ask for more than to hand over its journal. Told in the caller's own transaction, so that a till
 * that a manager shuts out is out with the next request, at every process of the server.
 *
 * @throws ApiError
 */
export async function requireActive(query: Query, accountId: AccountId, tillId: TillId): Promise<void> {
  const till = await findTill(query, accountId, tillId)
  if (till?.state !== 'active') throw new ApiError('till_not_active')
}
