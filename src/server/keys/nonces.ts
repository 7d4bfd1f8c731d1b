import type { AccountId, TillId } from '../../core/ids.ts'
import { nonceMs } from '../../core/wire/tills.ts'
import { createMarks } from './marks.ts'

export interface Nonces {
  /** What a till may sign next, and the mark by which it is known again without its keys (T7). */
  issue(accountId: AccountId, tillId: TillId): { nonce: string; mark: string }
  /** Whether the nonce is one of ours, for this till, and fresh. */
  isFresh(nonce: string | null, accountId: AccountId, tillId: TillId): boolean
  isOurMark(mark: string, accountId: AccountId, tillId: TillId): boolean
}

/**
 * Nonces need no memory: each carries its moment and a mark that this server made it, so any process of the server knows
 * those of the others. One nonce may serve several requests while it is fresh, since everything signed is idempotent.
 *
 * @param secret the server's own key
 */
export function createNonces(secret: Buffer, clock: () => number): Nonces {
  const marks = createMarks(secret, 'podarok-nonce-1')
  const tills = createMarks(secret, 'podarok-till-1')
  const said = (issuedAtMs: number, accountId: AccountId, tillId: TillId) =>
    `${accountId}|${tillId}|${issuedAtMs}`

  return {
    issue(accountId, tillId) {
      const nowMs = clock()
      const nonce = `${nowMs}.${marks.of(said(nowMs, accountId, tillId))}`
      return { nonce, mark: tills.of(`${accountId}|${tillId}`) }
    },
    isFresh(nonce, accountId, tillId) {
      const [, issued, mark] = /^(\d{1,15})\.([\w-]{43})$/.exec(nonce ?? '') ?? []
      if (!issued || !mark) return false
      const ageMs = clock() - Number(issued)
      if (ageMs < -nonceMs || ageMs > nonceMs) return false
      return marks.isOurs(mark, said(Number(issued), accountId, tillId))
    },
    isOurMark: (mark, accountId, tillId) => tills.isOurs(mark, `${accountId}|${tillId}`),
  }
}
