import type { AccountId } from '../../core/ids.ts'
import type { Grant } from '../../core/receipt/grant.ts'
import { createMarks } from './marks.ts'

export interface GrantProofs {
  of(accountId: AccountId, grant: Omit<Grant, 'proof'>): string
  /** Whether this server, or one with its key, gave the grant as it stands. */
  isOurs(accountId: AccountId, grant: Grant): boolean
}

/** By its proof a restored server knows a grant again that it gave since (J7). */
export function createGrantProofs(secret: Buffer): GrantProofs {
  const marks = createMarks(secret, 'podarok-grant-1')
  const said = (accountId: AccountId, grant: Omit<Grant, 'proof'>) =>
    JSON.stringify([
      accountId,
      grant.id,
      grant.tillId,
      grant.sumKopecks,
      grant.perReceiptKopecks,
      grant.perCardKopecks,
      grant.loads,
      grant.loadsKopecks,
      grant.issuedAtMs,
      grant.useUntilMs,
      grant.bookMaxAgeMs,
    ])
  return {
    of: (accountId, grant) => marks.of(said(accountId, grant)),
    isOurs: (accountId, { proof, ...grant }) => marks.isOurs(proof, said(accountId, grant)),
  }
}
