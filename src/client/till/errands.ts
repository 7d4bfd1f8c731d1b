import type { Heads } from './heads.ts'
import type { Parts } from '../journal/parts.ts'
import { keptMs } from '../journal/reclaim.ts'
import type { Registration } from './registration.ts'
import { isDenied } from '../api/api.ts'

export interface ErrandsDeps {
  parts: Parts
  heads: Heads
  registration: Registration
  now: () => number
  /** The till goes on in another journal, or is another till: the other frames have to know. */
  onIdentity: () => void
  log: (event: string, error: unknown) => void
}

/** How often the till's clock is written down. */
const clockMs = 60_000

/** What the till does for itself when everything is sent and the line is up. */
export class Errands {
  readonly #deps: ErrandsDeps
  /** The server has asked for a new key. */
  keyIsOld = false
  #clockKeptMs = -Infinity
  #tidied = false

  constructor(deps: ErrandsDeps) {
    this.#deps = deps
  }

  /** @throws Unreachable, as everything that speaks to the server; a denial is logged and tried with the next page */
  async run(): Promise<void> {
    const { parts, heads, now, log } = this.#deps
    try {
      if (heads.state === 'retired') await this.#renew()
      else if (this.keyIsOld) await this.#goOn()
    } catch (error) {
      if (!isDenied(error)) throw error
      this.keyIsOld = false
      log('key_not_renewed', error)
    }
    const nowMs = now()
    if (nowMs - this.#clockKeptMs >= clockMs) {
      await parts.facts.keepClock(nowMs)
      this.#clockKeptMs = nowMs
    }
    if (!this.#tidied) await parts.journal.reclaim(nowMs - keptMs)
    this.#tidied = true
  }

  async #goOn(): Promise<void> {
    const { parts, heads, registration } = this.#deps
    await parts.identity.goOn()
    this.keyIsOld = false
    this.#deps.onIdentity()
    heads.take(await registration.bind())
  }

  /** Retired: once nothing is left to send, the till goes on as a new one. Its session may still be the old one's. */
  async #renew(): Promise<void> {
    const { parts, heads, registration, onIdentity } = this.#deps
    if ((await parts.journal.state()).unsettled > 0) return
    // From here on no head of the old till is taken for this one's.
    heads.state = 'active'
    await parts.identity.renewTill()
    onIdentity()
    heads.take(await registration.bind())
  }
}
