/** The second version: tills with keys, grants, the book, cases, receipts that are linked to their sales. */
export const offlineTables: readonly string[] = [
  `alter table till add column state text not null default 'active'`,
  `alter table till add column last_seen_at_ms bigint not null default 0`,
  // When the newest epoch began: what happens later in an older one was written by a copy of the till.
  `alter table till add column epoch_at_ms bigint not null default 0`,
  // A till has a key for each epoch of its journal (J3).
  `create table device (
    account_id text not null,
    till_id text not null,
    epoch bigint not null,
    public_key text not null,
    made_at_ms bigint not null,
    primary key (account_id, till_id, epoch),
    foreign key (account_id, till_id) references till (account_id, id)
  )`,
  // Keys that card numbers are sealed to; old ones are kept, since a record may come after a year. Their secrets are
  // encrypted under the server's own key (A7).
  `create table seal_key (
    account_id text not null,
    id text not null,
    public_key text not null,
    secret text not null,
    made_at_ms bigint not null,
    primary key (account_id, id)
  )`,
  `alter table receipt add column session text`,
  `alter table receipt add column grant_id text`,
  `create index receipt_of_grant on receipt (account_id, grant_id) where grant_id is not null`,
  // How the number of the card came in: owners look at those that were typed (A5, A9).
  `alter table operation add column entered text`,
  `create index operation_typed on operation (account_id, posted_at_ms) where entered = 'typed'`,
  // Which sale a receipt without a document was for (M11); a receipt belongs to one sale.
  `create table receipt_link (
    account_id text not null,
    receipt_id text not null,
    document_id text not null,
    linked_by text not null,
    primary key (account_id, receipt_id),
    foreign key (account_id, receipt_id) references receipt (account_id, id),
    foreign key (account_id, linked_by) references receipt (account_id, id)
  )`,
  `create index link_of_document on receipt_link (account_id, document_id)`,
  // Who ended a hold: its till, the receipt that spent it, or a manager, who takes the loss (O2).
  `alter table hold add column released_by text`,
  // A release that came before its hold: the hold must not be made any more.
  `create table hold_never (
    account_id text not null,
    id text not null,
    till_id text not null,
    at_ms bigint not null,
    primary key (account_id, id)
  )`,
  `create table offline_policy (
    account_id text not null,
    version integer not null,
    body text not null,
    set_by text not null,
    set_at_ms bigint not null,
    primary key (account_id, version)
  )`,
  // body holds the limits as the till got them; the sums say what has been charged on arrival.
  `create table offline_grant (
    account_id text not null,
    id text not null,
    till_id text not null,
    after_id text,
    body text not null,
    sum bigint not null,
    spent bigint not null default 0,
    loads bigint not null default 0,
    loads_sum bigint not null default 0,
    issued_at_ms bigint not null,
    closed_at_ms bigint,
    closed_by text,
    primary key (account_id, id),
    foreign key (account_id, till_id) references till (account_id, id)
  )`,
  `create index hold_by_end on hold (account_id, keep_until_ms)`,
  `create index hold_by_release on hold (account_id, released_at_ms) where released_at_ms is not null`,
  `create index hold_let_go on hold (account_id, till_id) where released_by = 'manager'`,
  `create index grant_open on offline_grant (account_id, till_id) where closed_at_ms is null`,
  `create table grant_card (
    account_id text not null,
    grant_id text not null,
    card_id text not null,
    spent bigint not null,
    primary key (account_id, grant_id, card_id)
  )`,
  // The book (O7): how a till knows the card without the line, and since when it is as it is.
  `alter table card add column book_tag text`,
  `alter table card add column changed_at_ms bigint not null default 0`,
  `create index card_changed on card (account_id, changed_at_ms, id)`,
  `create index card_of_book on card (account_id, book_tag)`,
  // What a human must know or decide. The id derives from what it is about, so that it is opened once.
  `drop table open_case`,
  `create table cases (
    account_id text not null,
    id text not null,
    kind text not null,
    receipt_id text,
    till_id text,
    draft_id text,
    employee_id text,
    amount bigint,
    happened_at_ms bigint,
    evidence text not null,
    body text,
    opened_at_ms bigint not null,
    closed_at_ms bigint,
    choice text,
    note text,
    decided_by text,
    decision_receipt_id text,
    primary key (account_id, id)
  )`,
  // Every draft is looked at once after its last change, whether its sale has come (M3).
  `alter table draft add column swept_at_ms bigint`,
  `create index draft_to_sweep on draft (updated_at_ms) where dropped_at_ms is null and swept_at_ms is null`,
  `create index case_of_draft on cases (account_id) where kind = 'draft_unmatched' and closed_at_ms is null`,
  // Cards that were looked at for no sale, by person and day (A9).
  `create table lookup_count (
    account_id text not null,
    day text not null,
    till_id text not null,
    employee_id text not null,
    looked bigint not null,
    primary key (account_id, day, till_id, employee_id)
  )`,
  `create index case_open on cases (account_id, opened_at_ms) where closed_at_ms is null`,
  `create index case_of_till on cases (account_id, till_id, closed_at_ms)`,
  `create index case_of_receipt on cases (account_id, receipt_id) where receipt_id is not null`,
]

/** History is only added to (L2). */
export const offlineInsertOnly = ['receipt_link', 'offline_policy']
