import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { AccountId, TillId } from '../core/ids.ts'
import { nonceMs } from '../core/wire-tills.ts'

export interface Nonces {
  issue(accountId: AccountId, tillId: TillId): string
  /** Whether the nonce is one of ours, for this till, and fresh. */
  isFresh(nonce: string | null, accountId: AccountId, tillId: TillId): boolean
}

/**
 * Nonces need no memory: each carries its moment and a mark that this server made it, so any process of the server knows
 * those of the others. One nonce may serve several requests while it is fresh, since everything signed is idempotent.
 *
 * @param secret the server's own key; a key for nonces alone is derived from it
 */
export function createNonces(secret: Buffer, clock: () => number): Nonces {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'podarok-nonce-1', 32))
  const mark = (issuedAtMs: number, accountId: AccountId, tillId: TillId) =>
    createHmac('sha256', key).update(`${accountId}|${tillId}|${issuedAtMs}`).digest()

  return {
    issue(accountId, tillId) {
      const nowMs = clock()
      return `${nowMs}.${mark(nowMs, accountId, tillId).toString('base64url')}`
    },
    isFresh(nonce, accountId, tillId) {
      const [, issued, said] = /^(\d{1,15})\.([\w-]{43})$/.exec(nonce ?? '') ?? []
      if (!issued || !said) return false
      const ageMs = clock() - Number(issued)
      if (ageMs < -nonceMs || ageMs > nonceMs) return false
      const given = Buffer.from(said, 'base64url')
      const right = mark(Number(issued), accountId, tillId)
      return given.length === right.length && timingSafeEqual(given, right)
    },
  }
}
