import * as v from 'valibot'
import type { OthersHolds } from '../../../core/card/card.ts'
import { type AccountId, CardId, DraftId, HoldId, TillId } from '../../../core/ids.ts'
import { Kopecks, kopecks } from '../../../core/money.ts'
import { shownCardOf } from '../../../core/receipt/operations.ts'
import type { Receipt } from '../../../core/receipt/receipt.ts'
import { holdKeepMs } from '../../../core/card/hold.ts'
import { HoldPurpose } from '../../../core/wire/holds.ts'
import type { Query, Tx } from '../../db/db.ts'
import { parseFirst, parseRows } from '../../db/rows.ts'
import { Int } from '../../../core/shape.ts'

const HoldRow = v.object({
  id: HoldId,
  /** Till and draft are null where somebody else holds. */
  tillId: v.nullable(TillId),
  draftId: v.nullable(DraftId),
  cardId: CardId,
  purpose: HoldPurpose,
  amountKopecks: Kopecks,
  keepUntilMs: Int,
  releasedAtMs: v.nullable(Int),
})
export type HoldRow = v.InferOutput<typeof HoldRow>

/** Whose eyes see the holds of a card: a till, with the draft that it has in hand. */
export interface Viewer {
  tillId: TillId
  draftId: DraftId | null
}

export interface SeenHolds extends OthersHolds {
  /** The number of one of the tills that hold it. */
  heldBy: number | null
  /** What the viewer keeps of it for other drafts. */
  keptKopecks: Kopecks
}

const SeenRow = v.object({
  held: v.nullable(Int),
  kept: v.nullable(Int),
  reserved: v.nullable(Int),
  ordinal: v.nullable(Int),
})

/** @param viewer null where nobody's holds are their own */
export async function seenHolds(
  query: Query,
  accountId: AccountId,
  cardId: CardId,
  viewer: Viewer | null,
  nowMs: number,
): Promise<SeenHolds> {
  const rows = await query.all(
    `select cast(sum(case when h.purpose <> 'redeem' or h.till_id = $3 then 0 else h.amount end) as bigint) as held,
      cast(sum(case when h.purpose = 'redeem' and h.till_id = $3 and h.draft_id <> $4 then h.amount else 0 end)
        as bigint) as kept,
      max(case when h.purpose <> 'load' or h.till_id = $3 then 0 else 1 end) as reserved,
      min(case when h.till_id = $3 then null else t.ordinal end) as ordinal
      from hold h left join till t on t.account_id = h.account_id and t.id = h.till_id
      where h.account_id = $1 and h.card_id = $2 and h.released_at_ms is null and h.keep_until_ms > $5`,
    [accountId, cardId, viewer?.tillId ?? '', viewer?.draftId ?? '', nowMs],
  )
  // A sum is one row, also over nothing.
  const { held, kept, reserved, ordinal } = parseFirst(SeenRow, rows)!
  return {
    heldKopecks: kopecks(held ?? 0),
    reserved: reserved === 1,
    heldBy: ordinal,
    keptKopecks: kopecks(kept ?? 0),
  }
}

const KeptRow = v.object({ id: HoldId, amount: Kopecks })

/**
 * A till has spent what it keeps for another of its drafts. The holds that the card does not cover any more end, the oldest
 * stay: beside a hold that nothing covers the promise of another till would go short. Their till may have promised on them,
 * so they are in N until it has told all.
 *
 * @param leftKopecks what the card has beyond what others hold; the card is locked
 */
export async function endOverspent(
  tx: Tx,
  accountId: AccountId,
  cardId: CardId,
  { tillId, draftId }: Viewer,
  leftKopecks: number,
  nowMs: number,
): Promise<void> {
  const rows = await tx.all(
    `select id, amount from hold where account_id = $1 and card_id = $2 and till_id = $3
      and draft_id <> $4 and purpose = 'redeem' and released_at_ms is null and keep_until_ms > $5 order by made_at_ms, id`,
    [accountId, cardId, tillId, draftId ?? '', nowMs],
  )
  let left = leftKopecks
  for (const { id, amount } of parseRows(KeptRow, rows)) {
    if (amount <= left) left -= amount
    else {
      await tx.run(
        `update hold set released_at_ms = $3, released_by = 'overspent' where account_id = $1 and id = $2`,
        [accountId, id, nowMs],
      )
    }
  }
}

export async function findHold(query: Query, accountId: AccountId, id: HoldId): Promise<HoldRow | null> {
  const rows = await query.all(
    `select id, till_id as "tillId", draft_id as "draftId", card_id as "cardId", purpose,
      amount as "amountKopecks", keep_until_ms as "keepUntilMs", released_at_ms as "releasedAtMs"
      from hold where account_id = $1 and id = $2`,
    [accountId, id],
  )
  return parseFirst(HoldRow, rows)
}

export interface NewHold {
  id: HoldId
  tillId: TillId
  draftId: DraftId
  cardId: CardId
  purpose: HoldRow['purpose']
  amountKopecks: Kopecks
}

