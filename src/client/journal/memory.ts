import type { Draft } from '../../core/draft/draft.ts'
import { type AccountId, type DocumentId, type JournalId, type ReceiptId, TillId } from '../../core/ids.ts'
import type { Receipt } from '../../core/receipt/receipt.ts'
import { batchRecordsMax } from '../../core/wire/tills.ts'
import { makeDeviceKeys } from '../crypto/device-key.ts'
import type { Parts } from './parts.ts'
import type { Tab } from '../tab.ts'
import type { CardFace, Device, JournalRecord, RecordKey, TillIdentity } from './database.ts'
import type { DraftsPort, WaitingDraft } from './drafts.ts'
import type { FactsPort } from './facts.ts'
import type { IdentityPort } from './identity.ts'
import type { JournalPort, JournalState } from './journal.ts'
import type { Batch, Lost, Standing } from './outgoing.ts'
import {
  type Settled,
  AlreadyRecorded,
  byKey,
  type JournalChange,
  keyOf,
  type ReceiptParts,
  type RecordState,
} from './records.ts'
import { parseShape } from '../../core/shape.ts'

/**
 * What a till keeps where the browser gives no storage (J13): all of it is gone with the page, so it asks and never
 * promises, and what was asked before a crash is read from the server. A new till with every page.
 */
export async function openInMemory(
  accountId: AccountId,
  { now, tab, onChange }: { now: () => number; tab: Tab; onChange: (change: JournalChange) => void },
): Promise<Parts> {
  const identity = await memoryIdentity()
  const journal = new MemoryJournal(identity, now, () => onChange({ kind: 'other' }))
  return {
    accountId,
    durable: false,
    beacon: null,
    storage: null,
    cameAlone: false,
    identity,
    journal,
    drafts: new MemoryDrafts(tab),
    facts: new MemoryFacts(),
    close: () => undefined,
  }
}

/** What a till without storage is never asked for. */
const never = () => Promise.reject(new Error('not in memory'))

/** A visit, not a till: whatever makes it begin again makes it another one. */
async function memoryIdentity(): Promise<IdentityPort> {
  const devices: Device[] = []
  const begin = async () => {
    const made = await makeDeviceKeys()
    const tillId = parseShape(TillId, made.id)
    devices.push({ ...made, tillId, ordinal: devices.length + 1, registered: false, parent: null })
  }
  await begin()
  const find = (is: (device: Device) => boolean, name: unknown) => {
    const device = devices.find(is)
    if (!device) throw new Error(`${String(name)} has no key`)
    return device
  }
  return {
    get current(): TillIdentity {
      const { tillId, ordinal } = devices.at(-1)!
      return { tillId, ordinal }
    },
    get ordinals() {
      return devices.map((device) => device.ordinal)
    },
    device: (ordinal) => find((one) => one.ordinal === ordinal, ordinal),
    of: (journal: JournalId) => find((one) => one.id === journal, journal),
    reload: () => Promise.resolve(),
    loseTail: begin,
    goOn: begin,
    renewTill: begin,
    registered: () => Promise.resolve(),
  }
}

class MemoryJournal implements JournalPort {
  readonly #identity: IdentityPort
  readonly #now: () => number
  readonly #onChange: () => void
  readonly #states: RecordState[] = []
  readonly #attention = new Set<RecordState>()

  constructor(identity: IdentityPort, now: () => number, onChange: () => void) {
    this.#identity = identity
    this.#now = now
    this.#onChange = onChange
  }

