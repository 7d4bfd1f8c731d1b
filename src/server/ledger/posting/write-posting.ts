import type { AccountId, CardId } from '../../../core/ids.ts'
import type { PostedOperation } from '../../../core/posting/types.ts'
import { targetOf } from '../../../core/receipt/operations.ts'
import type { Tx } from '../../db/db.ts'
import type { Arrival } from '../arrival.ts'
import { type CardRow, insertCard, updateCard } from '../cards/cards.ts'
import { genesis, linkHash } from '../cards/chain.ts'
import { insertOperation } from './operations.ts'

/**
 * The last look before money moves (L1, L3): the receipt's entries sum to zero, and each card gained and lost exactly
 * what its entries say.
 *
 * @throws when they do not: a fault of the program, the transaction must not stand
 */
export function checkPosting(operations: readonly PostedOperation[]): void {
  const sum = (numbers: number[]) => numbers.reduce((total, n) => total + n, 0)
  const total = sum(operations.flatMap(({ entries }) => entries.map((entry) => entry.amountKopecks)))
  if (total !== 0) throw new Error(`the entries of a receipt sum to ${total}, not to zero`)
  for (const { cardId, before, after, entries } of operations) {
    const moved = (account: string) =>
      sum(
        entries
          .filter((entry) => entry.cardId === cardId && entry.account === account)
          .map((entry) => entry.amountKopecks),
      )
    const paid = (before?.paidKopecks ?? 0) + moved('card_paid')
    const granted = (before?.grantedKopecks ?? 0) + moved('card_granted')
    if (paid !== after.paidKopecks || granted !== after.grantedKopecks) {
      throw new Error(`the entries do not lead to the new balance of card ${cardId}`)
    }
  }
}

type ChainEnd = Pick<CardRow, 'chainLength' | 'chainHead' | 'paidKopecks' | 'grantedKopecks'>

/** Inserts operations and entries, extends each card's chain and moves the card rows; the receipt is inserted. */
export async function writePosting(
  tx: Tx,
  { accountId, id: receiptId, digest }: Pick<Arrival, 'accountId' | 'id' | 'digest'>,
  operations: readonly PostedOperation[],
  cards: ReadonlyMap<CardId, CardRow>,
  postedAtMs: number,
): Promise<void> {
  const locked = new Map<CardId, ChainEnd>(cards)
  const ends = new Map<CardId, { chainN: number; head: string; after: PostedOperation['after'] }>()
  for (const [n, posted] of operations.entries()) {
    const { operation, cardId, before, after } = posted
    if (operation.kind === 'issue') locked.set(cardId, await issueCard(tx, accountId, posted, postedAtMs))
    const row = locked.get(cardId)
    if (!row) throw new Error(`card ${cardId} was posted to but not locked`)
    const chainN = (ends.get(cardId)?.chainN ?? row.chainLength) + 1
    const hash = linkHash(ends.get(cardId)?.head ?? row.chainHead, {
      accountId,
      cardId,
      chainN,
      receiptId,
      receiptDigest: digest,
      n,
      kind: operation.kind,
      targetReceiptId: targetOf(operation),
      statusBefore: before?.status ?? null,
      statusAfter: after.status,
      paidAfter: after.paidKopecks,
      grantedAfter: after.grantedKopecks,
      expiresAfter: after.expiresOn,
      loss: posted.lossKopecks,
      postedAtMs,
      entries: posted.entries,
    })
    await insertOperation(tx, accountId, receiptId, posted, { n, chainN, hash, postedAtMs })
    ends.set(cardId, { chainN, head: hash, after })
  }
  for (const [cardId, { chainN, head, after }] of ends) {
    await updateCard(tx, accountId, locked.get(cardId)!, after, { length: chainN, head }, postedAtMs)
  }
}

async function issueCard(
  tx: Tx,
  accountId: AccountId,
  { operation, after }: PostedOperation,
  nowMs: number,
): Promise<ChainEnd> {
  if (operation.kind !== 'issue') throw new Error('only an issue makes a card')
  await insertCard(tx, accountId, { ...operation, id: operation.cardId }, nowMs)
  return {
    chainLength: 0,
    chainHead: genesis,
    paidKopecks: after.paidKopecks,
    grantedKopecks: after.grantedKopecks,
  }
}
