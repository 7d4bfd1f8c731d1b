/** The third version: keys of copies of a till (F9), each of which believes that an epoch is its own. */
export const branchTables: readonly string[] = [
  `create table branch_key (
    account_id text not null,
    till_id text not null,
    epoch bigint not null,
    public_key text not null,
    made_at_ms bigint not null,
    primary key (account_id, till_id, epoch, public_key),
    foreign key (account_id, till_id) references till (account_id, id)
  )`,
]