  append(parts: ReceiptParts, version: Receipt['version'], faces: CardFace[]): Promise<JournalRecord> {
    if (parts.mode === 'promise') return never()
    if (this.#states.some(({ record }) => record.id === parts.id)) {
      return Promise.reject(new AlreadyRecorded(parts.id))
    }
    const { ordinal } = this.#identity.current
    const seq = this.#head(ordinal) + 1
    const receipt: Receipt = { version, ...parts, place: { journal: this.#identity.device(ordinal).id, seq } }
    const record = {
      ordinal,
      seq,
      id: parts.id,
      receipt: JSON.stringify(receipt),
      recordedAtMs: this.#now(),
      faces,
    }
    this.#states.push({ record, outcome: null })
    this.#onChange()
    return Promise.resolve(record)
  }

  // Whoever could leave a ghost takes the journal along.
  seen = (): Promise<void> => Promise.resolve()
  ghosts = (): Promise<RecordState[]> => Promise.resolve([])
  keepGhost = (): Promise<void> => Promise.resolve()
  cancelGhost = never

  reclaim = (): Promise<number> => Promise.resolve(0)
  headOf = (ordinal: number): Promise<number> => Promise.resolve(this.#head(ordinal))

  state(): Promise<JournalState> {
    const unsettled = this.#unsettled()
    return Promise.resolve({
      unsettled: unsettled.length,
      oldestAtMs: unsettled[0]?.record.recordedAtMs ?? null,
    })
  }

  settledAmong(ordinal: number, numbers: readonly number[]): Promise<number[]> {
    const settled = this.#states.filter(({ record, outcome }) => record.ordinal === ordinal && outcome)
    return Promise.resolve(numbers.filter((seq) => settled.some(({ record }) => record.seq === seq)))
  }

  // Nobody shares it.
  hear = (): void => undefined

  async batch(
    lost: ReadonlyMap<number, Lost>,
    recordsMax = batchRecordsMax,
    after: RecordKey | null = null,
  ): Promise<Batch | null> {
    const due = this.#states.filter(
      ({ record, outcome }) =>
        (outcome === null || isLost(record, lost)) && (after === null || byKey(after, keyOf(record)) < 0),
    )
    const ordinal = due[0]?.record.ordinal
    if (ordinal === undefined) return null
    const records = due
      .filter(({ record }) => record.ordinal === ordinal)
      .slice(0, recordsMax)
      .map(({ record }) => ({ record, settled: null }))
    const standing = await this.standing(ordinal)
    return { ordinal, records, standing, isLast: records.length === due.length }
  }

  standing(ordinal: number): Promise<Standing> {
    const drained = this.#unsettled().length === 0
    const headSeq = this.#head(ordinal)
    const answeredSeq = this.#head(ordinal, (state) => state.outcome !== null)
    return Promise.resolve({ headSeq, answeredSeq, waiting: [], drained, grant: null })
  }

  settle(settled: readonly Settled[]): Promise<number> {
    let first = 0
    for (const { key, outcome } of settled) {
      const state = this.#states.find(({ record }) => record.ordinal === key[0] && record.seq === key[1])
      if (!state) continue
      if (state.outcome === null) {
        state.outcome = outcome
        first++
        if (outcome.status !== 'applied') this.#attention.add(state)
      } else if ((state.changed ?? state.outcome).status !== outcome.status) {
        state.changed = outcome
        this.#attention.add(state)
      }
    }
    this.#onChange()
    return Promise.resolve(first)
  }

  find(id: ReceiptId): Promise<RecordState | null> {
    const state = this.#states.find(({ record }) => record.id === id)
    return Promise.resolve(state ? { ...state } : null)
  }

  recent(limit: number): Promise<RecordState[]> {
    const newest = [...this.#states].reverse()
    return Promise.resolve(newest.slice(0, limit).map(copy))
  }

  attention(): Promise<RecordState[]> {
    return Promise.resolve([...this.#attention].map(copy))
  }

  acknowledge(record: JournalRecord): Promise<void> {
    for (const state of this.#attention) if (state.record.id === record.id) this.#attention.delete(state)
    this.#onChange()
    return Promise.resolve()
  }

  #head(ordinal: number, is: (state: RecordState) => boolean = () => true): number {
    const own = this.#states.filter((state) => state.record.ordinal === ordinal && is(state))
    return Math.max(0, ...own.map(({ record }) => record.seq))
  }

  #unsettled(): RecordState[] {
    return this.#states.filter(({ outcome }) => outcome === null)
  }
}

const copy = (state: RecordState): RecordState => ({ ...state })

type Kept = Omit<WaitingDraft, 'ofThisTab' | 'left'>

/** Of one frame: a draft that outlives the document it was made for is always a person's to decide. */
class MemoryDrafts implements DraftsPort {
  readonly #tab: Tab
  readonly #kept = new Map<string, Kept>()
  readonly #dropped = new Map<string, Draft>()
  readonly #releases = new Set<string>()
  readonly #documents = new Map<DocumentId, number>()

  constructor(tab: Tab) {
    this.#tab = tab
  }

  save(draft: Draft): Promise<void> {
    const turn = this.#tab.turn()
    const { begunTurn, begunAfter } = this.#kept.get(draft.id) ?? {
      begunTurn: turn,
      begunAfter: this.#documents.size,
    }
    this.#dropped.delete(draft.id)
    this.#kept.set(draft.id, { draft, begunTurn, changedTurn: turn, begunAfter })
    return Promise.resolve()
  }
  drop(draft: Draft): Promise<void> {
    this.#kept.delete(draft.id)
    this.#dropped.set(draft.id, draft)
    return Promise.resolve()
  }
  leave = (): Promise<void> => Promise.resolve()
  forget(id: string): Promise<void> {
    this.#kept.delete(id)
    return this.forgetDropped(id)
  }
  forgetDropped(id: string): Promise<void> {
    this.#dropped.delete(id)
    return Promise.resolve()
  }
  noteRelease(holdId: string): Promise<void> {
    this.#releases.add(holdId)
    return Promise.resolve()
  }
  forgetRelease(holdId: string): Promise<void> {
    this.#releases.delete(holdId)
    return Promise.resolve()
  }
  releases = () => Promise.resolve([...this.#releases])
  noteDocuments(ids: readonly DocumentId[]): Promise<Map<DocumentId, number>> {
    for (const id of ids) if (!this.#documents.has(id)) this.#documents.set(id, this.#documents.size + 1)
    return Promise.resolve(this.#documents)
  }
  waitingInOrder(): Promise<WaitingDraft[]> {
    const kept = [...this.#kept.values()].map((one) => ({ ...one, ofThisTab: true, left: true }))
    return Promise.resolve(kept.sort((a, b) => b.draft.updatedAtMs - a.draft.updatedAtMs))
  }
  waiting = async () => (await this.waitingInOrder()).map(({ draft }) => draft)
  dropped = () => Promise.resolve([...this.#dropped.values()])
}

class MemoryFacts implements FactsPort {
  #decisions: Awaited<ReturnType<FactsPort['decisions']>> = []
  latestMs = () => Promise.resolve(0)
  keepClock = () => Promise.resolve()
  decidedAfterMs = () => Promise.resolve(Math.max(0, ...this.#decisions.map((one) => one.decidedAtMs)))
  keepDecisions(decisions: Parameters<FactsPort['keepDecisions']>[0]): Promise<void> {
    this.#decisions.push(...decisions)
    return Promise.resolve()
  }
  decisions = () => Promise.resolve(this.#decisions)
  grant = () => Promise.resolve(null)
  wipe = () => Promise.resolve()
}

function isLost({ ordinal, seq }: JournalRecord, lost: ReadonlyMap<number, Lost>): boolean {
  const of = lost.get(ordinal)
  return of !== undefined && (seq > of.above || of.below.includes(seq))
}
