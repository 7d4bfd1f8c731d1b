import { addDays } from '../../core/card/validity.ts'
import type { Deps } from '../deps.ts'
import { ApiError } from '../http/errors.ts'
import { watchList } from '../ledger/audit/watch.ts'
import type { Handler } from '../http/handler.ts'

const watchedDays = 30

export function watch({ db, clock, programmes }: Deps): Handler<'watch'> {
  return (c) =>
    db.read(async (query) => {
      const { accountId } = c.var.session
      const programme = await programmes.current(query, accountId)
      if (!programme) throw new ApiError('programme_missing')
      const nowMs = clock()
      const since = addDays(programmes.day(programme, nowMs), -watchedDays)
      return watchList(query, accountId, nowMs, since)
    })
}
