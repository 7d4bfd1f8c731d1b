import type { AccountId, CardId, ReceiptId, TillId } from '../../../core/ids.ts'
import { kopecks, sumKopecks } from '../../../core/money.ts'
import { type CardEffect, type CaseKind, type FinalOutcome } from '../../../core/receipt/outcome.ts'
import { type Refusal, refusal } from '../../../core/refusal.ts'
import { type Link, linksOf } from '../../../core/posting/link.ts'
import { post } from '../../../core/posting/post.ts'
import type { PostedOperation, Posting } from '../../../core/posting/types.ts'
import { employeeOf } from '../../../core/receipt/author.ts'
import type { Receipt } from '../../../core/receipt/receipt.ts'
import type { Tx } from '../../db/db.ts'
import {
  type Alarm,
  type Arrival,
  type Decision,
  type Evidence,
  NotRefilled,
  type PlacedArrival,
  type SaleFacts,
} from '../arrival.ts'
import { closeUndone, settledBySibling } from './siblings.ts'
import { findCardByNumber } from '../cards/cards.ts'
import { type NewCase, openCase, subjectOf } from '../cases/cases.ts'
import { type Charge, chargeOf, writeCharge } from './charge.ts'
import { fitHolds, releaseHoldsOf } from '../cards/holds.ts'
import { insertLinks } from './links.ts'
import { loadContext, type Loaded, resolveTargets } from './posting-context.ts'
import type { Programmes } from '../programmes.ts'
import { draftWaits, findReceipt, insertReceipt } from './receipts.ts'
import { stoppedByNumber, stoppedByState } from './admission.ts'
import { followConflict, followHistory } from '../tills/history.ts'
import { advanceHead, type Journal, lockJournal } from '../tills/journals.ts'
import { checkPosting, writePosting } from './write-posting.ts'

/**
 * Decides one record and writes it with its outcome: one transaction, everything or nothing (L4). Sending it again gives
 * the stored outcome (L5); a refused record stays refused.
 *
 * @throws NotRefilled when the till has had answers above the head; when the database fails or the books would not balance; then nothing was written
 */
export async function applyReceipt(
  tx: Tx,
  arrival: Arrival,
  facts: SaleFacts,
  { programmes, nowMs }: { programmes: Programmes; nowMs: number },
): Promise<Decision> {
  const locked = isPlaced(arrival) ? await requireJournal(tx, arrival) : null
  const known = await findReceipt(tx, arrival.accountId, arrival.id)
  if (known?.digest === arrival.digest) {
    const alarm = await noteChange(tx, arrival, known.outcome, nowMs)
    const head = locked && { seq: locked.headSeq, state: locked.state }
    return { outcome: known.outcome, alarm, head }
  }
  if (known) {
    // Only a copy of its own journal gives one id to two texts of a till; another till's id was taken by chance or malice.
    const isOwn = locked !== null && known.tillId === locked.tillId
    const journal = isOwn && isPlaced(arrival) ? await followConflict(tx, arrival, locked, nowMs) : locked
    const head = await moveHead(tx, arrival, journal, nowMs)
    const outcome = await conflict(tx, arrival, nowMs)
    await noteChange(tx, arrival, outcome, nowMs)
    return { outcome, alarm: 'receipt_conflict', head }
  }
  const journal = locked && isPlaced(arrival) ? await followHistory(tx, arrival, locked, nowMs) : locked
  const decided = await decide(tx, arrival, facts, programmes, journal, nowMs)
  const verdict = asBefore(decided, arrival.evidence?.settled ?? null)
  await write(tx, arrival, verdict, nowMs)
  const changed = await noteChange(tx, arrival, verdict.outcome, nowMs)
  const head = await moveHead(tx, arrival, journal, nowMs)
  const alarm = journal?.state === locked?.state ? changed : 'till_forked'
  return { outcome: verdict.outcome, alarm, head }
}

