import type { AccountId, ReceiptId } from '../../core/ids.ts'
import type { FinalOutcome } from '../../core/receipt/outcome.ts'
import { createMarks } from './marks.ts'

interface Answered {
  accountId: AccountId
  id: ReceiptId
  digest: string
}

export interface OutcomeProofs {
  of(record: Answered, outcome: FinalOutcome): string
  isOurs(proof: string, record: Answered, outcome: FinalOutcome): boolean
}

/**
 * The server's mark on its own answers: a restored server has forgotten them, and believes
 * nobody else (J7).
 */
export function createOutcomeProofs(secret: Buffer): OutcomeProofs {
  const marks = createMarks(secret, 'podarok-outcome-1')
  const said = ({ accountId, id, digest }: Answered, outcome: FinalOutcome) =>
    JSON.stringify([accountId, id, digest, ...markedParts(outcome)])

  return {
    of: (record, outcome) => marks.of(said(record, outcome)),
    isOurs: (proof, record, outcome) => marks.isOurs(proof, said(record, outcome)),
  }
}

/**
 * What a restored server goes by, and what will be frozen (T2). Named one by one: a field that comes later leaves old marks good.
 */
function markedParts(outcome: FinalOutcome): unknown[] {
  switch (outcome.status) {
    case 'applied': {
      const losses = outcome.effects.map(({ cardId, lossKopecks }) => [cardId, lossKopecks])
      return [outcome.status, outcome.by, outcome.postedAtMs, outcome.frozen, losses]
    }
    case 'refused': {
      const { code, cardId, possibleKopecks } = outcome.refusal
      return [outcome.status, code, cardId, possibleKopecks]
    }
    case 'in_review':
      return [outcome.status, outcome.code]
  }
}
