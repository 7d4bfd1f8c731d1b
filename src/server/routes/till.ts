import { TillRequest } from '../../core/wire.ts'
import type { Deps } from '../deps.ts'
import { ApiError } from '../errors.ts'
import { readBody } from '../http.ts'
import { bindSession } from '../ledger/sessions.ts'
import { headOf, registerTill, tillName } from '../ledger/tills.ts'
import type { Handler } from './handler.ts'

/** Makes the till known and the session its own; a session speaks for one till as long as it lives. */
export function till({ db, clock }: Deps): Handler<'till'> {
  return async (c) => {
    const { accountId } = c.var.session
    const { id, epoch } = await readBody(c, TillRequest)
    const { ordinal, headSeq } = await db.write(async (tx) => {
      const registered = await registerTill(tx, accountId, id, epoch, clock())
      if (!(await bindSession(tx, accountId, c.var.tokenHash, id))) throw new ApiError('till_unknown')
      return { ordinal: registered.ordinal, headSeq: await headOf(tx, accountId, id, epoch) }
    })
    return { name: tillName(ordinal), head: { headSeq, serverTimeMs: clock() } }
  }
}