/** The till whose business it is: its own record, or what a manager has posted for it. */
const whoseBusiness = ({ place, actsFor }: Arrival): TillId | null => place?.tillId ?? actsFor ?? null

const isPlaced = (arrival: Arrival): arrival is PlacedArrival => arrival.place !== null

async function moveHead(
  tx: Tx,
  { accountId, place }: Arrival,
  journal: Journal | null,
  nowMs: number,
): Promise<Decision['head']> {
  if (!place || !journal) return null
  const to = { id: place.journal, seq: place.seq }
  return { seq: await advanceHead(tx, accountId, to, journal.headSeq, nowMs), state: journal.state }
}

async function requireJournal(tx: Tx, { accountId, place, evidence }: PlacedArrival): Promise<Journal> {
  const journal = await lockJournal(tx, accountId, place.journal)
  if (!journal) throw new Error(`journal ${place.journal} was never registered`)
  const { headSeq, state } = journal
  if (headSeq < (evidence?.answeredSeq ?? 0)) throw new NotRefilled({ seq: headSeq, state })
  return journal
}

/** [L5] The id is taken by another text: the stored history stays, this text waits for a human. */
async function conflict(tx: Tx, arrival: Arrival, nowMs: number): Promise<FinalOutcome> {
  await openCase(tx, { ...caseOf(arrival, 'receipt_conflict', null), body: arrival.text }, nowMs)
  return { status: 'in_review', code: 'receipt_conflict' }
}

function caseOf(arrival: Arrival, kind: CaseKind, receipt: Receipt | null): NewCase {
  const redeemed = (receipt?.operations ?? []).filter((operation) => operation.kind === 'redeem')
  return {
    accountId: arrival.accountId,
    kind,
    subject: subjectOf(arrival),
    receiptId: arrival.id,
    tillId: arrival.place?.tillId ?? null,
    employeeId: employeeOf(receipt),
    amountKopecks: redeemed.length > 0 ? sumKopecks(redeemed.map((one) => one.amountKopecks)) : null,
    happenedAtMs: receipt?.happenedAtMs ?? null,
    evidence: { journal: arrival.place?.journal ?? null, seq: arrival.place?.seq ?? null },
    body: null,
  }
}

/** A restored server decides otherwise than it had: the cashier has seen the other answer (J7). */
async function noteChange(
  tx: Tx,
  arrival: Arrival,
  outcome: FinalOutcome,
  nowMs: number,
): Promise<Alarm | null> {
  const before = arrival.evidence?.settled?.status ?? null
  if (before === null || before === outcome.status) return null
  const receipt = 'receipt' in arrival.content ? arrival.content.receipt : null
  const one = caseOf(arrival, 'outcome_changed', receipt)
  await openCase(tx, { ...one, evidence: { ...one.evidence, before, now: outcome.status } }, nowMs)
  return 'outcome_changed'
}

interface Verdict {
  outcome: FinalOutcome
  receipt: Receipt | null
  /** In review with another receipt of its business, whose case decides both (J2). */
  isShared: boolean
  /** What is to be written besides the receipt, where it did something itself. */
  work: {
    posted: PostedOperation[]
    links: Link[]
    context: Loaded
    charge: Charge
    undoes: Undone | null
  } | null
}

interface Undone {
  id: ReceiptId
  /** It waited for a human. */
  waited: boolean
}

const asOutcome = (outcome: FinalOutcome): Verdict => ({
  outcome,
  receipt: null,
  isShared: false,
  work: null,
})

