import * as v from 'valibot'
import { type Card, CardStatus } from '../../../core/card/card.ts'
import { type AccountId, CardId, type ProgrammeId } from '../../../core/ids.ts'
import { Kopecks } from '../../../core/money.ts'
import type { Query, Tx } from '../../db/db.ts'
import { genesis } from './chain.ts'
import { parseFirst } from '../../db/rows.ts'
import { Int } from '../../../core/shape.ts'

export const CardRow = v.object({
  id: CardId,
  numberHash: v.string(),
  last4: v.string(),
  status: CardStatus,
  paidKopecks: Kopecks,
  grantedKopecks: Kopecks,
  expiresOn: v.nullable(v.string()),
  chainLength: Int,
  chainHead: v.string(),
})
/** A card with the end of its chain of operations (L7). */
export type CardRow = v.InferOutput<typeof CardRow>

export const cardColumns = `id, number_hash as "numberHash", last4, status, paid as "paidKopecks", granted as "grantedKopecks",
  expires_on as "expiresOn", chain_length as "chainLength", chain_head as "chainHead"`

const Id = v.object({ id: CardId })

/** Several cards are locked in the order of their ids, so that no two receipts wait for each other (L4). */
export async function lockCard(tx: Tx, accountId: AccountId, id: CardId): Promise<CardRow | null> {
  const rows = await tx.lock(`select ${cardColumns} from card where account_id = $1 and id = $2`, [
    accountId,
    id,
  ])
  return parseFirst(CardRow, rows)
}

export async function lockCards(
  tx: Tx,
  accountId: AccountId,
  ids: Iterable<CardId>,
): Promise<Map<CardId, CardRow>> {
  const cards = new Map<CardId, CardRow>()
  for (const id of [...new Set(ids)].sort()) {
    const card = await lockCard(tx, accountId, id)
    if (card) cards.set(id, card)
  }
  return cards
}

export async function findCardByNumber(
  query: Query,
  accountId: AccountId,
  numberHash: string,
): Promise<CardId | null> {
  const rows = await query.all('select id from card where account_id = $1 and number_hash = $2', [
    accountId,
    numberHash,
  ])
  return parseFirst(Id, rows)?.id ?? null
}

/** A card nobody knew: empty, at the beginning of its chain. */
export async function insertCard(
  tx: Tx,
  accountId: AccountId,
  card: { id: CardId; programmeId: ProgrammeId; numberHash: string; last4: string; bookTag: string },
  nowMs: number,
): Promise<void> {
  await tx.run(
    `insert into card (account_id, id, programme_id, number_hash, last4, status, paid, granted, expires_on,
      chain_length, chain_head, book_tag, changed_at_ms)
      values ($1, $2, $3, $4, $5, 'unsold', 0, 0, null, 0, $6, $7, $8)`,
    [accountId, card.id, card.programmeId, card.numberHash, card.last4, genesis, card.bookTag, nowMs],
  )
}

/**
 * Writes what the entries made of the card (L3). The row must still be as it was locked: anything else is a fault of
 * the program and undoes the transaction.
 */
export async function updateCard(
  tx: Tx,
  accountId: AccountId,
  before: Pick<CardRow, 'paidKopecks' | 'grantedKopecks' | 'chainLength'>,
  after: Card,
  chain: { length: number; head: string },
  nowMs: number,
): Promise<void> {
  const changed = await tx.run(
    `update card set status = $3, paid = $4, granted = $5, expires_on = $6, chain_length = $7, chain_head = $8,
      changed_at_ms = $12
      where account_id = $1 and id = $2 and paid = $9 and granted = $10 and chain_length = $11`,
    [
      accountId,
      after.id,
      after.status,
      after.paidKopecks,
      after.grantedKopecks,
      after.expiresOn,
      chain.length,
      chain.head,
      before.paidKopecks,
      before.grantedKopecks,
      before.chainLength,
      nowMs,
    ],
  )
  if (changed !== 1) throw new Error(`the row of card ${after.id} is not as it was locked`)
}
