/** What belongs to an account as a whole: its programmes, the count of its tills, the keys that numbers are sealed to. */
export const accountTables: readonly string[] = [
  // Counts the tills of an account, so that two that register at once get different ordinals.
  `create table account (
    account_id text not null primary key,
    tills integer not null
  )`,
  // Rules are replaced by a higher version; several programmes may stand beside each other (C11).
  `create table programme (
    account_id text not null,
    id text not null,
    version integer not null,
    body text not null,
    set_by text not null,
    set_at_ms bigint not null,
    primary key (account_id, id, version)
  )`,
  // The newest version of an account, asked for with every receipt.
  `create index programme_newest on programme (account_id, version)`,
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
]