async function decide(
  tx: Tx,
  arrival: Arrival,
  facts: SaleFacts,
  programmes: Programmes,
  journal: Journal | null,
  nowMs: number,
): Promise<Verdict> {
  const { accountId, content, evidence, place, fact } = arrival
  if (content.kind === 'malformed') {
    return asOutcome({ status: 'in_review', code: 'receipt_malformed' })
  }
  const { receipt } = content
  const settled = (outcome: FinalOutcome): Verdict => ({ ...asOutcome(outcome), receipt })
  const isFact = fact !== null
  const refused = (why: Refusal) => settled(refusedOutcome(receipt, why, isFact))
  if (content.kind === 'barred') return refused(content.refusal)
  const ownTill = place?.tillId ?? null
  const appliedBefore = fact?.before ?? null
  const bySibling = await settledBySibling(tx, accountId, receipt, ownTill, appliedBefore)
  if (bySibling) return { ...settled(bySibling.outcome), isShared: bySibling.isShared }
  const stopped = isFact ? null : stoppedByState(receipt, journal?.state ?? 'active')
  if (stopped) return settled(stopped)
  const programme = await programmes.current(tx, accountId)
  if (!programme) return refused(refusal('programme_missing'))
  const taken = await takenNumber(tx, accountId, receipt)
  if (taken) return refused(refusal('card_sold', taken))
  const resolved = await resolveTargets(tx, accountId, receipt)
  const context = await loadContext(tx, accountId, resolved, {
    programme,
    dayOf: (momentMs) => programmes.day(programme, momentMs),
    facts,
    tillId: whoseBusiness(arrival),
    fact,
    nowMs,
  })
  // The key that a fact's numbers were sealed to may be lost with what came after the backup.
  const astray = isFact || !evidence ? null : stoppedByNumber(receipt, evidence.numbers, context.cards)
  if (astray) return settled(astray)
  const charge = await chargeOf(tx, accountId, receipt, ownTill, isFact, nowMs)
  const posting: Posting = post(resolved, { ...context, grant: charge.verdict })
  switch (posting.status) {
    case 'refused':
      return settled({ status: 'refused', refusal: posting.refusal })
    case 'in_review':
      return settled({ status: 'in_review', code: posting.code })
    case 'posted': {
      const effects = effectsOf(posting.operations)
      const postedAtMs = appliedBefore?.postedAtMs ?? nowMs
      return {
        ...settled({ status: 'applied', by: null, postedAtMs, effects, frozen: false }),
        work: {
          posted: posting.operations,
          links: linksOf(resolved, context),
          context,
          charge,
          undoes: undoneBy(resolved, context),
        },
      }
    }
  }
}

/** A promise cannot be refused any more: the buyer left with the goods, so a human decides (J1). */
function refusedOutcome(receipt: Receipt, why: Refusal, isFact: boolean): FinalOutcome {
  return receipt.mode === 'promise' || isFact
    ? { status: 'in_review', code: 'promise_refused' }
    : { status: 'refused', refusal: why }
}

/** What this server refused or put before a human stays so after it was restored: the cashier and the buyer have acted on it. */
function asBefore(verdict: Verdict, settled: Evidence['settled']): Verdict {
  if (settled === null || settled.status === 'applied') return verdict
  // One that waits with its sibling shares the sibling's case.
  if (settled.status === verdict.outcome.status && verdict.isShared) return verdict
  return { ...asOutcome(settled), receipt: verdict.receipt }
}

/** A card that would get a number that another card of the account, or of this receipt, has. */
async function takenNumber(tx: Tx, accountId: AccountId, receipt: Receipt): Promise<CardId | null> {
  const seen = new Set<string>()
  for (const operation of receipt.operations) {
    if (operation.kind !== 'issue') continue
    if (seen.has(operation.numberHash)) return operation.cardId
    seen.add(operation.numberHash)
    if (await findCardByNumber(tx, accountId, operation.numberHash)) return operation.cardId
  }
  return null
}

