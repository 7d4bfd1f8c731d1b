import * as v from 'valibot'
import { type AccountId, ReceiptId, type TillId } from '../../../core/ids.ts'
import { CaseKind, Outcome } from '../../../core/receipt/outcome.ts'
import { CaseChoice, type CaseDecision, CaseId } from '../../../core/wire/cases.ts'
import type { Envelope, TillHead } from '../../../core/wire/tills.ts'
import type { Query } from '../../db/db.ts'
import { isOver } from '../offline/grants.ts'
import { parseRows } from '../../db/rows.ts'
import { Int, parseShape } from '../../../core/shape.ts'

const CaseRow = v.object({
  caseId: CaseId,
  kind: CaseKind,
  receiptId: v.nullable(ReceiptId),
  choice: v.nullable(v.picklist([...CaseChoice.options, 'closed'])),
  note: v.nullable(v.string()),
  closedAtMs: v.nullable(Int),
  outcome: v.nullable(v.string()),
})

/** More decisions than this come with the next answers. */
const decisionsMax = 100

/** What a till has to hear, by what it knows: decisions about its records, how many of its cases wait, an end of its grant. */
export async function newsFor(
  query: Query,
  accountId: AccountId,
  tillId: TillId,
  { decidedAfterMs, grant }: Pick<Envelope, 'decidedAfterMs' | 'grant'>,
): Promise<Pick<TillHead, 'casesOpen' | 'decisions' | 'grantIsOver' | 'undelivered'>> {
  const rows = await query.all(
    `select c.id as "caseId", c.kind, c.receipt_id as "receiptId", c.choice, c.note, c.closed_at_ms as "closedAtMs",
      r.outcome from cases c
      left join receipt r on r.account_id = c.account_id and r.id = c.decision_receipt_id
      where c.account_id = $1 and c.till_id = $2 and (c.closed_at_ms is null or c.closed_at_ms > $3)
      order by c.closed_at_ms, c.opened_at_ms`,
    [accountId, tillId, decidedAfterMs],
  )
  const cases = parseRows(CaseRow, rows)
  const decisions: CaseDecision[] = []
  for (const { closedAtMs, choice, note, outcome, ...rest } of cases) {
    if (closedAtMs === null || choice === null || decisions.length >= decisionsMax) continue
    decisions.push({
      ...rest,
      choice,
      note: note ?? '',
      decidedAtMs: closedAtMs,
      outcome: outcome === null ? null : parseShape(Outcome, JSON.parse(outcome)),
    })
  }
  return {
    casesOpen: cases.filter((one) => one.closedAtMs === null).length,
    decisions,
    grantIsOver: grant !== null && (await isOver(query, accountId, grant.id)),
    undelivered: [],
  }
}
