import type { AccountId, ReceiptId } from '../../core/ids.ts'
import type { FinalOutcome } from '../../core/receipt/outcome.ts'
import { createMarks } from './marks.ts'

interface Answered {
  accountId: AccountId
  id: ReceiptId
  digest: string
}

export interface OutcomeProofs {
  of(record: Answered, status: FinalOutcome['status']): string
  isOurs(proof: string, record: Answered, status: FinalOutcome['status']): boolean
}

/**
 * The server's mark on its own answers: a restored server has forgotten them, and believes
 * nobody else (J7).
 */
export function createOutcomeProofs(secret: Buffer): OutcomeProofs {
  const marks = createMarks(secret, 'podarok-outcome-1')
  const said = ({ accountId, id, digest }: Answered, status: string) =>
    `${accountId}|${id}|${digest}|${status}`

  return {
    of: (record, status) => marks.of(said(record, status)),
    isOurs: (proof, record, status) => marks.isOurs(proof, said(record, status)),
  }
}
