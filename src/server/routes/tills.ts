import { TillId } from '../../core/ids.ts'
import { TillStateRequest } from '../../core/wire/tills.ts'
import type { Deps } from '../deps.ts'
import { ApiError } from '../http/errors.ts'
import { readBody, readId } from '../http/body.ts'
import { changeTillState, closeForks, listTills } from '../ledger/tills/states.ts'
import type { Handler } from '../http/handler.ts'

export function tills({ db }: Deps): Handler<'tills'> {
  return async (c) => {
    const { accountId } = c.var.session
    return { tills: await db.read((query) => listTills(query, accountId)), next: null }
  }
}

/** A manager shuts a till out, lets it in again, or has it start anew. */
export function tillState({ db, clock, log }: Deps): Handler<'tillState'> {
  return async (c) => {
    const { accountId, employeeId } = c.var.session
    const id = readId(c, TillId)
    const { state } = await readBody(c, TillStateRequest)
    const change = await db.write(async (tx) => {
      const done = await changeTillState(tx, accountId, id, state)
      if (done === 'done' && state === 'retired') await closeForks(tx, accountId, id, employeeId, clock())
      return done
    })
    switch (change) {
      case 'till_unknown':
        throw new ApiError('till_unknown', { status: 404 })
      case 'not_possible':
        throw new ApiError('choice_unknown')
      case 'done':
        log.info({ event: 'till_state_set', accountId, tillId: id, state, employeeId })
        return { state }
    }
  }
}
