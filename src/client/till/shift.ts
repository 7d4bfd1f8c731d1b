import type { Kopecks } from '../../core/money.ts'
import { kopecks } from '../../core/money.ts'
import type { CaseDecision } from '../../core/wire/cases.ts'
import { receiptOf, type RecordState } from '../journal/records.ts'

/** «Итоги смены»: what this till did since a moment, as its journal tells it. */
export interface Shift {
  sold: Tally
  charged: Tally
  returned: Tally
  /** Operations that the server has not answered yet: an ask, its promise and its undoing are one (J12). */
  unsent: number
  /** Receipts that a human has to decide. */
  inReview: number
  lossKopecks: Kopecks
}

interface Tally {
  cards: number
  sumKopecks: Kopecks
}

/**
 * Adds up the records of a shift. What was refused counts nowhere; what was undone counts neither before nor after; a
 * receipt that stands for another one counts once. What a human has decided waits for nobody, and counts where it was booked.
 */
export function shiftOf(
  states: readonly RecordState[],
  decided: ReadonlyMap<string, Pick<CaseDecision, 'choice'>>,
): Shift {
  const undone = new Set<string>()
  const replaced = new Set<string>()
  /** By what a person sees as one operation: the first receipt of it. */
  const unsent = new Set<string>()
  const standFor = new Map<string, string>()
  for (const { record, outcome } of states) {
    const { id, operations, standsFor } = receiptOf(record)
    const isDead = outcome?.status === 'refused'
    if (standsFor && !isDead) replaced.add(standsFor)
    if (standsFor) standFor.set(id, standsFor)
    for (const one of operations) if (one.kind === 'void' && !isDead) undone.add(one.receiptId)
  }
  const shift = { sold: tally(), charged: tally(), returned: tally(), inReview: 0, lossKopecks: 0 }
  for (const { record, outcome } of states) {
    const { id, operations, standsFor } = receiptOf(record)
    if (outcome === null) {
      const target = operations.find((one) => one.kind === 'void')?.receiptId
      unsent.add(standsFor ?? standFor.get(target ?? id) ?? target ?? id)
    }
    const choice = outcome?.status === 'in_review' ? decided.get(id)?.choice : 'apply'
    if (!choice) shift.inReview++
    if (outcome?.status === 'applied') {
      for (const { lossKopecks } of outcome.effects) if (outcome.by === null) shift.lossKopecks += lossKopecks
    }
    if (outcome?.status === 'refused' || choice !== 'apply') continue
    if (undone.has(id) || replaced.has(id)) continue
    for (const one of operations) {
      if (one.kind === 'load') add(shift.sold, one.faceKopecks)
      else if (one.kind === 'redeem') add(shift.charged, one.amountKopecks)
      else if (one.kind === 'refund') add(shift.returned, one.basis.amountKopecks ?? kopecks(0))
    }
  }
  return { ...shift, unsent: unsent.size, lossKopecks: kopecks(shift.lossKopecks) }
}

const tally = (): Tally => ({ cards: 0, sumKopecks: kopecks(0) })

function add(to: Tally, sum: Kopecks): void {
  to.cards++
  to.sumKopecks = kopecks(to.sumKopecks + sum)
}
