/** What a human must know or decide. The id derives from what it is about, so that it is opened once. */
export const caseTables: readonly string[] = [
  `create table cases (
    account_id text not null,
    id text not null,
    kind text not null,
    receipt_id text,
    till_id text,
    draft_id text,
    document_id text,
    card_id text,
    store_id text,
    employee_id text,
    amount bigint,
    happened_at_ms bigint,
    evidence text not null,
    -- The text of a record that is stored nowhere else.
    body text,
    opened_at_ms bigint not null,
    closed_at_ms bigint,
    choice text,
    note text,
    decided_by text,
    decision_receipt_id text,
    primary key (account_id, id)
  )`,
  `create index case_open on cases (account_id, opened_at_ms) where closed_at_ms is null`,
  `create index case_of_till on cases (account_id, till_id, closed_at_ms)`,
  `create index case_of_receipt on cases (account_id, receipt_id) where receipt_id is not null`,
  `create index case_of_draft on cases (account_id) where kind = 'draft_unmatched' and closed_at_ms is null`,
]
