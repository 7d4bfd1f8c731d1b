import { addDays } from '../../core/validity.ts'
import type { Deps } from '../deps.ts'
import { ApiError } from '../errors.ts'
import { watchList } from '../ledger/watch.ts'
import type { Handler } from './handler.ts'

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
