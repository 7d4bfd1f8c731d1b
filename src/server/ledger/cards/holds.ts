import * as v from 'valibot'
import { balanceOf, type Card, type OthersHolds } from '../../../core/card/card.ts'
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

/** A till, with the draft that it has in hand and the hold that it names. */
export interface Holder {
  tillId: TillId
  draftId: DraftId | null
  holdId: HoldId | null
}

/** What is held of a card, as a holder finds it. */
export interface CardHolds {
  /** By anybody. */
  allKopecks: Kopecks
  /** By others, tills or not. */
  othersKopecks: Kopecks
  /** Somebody else holds the unsold card itself. */
  reserved: boolean
  /** The number of one of the tills among the others. */
  heldBy: number | null
  /** By the holder's till for other drafts. */
  otherDraftsKopecks: Kopecks
  /** By the holder, as much as is covered: this much of the card is there for it whatever others hold. */
  coveredKopecks: Kopecks
  /** Something that the holder's till holds for other drafts is uncovered. */
  lacks: boolean
}

const HoldsRow = v.object({
  everything: v.nullable(Int),
  others: v.nullable(Int),
  otherDrafts: v.nullable(Int),
  covered: v.nullable(Int),
  uncovered: v.nullable(Int),
  reserved: v.nullable(Int),
  ordinal: v.nullable(Int),
})

/**
 * A hold that had lapsed when another was made or asked for is over, also for a request that is older and had to wait for
 * the card.
 *
 * @param holder null where all are others
 * @param livesOnMs the moment that what is held by others, and by anybody, has to outlast to count
 */
export async function holdsOfCard(
  query: Query,
  accountId: AccountId,
  cardId: CardId,
  holder: Holder | null,
  nowMs: number,
  livesOnMs = nowMs,
): Promise<CardHolds> {
  const livesOn = 'h.keep_until_ms > $7'
  const theirs = `((h.till_id is null or h.till_id <> $3) and ${livesOn})`
  const own = '(h.till_id = $3 and (h.draft_id = $4 or h.id = $5))'
  const otherDrafts = '(h.till_id = $3 and h.draft_id <> $4 and h.id <> $5)'
  const total = (what: string, whose: string) =>
    `cast(sum(case when h.purpose = 'redeem' and ${whose} then ${what} else 0 end) as bigint)`
  const rows = await query.all(
    `select ${total('h.amount', livesOn)} as everything, ${total('h.amount', theirs)} as others, ${total('h.amount', otherDrafts)} as "otherDrafts",
      ${total('h.amount - h.uncovered', own)} as covered,
      ${total('h.uncovered', otherDrafts)} as uncovered,
      max(case when h.purpose = 'load' and ${theirs} then 1 else 0 end) as reserved,
      min(case when ${theirs} then t.ordinal end) as ordinal
      from hold h left join till t on t.account_id = h.account_id and t.id = h.till_id
      where h.account_id = $1 and h.card_id = $2 and h.released_at_ms is null and h.keep_until_ms > $6
        and h.keep_until_ms > (select max(keep_until_ms) from hold
          where account_id = $1 and card_id = $2 and released_at_ms is null) - $8`,
    [
      accountId,
      cardId,
      holder?.tillId ?? '',
      holder?.draftId ?? '',
      holder?.holdId ?? '',
      nowMs,
      livesOnMs,
      holdKeepMs,
    ],
  )
  // A sum is one row, also over nothing.
  const row = parseFirst(HoldsRow, rows)!
  return {
    allKopecks: kopecks(row.everything ?? 0),
    othersKopecks: kopecks(row.others ?? 0),
    reserved: row.reserved === 1,
    heldBy: row.ordinal,
    otherDraftsKopecks: kopecks(row.otherDrafts ?? 0),
    coveredKopecks: kopecks(row.covered ?? 0),
    lacks: (row.uncovered ?? 0) > 0,
  }
}

/**
 * @param held what else of the card is held than what the holder needs it for
 * @returns what is not there for the holder: never so much that it would lack what its own hold covers
 */
export function notFor(card: Card, { coveredKopecks, reserved }: CardHolds, held: number): OthersHolds {
  const most = Math.max(0, balanceOf(card) - coveredKopecks)
  return { heldKopecks: kopecks(Math.min(held, most)), reserved }
}

const CoverRow = v.object({ id: HoldId, tillId: v.nullable(TillId), amount: Kopecks, uncovered: Kopecks })

/**
 * Fits what a till holds to what its payment has left on the card, and to what its undoing has brought back: the newest hold
 * is uncovered first, the oldest is covered first. All that is covered is on the card, so that no till goes short by what
 * another has spent of its own. The till may have promised on what is uncovered: that is in N.
 *
 * @param balanceKopecks of the card, which is locked
 * @param livesOnMs the moment that what is held by others has to outlast to count
 */
export async function fitHolds(
  tx: Tx,
  accountId: AccountId,
  cardId: CardId,
  tillId: TillId,
  balanceKopecks: number,
  nowMs: number,
  livesOnMs: number,
): Promise<void> {
  const found = await tx.all(
    `select id, till_id as "tillId", amount, uncovered from hold where account_id = $1 and card_id = $2
      and purpose = 'redeem' and released_at_ms is null and keep_until_ms > $4
      and (till_id = $3 or keep_until_ms > $5) order by made_at_ms, id`,
    [accountId, cardId, tillId, nowMs, livesOnMs],
  )
  const rows = parseRows(CoverRow, found)
  let left = rows.reduce((rest, { amount, uncovered }) => rest - (amount - uncovered), balanceKopecks)
  const own = rows.filter((row) => row.tillId === tillId)
  for (const { id, amount, uncovered } of left < 0 ? own.toReversed() : own) {
    const more = left < 0 ? Math.max(left, uncovered - amount) : Math.min(left, uncovered)
    left -= more
    if (more === 0) continue
    await tx.run('update hold set uncovered = uncovered - $3 where account_id = $1 and id = $2', [
      accountId,
      id,
      more,
    ])
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

/** Sets the sum of a live hold, all of it covered, and keeps it from now on for the full time again; the card is locked. */
export async function changeHold(
  tx: Tx,
  accountId: AccountId,
  id: HoldId,
  amountKopecks: Kopecks,
  nowMs: number,
): Promise<void> {
  await tx.run(
    'update hold set amount = $3, uncovered = 0, keep_until_ms = $4 where account_id = $1 and id = $2',
    [accountId, id, amountKopecks, nowMs + holdKeepMs],
  )
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
