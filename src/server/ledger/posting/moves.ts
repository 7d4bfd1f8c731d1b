import * as v from 'valibot'
import type { AccountId, CardId } from '../../../core/ids.ts'
import { Kopecks } from '../../../core/money.ts'
import { Int } from '../../../core/shape.ts'
import type { CardMove } from '../../../core/wire/cards.ts'
import type { Query } from '../../db/db.ts'
import { parseRows } from '../../db/rows.ts'
import { linkStands } from './receipts.ts'

/** So many moves answer what a buyer asks: where the money went. */
const lastMax = 20

const MoveRow = v.object({
  kind: v.string(),
  postedAtMs: Int,
  till: v.nullable(Int),
  saleName: v.nullable(v.string()),
  balanceKopecks: Kopecks,
})

/** What was posted on a card last, newest first, as its chain of operations tells it. */
export async function movesOfCard(query: Query, accountId: AccountId, cardId: CardId): Promise<CardMove[]> {
  // One more than is told: what stood before it is what it changed.
  const rows = await query.all(
    `select o.kind, o.posted_at_ms as "postedAtMs", t.ordinal as till, d.name as "saleName",
        o.paid_after + o.granted_after as "balanceKopecks"
      from operation o
      join receipt r on r.account_id = o.account_id and r.id = o.receipt_id
      left join till t on t.account_id = r.account_id and t.id = r.till_id
      left join receipt_link k on k.account_id = r.account_id and k.receipt_id = r.id and ${linkStands}
      left join document_seen d
        on d.account_id = r.account_id and d.document_id = coalesce(r.document_id, k.document_id)
      where o.account_id = $1 and o.card_id = $2 order by o.chain_n desc limit ${lastMax + 1}`,
    [accountId, cardId],
  )
  const moves = parseRows(MoveRow, rows)
  return moves
    .map((move, at) => ({
      ...move,
      changeKopecks: move.balanceKopecks - (moves[at + 1]?.balanceKopecks ?? 0),
    }))
    .slice(0, lastMax)
}
