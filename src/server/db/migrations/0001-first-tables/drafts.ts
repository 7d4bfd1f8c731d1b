/** Receipts that are prepared while their sale is not saved yet, and the sales (M2, M3). */
export const draftTables: readonly string[] = [
  `create table draft (
    account_id text not null,
    id text not null,
    till_id text not null,
    receipt_id text not null,
    body text not null,
    updated_at_ms bigint not null,
    dropped_at_ms bigint,
    -- Every draft is looked at once after its last change, whether its sale has come.
    swept_at_ms bigint,
    primary key (account_id, id),
    foreign key (account_id, till_id) references till (account_id, id)
  )`,
  `create index draft_of_till on draft (account_id, till_id) where dropped_at_ms is null`,
  `create index draft_to_sweep on draft (updated_at_ms) where dropped_at_ms is null and swept_at_ms is null`,
  // Its row serialises receipts of different tills for one sale, so that together they cannot pass its sum (C5).
  `create table document (
    account_id text not null,
    id text not null,
    receipts bigint not null,
    primary key (account_id, id)
  )`,
  // When the server first read each sale, which tells whether it is older than a draft (M3). made_at_ms is by MoySklad's
  // clock, seen_at_ms by the server's: the two are never compared. name is the sale's number, for people.
  `create table document_seen (
    account_id text not null,
    document_id text not null,
    name text not null,
    made_at_ms bigint not null,
    seen_at_ms bigint not null,
    primary key (account_id, document_id)
  )`,
  `create index document_seen_at on document_seen (account_id, seen_at_ms)`,
]
