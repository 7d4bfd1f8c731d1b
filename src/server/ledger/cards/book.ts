import * as v from 'valibot'
import { type BookEntry, chunkOfTag } from '../../../core/card/book.ts'
import { CardStatus, cardState } from '../../../core/card/card.ts'
import { type AccountId, CardId } from '../../../core/ids.ts'
import { Kopecks, kopecks } from '../../../core/money.ts'
import { holdKeepMs } from '../../../core/card/hold.ts'
import type { Query } from '../../db/db.ts'
import { parseFirst, parseRows } from '../../db/rows.ts'
import { Int } from '../../../core/shape.ts'

/** The book as tills read it (O7): chunk by chunk at first, then what has changed. */

const EntryRow = v.object({
  tag: v.string(),
  id: CardId,
  last4: v.string(),
  status: CardStatus,
  paidKopecks: Kopecks,
  grantedKopecks: Kopecks,
  expiresOn: v.nullable(v.string()),
  heldKopecks: v.nullable(Int),
  reserved: v.nullable(Int),
})
const CountRow = v.object({ n: Int })

/** 8 000 entries are 288 000 bytes. */
export const pageEntries = 8_000

/** What any till holds is not there for a promise without a hold, this till's own holds included. */
const select = `select c.book_tag as tag, c.id, c.last4, c.status, c.paid as "paidKopecks",
  c.granted as "grantedKopecks", c.expires_on as "expiresOn", h.held as "heldKopecks", h.reserved
  from card c left join (
    select card_id, cast(sum(amount) as bigint) as held, max(case when purpose = 'load' then 1 else 0 end) as reserved
      from hold where account_id = $1 and released_at_ms is null and keep_until_ms > $2 group by card_id
  ) h on h.card_id = c.id`

function entryOf(row: v.InferOutput<typeof EntryRow>, today: string): BookEntry {
  const card = { ...row }
  const state = cardState(card, today)
  return {
    tag: row.tag,
    cardId: row.id,
    last4: row.last4,
    // A card that somebody is about to sell is not for sale here: to a till without the line it is as good as sold.
    state: state === 'unsold' && row.reserved === 1 ? 'used_up' : state,
    availableKopecks: kopecks(Math.max(0, row.paidKopecks + row.grantedKopecks - (row.heldKopecks ?? 0))),
    expiresOn: row.expiresOn,
  }
}

export interface Moment {
  nowMs: number
  today: string
}

/** All cards of some whole chunks, from `fromChunk` on. @returns the chunk to go on with, or null after the last one */
export async function readChunks(
  query: Query,
  accountId: AccountId,
  fromChunk: number,
  { nowMs, today }: Moment,
): Promise<{ entries: BookEntry[]; nextChunk: number | null }> {
  const rows = async (from: string, below: string, limit: number) =>
    parseRows(
      EntryRow,
      await query.all(
        `${select} where c.account_id = $1 and c.book_tag >= $3 and c.book_tag < $4
          order by c.book_tag limit ${limit}`,
        [accountId, nowMs, from, below],
      ),
    )
  const found = await rows(tagFrom(fromChunk), tagFrom(256), pageEntries + 1)
  if (found.length <= pageEntries)
    return { entries: found.map((row) => entryOf(row, today)), nextChunk: null }
  // The last chunk is cut: it comes whole with the next page, unless it is the only one.
  const last = chunkOfTag(found[pageEntries]!.tag)
  const whole = found.filter((row) => chunkOfTag(row.tag) < last)
  if (whole.length > 0) return { entries: whole.map((row) => entryOf(row, today)), nextChunk: last }
  const large = await rows(tagFrom(last), tagFrom(last + 1), 10_000_000)
  return { entries: large.map((row) => entryOf(row, today)), nextChunk: last === 255 ? null : last + 1 }
}

/**
 * Cards that have changed, or whose money became held or free, after a moment; in the order of their tags.
 *
 * @param afterTag where the page before ended; empty for the first one
 */
export async function readChanges(
  query: Query,
  accountId: AccountId,
  sinceMs: number,
  afterTag: string,
  { nowMs, today }: Moment,
): Promise<BookEntry[]> {
  // A hold says by its end when it was made or renewed last.
  const rows = await query.all(
    `${select} where c.account_id = $1 and c.book_tag > $3 and c.id in (
      select id from card where account_id = $1 and changed_at_ms >= $4
      union select card_id from hold where account_id = $1 and keep_until_ms >= $5
      union select card_id from hold where account_id = $1 and released_at_ms >= $4
      union select card_id from hold where account_id = $1 and keep_until_ms >= $4 and keep_until_ms <= $2)
      order by c.book_tag limit ${pageEntries}`,
    [accountId, nowMs, afterTag, sinceMs, sinceMs + holdKeepMs],
  )
  return parseRows(EntryRow, rows).map((row) => entryOf(row, today))
}

export async function countBook(query: Query, accountId: AccountId): Promise<number> {
  const rows = await query.all(
    'select count(*) as n from card where account_id = $1 and book_tag is not null',
    [accountId],
  )
  return parseFirst(CountRow, rows)?.n ?? 0
}

/** The lowest tag of a chunk; above all tags for 256. */
const tagFrom = (chunk: number) => (chunk > 255 ? 'g' : chunk.toString(16).padStart(2, '0'))
