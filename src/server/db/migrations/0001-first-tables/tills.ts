/** Tills, their journals with the keys that they prove themselves by, employees, and their sessions at tills. */
export const tillTables: readonly string[] = [
  `create table till (
    account_id text not null,
    id text not null,
    ordinal integer not null,
    state text not null default 'active',
    -- 1 where the till keeps its journal, 0 for a visit (T6).
    durable integer,
    admitted_by text,
    admitted_at_ms bigint,
    ended_why text,
    ended_at_ms bigint,
    made_at_ms bigint not null,
    primary key (account_id, id),
    unique (account_id, ordinal)
  )`,
  // A till is a chain of journals and has the id of the first. A journal's id is the hash of its key (J3); a new one names
  // the one before it, how far that was here and how far it was ever given, and is signed by its key. The signature is
  // null where that key was lost and the server's mark has vouched (T7).
  `create table journal (
    account_id text not null,
    id text not null,
    till_id text not null,
    public_key text not null,
    parent_id text,
    parent_head_seq bigint,
    parent_given_seq bigint,
    parent_signature text,
    head_seq bigint not null,
    -- The server's mark of the head, as the till heard it (T7).
    head_mark text,
    -- Up to here the till knows the outcomes, refusals too (T5).
    settled_seq bigint,
    -- When the till went on in another one, and the highest number ever given here, where the end was lost (F7).
    over_at_ms bigint,
    end_seq bigint,
    -- One that was begun later from a journal before this one. Both can only be used by two copies of the till (F9).
    rival_id text,
    made_at_ms bigint not null,
    seen_at_ms bigint not null,
    primary key (account_id, id),
    foreign key (account_id, till_id) references till (account_id, id)
  )`,
  `create index journal_of_till on journal (account_id, till_id, made_at_ms)`,
  `create index journal_of_parent on journal (account_id, parent_id) where parent_id is not null`,
  // As MoySklad said last. A short answer tells no rights and can only lessen what the last full one told (A3).
  `create table employee (
    account_id text not null,
    id text not null,
    name text not null,
    role text not null,
    may_sell integer not null,
    -- A JSON list of the points of sale where this person is a cashier.
    store_ids text not null,
    primary key (account_id, id)
  )`,
  `create table session (
    account_id text not null,
    token_hash text not null,
    employee_id text not null,
    till_id text,
    expires_at_ms bigint not null,
    primary key (account_id, token_hash),
    foreign key (account_id, employee_id) references employee (account_id, id),
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
