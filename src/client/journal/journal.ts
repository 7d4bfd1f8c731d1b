import type { ReceiptId } from '../../core/ids.ts'
import type { Receipt } from '../../core/receipt/receipt.ts'
import { batchRecordsMax } from '../../core/wire/tills.ts'
import { insistOnGhost, StorageFull, writeEntry } from './append.ts'
import type { Beacon } from './beacon.ts'
import type { CardFace, JournalRecord, RecordKey } from './database.ts'
import type { Frame } from './frame.ts'
import type { Identity } from './identity.ts'
import {
  type Batch,
  type Lost,
  type Marks,
  nextBatch,
  settledAmong,
  type Standing,
  standingOf,
  unseenNow,
} from './outgoing.ts'
import { type Outcomes, outcomesOf } from './outcomes.ts'
import { reclaim } from './reclaim.ts'
import {
  type Settled,
  AlreadyRecorded,
  type JournalChange,
  keyOf,
  lastSeq,
  type ReceiptParts,
  type RecordState,
  wantsWitness,
} from './records.ts'
import { settle } from './settle.ts'
import { reading, strictly, type TillStorage } from './storage.ts'

export interface JournalState {
  unsettled: number
  /** When the oldest record without an outcome was written; null when all are settled (J12). */
  oldestAtMs: number | null
}

export interface JournalDeps {
  storage: TillStorage
  identity: Identity
  beacon: Beacon
  frame: Frame
  /** The till's clock (O9). */
  now: () => number
  /** Whether the server is known to have the record. */
  serverHas: (ordinal: number, seq: number) => boolean
  onChange: (change: JournalChange) => void
}

/** What the rest of the till needs of a journal; the other one is in memory, where the browser gives no storage (J13). */
export type JournalPort = Pick<Journal, keyof Journal>

/**
 * The till's outbox of receipts: what is in it was decided, whatever happens to page, browser or line.
 * All frames and tabs of the till share it through the database (J11).
 */
export class Journal {
  readonly #deps: JournalDeps
  /** The last `seq` of the journal as far as this frame knows; others append as well. */
  #last: { ordinal: number; seq: number }
  /** Appends of one frame run one after another, so that one that fails leaves no gap behind. */
  #turn: Promise<unknown> = Promise.resolve()

  readonly #marks: Marks = { shown: new Map(), answered: new Map() }

  private constructor(deps: JournalDeps, last: { ordinal: number; seq: number }) {
    this.#deps = deps
    this.#last = last
  }

  static async open(deps: JournalDeps): Promise<Journal> {
    const { ordinal } = deps.identity.current
    return new Journal(deps, { ordinal, seq: await lastSeq(deps.storage, ordinal) })
  }

  /**
   * Commits a receipt under the next `seq` of the journal in one strict transaction. When the promise resolves the record
   * is on the disk; before that nothing happened (J1).
   *
   * @throws AlreadyRecorded when a record with this receipt id exists, GrantRefused, StorageFull, or the storage's own
   *   error when it cannot be written
   */
  append(parts: ReceiptParts, version: Receipt['version'], faces: CardFace[]): Promise<JournalRecord> {
    return this.#inTurn(parts, version, faces, null)
  }

