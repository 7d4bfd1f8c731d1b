import { openDB } from 'idb'
import { isUnreachable } from '../../src/client/api/api.ts'
import { databaseName, type TillSchema } from '../../src/client/journal/database.ts'
import { outcomesOf } from '../../src/client/journal/outcomes.ts'
import { keyOf } from '../../src/client/journal/records.ts'
import { Till } from '../../src/client/till/till.ts'
import { wireVersion } from '../../src/core/receipt/version.ts'
import { pageTillDeps } from '../support/page-till.ts'
import type { Ended, Planned } from './plan.ts'

/**
 * The page of a till without a screen: the real client, driven from outside. Its clocks run faster than a till's, so
 * that a day of bad luck fits into a test.
 */

declare global {
  interface Window {
    faultTill: FaultTill
  }
}

export interface TillCourse {
  unsettled: number
  headSeq: number
  trouble: string | null
  /** What the till found worth a line in its log. */
  log: Record<string, number>
}

/** All waits of the client are so much shorter. */
const haste = 25
/** A till waits 20 s for its batch; a busy machine may take the one that this is in earnest. */
const patienceMs = 2_500

/** How many records are written between two tries to send. */
const recordsPerTry = 8

export class FaultTill {
  readonly #log: Record<string, number> = {}
  #till: Till | null = null

  async open(contextKey: string): Promise<void> {
    const till = new Till({
      ...pageTillDeps(contextKey, (event) => {
        this.#log[event] = (this.#log[event] ?? 0) + 1
      }),
      window: {
        setTimeout: (work: TimerHandler, ms = 0) => {
          if (typeof work === 'string') throw new Error('no code is run from a text')
          return window.setTimeout(() => (work as () => void)(), ms / haste)
        },
        clearTimeout: (timer) => window.clearTimeout(timer),
        addEventListener: window.addEventListener.bind(window),
        removeEventListener: window.removeEventListener.bind(window),
      },
      fetch: (url, init) => {
        const patience = [AbortSignal.timeout(patienceMs), ...(init?.signal ? [init.signal] : [])]
        return fetch(url, { ...init, signal: AbortSignal.any(patience) })
      },
    })
    await till.start()
    if (!till.ready) throw new Error(`the till did not open: ${till.trouble}`)
    // A frame that shows nothing reads nothing (P2c).
    till.tab.opened(till.tab.turn(), null)
    till.documentOpened()
    this.#till = till
  }

  /** Records what was planned, as fast as it goes, while the till sends what is there. */
  async write(plan: readonly Planned[]): Promise<void> {
    const till = this.#till!
    const { session, journal, sync } = till.ready!
    let seen: Promise<unknown> = Promise.resolve()
    for (const [n, { id, mode, standsFor, sale, operations, hold }] of plan.entries()) {
      if (hold) await this.#hold(hold)
      const record = await journal.append(
        {
          id,
          mode,
          standsFor,
          sale,
          operations,
          grantId: null,
          author: {
            kind: 'employee',
            employeeId: session.employee.id,
            session: session.session,
            stamp: null,
          },
          door: 'checkout',
          approvals: [],
          reason: null,
          storeId: null,
          happenedAtMs: till.serverNowMs(),
        },
        wireVersion,
        [{ cardId: 'any', last4: '0000', entered: 'scanned', useUntilMs: null }],
      )
      // The screen shows a record while the cashier begins the next.
      seen = Promise.all([seen, journal.seen(record)])
      // As few as this, so that many requests go over the line.
      if (n % recordsPerTry === 0) void sync.kick()
    }
    await seen
    void sync.kick()
  }

  course(): TillCourse {
    const { journal, trouble } = this.#till!
    return {
      unsettled: journal.state.unsettled,
      headSeq: journal.recent[0]?.record.seq ?? 0,
      trouble,
      log: this.#log,
    }
  }

  /** What the journal holds, past a key: at most `limit` records. */
  async ends(after: [ordinal: number, seq: number], limit: number): Promise<Ended[]> {
    const db = await openDB<TillSchema>(databaseName(this.#till!.ready!.session.accountId))
    const range = IDBKeyRange.lowerBound(after, true)
    const records = await db.getAll('records', range, limit)
    const rows = await outcomesOf(db.transaction('outcomes').store, records.map(keyOf))
    db.close()
    return records.map(({ id, ordinal, seq }, n) => {
      const row = rows[n]
      const outcome = row?.outcome
      return {
        id,
        ordinal,
        seq,
        status: row?.changed ? null : (outcome?.status ?? null),
        code:
          outcome?.status === 'refused'
            ? outcome.refusal.code
            : outcome?.status === 'in_review'
              ? outcome.code
              : null,
        by: outcome?.status === 'applied' ? outcome.by : null,
      }
    })
  }

  async #hold({ id, wanted }: NonNullable<Planned['hold']>): Promise<void> {
    for (;;) {
      try {
        const { hold, refusal } = await this.#till!.api('hold', wanted, { id })
        if (!hold) throw new Error(`no hold: ${refusal?.code}`)
        return
      } catch (error) {
        if (!isUnreachable(error)) throw error
      }
    }
  }
}

window.faultTill = new FaultTill()
