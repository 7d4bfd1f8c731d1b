import type { GrantId } from '../../core/ids.ts'
import { unusedGrant } from '../../core/receipt/grant.ts'
import type { GrantAnswer } from '../../core/wire/offline.ts'
import type { HeldGrant } from '../journal/database.ts'
import { strictly, type TillStorage } from '../journal/storage.ts'
import type { Grants } from './grants.ts'

export interface GrantSupplyDeps {
  grants: Grants
  storage: TillStorage
  /** Asks the server. @throws when the line is cut or the server refuses */
  ask: (returned: GrantId | null) => Promise<GrantAnswer>
  nowMs: () => number
  locks: Pick<LockManager, 'request'>
}

/** Why there is no grant, as the server says. */
type NoGrant = NonNullable<GrantAnswer['reason']>

/** After a «no» the server is not asked again for this long. */
const askAgainMs = 5 * 60_000

/**
 * Asks for grants and gives them back (O1):
 *
 * none ── asked ──▶ held ── spent or old, and everything sent ──▶ returned ── asked ──▶ held
 *
 * A grant that is given back can promise nothing any more, whether or not the server's answer ever comes: two grants of
 * a till are never usable at once.
 */
export class GrantSupply {
  readonly #deps: GrantSupplyDeps
  #askedAtMs = -Infinity
  reason: NoGrant | null = null

  constructor(deps: GrantSupplyDeps) {
    this.#deps = deps
  }

  /** Gives a used or old grant back and asks for a new one. Call it when everything is sent and the line is up. */
  async tend(): Promise<void> {
    const { grants, storage, locks, ask } = this.#deps
    await locks.request(`podarok-grant-${storage.accountId}`, async () => {
      await grants.refresh()
      const { held } = grants
      const nowMs = this.#deps.nowMs()
      if (held && !held.returned && !isWorn(held, nowMs)) return
      if (held === null && this.reason !== null && nowMs - this.#askedAtMs < askAgainMs) return
      await grants.giveBack()
      this.#askedAtMs = nowMs
      const returned = grants.held?.grant.id ?? null
      const { grant, reason } = await ask(returned)
      this.reason = reason
      // «Not drained» leaves the old one given back: the next try names it again.
      if (reason === 'not_drained') return
      await strictly(storage, ['grants'], async (tx) => {
        const stored = await tx.objectStore('grants').get('current')
        // Thawed after a long sleep: another frame has gone on to a later one.
        if ((stored?.grant.id ?? null) !== returned || stored?.returned === false) return
        if (grant) await tx.objectStore('grants').put({ grant, use: unusedGrant, returned: false }, 'current')
        else await tx.objectStore('grants').delete('current')
      })
      await grants.refresh()
    })
  }
}

/** Something was promised on it, or half of its time is over. */
function isWorn({ grant, use }: HeldGrant, nowMs: number): boolean {
  return (
    use.spentKopecks > 0 ||
    use.loads > 0 ||
    nowMs > grant.issuedAtMs + (grant.useUntilMs - grant.issuedAtMs) / 2
  )
}
