import * as v from 'valibot'
import type { SaleDocument } from '../../core/draft/draft.ts'
import { type AccountId, DocumentId } from '../../core/ids.ts'
import type { Db, Query } from '../db/db.ts'
import { parseRows } from '../db/rows.ts'
import { Int } from '../../core/shape.ts'

/** As much of a sale as its order needs, and its number for people. */
type Seen = Pick<SaleDocument, 'id' | 'name' | 'createdAtMs'>

const SeenRow = v.object({ documentId: DocumentId, name: v.string(), seenAtMs: Int })
type SeenSale = v.InferOutput<typeof SeenRow>
const MadeRow = v.object({ madeAtMs: Int })

/** Rows of one statement; the engines bind so many parameters at least. */
const chunkMax = 100
/** MoySklad's moments of making follow ours of reading, give or take these. */
const newestAmong = 20

/** When the server first read these sales, and the numbers that they had then; those that it has never read are missing. */
export async function seenAmong(
  query: Query,
  accountId: AccountId,
  ids: readonly DocumentId[],
): Promise<Map<DocumentId, SeenSale>> {
  const seen = new Map<DocumentId, SeenSale>()
  for (const some of chunks(ids)) {
    const rows = await query.all(
      `select document_id as "documentId", name, seen_at_ms as "seenAtMs" from document_seen
        where account_id = $1 and document_id in (${some.map((_, n) => `$${n + 2}`).join(', ')})`,
      [accountId, ...some],
    )
    for (const row of parseRows(SeenRow, rows)) seen.set(row.documentId, row)
  }
  return seen
}

/** When the newest sale that was read by a moment was made, by MoySklad's clock; null for none. */
export async function newestMadeBy(
  query: Query,
  accountId: AccountId,
  seenByMs: number,
): Promise<number | null> {
  const rows = await query.all(
    `select made_at_ms as "madeAtMs" from document_seen where account_id = $1 and seen_at_ms <= $2
      order by seen_at_ms desc limit ${newestAmong}`,
    [accountId, seenByMs],
  )
  const made = parseRows(MadeRow, rows).map((row) => row.madeAtMs)
  return made.length > 0 ? Math.max(...made) : null
}

/**
 * Notes that the server has read these sales. A sale keeps the moment at which it was read first.
 *
 * @param seenAtMs taken after MoySklad's answer: a sale that was made while it was asked is not older than that
 */
export async function noteSeen(
  db: Db,
  accountId: AccountId,
  documents: readonly Seen[],
  seenAtMs: number,
): Promise<void> {
  const ids = documents.map(({ id }) => id)
  const known = await db.read((query) => seenAmong(query, accountId, ids))
  // Most are read again and again: that must not cost a turn of the writer, for which tills wait.
  const fresh = [...new Map(documents.map((one) => [one.id, one])).values()].filter(
    ({ id }) => !known.has(id),
  )
  if (fresh.length === 0) return
  await db.write(async (tx) => {
    for (const some of chunks(fresh)) {
      const row = (_: Seen, n: number) => `($1, $${3 * n + 3}, $${3 * n + 4}, $${3 * n + 5}, $2)`
      await tx.run(
        `insert into document_seen (account_id, document_id, name, made_at_ms, seen_at_ms)
          values ${some.map(row).join(', ')} on conflict (account_id, document_id) do nothing`,
        [accountId, seenAtMs, ...some.flatMap(({ id, name, createdAtMs }) => [id, name, createdAtMs])],
      )
    }
  })
}

function chunks<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / chunkMax) }, (_, n) =>
    all.slice(n * chunkMax, (n + 1) * chunkMax),
  )
}
