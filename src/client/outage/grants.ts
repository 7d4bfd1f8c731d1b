import type { CardId, GrantId } from '../../core/ids.ts'
import { type Kopecks, kopecks } from '../../core/money.ts'
import { roomOnGrant, unusedGrant } from '../../core/receipt/offline.ts'
import type { GrantAnswer } from '../../core/wire/offline.ts'
import type { HeldGrant } from '../journal/database.ts'
import { reading, strictly, type TillStorage } from '../journal/storage.ts'

/**
 * Keeps the till's permission to promise without the line (O1). The promise itself is charged where its record is
 * committed (journal); here grants are asked for and given back.
 *
 * none ── asked ──▶ held ── spent or old, and everything sent ──▶ returned ── asked ──▶ held
 *
 * A grant that is given back can promise nothing any more, whether or not the server's answer ever comes: two grants of
 * a till are never usable at once.
 */
export interface GrantsDeps {
  storage: TillStorage
  /** Asks the server. @throws when the line is cut or the server refuses */
  ask: (returned: GrantId | null) => Promise<GrantAnswer>
  /** By the till's clock, which follows the server's (O9). */
  nowMs: () => number
  locks: Pick<LockManager, 'request'>
  name: string
  onChange: () => void
}

/** Why there is no grant, as the server says. */
export type NoGrant = NonNullable<GrantAnswer['reason']>

/** After a «no» the server is not asked again for this long. */
const askAgainMs = 5 * 60_000

export class Grants {
  readonly #deps: GrantsDeps
  #held: HeldGrant | null = null
  #askedAtMs = -Infinity
  reason: NoGrant | null = null

  constructor(deps: GrantsDeps) {
    this.#deps = deps
  }

  /** Reads again what is stored: another frame may have promised, given back or asked. */
  async refresh(): Promise<void> {
    const stored = await reading(this.#deps.storage, ['grants'], (tx) =>
      tx.objectStore('grants').get('current'),
    )
    this.#held = stored ?? null
    this.#deps.onChange()
  }

  /** The grant that may be used now, or null. */
  usable(): HeldGrant | null {
    const held = this.#held
    return held && !held.returned && this.#deps.nowMs() < held.grant.useUntilMs ? held : null
  }

  /** The newest grant, usable or not. */
  get held(): HeldGrant | null {
    return this.#held
  }

  /** The most that this card may still promise beside what others promise in the same receipt. */
  room(cardId: CardId, besideKopecks: number): Kopecks {
    const held = this.usable()
    return held ? roomOnGrant(held.grant, held.use, cardId, besideKopecks) : kopecks(0)
  }

  /** The server has ended it: nothing is promised on it from now on, and the next time it is given back. */
  async end(): Promise<void> {
    if (this.#held && !this.#held.returned) await this.#giveBack(this.#held)
  }

  /** Gives a used or old grant back and asks for a new one. Call it when everything is sent and the line is up. */
  async tend(): Promise<void> {
    await this.#deps.locks.request(`podarok-grant-${this.#deps.name}`, async () => {
      await this.refresh()
      const nowMs = this.#deps.nowMs()
      if (this.#held && !this.#held.returned && !isWorn(this.#held, nowMs)) return
      if (this.#held === null && this.reason !== null && nowMs - this.#askedAtMs < askAgainMs) return
      if (this.#held && !this.#held.returned) await this.#giveBack(this.#held)
      this.#askedAtMs = nowMs
      const returned = this.#held?.grant.id ?? null
      const { grant, reason } = await this.#deps.ask(returned)
      this.reason = reason
      // «Not drained» leaves the old one given back: the next try names it again.
      if (reason === 'not_drained') return
      await strictly(this.#deps.storage, ['grants'], async (tx) => {
        const stored = await tx.objectStore('grants').get('current')
        // Thawed after a long sleep: another frame has gone on to a later one.
        if ((stored?.grant.id ?? null) !== returned || stored?.returned === false) return
        if (grant) await tx.objectStore('grants').put({ grant, use: unusedGrant, returned: false }, 'current')
        else await tx.objectStore('grants').delete('current')
      })
      await this.refresh()
    })
  }

  async #giveBack(held: HeldGrant): Promise<void> {
    await strictly(this.#deps.storage, ['grants'], async (tx) => {
      const stored = await tx.objectStore('grants').get('current')
      // Whatever was promised on it since it was read has its record by now, and that has to be sent first.
      if (stored?.grant.id === held.grant.id) {
        await tx.objectStore('grants').put({ ...stored, returned: true }, 'current')
      }
    })
    await this.refresh()
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
