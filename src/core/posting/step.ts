import type { Card } from '../card/card.ts'
import type { CardId } from '../ids.ts'
import { zeroKopecks } from '../money.ts'
import { type CaseCode, type CaseKind } from '../receipt/outcome.ts'
import { type Refusal, refusal } from '../refusal.ts'
import type { Entry, PostedOperation } from './types.ts'
import type { Operation } from '../receipt/operations.ts'

/** What every kind of operation is posted with: the cards as they stand by now, its result, and the two ways to stop. */

/** Stops the whole receipt: it is refused, or, where a promise was made, in review. */
export class Refused extends Error {
  readonly refusal: Refusal
  constructor(refused: Refusal) {
    super(refused.code)
    this.refusal = refused
  }
}

/** A promise that this program may not decide: it stops the whole receipt and a human looks. */
export class InReview extends Error {
  readonly code: CaseCode
  constructor(code: CaseCode) {
    super(code)
    this.code = code
  }
}

/** The cards as the operations before this one left them. */
export type Working = ReadonlyMap<CardId, Card>

export function cardFor(cardId: CardId, working: Working): Card {
  const card = working.get(cardId)
  if (!card) throw new Refused(refusal('card_unknown', cardId))
  return card
}

export function posted(
  operation: Operation,
  before: Card | null,
  after: Card,
  entries: Entry[],
  lossKopecks = zeroKopecks,
  cases: CaseKind[] = [],
): PostedOperation {
  return {
    operation,
    cardId: after.id,
    entries: entries.filter((entry) => entry.amountKopecks !== 0),
    before,
    after,
    lossKopecks,
    cases,
  }
}
