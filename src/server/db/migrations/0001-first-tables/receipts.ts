/** The books: receipts, their operations, and the entries of these (L1, L2). Nothing here is ever changed or deleted. */
export const receiptTables: readonly string[] = [
  // A receipt is inserted together with its outcome; body is the text as the till sent it.
  `create table receipt (
    account_id text not null,
    id text not null,
    body text not null,
    digest text not null,
    till_id text,
    journal_id text,
    seq bigint,
    mode text,
    -- Which way it came in: checkout, till, manager, register, import.
    door text,
    -- Who wrote it; the session is the one that it was written in (J14).
    author_kind text,
    author_id text,
    employee_id text,
    session text,
    -- Where it was posted, as the server read it, and the accounting pair as it was used (M6).
    organisation_id text,
    store_id text,
    pair text,
    document_id text,
    draft_id text,
    -- The newest server moment that the till had heard when its draft began (M3).
    heard_at_ms bigint,
    grant_id text,
    stands_for text,
    -- Why a person did it. What they wrote stands elsewhere and can be erased (L2).
    reason_code text,
    reason_note_id text,
    happened_at_ms bigint,
    posted_at_ms bigint not null,
    status text not null,
    outcome text not null,
    applied_by text,
    -- What this server had answered before it was restored, of a receipt that waits although it had been applied (J7).
    applied_before text,
    voids text,
    primary key (account_id, id),
    foreign key (account_id, till_id) references till (account_id, id)
  )`,
  `create index receipt_of_till on receipt (account_id, till_id, posted_at_ms)`,
  `create index receipt_of_journal on receipt (account_id, journal_id, seq)`,
  `create index receipt_of_document on receipt (account_id, document_id) where document_id is not null`,
  `create index receipt_of_draft on receipt (account_id, draft_id) where draft_id is not null`,
  `create index receipt_of_grant on receipt (account_id, grant_id) where grant_id is not null`,
  `create index receipt_twin on receipt (account_id, stands_for) where stands_for is not null`,
  // A receipt is undone once, whatever the program above believes (C8).
  `create unique index receipt_voided_once on receipt (account_id, voids) where voids is not null`,
  // Which sale a receipt without a document was for (M11). A link stands while the receipt that made it does: at most one
  // of a receipt's does.
  `create table receipt_link (
    account_id text not null,
    receipt_id text not null,
    document_id text not null,
    linked_by text not null,
    primary key (account_id, receipt_id, linked_by),
    foreign key (account_id, receipt_id) references receipt (account_id, id),
    foreign key (account_id, linked_by) references receipt (account_id, id)
  )`,
  `create index link_of_document on receipt_link (account_id, document_id)`,
  `create table operation (
    account_id text not null,
    receipt_id text not null,
    n integer not null,
    card_id text not null,
    kind text not null,
    target_receipt_id text,
    -- The document that this operation rests on: which sort of name it has, the name, and the row in it.
    document_kind text,
    document_id text,
    document_row text,
    -- How the number came in: owners look at those that were typed (A5, A9).
    entered text,
    -- What proved that the card lay there (T1), and 1 where a person compared its last four digits (T16).
    proof_kind text,
    last_four_seen integer,
    -- Of the certificate's row of a load, as the document says it: no VAT is not the same as 0 %.
    vat_rate text,
    status_before text,
    status_after text not null,
    paid_after bigint not null,
    granted_after bigint not null,
    expires_after text,
    loss bigint not null,
    posted_at_ms bigint not null,
    chain_n bigint not null,
    hash text not null,
    primary key (account_id, receipt_id, n),
    unique (account_id, card_id, chain_n),
    foreign key (account_id, receipt_id) references receipt (account_id, id),
    foreign key (account_id, card_id) references card (account_id, id)
  )`,
  `create index operation_on_receipt on operation (account_id, target_receipt_id, card_id)
    where target_receipt_id is not null`,
  `create index operation_typed on operation (account_id, posted_at_ms) where entered = 'typed'`,
  `create table entry (
    account_id text not null,
    receipt_id text not null,
    operation_n integer not null,
    n integer not null,
    account text not null,
    card_id text not null,
    amount bigint not null,
    -- Of the load that this money came by.
    vat_rate text,
    primary key (account_id, receipt_id, operation_n, n),
    foreign key (account_id, receipt_id, operation_n) references operation (account_id, receipt_id, n)
  )`,
  `create index entry_of_card on entry (account_id, card_id)`,
]
