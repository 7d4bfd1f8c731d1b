/** Cards with their balances (L3). */
export const cardTables: readonly string[] = [
  `create table card (
    account_id text not null,
    id text not null,
    programme_id text not null,
    -- Null for a card that was added by itself.
    batch_id text,
    number_hash text not null,
    last4 text not null,
    -- Of the code under the scratch field, where the batch was made with one (T16).
    second_code_hash text,
    -- Opens the number for a label that is still to be printed (L9).
    label_key text,
    -- Who knows the balance: the ledger itself, or another service that keeps the card.
    authority text not null default 'ledger',
    -- 1 for a card that people learn with: its entries go to an account of their own.
    training integer not null default 0,
    status text not null,
    paid bigint not null,
    granted bigint not null,
    expires_on text,
    -- Cards that took each other's place (C10).
    replaced_by text,
    replaces text,
    -- When somebody looked the number up before its sale: perhaps the card was copied (T16).
    first_looked_at_ms bigint,
    chain_length bigint not null,
    chain_head text not null,
    -- How a till knows the card without the line, and since when it is as it is (O7).
    book_tag text,
    changed_at_ms bigint not null,
    primary key (account_id, id),
    unique (account_id, number_hash),
    check (paid >= 0 and granted >= 0)
  )`,
  `create index card_changed on card (account_id, changed_at_ms, id)`,
  `create index card_of_book on card (account_id, book_tag)`,
]
