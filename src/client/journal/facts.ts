import type { CaseDecision } from '../../core/wire/cases.ts'
import type { Grant } from '../../core/receipt/grant.ts'
import type { Fact, FactKey } from './database.ts'
import { reading, strictly, type TillStorage } from './storage.ts'

export type FactsPort = Pick<Facts, keyof Facts>

/** What the till has been told, beside its receipts. */
export class Facts {
  readonly #storage: TillStorage

  constructor(storage: TillStorage) {
    this.#storage = storage
  }

  /** The latest moment that this till has written down: its clock goes on from there (O9). */
  async latestMs(): Promise<number> {
    return reading(this.#storage, ['facts', 'records'], async (tx) => {
      const [clock, newest] = await Promise.all([
        tx.objectStore('facts').get('clock'),
        tx.objectStore('records').openCursor(null, 'prev'),
      ])
      return Math.max(momentOf(clock), newest?.value.recordedAtMs ?? 0)
    })
  }

  async keepClock(nowMs: number): Promise<void> {
    await strictly(this.#storage, ['facts'], (tx) => tx.objectStore('facts').put(fact('clock', nowMs)))
  }

  /** Up to which moment decisions are known here. */
  async decidedAfterMs(): Promise<number> {
    return reading(this.#storage, ['facts'], async (tx) =>
      momentOf(await tx.objectStore('facts').get('decisions')),
    )
  }

  /** What humans decided about this till's records (J6). */
  async keepDecisions(decisions: readonly CaseDecision[]): Promise<void> {
    await strictly(this.#storage, ['decisions', 'facts'], async (tx) => {
      const before = momentOf(await tx.objectStore('facts').get('decisions'))
      const latest = Math.max(before, ...decisions.map((one) => one.decidedAtMs))
      await Promise.all([
        ...decisions.map((one) => tx.objectStore('decisions').put(one)),
        tx.objectStore('facts').put(fact('decisions', latest)),
      ])
    })
  }

  decisions(): Promise<CaseDecision[]> {
    return reading(this.#storage, ['decisions'], (tx) => tx.objectStore('decisions').getAll())
  }

  /** The grant on which promises without a hold stand, or null. */
  async grant(): Promise<Grant | null> {
    return reading(this.#storage, ['grants'], async (tx) => {
      const held = await tx.objectStore('grants').get('current')
      return held && !held.returned ? held.grant : null
    })
  }

  /** A manager has shut the till out: nothing may be promised here any more, and nothing may be read out of the book. */
  async wipe(): Promise<void> {
    const stores: ('chunks' | 'grants' | 'facts' | 'drafts')[] = ['chunks', 'grants', 'facts', 'drafts']
    await strictly(this.#storage, stores, async (tx) => {
      const drafts = await tx.objectStore('drafts').getAll()
      const over = <T extends object>(one: T) => ({ ...one, useUntilMs: 0 })
      await Promise.all([
        tx.objectStore('chunks').clear(),
        tx.objectStore('grants').clear(),
        tx.objectStore('facts').delete('book'),
        ...drafts.map((row) => {
          const draft = {
            ...row.draft,
            loads: row.draft.loads.map(over),
            redeems: row.draft.redeems.map(over),
          }
          return tx.objectStore('drafts').put({ ...row, draft })
        }),
      ])
    })
  }
}

const fact = (key: FactKey, value: unknown): Fact => ({ key, value })
const momentOf = (row: Fact | undefined) => (typeof row?.value === 'number' ? row.value : 0)
