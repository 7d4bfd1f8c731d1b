import type { CardId, HoldId, ProductId, ReceiptId } from '../../src/core/ids.ts'
import type { Operation } from '../../src/core/receipt/operations.ts'
import { load, redeem, refund, undo } from '../../src/core/testing/builders.ts'
import type { Act, Verdict } from './oracle-words.ts'

/** How a story repeats itself. */
export const told = (seed: number) => `PODAROK_SEED=${seed} PODAROK_STORIES=1`

export function summary(outcome: {
  status: string
  by?: string | null
  effects?: { cardId: string; changeKopecks: number }[]
}) {
  return {
    status: outcome.status,
    by: outcome.by ?? null,
    changes: Object.fromEntries(
      (outcome.effects ?? []).map((effect) => [effect.cardId, effect.changeKopecks]),
    ),
  }
}

export function expectation({ status, by, changes }: Verdict) {
  return { status, by, changes: Object.fromEntries(changes) }
}

export function toOperation(act: Act): Operation {
  switch (act.kind) {
    case 'redeem':
      return redeem(act.card as CardId, act.amount, {
        ...(act.hold !== null && { holdId: act.hold as HoldId }),
        entered: act.typed ? 'typed' : 'scanned',
      })
    case 'load':
      return load(act.card as CardId, act.product as ProductId, act.face, {
        paid: act.paid,
        ...(act.hold !== null && { holdId: act.hold as HoldId }),
      })
    case 'refund':
      return refund(act.card as CardId, act.amount, act.of as ReceiptId)
    case 'void':
      return undo(act.of as ReceiptId)
  }
}
