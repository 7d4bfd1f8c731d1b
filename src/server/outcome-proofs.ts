import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { AccountId, ReceiptId } from '../core/ids.ts'
import type { FinalOutcome } from '../core/outcome.ts'

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
 * The server's mark on its own answers: a server that was set back to an earlier moment has forgotten them, and believes
 * nobody else (J7).
 *
 * @param secret the server's own key; it must outlive the database
 */
export function createOutcomeProofs(secret: Buffer): OutcomeProofs {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'podarok-outcome-1', 32))
  const mark = ({ accountId, id, digest }: Answered, status: string) =>
    createHmac('sha256', key).update(`${accountId}|${id}|${digest}|${status}`).digest()

  return {
    of: (record, status) => mark(record, status).toString('base64url'),
    isOurs(proof, record, status) {
      const given = Buffer.from(proof, 'base64url')
      const right = mark(record, status)
      return given.length === right.length && timingSafeEqual(given, right)
    },
  }
}
