import { type AccountId, type CardId, DraftId, type EmployeeId, type ReceiptId } from '../../../core/ids.ts'
import type { Operation } from '../../../core/receipt/operations.ts'
import type { CaseChoice, CaseView } from '../../../core/wire/cases.ts'
import type { Tx } from '../../db/db.ts'
import { receiptIdFrom } from '../own-receipt.ts'
import { closeCase } from '../cases/cases.ts'
import { findCase } from './case-list.ts'
import { dropDraft, isCommitted } from './drafts.ts'
import { releaseDraftHolds, releaseHoldsOf } from '../cards/holds.ts'
import { type BlockedBy, blockedBy } from '../posting/operations.ts'
import { findReceipt, textOf } from '../posting/receipts.ts'
import { type Means, NotPossible, type Original, postOwn, postWaiting } from './post-own.ts'
import { closeForks, changeTillState } from '../tills/states.ts'
import { lockTill } from '../tills/tills.ts'
import { tryShape } from '../../../core/shape.ts'

/** What a human decides about a case (J6, O6): in one transaction with what follows from it. */
export interface Wanted {
  accountId: AccountId
  id: string
  choice: CaseChoice
  note: string
  by: EmployeeId
}

export type Decided =
  | { status: 'decided'; view: CaseView }
  | { status: 'unknown' }
  /** The kind has no such choice, it was decided otherwise already, or the books do not allow it. */
  | { status: 'not_possible' }

/** @throws NotPossible when the decision cannot be carried out; the transaction must not stand */
export async function decideCase(tx: Tx, wanted: Wanted, means: Means): Promise<Decided> {
  const { accountId, id, choice, note, by } = wanted
  const seen = await findCase(tx, accountId, id)
  if (!seen) return { status: 'unknown' }
  // The till first, as everywhere: its records and the decisions about them follow one another.
  if (seen.tillId) await lockTill(tx, accountId, seen.tillId)
  const before = (await findCase(tx, accountId, id))!
  if (before.decision) {
    return before.decision.choice === choice
      ? { status: 'decided', view: before }
      : { status: 'not_possible' }
  }
  if (!before.choices.includes(choice)) return { status: 'not_possible' }
  const receiptId = await carryOut(tx, before, wanted, means)
  const end = { choice, note, decidedBy: by, receiptId }
  if (!(await closeCase(tx, accountId, id, end, means.nowMs)) && choice !== 'renew') throw new NotPossible()
  return { status: 'decided', view: (await findCase(tx, accountId, id))! }
}

/** @returns the receipt that the decision posted, or null */
async function carryOut(tx: Tx, view: CaseView, wanted: Wanted, means: Means): Promise<ReceiptId | null> {
  const { accountId, by } = wanted
  const said = {
    // Follows from the case: it is posted once.
    id: receiptIdFrom(`decision:${wanted.id}`),
    author: { kind: 'employee' as const, employeeId: by, session: null, stamp: null },
    door: 'manager' as const,
  }
  switch (wanted.choice) {
    case 'acknowledge':
      return null
    case 'renew': {
      if (!view.tillId || (await changeTillState(tx, accountId, view.tillId, 'retired')) !== 'done') {
        throw new NotPossible()
      }
      await closeForks(tx, accountId, view.tillId, by, means.nowMs)
      return null
    }
    case 'release': {
      const draftId = tryShape(DraftId, view.evidence['draftId'])
      if (!draftId.success || !view.tillId) throw new NotPossible()
      // Committed meanwhile: its money is the receipt's.
      if (await isCommitted(tx, accountId, draftId.data)) throw new NotPossible()
      await dropDraft(tx, accountId, view.tillId, draftId.data, means.nowMs)
      // The till may have promised on them and not told: until it has, they are in N (O1).
      await releaseDraftHolds(tx, accountId, view.tillId, draftId.data, 'manager', means.nowMs)
      return null
    }
    case 'dismiss': {
      const { stored, receipt } = await requireInReview(tx, view, accountId)
      await releaseHoldsOf(tx, accountId, stored.tillId, receipt, means.nowMs)
      return null
    }
    case 'unblock': {
      const original = await requireReceipt(tx, view, accountId)
      const { stored } = original
      const lossy = stored.outcome.status === 'applied' ? stored.outcome.effects : []
      const blocks = new Map<CardId, BlockedBy>()
      for (const { cardId, lossKopecks } of lossy) {
        if (lossKopecks > 0) blocks.set(cardId, await blockedBy(tx, accountId, cardId))
      }
      const frozen = [...blocks.keys()].filter((cardId) => blocks.get(cardId) === 'loss')
      if (frozen.length === 0) {
        // What somebody has blocked on purpose is not this question's.
        if ([...blocks.values()].includes('person')) throw new NotPossible()
        return null
      }
      const operations = frozen.map((cardId): Operation => ({ kind: 'unblock', cardId }))
      return postOwn(
        tx,
        accountId,
        original,
        { ...said, operations, standsFor: null, mode: 'ask', fact: null },
        means,
      )
    }
    case 'apply': {
      const original = await requireInReview(tx, view, accountId)
      return postWaiting(tx, accountId, original, { ...said, mayLose: true }, means)
    }
  }
}

async function requireReceipt(tx: Tx, view: CaseView, accountId: AccountId): Promise<Original> {
  const stored = view.receiptId && (await findReceipt(tx, accountId, view.receiptId))
  const receipt = stored && textOf(stored)
  if (!receipt) throw new NotPossible()
  return { stored, receipt }
}

async function requireInReview(tx: Tx, view: CaseView, accountId: AccountId): Promise<Original> {
  const original = await requireReceipt(tx, view, accountId)
  if (original.stored.outcome.status !== 'in_review') throw new NotPossible()
  return original
}
