import { encodeEntries } from '../../core/card/book-page.ts'
import type { AccountId } from '../../core/ids.ts'
import { BookRequest } from '../../core/wire/offline.ts'
import { requireActive } from '../http/active-till.ts'
import type { Deps } from '../deps.ts'
import { ApiError } from '../http/errors.ts'
import { readBody } from '../http/body.ts'
import { countBook, pageEntries, readChanges, readChunks } from '../ledger/cards/book.ts'
import type { Handler } from '../http/handler.ts'

/** Transactions that began before a page was read may end after it: changes are told again from a little earlier. */
const overlapMs = 60_000
/** How long a count of the cards is good enough for a progress bar. */
const countMs = 60_000

/**
 * A page of the book, for an active till (O7). A cursor is `since` for the first page of changes and `since.asOf.tag` for the
 * pages after it; the changes after a whole reading begin where that began.
 */
export function book({ db, clock, programmes }: Deps): Handler<'book'> {
  const counts = new Map<AccountId, { atMs: number; cards: number }>()

  return async (c) => {
    const { accountId } = c.var.session
    const { cursor, fromChunk } = await readBody(c, BookRequest)
    const [, since, began, afterTag] =
      /^(\d{1,15})(?:\.(\d{1,15})\.([0-9a-f]{16}))?$/.exec(cursor ?? '') ?? []
    if (cursor !== null && !since) throw new ApiError('body_invalid', { detail: 'cursor' })
    return db.read(async (query) => {
      await requireActive(query, accountId, c.var.tillId)
      const nowMs = clock()
      const programme = await programmes.current(query, accountId)
      if (!programme) throw new ApiError('programme_missing')
      const moment = { nowMs, today: programmes.day(programme, nowMs) }
      let known = counts.get(accountId)
      if (!known || nowMs - known.atMs > countMs) {
        counts.set(accountId, (known = { atMs: nowMs, cards: await countBook(query, accountId) }))
      }
      const { cards } = known
      if (since === undefined) {
        const { entries, nextChunk } = await readChunks(query, accountId, fromChunk, moment)
        return { ...page(entries), cursor: String(nowMs), nextChunk, more: false, asOfMs: nowMs, cards }
      }
      const entries = await readChanges(
        query,
        accountId,
        Math.max(0, Number(since) - overlapMs),
        afterTag ?? '',
        moment,
      )
      const startedMs = Number(began ?? nowMs)
      const more = entries.length === pageEntries
      return {
        ...page(entries),
        cursor: more ? `${since}.${startedMs}.${entries.at(-1)!.tag}` : String(startedMs),
        nextChunk: null,
        more,
        asOfMs: startedMs,
        cards,
      }
    })
  }
}

const page = (entries: Parameters<typeof encodeEntries>[0]) => ({
  entries: Buffer.from(encodeEntries(entries)).toString('base64url'),
})
