/** Money and unsold cards that are kept for somebody (O2). */
export const holdTables: readonly string[] = [
  `create table hold (
    account_id text not null,
    id text not null,
    card_id text not null,
    purpose text not null,
    -- A till with a draft, a point of a register, or the system, which names itself in holder_id.
    holder_kind text not null default 'till',
    holder_id text,
    till_id text,
    draft_id text,
    -- The business it is for: an ask with the promises that stand for it (T5).
    receipt_id text,
    employee_id text,
    -- Hard: nobody else may have it. Soft ones come with their step.
    strength text not null default 'hard',
    -- By a look-up of the number, or out of the book; only the first proves possession (T1).
    made_by text,
    amount bigint not null,
    -- What of it its till has spent on another draft since: the card does not have it any more.
    uncovered bigint not null default 0,
    made_at_ms bigint not null,
    keep_until_ms bigint not null,
    released_at_ms bigint,
    -- Who ended it: its till, the receipt that spent it, or a manager, who takes the loss.
    released_by text,
    spent_by text,
    primary key (account_id, id),
    foreign key (account_id, till_id) references till (account_id, id),
    foreign key (account_id, card_id) references card (account_id, id),
    check (holder_kind <> 'till' or (till_id is not null and draft_id is not null))
  )`,
  `create unique index hold_once on hold (account_id, card_id, till_id, draft_id) where released_at_ms is null`,
  `create index hold_of_draft on hold (account_id, till_id, draft_id) where released_at_ms is null`,
  `create index hold_by_end on hold (account_id, keep_until_ms)`,
  `create index hold_by_release on hold (account_id, released_at_ms) where released_at_ms is not null`,
  `create index hold_let_go on hold (account_id, till_id) where released_by = 'manager'`,
  `create index hold_uncovered on hold (account_id) where uncovered > 0`,
  // A release that came before its hold: the hold must not be made any more.
  `create table hold_never (
    account_id text not null,
    id text not null,
    till_id text not null,
    at_ms bigint not null,
    primary key (account_id, id)
  )`,
]
