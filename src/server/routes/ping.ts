import { Envelope } from '../../core/wire-tills.ts'
import type { Deps } from '../deps.ts'
import { readBody } from '../http.ts'
import { casesOfTill } from '../ledger/till-head.ts'
import { findTill, headOf } from '../ledger/tills.ts'
import { createSeen } from '../seen.ts'
import type { Handler } from './handler.ts'

export function ping({ db, clock, nonces }: Deps): Handler<'ping'> {
  const seen = createSeen(db, clock)
  return async (c) => {
    const { accountId, tillId, epoch } = c.var.device
    const { decidedAfterMs } = await readBody(c, Envelope)
    await seen(accountId, tillId)
    return db.read(async (query) => ({
      headSeq: await headOf(query, accountId, tillId, epoch),
      serverTimeMs: clock(),
      nonce: nonces.issue(accountId, tillId),
      state: (await findTill(query, accountId, tillId))?.state ?? 'active',
      ...(await casesOfTill(query, accountId, tillId, decidedAfterMs)),
    }))
  }
}
