/** Tills, the keys that they prove themselves by, and the sessions of people at them. */
export const tillTables: readonly string[] = [
  `create table till (
    account_id text not null,
    id text not null,
    ordinal integer not null,
    epoch bigint not null,
    head_seq bigint not null,
    -- When the newest epoch began: what happens later in an older one was written by a copy of the till.
    epoch_at_ms bigint not null,
    -- The server's mark of the head, as the till heard it (T7).
    head_mark text,
    -- Up to here the till knows the outcomes, refusals too (T5).
    settled_seq bigint,
    state text not null default 'active',
    -- 1 where the till keeps its journal, 0 for a visit (T6).
    durable integer,
    admitted_by text,
    admitted_at_ms bigint,
    ended_why text,
    ended_at_ms bigint,
    made_at_ms bigint not null,
    last_seen_at_ms bigint not null,
    primary key (account_id, id),
    unique (account_id, ordinal)
  )`,
  // A till has a key for each epoch of its journal (J3). A new key names the one before it and is signed by it (T7).
  `create table device (
    account_id text not null,
    till_id text not null,
    epoch bigint not null,
    public_key text not null,
    parent_key text,
    parent_signature text,
    made_at_ms bigint not null,
    primary key (account_id, till_id, epoch),
    foreign key (account_id, till_id) references till (account_id, id)
  )`,
  // Keys of copies of a till (F9), each of which believes that an epoch is its own.
  `create table branch_key (
    account_id text not null,
    till_id text not null,
    epoch bigint not null,
    public_key text not null,
    parent_key text,
    parent_signature text,
    made_at_ms bigint not null,
    primary key (account_id, till_id, epoch, public_key),
    foreign key (account_id, till_id) references till (account_id, id)
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
  // Cards that were looked at for no sale, by person and day (A9).
  `create table lookup_count (
    account_id text not null,
    day text not null,
    till_id text not null,
    employee_id text not null,
    looked bigint not null,
    primary key (account_id, day, till_id, employee_id)
  )`,
]
