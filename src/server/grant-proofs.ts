import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { AccountId } from '../core/ids.ts'
import type { Grant } from '../core/offline.ts'

export interface GrantProofs {
  of(accountId: AccountId, grant: Omit<Grant, 'proof'>): string
  /** Whether this server, or one with its key, gave the grant as it stands. */
  isOurs(accountId: AccountId, grant: Grant): boolean
}

/** By its proof a server that was set back to an earlier moment knows a grant again that it gave since (J7). */
export function createGrantProofs(secret: Buffer): GrantProofs {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'podarok-grant-1', 32))
  const mark = (accountId: AccountId, grant: Omit<Grant, 'proof'>) =>
    createHmac('sha256', key)
      .update(
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
        ]),
      )
      .digest()
  return {
    of: (accountId, grant) => mark(accountId, grant).toString('base64url'),
    isOurs(accountId, { proof, ...grant }) {
      const said = Buffer.from(proof, 'base64url')
      const right = mark(accountId, grant)
      return said.length === right.length && timingSafeEqual(said, right)
    },
  }
}
