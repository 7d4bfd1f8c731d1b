import * as v from 'valibot'
import { Kopecks } from '../../../core/money.ts'
import type { GrantUse } from '../../../core/receipt/grant.ts'
import type { Query } from '../../db/db.ts'
import { Difference } from './difference.ts'
import { chargedByCard, postedOn } from '../offline/grants.ts'
import { parseFirst, parseRows } from '../../db/rows.ts'
import { linkStands, notVoided } from '../posting/receipts.ts'
import { Int } from '../../../core/shape.ts'

/** What an outage has left in the books agrees too: what waits has a case, links have both ends, grants their sums. */
export async function verifyOffline(query: Query, accountId: string): Promise<void> {
  for (const [sql, what] of strays) {
    const row = parseFirst(IdRow, await query.all(`${sql} order by 1 limit 1`, [accountId]))
    if (row) throw new Difference(`receipt ${row.id}: ${what}`)
  }
  await verifyGrants(query, accountId)
}

const IdRow = v.object({ id: v.string() })

const standsBySelf = (receipt: string) => `${receipt}.status = 'applied' and ${receipt}.applied_by is null`

/** Each finds receipts that should not be there, and says what is wrong with them. */
const strays: readonly (readonly [string, string])[] = [
  [
    // Who waits with its ask or promise shares the case of that one (J2).
    `select r.id from receipt r where r.account_id = $1 and r.status = 'in_review' and not exists (
      select 1 from cases c join receipt s on s.account_id = c.account_id and s.id = c.receipt_id
      where c.account_id = r.account_id and (s.id = r.id or (s.till_id = r.till_id
        and (s.stands_for = r.id or s.id = r.stands_for or s.stands_for = r.stands_for))))`,
    'it is in review, and no case tells anybody',
  ],
  [
    `select p.id from receipt p join receipt a
      on a.account_id = p.account_id and a.id = p.stands_for and a.till_id = p.till_id
      where p.account_id = $1 and ${standsBySelf('p')} and ${standsBySelf('a')} and ${notVoided('a', 'id')}`,
    'it and the ask that it stands for were both applied',
  ],
  [
    `select c.receipt_id as id from cases c left join receipt d
      on d.account_id = c.account_id and d.id = c.decision_receipt_id
      where c.account_id = $1 and c.choice = 'apply' and coalesce(d.status, '') <> 'applied'`,
    'it was decided to be applied, and nothing was posted',
  ],
  [
    `select k.receipt_id as id from receipt_link k
      join receipt r on r.account_id = k.account_id and r.id = k.receipt_id
      join receipt l on l.account_id = k.account_id and l.id = k.linked_by
      where k.account_id = $1 and not (${standsBySelf('r')} and r.document_id is null
        and l.status = 'applied' and l.document_id = k.document_id)`,
    'its link to a sale does not agree with the receipts at its ends',
  ],
  [
    `select k.receipt_id as id from receipt_link k
      where k.account_id = $1 and ${linkStands} group by k.receipt_id having count(*) > 1`,
    'it is linked to a sale twice',
  ],
]

const GrantRow = v.object({
  id: v.string(),
  spentKopecks: Kopecks,
  loads: Int,
  loadsKopecks: Kopecks,
})

/** What was charged to a grant is what was posted on it (O1). */
async function verifyGrants(query: Query, accountId: string): Promise<void> {
  const rows = await query.all(
    `select id, spent as "spentKopecks", loads, loads_sum as "loadsKopecks" from offline_grant
      where account_id = $1 order by id`,
    [accountId],
  )
  for (const { id, ...sums } of parseRows(GrantRow, rows)) {
    const posted = await postedOn(query, accountId, id)
    const charged = { ...sums, byCard: await chargedByCard(query, accountId, id) }
    if (told(posted) !== told(charged)) {
      throw new Difference(
        `grant ${id}: ${posted.spentKopecks} and ${posted.loads} loads were posted on it, ` +
          `${charged.spentKopecks} and ${charged.loads} were charged`,
      )
    }
  }
}

const told = ({ spentKopecks, loads, loadsKopecks, byCard }: GrantUse): string =>
  JSON.stringify([spentKopecks, loads, loadsKopecks, Object.entries(byCard).sort()])
