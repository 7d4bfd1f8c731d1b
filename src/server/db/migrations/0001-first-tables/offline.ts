/** What tills may promise without the line (O1). */
export const offlineTables: readonly string[] = [
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
  `create index grant_open on offline_grant (account_id, till_id) where closed_at_ms is null`,
  `create table grant_card (
    account_id text not null,
    grant_id text not null,
    card_id text not null,
    spent bigint not null,
    primary key (account_id, grant_id, card_id)
  )`,
]
