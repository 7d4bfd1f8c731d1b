import { Envelope } from '../../core/wire/tills.ts'
import type { Deps } from '../deps.ts'
import { readBody } from '../http/body.ts'
import { missingIn } from '../ledger/tills/missing.ts'
import { receiptsAt } from '../ledger/tills/history.ts'
import { newsFor } from '../ledger/tills/head.ts'
import { findTill, headOf } from '../ledger/tills/tills.ts'
import { createRecall } from '../intake/recall.ts'
import { createSeen } from '../intake/seen.ts'
import type { Handler } from '../http/handler.ts'

export function ping(deps: Deps): Handler<'ping'> {
  const { db, clock, nonces } = deps
  const seen = createSeen(db, clock)
  const recall = createRecall(deps)
  return async (c) => {
    const { accountId, tillId, epoch } = c.var.device
    const envelope = await readBody(c, Envelope)
    await recall(envelope)
    await seen(accountId, tillId)
    return db.read(async (query) => {
      const headSeq = await headOf(query, accountId, tillId, epoch)
      const seq = Math.min(headSeq, envelope.headSeq)
      return {
        headSeq,
        serverTimeMs: clock(),
        nonce: nonces.issue(accountId, tillId),
        state: (await findTill(query, accountId, tillId))?.state ?? 'active',
        ...(await newsFor(query, accountId, tillId, envelope)),
        missing: await missingIn(query, accountId, tillId, epoch),
        atHead: await receiptsAt(query, accountId, { id: tillId, epoch, seq }),
      }
    })
  }
}
