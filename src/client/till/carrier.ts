import type { AccountId, JournalId } from '../../core/ids.ts'
import { wireVersion } from '../../core/receipt/version.ts'
import type { SessionAnswer } from '../../core/wire/session.ts'
import type { Envelope, TillHead } from '../../core/wire/tills.ts'
import type { Api } from '../api/api.ts'
import type { TillClock } from '../clock.ts'
import { Errands } from './errands.ts'
import type { Heads } from './heads.ts'
import type { Standing } from '../journal/outgoing.ts'
import { Overview } from '../journal/overview.ts'
import type { JournalChange } from '../journal/records.ts'
import type { Parts } from '../journal/parts.ts'
import { openParts, type OpeningDeps } from './opening.ts'
import type { Outage } from '../outage/outage.ts'
import { Registration } from './registration.ts'
import { storeOf } from './session.ts'
import { Sync } from '../sync/sync.ts'
import { type Trouble, troubleOfState, type Troubles } from '../trouble.ts'

export interface CarrierDeps extends Omit<OpeningDeps, 'now' | 'serverHas' | 'events' | 'onChange'> {
  window: Pick<Window, 'setTimeout' | 'clearTimeout' | 'addEventListener' | 'removeEventListener'>
  random: () => number
  api: Api
  clock: TillClock
  heads: Heads
  troubles: Troubles
  /** The session of an employee who is logged in, or null. */
  session: () => SessionAnswer | null
  /** Something that all frames of the till have to know. */
  tell: (change: JournalChange | 'identity') => void
  /** A tick of the sync. */
  onTick: () => void
  /** Reads again what this frame shows. */
  refresh: () => void
}

/** The till's stores, and everything that sends them. It works with a session or without one (A2). */
export class Carrier {
  readonly #deps: CarrierDeps
  readonly parts: Parts
  readonly overview: Overview
  readonly registration: Registration
  readonly errands: Errands
  readonly sync: Sync
  /** Grant and book; null until the till is bound, and for one that is shut out. */
  outage: Outage | null = null

  private constructor(deps: CarrierDeps, parts: Parts) {
    this.#deps = deps
    this.parts = parts
    const { api, heads, log, clock, session } = deps
    const { identity, journal } = parts
    this.overview = new Overview(journal, parts.facts)
    this.registration = new Registration({
      api,
      accountId: parts.accountId,
      identity,
      journal,
      storeId() {
        const employee = session()
        return employee && storeOf(employee)
      },
    })
    this.errands = new Errands({
      parts,
      heads,
      registration: this.registration,
      now: () => clock.nowMs(),
      onIdentity: () => deps.tell('identity'),
      log,
    })
    this.sync = this.#newSync()
  }

  /** @throws as `openParts` does */
  static async open(accountId: AccountId, deps: CarrierDeps): Promise<Carrier> {
    const { clock, heads, troubles, refresh, tell } = deps
    const parts = await openParts(accountId, {
      ...deps,
      now: () => clock.nowMs(),
      serverHas: heads.serverHas,
      events: {
        onBlocked: () => troubles.add('storage_blocked'),
        onOutdated: () => troubles.add('page_outdated'),
        // Reading opens it again, or finds that it is lost (F14).
        onTerminated: refresh,
      },
      onChange: tell,
    })
    troubles.clear('storage_blocked')
    clock.notBelow(await parts.facts.latestMs())
    heads.decidedAfterMs = await parts.facts.decidedAfterMs()
    return new Carrier(deps, parts)
  }

  /** Takes what the server says of the till with an answer about one of its journals. */
  hear(head: TillHead, journal: JournalId): void {
    const { heads, troubles, tell, refresh, log } = this.#deps
    const { identity, facts } = this.parts
    const { state: before, casesOpen } = heads
    const { ordinal, tillId } = identity.of(journal)
    this.parts.beacon?.know(tillId, head.mark)
    heads.hear(head, ordinal, tillId === identity.current.tillId)
    if (head.decisions.length > 0) void this.#keepDecisions(head.decisions)
    if (heads.casesOpen !== casesOpen) refresh()
    if (head.grantIsOver) this.outage?.endGrant().catch((error: unknown) => log('grant_not_ended', error))
    if (heads.state === before) return
    const is: Trouble | null = troubleOfState[heads.state]
    for (const trouble of Object.values(troubleOfState)) {
      if (trouble && trouble !== is) troubles.clear(trouble)
    }
    if (is) troubles.add(is)
    if (heads.state !== 'revoked') return
    this.outage = null
    facts.wipe().then(
      () => tell({ kind: 'other' }),
      (error: unknown) => log('not_wiped', error),
    )
  }

  close(): void {
    this.sync.stop()
    this.parts.close()
  }

  #newSync(): Sync {
    const { api, window, locks, random, log, session, heads, troubles, tell, onTick } = this.#deps
    const { accountId, identity, journal, drafts } = this.parts
    const { registration } = this
    return new Sync({
      api,
      accountId,
      journal,
      drafts,
      locks,
      random,
      setTimeout: (work, ms) => window.setTimeout(work, ms),
      clearTimeout: (timer) => window.clearTimeout(timer),
      ordinals: () => identity.ordinals,
      envelope: (ordinal, standing) => this.envelope(ordinal, standing),
      onTick,
      inSession: () => session() !== null,
      async onAhead(ordinal, headSeq) {
        await identity.loseTail(ordinal, await journal.headOf(ordinal), headSeq)
        tell('identity')
        if (session()) heads.take(await registration.bind())
      },
      async onKeyUnknown(ordinal) {
        if (session()) heads.take(await registration.bind())
        if (!session() || ordinal !== identity.current.ordinal) await registration.put(ordinal)
        tell('identity')
      },
      onInStep: async () => {
        await this.errands.run()
        // One that may not sell gets neither grant nor book. Asking all the same would be denied, and a denial is a reason to
        // ask how the till stands: the two would follow each other without an end.
        if (session() && heads.state === 'active') this.outage?.tend()
      },
      onDenied: (code) => log('batch_denied', code),
      onTrouble(error) {
        log('sync_failed', error)
        troubles.add('storage_lost')
      },
    })
  }

  /** Everything of a signed request but the nonce. */
  async envelope(ordinal: number, standing?: Standing): Promise<Omit<Envelope, 'nonce'>> {
    const { accountId, durable, identity, journal } = this.parts
    return {
      wire: wireVersion,
      accountId,
      journal: identity.device(ordinal).id,
      ...(standing ?? (await journal.standing(ordinal))),
      decidedAfterMs: this.#deps.heads.decidedAfterMs,
      settledSeq: null,
      durable,
    }
  }

  async #keepDecisions(decisions: TillHead['decisions']): Promise<void> {
    const { heads, tell, log } = this.#deps
    const { facts } = this.parts
    try {
      await facts.keepDecisions(decisions)
      heads.decidedAfterMs = await facts.decidedAfterMs()
      tell({ kind: 'other' })
    } catch (error) {
      // The server tells them again as long as they are not known here.
      log('decisions_not_kept', error)
    }
  }
}
