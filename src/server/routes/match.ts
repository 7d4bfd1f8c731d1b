import type { z } from 'zod/mini'
import { type Draft, matchDraft, type MatchVerdict, type SaleDocument } from '../../core/draft/draft.ts'
import type { AccountId, DocumentId, DraftId, TillId } from '../../core/ids.ts'
import { type MatchAnswer, MatchRequest } from '../../core/wire/drafts.ts'
import type { Deps } from '../deps.ts'
import type { Query } from '../db/db.ts'
import { readBody } from '../http/body.ts'
import { draftsOfTill } from '../ledger/decisions/drafts.ts'
import { findReceipt, standingOfDocument } from '../ledger/posting/receipts.ts'
import { reach } from '../http/reach.ts'
import type { Handler } from '../http/handler.ts'

type Match = MatchAnswer['matches'][number]
type Wanted = z.infer<typeof MatchRequest>

/** Twenty drafts of a few hundred rows each. */
const matchBytesMax = 1024 * 1024
/** MoySklad's clock and ours may differ by this much. */
const clockSlackMs = 5 * 60_000

/** Which saved sale was a draft prepared for (M3)? */
export function match(deps: Deps): Handler<'match'> {
  const { db, moysklad } = deps
  return async (c) => {
    const { accountId } = c.var.session
    const { tillId } = c.var
    const { documentId, drafts: sent } = await readBody(c, MatchRequest, matchBytesMax)
    const { open, closed } = await db.read((query) => sortDrafts(query, accountId, tillId, sent))
    const done = closed.map((draft): Match => ({ draft, verdict: 'other', documentId: null }))
    if (documentId) {
      const document = await reach(deps, () => moysklad.of(accountId).retailDemand(documentId))
      const [free] = await withoutTaken(deps, accountId, document ? [document] : [])
      return { document, matches: [...settle(open, free ? [free] : []), ...done] }
    }
    const documents = await searchFor(deps, accountId, open)
    return {
      document: null,
      matches: [...settle(open, await withoutTaken(deps, accountId, documents)), ...done],
    }
  }
}

/** Drafts sent and drafts kept, the newer copy of each; those whose receipt is stored already look for no sale. */
async function sortDrafts(
  query: Query,
  accountId: AccountId,
  tillId: TillId,
  sent: Wanted['drafts'],
): Promise<{ open: Draft[]; closed: Draft[] }> {
  const newest = new Map<DraftId, Draft>()
  for (const draft of [...sent, ...(await draftsOfTill(query, accountId, tillId))]) {
    const known = newest.get(draft.id)
    if (!known || draft.updatedAtMs > known.updatedAtMs) newest.set(draft.id, draft)
  }
  const open: Draft[] = []
  const closed: Draft[] = []
  for (const draft of newest.values()) {
    const committed = await findReceipt(query, accountId, draft.receiptId)
    if (!committed) open.push(draft)
    else if (sent.some((one) => one.id === draft.id)) closed.push(draft)
  }
  return { open, closed }
}

/** Sales that cards have served already are nobody's any more. */
async function withoutTaken(
  { db }: Deps,
  accountId: AccountId,
  documents: readonly SaleDocument[],
): Promise<SaleDocument[]> {
  return db.read(async (query) => {
    const free: SaleDocument[] = []
    for (const document of documents) {
      if ((await standingOfDocument(query, accountId, document.id)).length === 0) free.push(document)
    }
    return free
  })
}

/** The sales that the drafts' own employees made since. */
async function searchFor(
  deps: Deps,
  accountId: AccountId,
  drafts: readonly Draft[],
): Promise<SaleDocument[]> {
  const moysklad = deps.moysklad.of(accountId)
  const since = new Map<Draft['employeeId'], number>()
  for (const { employeeId, createdAtMs } of drafts) {
    since.set(employeeId, Math.min(since.get(employeeId) ?? Infinity, createdAtMs - clockSlackMs))
  }
  const found = new Map<DocumentId, SaleDocument>()
  for (const [employeeId, sinceMs] of since) {
    const sales = await reach(deps, () => moysklad.retailDemandsSince(employeeId, Math.max(0, sinceMs)))
    for (const sale of sales) found.set(sale.id, sale)
  }
  return [...found.values()]
}

/**
 * The best sale for each draft. Two sales for one draft are a doubt, not a choice. Two drafts for one sale are left to
 * the till: it knows which of its browser tabs prepared which.
 */
function settle(drafts: readonly Draft[], documents: readonly SaleDocument[]): Match[] {
  const pairs = drafts.flatMap((draft) =>
    documents.map((document) => ({ draft, document, verdict: matchDraft(document, draft) })),
  )
  const same = pairs.filter((pair) => pair.verdict === 'same')
  return drafts.map((draft) => {
    const own = pairs.filter((pair) => pair.draft === draft && pair.verdict !== 'other')
    const best = own.find((pair) => pair.verdict === 'same') ?? own.at(-1)
    if (!best) return { draft, verdict: 'other', documentId: null }
    const rivals = same.filter((pair) => pair.draft === draft)
    const verdict: MatchVerdict = best.verdict === 'same' && rivals.length > 1 ? 'doubtful' : best.verdict
    return { draft, verdict, documentId: best.document.id }
  })
}
