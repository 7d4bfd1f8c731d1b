import * as v from 'valibot'
import { CardStatus } from '../../../core/card/card.ts'
import { LocalDate } from '../../../core/card/validity.ts'
import { type AccountId, CardId, ReceiptId } from '../../../core/ids.ts'
import { Kopecks, kopecks } from '../../../core/money.ts'
import { lastDayBy } from '../../../core/posting/last-day.ts'
import type {
  CardBefore,
  Entry,
  PostedOperation,
  RedeemLeft,
  VoidTarget,
} from '../../../core/posting/types.ts'
import { EntryAccount, OperationKind } from '../../../core/receipt/kinds.ts'
import { targetOf } from '../../../core/receipt/operations.ts'
import type { Query, Tx } from '../../db/db.ts'
import { parseRows } from '../../db/rows.ts'
import { notVoided } from './receipts.ts'
import { AppliedOutcome } from '../../../core/receipt/outcome.ts'
import { Int, parseShape } from '../../../core/shape.ts'

const PostedRow = v.object({ cardId: CardId, kind: OperationKind, isOnlySale: Int })
const EntryRow = v.object({
  account: EntryAccount,
  cardId: CardId,
  amountKopecks: Int,
})
const SumRow = v.object({ account: EntryAccount, amountKopecks: Int })
const One = v.object({ one: Int })
const IdRow = v.object({ cardId: CardId })

export interface ChainPlace {
  n: number
  chainN: number
  hash: string
  postedAtMs: number
}

