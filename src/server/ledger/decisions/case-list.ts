import * as v from 'valibot'
import { type AccountId, EmployeeId, ReceiptId, TillId } from '../../../core/ids.ts'
import { Kopecks } from '../../../core/money.ts'
import { CaseKind, Outcome } from '../../../core/receipt/outcome.ts'
import { CaseChoice, CaseId, type CaseView, choicesOf } from '../../../core/wire/cases.ts'
import { cashierOperations, neverPromised } from '../../../core/receipt/operations.ts'
import { Receipt } from '../../../core/receipt/receipt.ts'
import type { Query } from '../../db/db.ts'
import { parseFirst, parseRows } from '../../db/rows.ts'
import { textOf } from '../posting/receipts.ts'
import { Int, parseShape } from '../../../core/shape.ts'

const CaseRow = v.object({
  id: CaseId,
  kind: CaseKind,
  receiptId: v.nullable(ReceiptId),
  tillId: v.nullable(TillId),
  ordinal: v.nullable(Int),
  employeeId: v.nullable(EmployeeId),
  amountKopecks: v.nullable(Kopecks),
  happenedAtMs: v.nullable(Int),
  openedAtMs: Int,
  evidence: v.string(),
  closedAtMs: v.nullable(Int),
  choice: v.nullable(v.picklist([...CaseChoice.options, 'closed'])),
  note: v.nullable(v.string()),
  outcome: v.nullable(v.string()),
  mode: v.nullable(Receipt.entries.mode),
  body: v.nullable(v.string()),
})
const EvidenceText = v.record(v.string(), v.nullable(v.union([v.string(), v.pipe(v.number(), v.finite())])))

const select = `select c.id, c.kind, c.receipt_id as "receiptId", c.till_id as "tillId", t.ordinal,
  c.employee_id as "employeeId", c.amount as "amountKopecks", c.happened_at_ms as "happenedAtMs",
  c.opened_at_ms as "openedAtMs", c.evidence, c.closed_at_ms as "closedAtMs", c.choice, c.note, r.outcome,
  s.mode, case when c.closed_at_ms is null then s.body end as body
  from cases c left join till t on t.account_id = c.account_id and t.id = c.till_id
  left join receipt s on s.account_id = c.account_id and s.id = c.receipt_id
  left join receipt r on r.account_id = c.account_id and r.id = c.decision_receipt_id`

const listMax = 200
const decidedForMs = 30 * 24 * 3_600_000

function viewOf(row: v.InferOutput<typeof CaseRow>): CaseView {
  const { ordinal, evidence, closedAtMs, choice, note, outcome, mode, body, ...rest } = row
  return {
    ...rest,
    tillOrdinal: ordinal,
    evidence: parseShape(EvidenceText, JSON.parse(evidence)),
    choices: closedAtMs === null ? choicesFor(row.kind, { mode, body }) : [],
    decision:
      closedAtMs === null || choice === null
        ? null
        : {
            caseId: row.id,
            kind: row.kind,
            receiptId: row.receiptId,
            choice,
            note: note ?? '',
            decidedAtMs: closedAtMs,
            outcome: outcome === null ? null : parseShape(Outcome, JSON.parse(outcome)),
          },
  }
}

/**
 * What can be decided. `apply` is not offered where nobody may: for what a till may not ask for (A3), and for what is never
 * promised (O5).
 */
function choicesFor(kind: CaseKind, { mode, body }: Pick<v.InferOutput<typeof CaseRow>, 'mode' | 'body'>) {
  const choices = choicesOf[kind]
  if (!choices.includes('apply')) return [...choices]
  const receipt = body === null ? null : textOf({ mode, body })
  const isBookable = receipt?.operations.every(
    (one) => cashierOperations.has(one.kind) && !(mode === 'promise' && neverPromised.has(one.kind)),
  )
  return choices.filter((choice) => choice !== 'apply' || isBookable)
}

/** Open cases first, the newest first; then those decided lately, the last decision first. */
export async function listCases(query: Query, accountId: AccountId, nowMs: number): Promise<CaseView[]> {
  const rows = await query.all(
    `${select} where c.account_id = $1 and (c.closed_at_ms is null or c.closed_at_ms > $2)
      order by case when c.closed_at_ms is null then 0 else 1 end,
        coalesce(c.closed_at_ms, c.opened_at_ms) desc, c.id limit ${listMax}`,
    [accountId, nowMs - decidedForMs],
  )
  return parseRows(CaseRow, rows).map(viewOf)
}

export async function findCase(query: Query, accountId: AccountId, id: string): Promise<CaseView | null> {
  const row = parseFirst(
    CaseRow,
    await query.all(`${select} where c.account_id = $1 and c.id = $2`, [accountId, id]),
  )
  return row && viewOf(row)
}
