import * as v from 'valibot'
import { CardStatus } from '../../../core/card/card.ts'
import { Outcome } from '../../../core/receipt/outcome.ts'
import type { Db, Query } from '../../db/db.ts'
import { sha256 } from '../../keys/secrets.ts'
import { cardColumns, CardRow } from '../cards/cards.ts'
import { genesis, linkHash } from '../cards/chain.ts'
import { Difference } from './difference.ts'
import { EntryAccount, OperationKind } from '../../../core/receipt/kinds.ts'
import { parseFirst, parseRows } from '../../db/rows.ts'
import { verifyOffline } from './verify-offline.ts'
import { Int, parseShape } from '../../../core/shape.ts'

export interface Verified {
  /** The first thing that does not agree, in words; null when everything does. */
  difference: string | null
  counts: { accounts: number; cards: number; receipts: number; operations: number; entries: number }
}

const page = 500

const AccountRow = v.object({ accountId: v.string() })
const ReceiptRow = v.object({
  id: v.string(),
  body: v.string(),
  digest: v.string(),
  status: v.string(),
  outcome: v.string(),
})
const UnbalancedRow = v.object({ receiptId: v.string(), total: Int })
const CountRow = v.object({ n: Int })
const OperationRow = v.object({
  receiptId: v.string(),
  n: Int,
  cardId: v.string(),
  kind: OperationKind,
  targetReceiptId: v.nullable(v.string()),
  statusBefore: v.nullable(CardStatus),
  statusAfter: CardStatus,
  paidAfter: Int,
  grantedAfter: Int,
  expiresAfter: v.nullable(v.string()),
  loss: Int,
  postedAtMs: Int,
  chainN: Int,
  hash: v.string(),
  receiptDigest: v.string(),
})
type OperationRow = v.InferOutput<typeof OperationRow>
const EntryRow = v.object({
  receiptId: v.string(),
  operationN: Int,
  account: EntryAccount,
  cardId: v.string(),
  amountKopecks: Int,
})
type EntryRow = v.InferOutput<typeof EntryRow>

/**
 * Recomputes the books from their entries (L6): zero sums (L1), every card's balance, its hash chain and head (L7),
 * the digests of the receipts (L5), and what an outage has left: cases, links, grants. Works on one snapshot, so it may run beside the server.
 */
export async function verifyLedger(db: Db): Promise<Verified> {
  const counts = { accounts: 0, cards: 0, receipts: 0, operations: 0, entries: 0 }
  return db.read(async (query) => {
    try {
      const accounts = await query.all(
        `select account_id as "accountId" from receipt union select account_id as "accountId" from card`,
      )
      for (const { accountId } of parseRows(AccountRow, accounts)) {
        counts.accounts++
        counts.receipts += await verifyReceipts(query, accountId)
        await verifyZeroSums(query, accountId)
        await verifyCards(query, accountId, counts)
        await verifyNothingElse(query, accountId)
        await verifyOffline(query, accountId)
      }
      return { difference: null, counts }
    } catch (error) {
      if (error instanceof Difference) return { difference: error.message, counts }
      throw error
    }
  })
}

async function verifyReceipts(query: Query, accountId: string): Promise<number> {
  let count = 0
  for (let after = ''; ;) {
    const rows = await query.all(
      `select id, body, digest, status, outcome from receipt where account_id = $1 and id > $2
        order by id limit ${page}`,
      [accountId, after],
    )
    const receipts = parseRows(ReceiptRow, rows)
    for (const receipt of receipts) {
      if (sha256(receipt.body) !== receipt.digest) {
        throw new Difference(`receipt ${receipt.id}: its text does not match its digest`)
      }
      const outcome = parseShape(Outcome, JSON.parse(receipt.outcome))
      if (outcome.status !== receipt.status) {
        throw new Difference(`receipt ${receipt.id}: its status does not match its outcome`)
      }
    }
    count += receipts.length
    if (receipts.length < page) return count
    after = receipts.at(-1)!.id
  }
}

async function verifyZeroSums(query: Query, accountId: string): Promise<void> {
  const rows = await query.all(
    `select receipt_id as "receiptId", cast(sum(amount) as bigint) as total from entry where account_id = $1
      group by receipt_id having sum(amount) <> 0 order by receipt_id limit 1`,
    [accountId],
  )
  const row = parseFirst(UnbalancedRow, rows)
  if (row) throw new Difference(`receipt ${row.receiptId}: its entries sum to ${row.total}, not to zero`)
}