/** Inserts one operation with its place in the card's chain, and its entries. */
export async function insertOperation(
  tx: Tx,
  accountId: AccountId,
  receiptId: ReceiptId,
  { operation, cardId, before, after, entries, lossKopecks }: PostedOperation,
  place: ChainPlace,
): Promise<void> {
  await tx.run(
    `insert into operation (account_id, receipt_id, n, card_id, kind, target_receipt_id, status_before,
      status_after, paid_after, granted_after, expires_after, loss, posted_at_ms, chain_n, hash, entered)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
    [
      accountId,
      receiptId,
      place.n,
      cardId,
      operation.kind,
      targetOf(operation),
      before?.status ?? null,
      after.status,
      after.paidKopecks,
      after.grantedKopecks,
      after.expiresOn,
      lossKopecks,
      place.postedAtMs,
      place.chainN,
      place.hash,
      'entered' in operation ? operation.entered : null,
    ],
  )
  if (entries.length > 0) await insertEntries(tx, accountId, receiptId, place.n, entries)
}

/** All entries of an operation in one statement: to PostgreSQL each statement is a journey. */
async function insertEntries(
  tx: Tx,
  accountId: AccountId,
  receiptId: ReceiptId,
  operationN: number,
  entries: readonly Entry[],
): Promise<void> {
  const rows = entries.map((_, n) => {
    const own = 4 + 4 * n
    return `($1, $2, $3, $${own}, $${own + 1}, $${own + 2}, $${own + 3})`
  })
  await tx.run(
    `insert into entry (account_id, receipt_id, operation_n, n, account, card_id, amount) values ${rows.join(', ')}`,
    [
      accountId,
      receiptId,
      operationN,
      ...entries.flatMap((entry, n) => [n, entry.account, entry.cardId, entry.amountKopecks]),
    ],
  )
}

export async function cardsOfReceipt(
  query: Query,
  accountId: AccountId,
  receiptId: ReceiptId,
): Promise<CardId[]> {
  const rows = await query.all(
    'select distinct card_id as "cardId" from operation where account_id = $1 and receipt_id = $2',
    [accountId, receiptId],
  )
  return parseRows(IdRow, rows).map((row) => row.cardId)
}

/**
 * Leaves out operations of receipts that were undone. What undid them stays: a sum over all kinds takes it back a second time.
 */
const standing = notVoided('o', 'receipt_id')

/** What a receipt really posted, for its undoing (C8); what else stands on its cards decides what they become. */
export async function postedBy(
  query: Query,
  accountId: AccountId,
  receiptId: ReceiptId,
  dayOf: (momentMs: number) => string,
): Promise<NonNullable<VoidTarget['posted']>> {
  const operations = parseRows(
    PostedRow,
    await query.all(
      `select p.card_id as "cardId", p.kind, case when p.kind = 'load' and not exists (
          select 1 from operation o where o.account_id = p.account_id and o.card_id = p.card_id
            and o.receipt_id <> p.receipt_id and o.kind in ('open', 'load', 'redeem') and ${standing}
        ) then 1 else 0 end as "isOnlySale" from operation p
        where p.account_id = $1 and p.receipt_id = $2 order by p.n`,
      [accountId, receiptId],
    ),
  )
  const entries = parseRows(
    EntryRow,
    await query.all(
      `select account, card_id as "cardId", amount as "amountKopecks" from entry
        where account_id = $1 and receipt_id = $2 order by operation_n, n`,
      [accountId, receiptId],
    ),
  )
  // By operation: a certificate that was given away moved no money, and yet its card was sold.
  const cards: CardBefore[] = []
  for (const cardId of new Set(operations.map((one) => one.cardId))) {
    const isOnlySale = operations.some((one) => one.cardId === cardId && one.isOnlySale === 1)
    cards.push({
      cardId,
      isOnlySale,
      dayWithout: await dayWithout(query, accountId, receiptId, cardId, dayOf),
    })
  }
  return { entries, kinds: operations.map(({ kind }) => kind), cards }
}

const DayRow = v.object({
  kind: OperationKind,
  outcome: v.string(),
  expiresOn: v.nullable(LocalDate),
  balanceKopecks: Int,
  isUndone: Int,
  undoesPayment: Int,
})

/** The last day that the card would have, had this receipt never been. */
async function dayWithout(
  query: Query,
  accountId: AccountId,
  receiptId: ReceiptId,
  cardId: CardId,
  dayOf: (momentMs: number) => string,
): Promise<string | null> {
  const rows = await query.all(
    `select o.kind, r.outcome, o.expires_after as "expiresOn",
      o.paid_after + o.granted_after as "balanceKopecks",
      case when o.receipt_id <> $3 and ${standing} then 0 else 1 end as "isUndone",
      case when exists (select 1 from operation t where t.account_id = o.account_id
        and t.receipt_id = o.target_receipt_id and t.card_id = o.card_id and t.kind = 'redeem'
        and o.kind = 'void') then 1 else 0 end as "undoesPayment"
      from operation o join receipt r on r.account_id = o.account_id and r.id = o.receipt_id
      where o.account_id = $1 and o.card_id = $2 order by o.chain_n`,
    [accountId, cardId, receiptId],
  )
  let balance = 0
  return lastDayBy(
    parseRows(DayRow, rows).map(({ kind, outcome, expiresOn, balanceKopecks, isUndone, undoesPayment }) => {
      const grew = balanceKopecks > balance
      balance = balanceKopecks
      return {
        kind,
        on: dayOf(parseShape(AppliedOutcome, JSON.parse(outcome)).postedAtMs),
        expiresOn,
        isReturn: grew && (kind === 'refund' || undoesPayment === 1),
        isUndone: isUndone === 1,
      }
    }),
  )
}

/** Whether something came back on a receipt and stayed back. */
export async function isRefunded(query: Query, accountId: AccountId, receiptId: ReceiptId): Promise<boolean> {
  const rows = await query.all(
    `select 1 as one from operation o where o.account_id = $1 and o.target_receipt_id = $2
      and o.kind = 'refund' and ${standing} limit 1`,
    [accountId, receiptId],
  )
  return parseRows(One, rows).length > 0
}

const ReturnRow = v.object({ receiptId: ReceiptId, cardId: CardId, amountKopecks: Kopecks })

/** What has come back, and stayed back, of what cards paid in these receipts (C7). */
export async function returnsOn(
  query: Query,
  accountId: AccountId,
  receipts: readonly { id: ReceiptId }[],
): Promise<v.InferOutput<typeof ReturnRow>[]> {
  if (receipts.length === 0) return []
  const places = receipts.map((_, n) => `$${n + 2}`).join(', ')
  const rows = await query.all(
    `select o.target_receipt_id as "receiptId", o.card_id as "cardId",
        cast(-sum(e.amount) as bigint) as "amountKopecks"
      from operation o join entry e
        on e.account_id = o.account_id and e.receipt_id = o.receipt_id and e.operation_n = o.n
      where o.account_id = $1 and o.target_receipt_id in (${places}) and o.kind = 'refund'
        and e.account = 'redeemed' and ${standing}
      group by o.target_receipt_id, o.card_id`,
    [accountId, ...receipts.map(({ id }) => id)],
  )
  return parseRows(ReturnRow, rows)
}

/** What a card paid in a receipt and has not got back (C7), or null when it did not pay there; the card is locked. */
export async function redeemLeft(
  query: Query,
  accountId: AccountId,
  receiptId: ReceiptId,
  cardId: CardId,
): Promise<RedeemLeft | null> {
  const rows = await query.all(
    `select e.account, cast(sum(e.amount) as bigint) as "amountKopecks"
      from operation o join entry e
        on e.account_id = o.account_id and e.receipt_id = o.receipt_id and e.operation_n = o.n
      where o.account_id = $1 and o.card_id = $3 and ((o.receipt_id = $2 and o.kind = 'redeem')
        or (o.target_receipt_id = $2 and o.kind = 'refund')) and ${standing}
      group by e.account`,
    [accountId, receiptId, cardId],
  )
  const sums = parseRows(SumRow, rows)
  if (sums.length === 0) return null
  const left = (account: Entry['account']) =>
    kopecks(-(sums.find((sum) => sum.account === account)?.amountKopecks ?? 0) + 0)
  return {
    receiptId,
    cardId,
    paidKopecks: left('card_paid'),
    grantedKopecks: left('card_granted'),
    lossKopecks: left('loss'),
  }
}

/** Why a card is blocked: a loss that was booked on it (O6), or somebody's decision; null where it is not. */
export type BlockedBy = 'loss' | 'person' | null

const BlockRow = v.object({
  kind: OperationKind,
  statusBefore: v.nullable(CardStatus),
  statusAfter: CardStatus,
})

export async function blockedBy(query: Query, accountId: AccountId, cardId: CardId): Promise<BlockedBy> {
  const rows = await query.all(
    `select kind, status_before as "statusBefore", status_after as "statusAfter" from operation
      where account_id = $1 and card_id = $2 order by chain_n desc`,
    [accountId, cardId],
  )
  for (const { kind, statusBefore, statusAfter } of parseRows(BlockRow, rows)) {
    if (statusAfter !== 'blocked') return null
    if (statusBefore !== 'blocked') return kind === 'redeem' ? 'loss' : 'person'
  }
  return null
}
