import type { Draft, SaleDocument } from '../../core/draft/draft.ts'
import { briefOf, matchDraft } from '../../core/draft/draft-match.ts'
import type { AccountId, DocumentId } from '../../core/ids.ts'
import { type MatchAnswer, MatchRequest } from '../../core/wire/drafts.ts'
import type { Query } from '../db/db.ts'
import type { Deps } from '../deps.ts'
import { readBody } from '../http/body.ts'
import { newestMadeBy, noteSeen, seenAmong } from '../ledger/documents-seen.ts'
import { findReceipt, standingOfDocument, type StoredReceipt, textOf } from '../ledger/posting/receipts.ts'
import { reach } from '../http/reach.ts'
import { toldSale } from './history.ts'
import type { Handler } from '../http/handler.ts'

type Match = MatchAnswer['matches'][number]

/** Sales among which a draft's own is looked for. */
interface Found {
  documents: readonly SaleDocument[]
  complete: boolean
}

/** Twenty drafts of a few hundred rows each. */
const matchBytesMax = 1024 * 1024
/** The list is searched from so long before the draft was begun, since MoySklad's clock may be behind ours. It decides nothing. */
const searchSlackMs = 2 * 60 * 60_000
/** Drafts that were begun within the same hour are looked for in one list. */
const searchStepMs = 60 * 60_000

/**
 * Which saved sale was a draft prepared for (M3)? What the till sends is believed for its own drafts alone, and answers
 * nothing that it could not read in MoySklad: what is charged in the end is decided when the receipt arrives.
 */
export function match(deps: Deps): Handler<'match'> {
  const { db } = deps
  return async (c) => {
    const { accountId } = c.var.session
    const { tillId } = c.var
    const { documentId, drafts } = await readBody(c, MatchRequest, matchBytesMax)
    const read = createReads(deps, accountId)
    const opened = documentId === null ? null : await read.one(documentId)
    const open = await db.read((query) => withoutReceipt(query, accountId, drafts))
    const found = new Map<Draft['id'], Found>()
    for (const draft of open) {
      found.set(
        draft.id,
        documentId !== null
          ? of(opened)
          : draft.documentId !== null
            ? of(await read.one(draft.documentId))
            : await read.since(draft),
      )
    }
    const readAtMs = deps.clock()
    const matches = await db.read((query) => settle(query, accountId, drafts, found))
    await noteSeen(db, accountId, read.all(), readAtMs)
    // One round trip tells all that a till needs to know of an opened sale (P2b).
    return {
      opened:
        documentId && (await toldSale(db, accountId, documentId, tillId, { read: true, document: opened })),
      matches,
    }
  }
}

const of = (document: SaleDocument | null): Found => ({
  documents: document ? [document] : [],
  complete: true,
})

/** Drafts whose receipt is stored look for no sale. */
async function withoutReceipt(
  query: Query,
  accountId: AccountId,
  drafts: readonly Draft[],
): Promise<Draft[]> {
  const open: Draft[] = []
  for (const draft of drafts) if (!(await findReceipt(query, accountId, draft.receiptId))) open.push(draft)
  return open
}

/** What one request reads of MoySklad, each thing once. */
function createReads(deps: Deps, accountId: AccountId) {
  const moysklad = deps.moysklad.of(accountId)
  const ones = new Map<DocumentId, SaleDocument | null>()
  const lists = new Map<string, Found>()
  return {
    async one(id: DocumentId): Promise<SaleDocument | null> {
      const known = ones.get(id)
      if (known !== undefined) return known
      const document = await reach(deps, () => moysklad.retailDemand(id))
      ones.set(id, document)
      return document
    },
    /**
     * The sales that the draft's own employee has made since about its beginning. The till's clock may be a day ahead, and then
     * the sale would not be on the list: what the till had heard of our clock is never later than the draft.
     */
    async since({ employeeId, createdAtMs, heardMs }: Draft): Promise<Found> {
      const begunMs = heardMs > 0 ? Math.min(createdAtMs, heardMs) : createdAtMs
      const fromMs = Math.max(0, begunMs - searchSlackMs)
      const sinceMs = fromMs - (fromMs % searchStepMs)
      const key = `${employeeId} ${sinceMs}`
      const known = lists.get(key)
      if (known) return known
      const { sales, complete } = await reach(deps, () => moysklad.retailDemandsSince(employeeId, sinceMs))
      const found = { documents: sales, complete }
      lists.set(key, found)
      return found
    },
    all(): SaleDocument[] {
      const opened = [...ones.values()].filter((document) => document !== null)
      return [...opened, ...[...lists.values()].flatMap((list) => list.documents)]
    },
  }
}

/** Each draft beside every sale that may be its own. Two drafts for one sale are left to the till, which knows its tabs. */
async function settle(
  query: Query,
  accountId: AccountId,
  drafts: readonly Draft[],
  found: ReadonlyMap<Draft['id'], Found>,
): Promise<Match[]> {
  const documents = [...found.values()].flatMap((one) => one.documents)
  const seen = await seenAmong(query, accountId, [...new Set(documents.map(({ id }) => id))])
  const taken = createTaken(query, accountId)
  const matches: Match[] = []
  for (const draft of drafts) {
    const among = found.get(draft.id)
    const newestMadeMs = await newestMadeBy(query, accountId, draft.heardMs)
    const candidates: Match['candidates'] = []
    for (const document of among?.documents ?? []) {
      const order = { seenAtMs: seen.get(document.id)?.seenAtMs ?? null, newestMadeMs }
      const verdict = matchDraft(document, draft, order)
      if (verdict === 'other' || (await taken(document.id))) continue
      candidates.push({ sale: briefOf(document), verdict })
    }
    matches.push({ draftId: draft.id, candidates, complete: among?.complete ?? true })
  }
  return matches
}

/** A card paid in it or was sold. An undoing stands for its sale as well, and served nobody. */
const served = (stored: StoredReceipt): boolean =>
  textOf(stored)?.operations.some(({ kind }) => kind === 'load' || kind === 'redeem') ?? false

/** Sales that cards have served already are nobody's any more. */
function createTaken(query: Query, accountId: AccountId): (id: DocumentId) => Promise<boolean> {
  const known = new Map<DocumentId, boolean>()
  return async (id) => {
    const is = known.get(id) ?? (await standingOfDocument(query, accountId, id)).some(served)
    known.set(id, is)
    return is
  }
}