async function verifyCards(query: Query, accountId: string, counts: Verified['counts']): Promise<void> {
  for (let after = ''; ;) {
    const rows = await query.all(
      `select ${cardColumns} from card where account_id = $1 and id > $2 order by id limit ${page}`,
      [accountId, after],
    )
    const cards = parseRows(CardRow, rows)
    if (cards.length === 0) return
    const last = cards.at(-1)!.id
    const operations = groupBy(await operationsBetween(query, accountId, after, last), (o) => o.cardId)
    const entries = groupBy(await entriesBetween(query, accountId, after, last), (e) => e.cardId)
    for (const card of cards) {
      const own = entries.get(card.id) ?? []
      const chain = operations.get(card.id) ?? []
      verifyCard(accountId, card, chain, own)
      counts.cards++
      counts.operations += chain.length
      counts.entries += own.length
    }
    after = last
  }
}

function verifyCard(accountId: string, card: CardRow, chain: OperationRow[], entries: EntryRow[]): void {
  const differs = (what: string) => new Difference(`card ${card.id} (•••• ${card.last4}): ${what}`)
  const byOperation = groupBy(entries, (entry) => `${entry.receiptId}/${entry.operationN}`)
  let head = genesis
  let paid = 0
  let granted = 0
  for (const [index, operation] of chain.entries()) {
    const where = `operation ${operation.chainN} (${operation.kind}, receipt ${operation.receiptId})`
    if (operation.chainN !== index + 1) throw differs(`its chain misses operation ${index + 1}`)
    const own = byOperation.get(`${operation.receiptId}/${operation.n}`) ?? []
    paid += sumOf(own, 'card_paid')
    granted += sumOf(own, 'card_granted')
    if (paid !== operation.paidAfter || granted !== operation.grantedAfter) {
      throw differs(`after ${where} the entries make ${paid} + ${granted}, the operation says otherwise`)
    }
    head = linkHash(head, { ...operation, accountId, entries: own })
    if (head !== operation.hash) throw differs(`the hash chain breaks at ${where}`)
  }
  if (sumOf(entries, 'card_paid') !== paid || sumOf(entries, 'card_granted') !== granted) {
    throw differs('it has entries outside its chain')
  }
  if (chain.length !== card.chainLength) {
    throw differs(`the row says ${card.chainLength} operations, the chain has ${chain.length}`)
  }
  if (head !== card.chainHead) throw differs('the head of the chain is not the one in the row')
  if (paid !== card.paidKopecks || granted !== card.grantedKopecks) {
    throw differs(
      `the row says ${card.paidKopecks} + ${card.grantedKopecks}, the entries ${paid} + ${granted}`,
    )
  }
  const last = chain.at(-1)
  if (last && (last.statusAfter !== card.status || last.expiresAfter !== card.expiresOn)) {
    throw differs('the row does not stand as its last operation left it')
  }
}

/** Entries that hang on a card nobody walked over would hide in no sum. */
async function verifyNothingElse(query: Query, accountId: string): Promise<void> {
  const rows = await query.all(
    `select count(*) as n from entry e where e.account_id = $1 and not exists
      (select 1 from card c where c.account_id = e.account_id and c.id = e.card_id)`,
    [accountId],
  )
  const strays = parseFirst(CountRow, rows)?.n ?? 0
  if (strays > 0) throw new Difference(`account ${accountId}: ${strays} entries of cards that do not exist`)
}

async function operationsBetween(query: Query, accountId: string, after: string, last: string) {
  const rows = await query.all(
    `select o.receipt_id as "receiptId", o.n, o.card_id as "cardId", o.kind,
      o.target_receipt_id as "targetReceiptId", o.status_before as "statusBefore",
      o.status_after as "statusAfter", o.paid_after as "paidAfter", o.granted_after as "grantedAfter",
      o.expires_after as "expiresAfter", o.loss, o.posted_at_ms as "postedAtMs", o.chain_n as "chainN", o.hash,
      r.digest as "receiptDigest"
      from operation o join receipt r on r.account_id = o.account_id and r.id = o.receipt_id
      where o.account_id = $1 and o.card_id > $2 and o.card_id <= $3 order by o.card_id, o.chain_n`,
    [accountId, after, last],
  )
  return parseRows(OperationRow, rows)
}

async function entriesBetween(query: Query, accountId: string, after: string, last: string) {
  const rows = await query.all(
    `select receipt_id as "receiptId", operation_n as "operationN", account, card_id as "cardId",
      amount as "amountKopecks" from entry where account_id = $1 and card_id > $2 and card_id <= $3
      order by receipt_id, operation_n, n`,
    [accountId, after, last],
  )
  return parseRows(EntryRow, rows)
}

function sumOf(entries: readonly EntryRow[], account: EntryRow['account']): number {
  return entries.reduce((sum, entry) => (entry.account === account ? sum + entry.amountKopecks : sum), 0)
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(key(item))
    if (group) group.push(item)
    else groups.set(key(item), [item])
  }
  return groups
}