  /** A record was painted on a screen: now it may be sent (J4). */
  async seen(record: Pick<JournalRecord, 'ordinal' | 'seq'>): Promise<void> {
    const { ordinal, seq } = record
    await strictly(this.#deps.storage, ['unsettled', 'seen'], async (tx) => {
      // Another frame may have shown it, sent it and filed its answer.
      const open = await tx.objectStore('unsettled').getKey([ordinal, seq])
      if (open !== undefined) await tx.objectStore('seen').put({ ordinal, seq })
    })
  }

  /** Records that a dead frame has left without anybody having seen them, oldest first. */
  async ghosts(): Promise<RecordState[]> {
    const { storage, frame, now } = this.#deps
    const { rows, isGhost } = await unseenNow(storage, frame, now(), this.#marks)
    if (rows.length === 0) return []
    return reading(storage, ['records'], async (tx) => {
      const found = await Promise.all(
        rows.filter(isGhost).map((row) => tx.objectStore('records').get(keyOf(row))),
      )
      return found.flatMap((record) => (record ? [{ record, outcome: null }] : []))
    })
  }

  /**
   * «Оставить»: the record stands and goes as it is.
   *
   * @throws GhostDecided when another frame has answered
   */
  async keepGhost({ ordinal, seq }: JournalRecord): Promise<void> {
    await strictly(this.#deps.storage, ['unsettled', 'seen'], async (tx) => {
      await insistOnGhost(tx, [ordinal, seq])
      await tx.objectStore('seen').add({ ordinal, seq })
    })
    this.#tell({ kind: 'other' })
  }

  /**
   * «Отменить»: the ghost and its undoing go together, in order; neither is lost if the page dies now.
   *
   * @throws GhostDecided when another frame has answered
   */
  cancelGhost(ghost: JournalRecord, undo: ReceiptParts, version: Receipt['version']): Promise<JournalRecord> {
    return this.#inTurn(undo, version, ghost.faces, keyOf(ghost))
  }

  #inTurn(
    parts: ReceiptParts,
    version: Receipt['version'],
    faces: CardFace[],
    decides: RecordKey | null,
  ): Promise<JournalRecord> {
    const turn = this.#turn.then(() => this.#append(parts, version, faces, decides))
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #append(
    parts: ReceiptParts,
    version: Receipt['version'],
    faces: CardFace[],
    decides: RecordKey | null,
  ): Promise<JournalRecord> {
    const { storage, identity, beacon, frame, now } = this.#deps
    let reclaimed = false
    for (;;) {
      const { ordinal } = identity.current
      const { id: journal, tillId } = identity.device(ordinal)
      if (this.#last.ordinal !== ordinal) this.#last = { ordinal, seq: await lastSeq(storage, ordinal) }
      const seq = this.#last.seq + 1
      const receipt: Receipt = { version, ...parts, place: { journal, seq } }
      const record: JournalRecord = {
        ordinal,
        seq,
        id: parts.id,
        receipt: JSON.stringify(receipt),
        recordedAtMs: now(),
        faces,
      }
      try {
        await writeEntry(storage, {
          record,
          receipt,
          tillId,
          frame: wantsWitness(parts) ? frame.name : null,
          decides,
        })
        this.#tell({ kind: 'written', record })
        if (decides !== null) this.#tell({ kind: 'other' })
        // A second look at what is on the disk already: the screen does not wait for it. By then the till may be another.
        setTimeout(() => identity.current.ordinal === ordinal && beacon.write({ tillId, journal, seq }))
        return record
      } catch (error) {
        if (isFull(error)) {
          if (reclaimed || !(await this.#makeRoom()))
            throw new StorageFull('the storage is full', { cause: error })
          reclaimed = true
          continue
        }
        if (!isTaken(error)) throw error
        await this.#catchUp(parts.id, ordinal, seq, error)
      }
    }
  }

  /** The number was taken: another frame was faster. */
  async #catchUp(id: ReceiptId, ordinal: number, seq: number, error: unknown): Promise<void> {
    if (await this.#keyOfReceipt(id)) throw new AlreadyRecorded(id)
    const newest = await lastSeq(this.#deps.storage, ordinal)
    // The record that took the number is in the journal; if none is, the storage contradicts itself.
    if (newest < seq) throw error
    this.#last = { ordinal, seq: newest }
  }

  /** A sale is never refused for old paper (J10). */
  async #makeRoom(): Promise<boolean> {
    try {
      return (await this.reclaim(Infinity)) > 0
    } catch (error) {
      // Even deleting may want room that is not there.
      if (isFull(error)) return false
      throw error
    }
  }

  /** Gives up old settled records that the server has. @returns how many */
  reclaim(settledBeforeMs: number): Promise<number> {
    const { storage, serverHas } = this.#deps
    return reclaim(storage, { serverHas, settledBeforeMs })
  }

  async state(): Promise<JournalState> {
    return reading(this.#deps.storage, ['unsettled'], async (tx) => {
      const [oldest, unsettled] = await Promise.all([
        tx.objectStore('unsettled').getAll(null, 1),
        tx.objectStore('unsettled').count(),
      ])
      return { unsettled, oldestAtMs: oldest[0]?.recordedAtMs ?? null }
    })
  }

  /** The newest `seq` of a journal; 0 for none. */
  headOf(ordinal: number): Promise<number> {
    return lastSeq(this.#deps.storage, ordinal)
  }

  /** Those of the numbers whose records have their outcome. */
  settledAmong(ordinal: number, numbers: readonly number[]): Promise<number[]> {
    return settledAmong(this.#deps.storage, ordinal, numbers)
  }

  /**
   * The next records to send, in `seq` order (J5).
   *
   * @param lost what the server is known to have lost, by ordinal (J7)
   * @param after the last record that is on its way, where the next ones are read ahead of its answer
   */
  async batch(
    lost: ReadonlyMap<number, Lost>,
    recordsMax = batchRecordsMax,
    after: RecordKey | null = null,
  ): Promise<Batch | null> {
    const { storage, frame, now } = this.#deps
    const unseen = await unseenNow(storage, frame, now(), this.#marks)
    return nextBatch(storage, unseen, this.#marks, { lost, recordsMax, after })
  }

  /** What the envelope of a signed request says of this journal. */
  async standing(ordinal: number): Promise<Standing> {
    const { storage, frame, now } = this.#deps
    return standingOf(storage, await unseenNow(storage, frame, now(), this.#marks), ordinal, this.#marks)
  }

  /**
   * Files the server's answers. An outcome that is known already stays as it was; another one for the same record is
   * noted beside it, for a person (J7).
   *
   * @returns how many records had no outcome before
   */
  async settle(settled: readonly Settled[]): Promise<number> {
    if (settled.length === 0) return 0
    const first = await settle(this.#deps.storage, settled, this.#deps.now())
    this.#tell({ kind: 'settled', settled: settled.map(({ key, outcome }) => ({ key, outcome })) })
    return first
  }

  /** Takes what another frame has told. */
  hear(change: JournalChange): void {
    if (change.kind === 'written') {
      const { ordinal, seq } = change.record
      if (this.#last.ordinal === ordinal) this.#last.seq = Math.max(this.#last.seq, seq)
    }
    if (change.kind !== 'settled') return
    const { answered } = this.#marks
    for (const { key } of change.settled) {
      const known = answered.get(key[0])
      if (known !== undefined) answered.set(key[0], Math.max(known, key[1]))
    }
  }

  #tell(change: JournalChange): void {
    this.hear(change)
    this.#deps.onChange(change)
  }

  async find(id: ReceiptId): Promise<RecordState | null> {
    return reading(this.#deps.storage, ['records', 'outcomes'], async (tx) => {
      const record = await tx.objectStore('records').index('id').get(id)
      return record ? (await statesOf(tx.objectStore('outcomes'), [record]))[0]! : null
    })
  }

  /** The newest records first. */
  async recent(limit: number): Promise<RecordState[]> {
    return reading(this.#deps.storage, ['records', 'outcomes'], async (tx) => {
      const records: JournalRecord[] = []
      let range: IDBKeyRange | null = null
      while (records.length < limit) {
        const cursor = await tx.objectStore('records').openKeyCursor(range, 'prev')
        if (!cursor) break
        const [ordinal, seq] = cursor.primaryKey
        // Numbers follow each other, so a page of them is as many records.
        const from = seq - (limit - records.length)
        const page = IDBKeyRange.bound([ordinal, from], [ordinal, seq], true)
        records.push(...(await tx.objectStore('records').getAll(page)).reverse())
        range = IDBKeyRange.upperBound([ordinal, Math.max(0, from)])
      }
      return statesOf(tx.objectStore('outcomes'), records)
    })
  }

  /** Records that ended badly, or otherwise than was shown, and that nobody has acknowledged yet, oldest first. */
  async attention(): Promise<RecordState[]> {
    const stores: ('attention' | 'records' | 'outcomes')[] = ['attention', 'records', 'outcomes']
    return reading(this.#deps.storage, stores, async (tx) => {
      const keys = await tx.objectStore('attention').getAllKeys(null, 20)
      const records = await Promise.all(keys.map((key) => tx.objectStore('records').get(key)))
      const states = await statesOf(
        tx.objectStore('outcomes'),
        records.filter((record) => record !== undefined),
      )
      return states.filter(({ outcome }) => outcome)
    })
  }

  async acknowledge(record: JournalRecord): Promise<void> {
    await strictly(this.#deps.storage, ['attention'], (tx) =>
      tx.objectStore('attention').delete(keyOf(record)),
    )
    this.#tell({ kind: 'acknowledged', record })
  }

  #keyOfReceipt(id: ReceiptId): Promise<RecordKey | undefined> {
    return reading(this.#deps.storage, ['records'], (tx) => tx.objectStore('records').index('id').getKey(id))
  }
}

async function statesOf(
  store: Outcomes<'readonly'>,
  records: readonly JournalRecord[],
): Promise<RecordState[]> {
  const outcomes = await outcomesOf(store, records.map(keyOf))
  return records.map((record, n) => {
    const { outcome = null, changed } = outcomes[n] ?? {}
    return changed ? { record, outcome, changed } : { record, outcome }
  })
}

/** The number, or the receipt id, is in the journal already. The browser tells errors of storage apart by name alone. */
const isTaken = (error: unknown) => error instanceof DOMException && error.name === 'ConstraintError'
const isFull = (error: unknown) => error instanceof Error && error.name === 'QuotaExceededError'