function effectsOf(operations: readonly PostedOperation[]): CardEffect[] {
  const effects = new Map<CardId, CardEffect>()
  for (const { cardId, before, after, lossKopecks } of operations) {
    const held = (card: typeof before) => (card ? card.paidKopecks + card.grantedKopecks : 0)
    const earlier = effects.get(cardId)
    effects.set(cardId, {
      cardId,
      last4: after.last4,
      changeKopecks: (earlier?.changeKopecks ?? 0) + held(after) - held(before),
      balanceKopecks: kopecks(held(after)),
      expiresOn: after.expiresOn,
      lossKopecks: kopecks((earlier?.lossKopecks ?? 0) + lossKopecks),
    })
  }
  return [...effects.values()]
}

async function write(
  tx: Tx,
  arrival: Arrival,
  { outcome, receipt, isShared, work }: Verdict,
  nowMs: number,
): Promise<void> {
  if (work) checkPosting(work.posted)
  await insertReceipt(tx, {
    accountId: arrival.accountId,
    id: arrival.id,
    body: arrival.text,
    digest: arrival.digest,
    tillId: arrival.place?.tillId ?? null,
    journal: arrival.place?.journal ?? null,
    seq: arrival.place?.seq ?? null,
    receipt,
    postedAtMs: nowMs,
    outcome,
    voids: work?.undoes?.id ?? null,
    appliedBefore: outcome.status === 'in_review' ? (arrival.fact?.before ?? null) : null,
  })
  if (work) {
    await insertLinks(tx, arrival.accountId, arrival.id, work.links)
    await writeCharge(tx, arrival.accountId, work.charge)
    await writePosting(tx, arrival, work.posted, work.context.cards, nowMs)
  }
  if (receipt && (await areHoldsOver(tx, arrival.accountId, receipt, outcome)))
    await releaseHoldsOf(tx, arrival.accountId, whoseBusiness(arrival), receipt, nowMs)
  if (work) await fitOtherHolds(tx, arrival, work.posted, work.context, nowMs)
  if (work?.undoes?.waited) await closeUndone(tx, arrival.accountId, work.undoes.id, nowMs)
  if (outcome.status === 'in_review' && !isShared)
    await openCase(tx, caseOf(arrival, outcome.code, receipt), nowMs)
  for (const kind of new Set(work?.posted.flatMap((posted) => posted.cases))) {
    await openCase(tx, caseOf(arrival, kind, receipt), nowMs)
  }
}

/**
 * What the till has spent may be held for another of its buyers, and what it gives back may be missing there. The receipt's
 * own holds are let go by now.
 */
async function fitOtherHolds(
  tx: Tx,
  { accountId }: Arrival,
  posted: readonly PostedOperation[],
  { tillId, holds, livesOnMs }: Loaded,
  nowMs: number,
): Promise<void> {
  if (tillId === null) return
  for (const { cardId, balanceKopecks } of effectsOf(posted)) {
    const { otherDraftsKopecks, lacks } = holds.get(cardId)!
    if (otherDraftsKopecks === 0 && !lacks) continue
    await fitHolds(tx, accountId, cardId, tillId, balanceKopecks, nowMs, livesOnMs)
  }
}

/**
 * What was taken needs no hold any more, and a refusal is final: the cashier takes money, the card is free. Only a receipt
 * that a human has to decide keeps its money held, also where a void of it is refused: that one names the same draft.
 */
async function areHoldsOver(
  tx: Tx,
  accountId: AccountId,
  { sale }: Receipt,
  { status }: FinalOutcome,
): Promise<boolean> {
  switch (status) {
    case 'applied':
      return true
    case 'in_review':
      return false
    case 'refused':
      return !sale?.draftId || !(await draftWaits(tx, accountId, sale.draftId))
  }
}

/** The receipt that a void undoes; one that had nothing to undo leaves no mark. */
function undoneBy({ operations }: Receipt, { voidTargets }: Loaded): Undone | null {
  const undo = operations.find((operation) => operation.kind === 'void')
  const target = undo && voidTargets.get(undo.receiptId)
  return undo && (target?.posted || target?.waits) ? { id: undo.receiptId, waited: target.waits } : null
}
