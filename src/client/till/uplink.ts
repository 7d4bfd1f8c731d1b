import type { AccountId, JournalId } from '../../core/ids.ts'
import { wireVersion } from '../../core/receipt/version.ts'
import type { SessionAnswer } from '../../core/wire/session.ts'
import type { Envelope, TillHead } from '../../core/wire/tills.ts'
import { type Api, type ApiDeps, isDenied } from '../api/api.ts'
import type { Change } from './change.ts'
import type { TillClock } from '../clock.ts'
import { Errands } from './errands.ts'
import type { Heads } from './heads.ts'
import type { Standing } from '../journal/outgoing.ts'
import { Overview } from '../journal/overview.ts'
import { receiptOf } from '../journal/records.ts'
import type { Parts } from '../journal/parts.ts'
import { openParts, type OpeningDeps } from './opening.ts'
import { Outage } from '../outage/outage.ts'
import type * as supply from '../outage/supply.ts'
import { Registration } from './registration.ts'
import { storeOf } from './session.ts'
import { Delivery } from '../sync/delivery.ts'
import { letHoldsGo } from '../sync/let-holds-go.ts'
import { type Journals, Refill } from '../sync/refill.ts'
import { Sync } from '../sync/sync.ts'
import { type Trouble, troubleOfState, type Troubles } from '../trouble.ts'

export interface UplinkDeps extends Omit<OpeningDeps, 'now' | 'serverHas' | 'events' | 'onChange'> {
  window: Pick<Window, 'setTimeout' | 'clearTimeout' | 'addEventListener' | 'removeEventListener'>
  random: () => number
  api: Api
  /** For calls that `api` does not know. */
  apiDeps: ApiDeps
  supply: () => Promise<typeof supply>
  clock: TillClock
  heads: Heads
  troubles: Troubles
  /** The session of an employee who is logged in, or null. */
  session: () => SessionAnswer | null
  /** Whether the cashier sees this frame. */
  isShown: () => boolean
  emit: (change: Change) => void
}

/** Beside those without an outcome: what a book read within the last minutes may not tell of yet. */
const recentRecords = 200

/**
 * The till's stores with what is shown of them, and everything that speaks with the server by itself. It works with a session or
 * without one (A2), and says what has changed in one place (`emit`).
 */
export class Uplink {
  readonly #deps: UplinkDeps
  readonly parts: Parts
  readonly overview: Overview
  readonly registration: Registration
  readonly errands: Errands
  readonly sync: Sync
  /** Grant and book; null until the till is bound, and for one that is shut out. */
  outage: Outage | null = null
  /** What fills them; null until its file is there. */
  supply: supply.Supply | null = null
  /** The journal has to be read again when this frame is shown. */
  #isStale = false
  #isClosed = false