/** Makes a hold in place of the one that this draft had on the card; the card is locked. */
export async function makeHold(tx: Tx, accountId: AccountId, hold: NewHold, nowMs: number): Promise<void> {
  await tx.run(
    `update hold set released_at_ms = $5, released_by = 'till' where account_id = $1 and card_id = $2
      and till_id = $3 and draft_id = $4 and released_at_ms is null`,
    [accountId, hold.cardId, hold.tillId, hold.draftId, nowMs],
  )
  await tx.run(
    `insert into hold (account_id, id, till_id, draft_id, card_id, purpose, amount, made_at_ms, keep_until_ms)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      accountId,
      hold.id,
      hold.tillId,
      hold.draftId,
      hold.cardId,
      hold.purpose,
      hold.amountKopecks,
      nowMs,
      nowMs + holdKeepMs,
    ],
  )
}

/** Sets the sum of a live hold and keeps it from now on for the full time again; the card is locked. */
export async function changeHold(
  tx: Tx,
  accountId: AccountId,
  id: HoldId,
  amountKopecks: Kopecks,
  nowMs: number,
): Promise<void> {
  await tx.run('update hold set amount = $3, keep_until_ms = $4 where account_id = $1 and id = $2', [
    accountId,
    id,
    amountKopecks,
    nowMs + holdKeepMs,
  ])
}

const One = v.object({ one: Int })

/** The release overtook the request: such a hold must never be created. */
export async function forbidHold(
  tx: Tx,
  accountId: AccountId,
  tillId: TillId,
  id: HoldId,
  nowMs: number,
): Promise<void> {
  await tx.run(
    `insert into hold_never (account_id, id, till_id, at_ms) values ($1, $2, $3, $4) on conflict do nothing`,
    [accountId, id, tillId, nowMs],
  )
}

export async function isForbidden(
  query: Query,
  accountId: AccountId,
  tillId: TillId,
  id: HoldId,
): Promise<boolean> {
  const rows = await query.all(
    'select 1 as one from hold_never where account_id = $1 and id = $2 and till_id = $3',
    [accountId, id, tillId],
  )
  return parseFirst(One, rows) !== null
}

/** Keeps what a draft holds for the full time again, from now on; what has lapsed stays lapsed, others may have it. */
export async function keepDraftHolds(
  tx: Tx,
  accountId: AccountId,
  tillId: TillId,
  draftId: DraftId,
  nowMs: number,
): Promise<void> {
  await tx.run(
    `update hold set keep_until_ms = $5 where account_id = $1 and till_id = $2 and draft_id = $3
      and released_at_ms is null and keep_until_ms > $4`,
    [accountId, tillId, draftId, nowMs, nowMs + holdKeepMs],
  )
}

/** A manager frees money that a silent till holds, and takes the loss if that till has promised on it (O2). */
export async function releaseByManager(
  tx: Tx,
  accountId: AccountId,
  id: HoldId,
  nowMs: number,
): Promise<boolean> {
  const changed = await tx.run(
    `update hold set released_at_ms = $3, released_by = 'manager'
      where account_id = $1 and id = $2 and released_at_ms is null`,
    [accountId, id, nowMs],
  )
  return changed > 0
}

/** @returns whether there was a hold of this till to let go */
export async function releaseHold(
  tx: Tx,
  accountId: AccountId,
  tillId: TillId,
  id: HoldId,
  nowMs: number,
): Promise<boolean> {
  const changed = await tx.run(
    `update hold set released_at_ms = $4, released_by = 'till'
      where account_id = $1 and id = $2 and till_id = $3 and released_at_ms is null`,
    [accountId, id, tillId, nowMs],
  )
  return changed > 0
}

export async function releaseDraftHolds(
  tx: Tx,
  accountId: AccountId,
  tillId: TillId,
  draftId: DraftId,
  by: 'till' | 'receipt' | 'manager',
  nowMs: number,
): Promise<void> {
  await tx.run(
    `update hold set released_at_ms = $4, released_by = $5
      where account_id = $1 and till_id = $2 and draft_id = $3 and released_at_ms is null`,
    [accountId, tillId, draftId, nowMs, by],
  )
}

/**
 * Lets go what a receipt of a till kept on its cards, since the money was taken or nobody will take it; the cards are
 * locked. Its draft is over, and so is what that held of cards that did not make it into the receipt.
 */
export async function releaseHoldsOf(
  tx: Tx,
  accountId: AccountId,
  tillId: TillId | null,
  { sale, operations }: Receipt,
  nowMs: number,
): Promise<void> {
  if (tillId === null) return
  if (sale?.draftId) await releaseDraftHolds(tx, accountId, tillId, sale.draftId, 'receipt', nowMs)
  for (const operation of operations) {
    const shown = shownCardOf(operation)
    if (!shown || shown.proof.holdId === null) continue
    await tx.run(
      `update hold set released_at_ms = $5, released_by = 'receipt'
        where account_id = $1 and till_id = $2 and card_id = $3 and released_at_ms is null and id = $4`,
      [accountId, tillId, shown.cardId, shown.proof.holdId, nowMs],
    )
  }
}
