import type { Deps } from '../deps.ts'
import { findTill } from '../ledger/tills.ts'
import type { Handler } from './handler.ts'

export function ping({ db, clock }: Deps): Handler<'ping'> {
  return async (c) => {
    const till = await db.read((query) => findTill(query, c.var.session.accountId, c.var.tillId))
    return { headSeq: till?.headSeq ?? 0, serverTimeMs: clock() }
  }
}