  private constructor(deps: UplinkDeps, parts: Parts) {
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
      onIdentity: () => deps.emit({ kind: 'identity' }),
      log,
    })
    this.sync = this.#newSync()
  }

  /** @throws as `openParts` does */
  static async open(accountId: AccountId, deps: UplinkDeps): Promise<Uplink> {
    const { clock, heads, troubles, emit } = deps
    const parts = await openParts(accountId, {
      ...deps,
      now: () => clock.nowMs(),
      serverHas: heads.serverHas,
      events: {
        onBlocked: () => troubles.add('storage_blocked'),
        onOutdated: () => troubles.add('page_outdated'),
        // Reading opens it again, or finds that it is lost (F14).
        onTerminated: () => emit({ kind: 'other' }),
      },
      onChange: emit,
    })
    troubles.clear('storage_blocked')
    clock.notBelow(await parts.facts.latestMs())
    heads.decidedAfterMs = await parts.facts.decidedAfterMs()
    return new Uplink(deps, parts)
  }

  /** Takes what the server says of the till with an answer about one of its journals. */
  hearHead(head: TillHead, journal: JournalId): void {
    const { heads, troubles, emit, log } = this.#deps
    const { identity, facts } = this.parts
    const { state: before, casesOpen } = heads
    const { ordinal, tillId } = identity.of(journal)
    this.parts.beacon?.know(tillId, head.mark)
    heads.hear(head, ordinal, tillId === identity.current.tillId)
    if (head.decisions.length > 0) void this.#keepDecisions(head.decisions)
    if (heads.casesOpen !== casesOpen) emit({ kind: 'shown' })
    if (head.grantIsOver)
      this.outage?.grants.giveBack().catch((error: unknown) => log('grant_not_ended', error))
    if (heads.state === before) return
    const is: Trouble | null = troubleOfState[heads.state]
    for (const trouble of Object.values(troubleOfState)) {
      if (trouble && trouble !== is) troubles.clear(trouble)
    }
    if (is) troubles.add(is)
    if (heads.state !== 'revoked') return
    this.outage = this.supply = null
    facts.wipe().then(
      () => emit({ kind: 'other' }),
      (error: unknown) => log('not_wiped', error),
    )
  }

  close(): void {
    this.#isClosed = true
    this.outage = this.supply = null
    this.sync.stop()
    this.parts.close()
  }

  /** Another frame of the till has told of a change. */
  async hear(change: Change): Promise<void> {
    const { identity, journal } = this.parts
    if (change.kind === 'identity') await identity.reload()
    if (change.kind === 'written' || change.kind === 'settled') journal.hear(change)
  }

  /** Keeps what is shown up with a change, made here or in another frame. */
  follow(change: Change): void {
    if (change.kind === 'line' || change.kind === 'shown' || change.kind === 'dropped') return
    // A promise has used some of the grant.
    if (change.kind === 'written' && receiptOf(change.record).grantId !== null)
      this.outage?.grants.refresh().catch((error: unknown) => this.#deps.log('grant_unreadable', error))
    if (change.kind !== 'identity' && this.overview.take(change)) return
    this.#isStale = true
    this.shown()
  }

  /** A frame that is not shown reads nothing until it is (P2c). */
  shown(): void {
    if (this.#isStale && this.#deps.isShown()) void this.refresh()
  }

  /** Reads again what is shown. */
  async refresh(): Promise<void> {
    if (this.#isClosed) return
    const { troubles, emit, log } = this.#deps
    this.#isStale = false
    try {
      await this.overview.read()
      await this.outage?.grants.refresh()
    } catch (error) {
      log('journal_unreadable', error)
      return troubles.add('storage_lost')
    }
    troubles.clear('storage_lost')
    emit({ kind: 'shown' })
  }

  /** Grant and book, where they may be kept, and what fills them; not waited for: a sale on the line needs neither. */
  async openOutage(): Promise<void> {
    const { heads, clock, emit, log } = this.#deps
    const { storage, cameAlone, identity, journal } = this.parts
    const { bookKey } = heads
    if (!storage || !bookKey) return
    const nowMs = () => clock.nowMs()
    const onChange = () => emit({ kind: 'shown' })
    const cameAloneAtMs = cameAlone ? nowMs() : null
    try {
      const outage = await Outage.open({
        storage,
        bookKey,
        nowMs,
        records: () => journal.recent(this.overview.view.state.unsettled + recentRecords),
        onChange,
      })
      this.outage = outage
      onChange()
      // Shut out, or closed.
      const isOver = () => this.outage !== outage
      const { Supply } = await this.#deps.supply()
      if (isOver()) return
      const supply = await Supply.open({
        ...this.#deps,
        outage,
        storage,
        cameAloneAtMs,
        nowMs,
        envelope: () => this.envelope(identity.current.ordinal),
        onChange,
      })
      if (isOver()) return
      this.supply = supply
      onChange()
      void this.sync.kick()
    } catch (error) {
      log('outage_not_prepared', error)
    }
  }

  #newSync(): Sync {
    const { api, window, locks, random, log, session, heads, troubles, emit } = this.#deps
    const { accountId, identity, journal, drafts } = this.parts
    const { registration } = this
    const journals: Journals = {
      ordinals: () => identity.ordinals,
      envelope: (ordinal, standing) => this.envelope(ordinal, standing),
      async goOn(ordinal, headSeq) {
        await identity.loseTail(ordinal, await journal.headOf(ordinal), headSeq)
        emit({ kind: 'identity' })
        if (session()) heads.take(await registration.bind())
      },
      async introduce(ordinal) {
        if (session()) heads.take(await registration.bind())
        if (!session() || ordinal !== identity.current.ordinal) await registration.put(ordinal)
        emit({ kind: 'identity' })
      },
    }
    const denied = (code: string) => log('batch_denied', code)
    const refill = new Refill({ api, journal, journals, onDenied: denied })
    return new Sync({
      accountId,
      delivery: new Delivery({ api, journal, journals, refill }),
      refill,
      locks,
      random,
      setTimeout: (work, ms) => window.setTimeout(work, ms),
      clearTimeout: (timer) => window.clearTimeout(timer),
      upkeep: {
        tick: () => void this.#look(),
        async letGo() {
          try {
            await letHoldsGo(api, drafts, () => session() !== null)
          } catch (error) {
            // The journal's answers do not depend on it; the rows wait for a better time.
            if (!isDenied(error)) throw error
            denied(error.code)
          }
        },
        run: async () => {
          await this.errands.run()
          // One that may not sell gets neither grant nor book. Asking all the same would be denied, and a denial is a reason to
          // ask how the till stands: the two would follow each other without an end.
          if (session() && heads.state === 'active') this.supply?.tend()
        },
        denied,
        failed(error) {
          log('sync_failed', error)
          troubles.add('storage_lost')
        },
      },
    })
  }

  /** Finds what nobody has told of. */
  async #look(): Promise<void> {
    if (!this.#deps.isShown() || (await this.overview.isCurrent().catch(() => false))) return
    await this.refresh()
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
    const { heads, emit, log } = this.#deps
    const { facts } = this.parts
    try {
      await facts.keepDecisions(decisions)
      heads.decidedAfterMs = await facts.decidedAfterMs()
      emit({ kind: 'other' })
    } catch (error) {
      // The server tells them again as long as they are not known here.
      log('decisions_not_kept', error)
    }
  }
}
