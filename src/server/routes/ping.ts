import { Envelope } from '../../core/wire/tills.ts'
import type { Deps } from '../deps.ts'
import { readBody } from '../http/body.ts'
import { ApiError } from '../http/errors.ts'
import { missingIn } from '../ledger/tills/missing.ts'
import { receiptsAt } from '../ledger/tills/history.ts'
import { newsFor } from '../ledger/tills/head.ts'
import { findJournal } from '../ledger/tills/journals.ts'
import { createRecall } from '../intake/recall.ts'
import { createSeen } from '../intake/seen.ts'
import type { Handler } from '../http/handler.ts'

export function ping(deps: Deps): Handler<'ping'> {
  const { db, clock, nonces } = deps
  const seen = createSeen(db, clock)
  const recall = createRecall(deps)
  return async (c) => {
    const { accountId, tillId, journal: id } = c.var.device
    const envelope = await readBody(c, Envelope)
    await recall(c.var.device, envelope)
    await seen(accountId, id)
    return db.read(async (query) => {
      const journal = await findJournal(query, accountId, id)
      // Restored while the process runs: the key is remembered, its journal is not.
      if (!journal) throw new ApiError('till_unknown')
      const { headSeq, state } = journal
      const seq = Math.min(headSeq, envelope.headSeq)
      return {
        headSeq,
        serverTimeMs: clock(),
        ...nonces.issue(accountId, tillId),
        state,
        ...(await newsFor(query, accountId, tillId, envelope)),
        missing: await missingIn(query, accountId, tillId, id),
        atHead: await receiptsAt(query, accountId, { journal: id, seq }),
      }
    })
  }
}
