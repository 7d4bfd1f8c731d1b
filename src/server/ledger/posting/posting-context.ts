import type { OthersHolds } from '../../../core/card/card.ts'
import { holdKeepMs } from '../../../core/card/hold.ts'
import type { AccountId, CardId, DocumentId, ReceiptId, TillId } from '../../../core/ids.ts'
import type {
  LinkTarget,
  OwnHold,
  PostingContext,
  RedeemLeft,
  VoidTarget,
} from '../../../core/posting/types.ts'
import type { Programme } from '../../../core/card/programme.ts'
import { cardIdOf, shownCardOf } from '../../../core/receipt/operations.ts'
import type { Receipt } from '../../../core/receipt/receipt.ts'
import type { Tx } from '../../db/db.ts'
import type { KnownFact, SaleFacts } from '../arrival.ts'
import { type CardRow, lockCards } from '../cards/cards.ts'
import { lockDocument, saleContext } from './documents.ts'
import { type CardHolds, findHold, type Holder, holdsOfCard, notFor } from '../cards/holds.ts'
import { cardsOfReceipt, isRefunded, postedBy, redeemLeft } from './operations.ts'
import { findDoer, tillOf } from './siblings.ts'
import { saleOfReceipt } from './links.ts'
import { type StoredReceipt, textOf } from './receipts.ts'

export interface Loaded extends PostingContext {
  cards: ReadonlyMap<CardId, CardRow>
  tillId: TillId | null
  holds: ReadonlyMap<CardId, CardHolds>
  /** What others hold has to outlast this moment to count. */
  livesOnMs: number
}

/**
 * Names the receipts that did the work: a refund or a void of a promise that its ask had settled is about the ask, and
 * two names of one business must not be returned twice.
 */
export async function resolveTargets(tx: Tx, accountId: AccountId, receipt: Receipt): Promise<Receipt> {
  const resolve = async (id: ReceiptId) => (await findDoer(tx, accountId, id))?.stored.id ?? id
  const operations: Receipt['operations'] = []
  for (const operation of receipt.operations) {
    if (operation.kind === 'void') {
      operations.push({ ...operation, receiptId: await resolve(operation.receiptId) })
    } else if (operation.kind === 'refund' && operation.basis.kind === 'manager') {
      const { basis } = operation
      operations.push({ ...operation, basis: { ...basis, receiptId: await resolve(basis.receiptId) } })
    } else if (operation.kind === 'link') {
      operations.push({ ...operation, receiptId: await resolve(operation.receiptId) })
    } else operations.push(operation)
  }
  return { ...receipt, operations }
}

/** What else decides a receipt. */
export interface Scene {
  programme: Programme
  /** The calendar day of a moment, by the programme. */
  dayOf: (momentMs: number) => string
  facts: SaleFacts
  /** The till whose business the receipt is. */
  tillId: TillId | null
  fact: KnownFact | null
  nowMs: number
}

/**
 * Locks what the receipt touches and reads what decides it. The order of locks is the same for every receipt: the
 * till (by the caller), the document, the cards by id; so no two wait for each other (L4).
 *
 * @param receipt with resolved targets
 */
export async function loadContext(
  tx: Tx,
  accountId: AccountId,
  receipt: Receipt,
  { programme, dayOf, facts, tillId, fact, nowMs }: Scene,
): Promise<Loaded> {
  const before = fact?.before ?? null
  const documentId = receipt.sale?.documentId ?? null
  if (documentId) await lockDocument(tx, accountId, documentId)
  const cards = await lockCards(tx, accountId, await touchedCards(tx, accountId, receipt))
  const holds = new Map<CardId, CardHolds>()
  const others = new Map<CardId, OthersHolds>()
  // What an undoing takes off a card must not be what this very till keeps there for another buyer (O2): all holds count.
  const undoes = receipt.operations.some(({ kind }) => kind === 'void')
  // A receipt that was applied before a restore had its money beside what others held: some of the holds in the backup were over by
  // then. One that was made or asked for again since lives longer than they do.
  const livesOnMs = before ? Math.max(nowMs, before.postedAtMs + holdKeepMs) : nowMs
  for (const [id, card] of cards) {
    const holder = tillId && holderOf(receipt, id, tillId)
    const one = await holdsOfCard(tx, accountId, id, holder, nowMs, livesOnMs)
    const { allKopecks, othersKopecks, reserved } = one
    holds.set(id, one)
    others.set(id, undoes ? { heldKopecks: allKopecks, reserved } : notFor(card, one, othersKopecks))
  }
  const links = await linkTargets(tx, accountId, receipt)
  return {
    programme,
    tillId,
    cards,
    holds,
    livesOnMs,
    others,
    // What was applied before a restore was applied on that day.
    today: dayOf(before?.postedAtMs ?? nowMs),
    saleGone: facts.saleGone,
    ownHolds: await ownHolds(tx, accountId, receipt, receipt.place && tillId),
    grant: null,
    fact: fact && {
      lossesBefore: new Map(before?.effects.map(({ cardId, lossKopecks }) => [cardId, lossKopecks])),
      mayLose: fact.mayLose,
    },
    sale:
      documentId && facts.sale ? await saleContext(tx, accountId, documentId, facts.sale, links.free) : null,
    redeemsLeft: await redeemsLeft(tx, accountId, receipt),
    voidTargets: await voidTargets(tx, accountId, receipt, facts, dayOf),
    linkTargets: links.targets,
  }
}

