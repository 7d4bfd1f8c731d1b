import type { BookEntry } from '../../core/card/book.ts'
import { kopecks } from '../../core/money.ts'
import { receiptOf, type RecordState } from '../journal/records.ts'

/** A card as the book tells of it, less what this very till has done with it since. */
export interface KnownEntry extends BookEntry {
  /** This till has sold it, and the book does not know yet: the card pays when the line is back. */
  soldHere: boolean
}

/**
 * What the till itself has recorded is not in its book before the server has it and the book is read again: without this a
 * card would pay twice with the same money, or be sold twice, at one till in one outage (O3, O4).
 *
 * @param states records of this till, in any order
 * @param asOfMs the moment that the book tells of
 */
export function besideBook(entry: BookEntry, states: readonly RecordState[], asOfMs: number): KnownEntry {
  const receipts = states.filter((one) => mayComeYet(one, asOfMs)).map(({ record }) => receiptOf(record))
  // An ask that a promise stands for, or that was given up, counts once or not at all (J2).
  const over = receipts.flatMap(({ standsFor, operations }) => [
    standsFor,
    ...operations.map((one) => one.kind === 'void' && one.receiptId),
  ])
  let { state, availableKopecks: left } = entry
  let soldHere = false
  for (const { id, operations } of receipts) {
    if (over.includes(id)) continue
    for (const one of operations) {
      if (one.kind === 'redeem' && one.cardId === entry.cardId) {
        left = kopecks(Math.max(0, left - one.amountKopecks))
        if (left === 0 && state === 'active') state = 'used_up'
      }
      if (one.kind === 'load' && one.cardId === entry.cardId) soldHere = true
    }
  }
  if (soldHere && state === 'unsold') state = 'active'
  return { ...entry, state, availableKopecks: left, soldHere }
}

/** Whether the book does not tell of the record yet. What is in review was not posted, and may be. */
const mayComeYet = ({ outcome }: RecordState, asOfMs: number): boolean =>
  outcome?.status === 'applied'
    ? outcome.by === null && outcome.postedAtMs > asOfMs
    : outcome?.status !== 'refused'
