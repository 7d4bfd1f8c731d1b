/**
 * The tables. Every key begins with the account, so that no query can reach over to another tenant and PostgreSQL can
 * be partitioned. Moments are milliseconds since 1970 UTC, money is in minor units.
 */
export const tables: readonly string[] = [
  `create table programme (
    account_id text not null,
    version integer not null,
    id text not null,
    body text not null,
    set_by text not null,
    set_at_ms bigint not null,
    primary key (account_id, version)
  )`,
  // Counts the tills of an account, so that two that register at once get different ordinals.
  `create table account (
    account_id text not null primary key,
    tills integer not null
  )`,
  `create table till (
    account_id text not null,
    id text not null,
    ordinal integer not null,
    epoch bigint not null,
    head_seq bigint not null,
    made_at_ms bigint not null,
    primary key (account_id, id),
    unique (account_id, ordinal)
  )`,
  `create table session (
    account_id text not null,
    token_hash text not null,
    employee_id text not null,
    employee_name text not null,
    role text not null,
    till_id text,
    expires_at_ms bigint not null,
    primary key (account_id, token_hash),
    foreign key (account_id, till_id) references till (account_id, id)
  )`,
  `create table card (
    account_id text not null,
    id text not null,
    programme_id text not null,
    number_hash text not null,
    last4 text not null,
    status text not null,
    paid bigint not null,
    granted bigint not null,
    expires_on text,
    chain_length bigint not null,
    chain_head text not null,
    primary key (account_id, id),
    unique (account_id, number_hash),
    check (paid >= 0 and granted >= 0)
  )`,
  // A receipt is inserted together with its outcome; body is the text as the till sent it.
  `create table receipt (
    account_id text not null,
    id text not null,
    body text not null,
    digest text not null,
    till_id text,
    epoch bigint,
    seq bigint,
    mode text,
    employee_id text,
    document_id text,
    draft_id text,
    stands_for text,
    happened_at_ms bigint,
    posted_at_ms bigint not null,
    status text not null,
    outcome text not null,
    applied_by text,
    voids text,
    primary key (account_id, id),
    foreign key (account_id, till_id) references till (account_id, id)
  )`,
  `create index receipt_of_till on receipt (account_id, till_id, posted_at_ms)`,
  `create index receipt_of_epoch on receipt (account_id, till_id, epoch, seq)`,
  `create index receipt_of_document on receipt (account_id, document_id) where document_id is not null`,
  `create index receipt_of_draft on receipt (account_id, draft_id) where draft_id is not null`,
  `create index receipt_twin on receipt (account_id, stands_for) where stands_for is not null`,
  // A receipt is undone once, whatever the program above believes (C8).
  `create unique index receipt_voided_once on receipt (account_id, voids) where voids is not null`,
  `create table operation (
    account_id text not null,
    receipt_id text not null,
    n integer not null,
    card_id text not null,
    kind text not null,
    target_receipt_id text,
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
  `create table entry (
    account_id text not null,
    receipt_id text not null,
    operation_n integer not null,
    n integer not null,
    account text not null,
    card_id text not null,
    amount bigint not null,
    primary key (account_id, receipt_id, operation_n, n),
    foreign key (account_id, receipt_id, operation_n) references operation (account_id, receipt_id, n)
  )`,
  `create index entry_of_card on entry (account_id, card_id)`,
  `create table hold (
    account_id text not null,
    id text not null,
    till_id text not null,
    draft_id text not null,
    card_id text not null,
    purpose text not null,
    amount bigint not null,
    made_at_ms bigint not null,
    keep_until_ms bigint not null,
    released_at_ms bigint,
    primary key (account_id, id),
    foreign key (account_id, till_id) references till (account_id, id),
    foreign key (account_id, card_id) references card (account_id, id)
  )`,
  `create unique index hold_once on hold (account_id, card_id, till_id, draft_id) where released_at_ms is null`,
  `create index hold_of_draft on hold (account_id, till_id, draft_id) where released_at_ms is null`,
  `create table draft (
    account_id text not null,
    id text not null,
    till_id text not null,
    receipt_id text not null,
    body text not null,
    updated_at_ms bigint not null,
    dropped_at_ms bigint,
    primary key (account_id, id),
    foreign key (account_id, till_id) references till (account_id, id)
  )`,
  `create index draft_of_till on draft (account_id, till_id) where dropped_at_ms is null`,
  // Its row serialises receipts of different tills for one sale, so that together they cannot pass its sum (C5).
  `create table document (
    account_id text not null,
    id text not null,
    receipts bigint not null,
    primary key (account_id, id)
  )`,
  // What a human must decide. The text of a record that is stored nowhere else is kept here.
  `create table open_case (
    account_id text not null,
    receipt_id text not null,
    code text not null,
    digest text not null,
    till_id text,
    body text,
    opened_at_ms bigint not null,
    primary key (account_id, receipt_id, code, digest)
  )`,
]

/** History is only added to (L2). */
const insertOnly = ['receipt', 'operation', 'entry', 'programme']

export function sqliteInsertOnly(names: readonly string[]): string[] {
  return names.flatMap((table) =>
    ['update', 'delete'].map(
      (act) =>
        `create trigger ${table}_no_${act} before ${act} on ${table}
          begin select raise(abort, '${table} is insert-only'); end`,
    ),
  )
}

export function postgresInsertOnly(names: readonly string[]): string[] {
  return names.map(
    (table) =>
      `create trigger ${table}_insert_only before update or delete or truncate on ${table}
        for each statement execute function refuse_change()`,
  )
}

export const sqliteGuards: readonly string[] = sqliteInsertOnly(insertOnly)

export const postgresGuards: readonly string[] = [
  `create function refuse_change() returns trigger language plpgsql as
    $body$ begin raise exception '% is insert-only', tg_table_name; end $body$`,
  ...postgresInsertOnly(insertOnly),
]
