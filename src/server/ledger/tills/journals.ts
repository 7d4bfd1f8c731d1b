import * as v from 'valibot'
import { type AccountId, JournalId, TillId } from '../../../core/ids.ts'
import { TillState } from '../../../core/wire/tills.ts'
import type { Query, Tx } from '../../db/db.ts'
import { parseFirst } from '../../db/rows.ts'
import { Int } from '../../../core/shape.ts'

const JournalRow = v.object({
  tillId: TillId,
  ordinal: Int,
  state: TillState,
  publicKey: v.string(),
  headSeq: Int,
  madeAtMs: Int,
  /** When the till went on in another journal; null as long as this one has no child. */
  overAtMs: v.nullable(Int),
  /** The highest number that was ever given in it, where its end was lost (F7). */
  endSeq: v.nullable(Int),
  /** A journal that was begun later from one before this one: where this one is heard of again, the till has two branches. */
  rivalId: v.nullable(JournalId),
})
/** A journal, with the till that it belongs to. */
export type Journal = v.InferOutput<typeof JournalRow>

// The till stands first: PostgreSQL locks the rows in this order, and who adds a child has locked the till before.
const journalSql = `select j.till_id as "tillId", t.ordinal, t.state, j.public_key as "publicKey",
  j.head_seq as "headSeq", j.made_at_ms as "madeAtMs", j.over_at_ms as "overAtMs", j.end_seq as "endSeq",
  j.rival_id as "rivalId"
  from till t join journal j on j.account_id = t.account_id and j.till_id = t.id
  where j.account_id = $1 and j.id = $2`

export async function findJournal(
  query: Query,
  accountId: AccountId,
  id: JournalId,
): Promise<Journal | null> {
  return parseFirst(JournalRow, await query.all(journalSql, [accountId, id]))
}

/** Locks the till as `lockTill` does, and the journal. */
export async function lockJournal(tx: Tx, accountId: AccountId, id: JournalId): Promise<Journal | null> {
  return parseFirst(JournalRow, await tx.lock(journalSql, [accountId, id]))
}

export interface NewJournal {
  id: JournalId
  tillId: TillId
  publicKey: string
  /** `signature` is null where the server's own mark has vouched for it. */
  parent: { id: JournalId; headSeq: number; givenSeq: number; signature: string | null } | null
}

/**
 * Its till is locked. A restored server may hear of a journal later than of its children; what another till named as its
 * parent says nothing of it.
 */
export async function insertJournal(
  tx: Tx,
  accountId: AccountId,
  { id, tillId, publicKey, parent }: NewJournal,
  nowMs: number,
): Promise<void> {
  await tx.run(
    `insert into journal (account_id, id, till_id, public_key, parent_id, parent_head_seq, parent_given_seq,
        parent_signature, head_seq, over_at_ms, end_seq, made_at_ms, seen_at_ms)
      select cast($1 as text), cast($2 as text), cast($3 as text), cast($4 as text), cast($5 as text),
        cast($6 as bigint), cast($7 as bigint), cast($8 as text), 0, min(c.made_at_ms),
        max(case when c.parent_given_seq > c.parent_head_seq then c.parent_given_seq end),
        cast($9 as bigint), cast($9 as bigint)
      from journal c where c.account_id = $1 and c.till_id = $3 and c.parent_id = $2`,
    [
      accountId,
      id,
      tillId,
      publicKey,
      parent?.id ?? null,
      parent?.headSeq ?? null,
      parent?.givenSeq ?? null,
      parent?.signature ?? null,
      nowMs,
    ],
  )
}

/** The till goes on from this journal in another one. */
export async function endJournal(
  tx: Tx,
  accountId: AccountId,
  id: JournalId,
  endSeq: number | null,
  nowMs: number,
): Promise<void> {
  await tx.run(
    `update journal set over_at_ms = coalesce(over_at_ms, $3), end_seq = coalesce(end_seq, $4)
      where account_id = $1 and id = $2`,
    [accountId, id, nowMs, endSeq],
  )
}

/**
 * All that has grown from a journal before this child of it has a rival from now on. Where that journal is not known, so has
 * all of the till: a mark vouches for the till and not for the parent that is named beside it, and a name that was made up
 * must not make a second branch that nobody hears of.
 */
export async function setRival(
  tx: Tx,
  accountId: AccountId,
  tillId: TillId,
  { parentId, childId }: { parentId: JournalId; childId: JournalId },
): Promise<void> {
  await tx.run(
    `with recursive branch (id) as (
        select id from journal where account_id = $1 and till_id = $4 and id <> $3 and (parent_id = $2
          or not exists (select 1 from journal p where p.account_id = $1 and p.id = $2))
        union
        select c.id from journal c join branch b on c.parent_id = b.id
          where c.account_id = $1 and c.till_id = $4
      )
      update journal set rival_id = $3
        where account_id = $1 and rival_id is null and id in (select id from branch)`,
    [accountId, parentId, childId, tillId],
  )
}

/** Moves the head over a stored record (J7). @returns where it stands */
export async function advanceHead(
  tx: Tx,
  accountId: AccountId,
  { id, seq }: { id: JournalId; seq: number },
  headSeq: number,
  nowMs: number,
): Promise<number> {
  if (seq <= headSeq) return headSeq
  await tx.run('update journal set head_seq = $3, seen_at_ms = $4 where account_id = $1 and id = $2', [
    accountId,
    id,
    seq,
    nowMs,
  ])
  return seq
}

export async function markSeen(tx: Tx, accountId: AccountId, id: JournalId, nowMs: number): Promise<void> {
  await tx.run('update journal set seen_at_ms = $3 where account_id = $1 and id = $2', [accountId, id, nowMs])
}