/** What the receipt may take of the card before others: what its draft holds, or the hold that it names. */
function holderOf({ sale, operations }: Receipt, cardId: CardId, tillId: TillId): Holder {
  const shown = operations.map(shownCardOf).find((one) => one?.cardId === cardId)
  return { tillId, draftId: sale?.draftId ?? null, holdId: shown?.proof.holdId ?? null }
}

async function touchedCards(tx: Tx, accountId: AccountId, receipt: Receipt): Promise<CardId[]> {
  const ids: CardId[] = []
  for (const operation of receipt.operations) {
    if (operation.kind === 'void') ids.push(...(await cardsOfReceipt(tx, accountId, operation.receiptId)))
    else {
      const cardId = cardIdOf(operation)
      if (cardId !== null) ids.push(cardId)
    }
  }
  return ids
}

/** What a promise of a till stands on; an ask needs no hold, and who is no till has none of its own. */
async function ownHolds(
  tx: Tx,
  accountId: AccountId,
  receipt: Receipt,
  tillId: TillId | null,
): Promise<PostingContext['ownHolds']> {
  const holds = new Map<string, OwnHold>()
  if (receipt.mode === 'ask' || tillId === null) return holds
  for (const operation of receipt.operations) {
    if ((operation.kind !== 'load' && operation.kind !== 'redeem') || operation.proof.holdId === null)
      continue
    const hold = await findHold(tx, accountId, operation.proof.holdId)
    if (hold && hold.tillId === tillId) holds.set(hold.id, hold)
  }
  return holds
}

async function redeemsLeft(tx: Tx, accountId: AccountId, receipt: Receipt): Promise<RedeemLeft[]> {
  const all: RedeemLeft[] = []
  for (const operation of receipt.operations) {
    if (operation.kind !== 'refund' || operation.basis.kind !== 'manager') continue
    const left = await redeemLeft(tx, accountId, operation.basis.receiptId, operation.basis.cardId)
    if (left) all.push(left)
  }
  return all
}

/** What a receipt links to its sale, and which of that no sale has yet. */
async function linkTargets(
  tx: Tx,
  accountId: AccountId,
  receipt: Receipt,
): Promise<{ targets: PostingContext['linkTargets']; free: StoredReceipt[] }> {
  const targets = new Map<ReceiptId, LinkTarget>()
  const free: StoredReceipt[] = []
  for (const operation of receipt.operations) {
    if (operation.kind !== 'link' || targets.has(operation.receiptId)) continue
    const stored = (await findDoer(tx, accountId, operation.receiptId))?.stored
    if (!stored) continue
    const stands = stored.outcome.status === 'applied' && stored.voidedBy === null
    const isFree = stands && (await saleOfReceipt(tx, accountId, stored)) === null
    targets.set(operation.receiptId, { tillId: await tillOf(tx, accountId, stored), isFree })
    if (isFree) free.push(stored)
  }
  return { targets, free }
}

async function voidTargets(
  tx: Tx,
  accountId: AccountId,
  receipt: Receipt,
  facts: SaleFacts,
  dayOf: Scene['dayOf'],
): Promise<Map<ReceiptId, VoidTarget>> {
  const targets = new Map<ReceiptId, VoidTarget>()
  for (const operation of receipt.operations) {
    if (operation.kind !== 'void') continue
    const doer = await findDoer(tx, accountId, operation.receiptId)
    if (!doer) continue
    const { stored, waits } = doer
    targets.set(operation.receiptId, {
      tillId: await tillOf(tx, accountId, stored),
      posted: stored.outcome.status === 'applied' ? await postedBy(tx, accountId, stored.id, dayOf) : null,
      waits,
      voided: stored.voidedBy !== null,
      isVoid: isVoid(stored),
      refunded: await isRefunded(tx, accountId, stored.id),
      sale: becameOf(facts, await saleOfReceipt(tx, accountId, stored)),
    })
  }
  return targets
}

const isVoid = (stored: StoredReceipt): boolean =>
  textOf(stored)?.operations.some((operation) => operation.kind === 'void') ?? false

/** MoySklad was asked about the sale that was known then; of one that was linked since, nobody knows yet. */
function becameOf({ voided }: SaleFacts, documentId: DocumentId | null): VoidTarget['sale'] {
  if (documentId === null) return 'none'
  return voided?.documentId === documentId ? voided.became : 'unchecked'
}
