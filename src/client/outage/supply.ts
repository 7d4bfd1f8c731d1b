import { kopecks } from '../../core/money.ts'
import type { Envelope } from '../../core/wire/tills.ts'
import { type ApiDeps, createApi, isDenied, isUnreachable } from '../api/api.ts'
import type { TillStorage } from '../journal/storage.ts'
import type { Locks } from '../locks.ts'
import type { Trouble } from '../trouble.ts'
import { BookSupply } from './book-supply.ts'
import { beatMs, lookAtCanary } from './canary.ts'
import { GrantSupply } from './grant-supply.ts'
import type { Outage } from './outage.ts'
import { notReady, type Readiness } from './readiness.ts'
import { supplyCalls } from './supply-calls.ts'

export interface SupplyDeps {
  outage: Outage
  apiDeps: ApiDeps
  storage: TillStorage
  locks: Locks
  /** When this page came, if no other page of a till lived in this browser then. */
  cameAloneAtMs: number | null
  nowMs: () => number
  /** Everything of the current journal's envelope but the nonce. */
  envelope: () => Promise<Omit<Envelope, 'nonce'>>
  onChange: () => void
  log: (event: string, error: unknown) => void
}

/** Changes of cards are asked for this often. */
const refreshMs = 60_000

/**
 * Fills what a till needs to work through an outage while the line is up, and tells whether it has all of it (O3, O7, O8).
 * All of that needs the line, and no sale waits for it: it follows the engine in a file of its own.
 */
export class Supply {
  readonly #deps: SupplyDeps
  readonly #book: BookSupply
  readonly #grants: GrantSupply
  #canaryLived = false
  #tending = false
  #refreshedAtMs = -Infinity
  #beatAtMs = -Infinity

  private constructor(deps: SupplyDeps) {
    const { outage, apiDeps, storage, locks, nowMs, envelope, onChange } = deps
    const api = createApi(supplyCalls, apiDeps)
    this.#deps = deps
    this.#book = new BookSupply({
      book: outage.book,
      storage,
      page: (request) => api('book', request),
      locks,
      onChange,
    })
    this.#grants = new GrantSupply({
      grants: outage.grants,
      storage,
      ask: async (returned) => {
        const said = await envelope()
        return api('grant', (nonceOf) => ({ ...said, nonce: nonceOf(said.journal), returned }))
      },
      nowMs,
      locks,
    })
  }

  static async open(deps: SupplyDeps): Promise<Supply> {
    const supply = new Supply(deps)
    supply.#canaryLived = await lookAtCanary(deps.storage, deps.nowMs(), deps.cameAloneAtMs)
    return supply
  }

  /**
   * Brings grant and book up to date; call it when everything is sent and the line is up. It is never waited for: the first
   * reading of a large book takes its time, and no sale waits for that.
   */
  tend(): void {
    if (this.#tending) return
    this.#tending = true
    void this.#tend()
      .catch((error: unknown) => {
        // A cut line shows as such elsewhere; what was read stays, and the next turn goes on.
        if (!isUnreachable(error)) this.#deps.log(isDenied(error) ? 'outage_denied' : 'outage_failed', error)
      })
      .finally(() => (this.#tending = false))
  }

  async #tend(): Promise<void> {
    const { storage, nowMs } = this.#deps
    await this.#grants.tend()
    const now = nowMs()
    if (now - this.#beatAtMs >= beatMs) {
      this.#beatAtMs = now
      this.#canaryLived = await lookAtCanary(storage, now, null)
    }
    // A shop that allows nothing offline needs no list of its cards in every browser.
    if (this.#grants.reason === 'off' || now - this.#refreshedAtMs < refreshMs) return
    await this.#book.refresh()
    this.#refreshedAtMs = now
  }

  readiness(trouble: Trouble | null): Readiness {
    const { nowMs, outage } = this.#deps
    const { held } = outage.grants
    const { reason } = this.#grants
    const usable = outage.grants.usable()
    const { asOfMs, cards, progress } = this.#book.state
    const left = held ? held.grant.sumKopecks - held.use.spentKopecks : 0
    const why = notReady({
      trouble,
      isDurable: true,
      canaryLived: this.#canaryLived,
      grant: {
        isUsable: usable !== null,
        isSpent: reason === 'used_up' || (usable !== null && left <= 0),
        isOver: held !== null && !held.returned && nowMs() >= held.grant.useUntilMs,
        isOff: reason === 'off',
        bookMaxAgeMs: held?.grant.bookMaxAgeMs ?? 0,
      },
      book: { asOfMs },
      nowMs: nowMs(),
    })
    return {
      why,
      progress,
      leftKopecks: usable ? kopecks(Math.max(0, left)) : null,
      untilMs: usable?.grant.useUntilMs ?? null,
      cards,
      asOfMs,
    }
  }
}
