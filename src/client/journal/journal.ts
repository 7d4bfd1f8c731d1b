import { Receipt } from '../../core/receipt.ts'
import { type ReceiptId, TillId } from '../../core/ids.ts'
import type { FinalOutcome } from '../../core/outcome.ts'
import { batchBytesMax, batchRecordsMax } from '../../core/wire.ts'
import {
  type CardFace,
  type JournalRecord,
  type RecordKey,
  strictly,
  type TillDatabase,
  type TillIdentity,
} from './database.ts'

/** How a record stands now. */
export interface RecordState {
  record: JournalRecord
  /** Null while the server has not answered. */
  outcome: FinalOutcome | null
}

export interface JournalState {
  headSeq: number
  unsettled: number
  /** When the oldest record without an outcome was written; null when all are settled (J12). */
  oldestAtMs: number | null
}

/** Everything of a receipt that the journal does not know better. */
export type ReceiptParts = Omit<Receipt, 'till' | 'version'>

/** The receipt is in the journal already: another frame committed the same draft. */
export class AlreadyRecorded extends Error {
  override name = 'AlreadyRecorded'
}

/**
 * The till's own book of receipts: what is in it was decided, whatever happens to page, browser or line.
 * All frames and tabs of the till share it through the database (J11).
 */
export class Journal {
  readonly #db: TillDatabase
  readonly identity: TillIdentity
  readonly #now: () => number
  /** The last `seq` of the epoch as far as this frame knows; others append as well. */
  #lastSeq: number
  /** Appends of one frame run one after another, so that one that fails leaves no gap behind. */
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(db: TillDatabase, identity: TillIdentity, lastSeq: number, now: () => number) {
    this.#db = db
    this.identity = identity
    this.#lastSeq = lastSeq
    this.#now = now
  }

  /** Opens the journal; empty storage makes a new till (J3). Two frames that do it at once agree on one. */
  static async open(db: TillDatabase, newId: () => string, now: () => number): Promise<Journal> {
    const identity = (await db.get('identity', 'self')) ?? (await firstIdentity(db, newId()))
    return new Journal(db, identity, await lastSeq(db, identity.epoch), now)
  }

  /**
   * Commits a receipt under the next `seq` of the epoch in one strict transaction. When the promise resolves the record
   * is on the disk; before that nothing happened (J1).
   *
   * @throws AlreadyRecorded when a record with this receipt id exists; the storage's own error when it cannot be written
   */
  append(parts: ReceiptParts, version: Receipt['version'], faces: CardFace[]): Promise<JournalRecord> {
    const turn = this.#turn.then(() => this.#append(parts, version, faces))
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  /**
   * The next `seq` is not read but claimed: `add` refuses a taken one (J3), and then another frame was faster. A read
   * first would make every sale wait for one more turn of the disk's queue.
   */
  async #append(parts: ReceiptParts, version: Receipt['version'], faces: CardFace[]): Promise<JournalRecord> {
    const { epoch, tillId } = this.identity
    for (;;) {
      const seq = this.#lastSeq + 1
      const receipt: Receipt = { version, ...parts, till: { id: tillId, epoch, seq } }
      const record: JournalRecord = {
        epoch,
        seq,
        id: parts.id,
        receipt: JSON.stringify(receipt),
        recordedAtMs: this.#now(),
        faces,
      }
      try {
        await strictly(this.#db, ['records', 'unsettled'], (tx) => {
          const written = Promise.all([
            tx.objectStore('records').add(record),
            tx.objectStore('unsettled').add({ epoch, seq, recordedAtMs: record.recordedAtMs }),
          ])
          tx.commit()
          return written
        })
        this.#lastSeq = seq
        return record
      } catch (error) {
        if (!isTaken(error)) throw error
        if (await this.#db.getKeyFromIndex('records', 'id', parts.id)) throw new AlreadyRecorded(parts.id)
        const newest = await lastSeq(this.#db, epoch)
        // Whoever took the number is in the book; if nobody is, the storage contradicts itself.
        if (newest < seq) throw error
        this.#lastSeq = newest
      }
    }
  }

  async state(): Promise<JournalState> {
    const tx = this.#db.transaction(['records', 'unsettled'])
    const [last, oldest, unsettled] = await Promise.all([
      tx.objectStore('records').openKeyCursor(epochRange(this.identity.epoch), 'prev'),
      tx.objectStore('unsettled').getAll(null, 1),
      tx.objectStore('unsettled').count(),
    ])
    return { headSeq: last?.primaryKey[1] ?? 0, unsettled, oldestAtMs: oldest[0]?.recordedAtMs ?? null }
  }

  /**
   * The next records to send, in `seq` order (J5): all without an outcome, and all above `lostAboveSeq`, settled or not:
   * a server that was restored to an earlier moment has lost them (J7).
   */
  async batch(lostAboveSeq: number, recordsMax = batchRecordsMax): Promise<JournalRecord[]> {
    const { epoch } = this.identity
    const tx = this.#db.transaction(['records', 'unsettled'])
    const unsettled = await tx.objectStore('unsettled').getAllKeys(null, recordsMax)
    const missing = await tx
      .objectStore('records')
      .getAllKeys(IDBKeyRange.bound([epoch, lostAboveSeq + 1], [epoch, Infinity]), recordsMax)
    const keys = [...new Map([...unsettled, ...missing].map((key) => [key.join(), key])).values()]
      .sort((a, b) => a[0] - b[0] || a[1] - b[1])
      .slice(0, recordsMax)
    const found = await Promise.all(keys.map((key) => tx.objectStore('records').get(key)))
    const batch: JournalRecord[] = []
    let bytes = 0
    for (const record of found) {
      if (!record || record.epoch !== (batch[0] ?? record).epoch) break
      bytes += sentBytes(record)
      if (batch.length > 0 && bytes > batchBytesMax) break
      batch.push(record)
    }
    return batch
  }

  /** Files the server's answers. An outcome that is known already stays as it was. */
  async settle(settled: readonly { key: RecordKey; outcome: FinalOutcome }[]): Promise<void> {
    if (settled.length === 0) return
    await strictly(this.#db, ['unsettled', 'outcomes', 'attention'], async (tx) => {
      for (const { key, outcome } of settled) {
        const [epoch, seq] = key
        if (!(await tx.objectStore('unsettled').getKey(key))) continue
        const bad = outcome.status !== 'applied'
        await Promise.all([
          tx.objectStore('unsettled').delete(key),
          tx.objectStore('outcomes').add({ epoch, seq, outcome, settledAtMs: this.#now() }),
          ...(bad ? [tx.objectStore('attention').add({ epoch, seq })] : []),
        ])
      }
    })
  }

  async find(id: ReceiptId): Promise<RecordState | null> {
    const record = await this.#db.getFromIndex('records', 'id', id)
    if (!record) return null
    const outcome = await this.#db.get('outcomes', [record.epoch, record.seq])
    return { record, outcome: outcome?.outcome ?? null }
  }

  /** The newest records first. */
  async recent(limit: number): Promise<RecordState[]> {
    const tx = this.#db.transaction(['records', 'outcomes'])
    const states: RecordState[] = []
    let cursor = await tx.objectStore('records').openCursor(null, 'prev')
    while (cursor && states.length < limit) {
      const outcome = await tx.objectStore('outcomes').get(cursor.primaryKey)
      states.push({ record: cursor.value, outcome: outcome?.outcome ?? null })
      cursor = await cursor.continue()
    }
    return states
  }

  /** Records that ended badly and that nobody has acknowledged yet, oldest first. */
  async attention(): Promise<RecordState[]> {
    const tx = this.#db.transaction(['attention', 'records', 'outcomes'])
    const keys = await tx.objectStore('attention').getAllKeys(null, 20)
    const states: RecordState[] = []
    for (const key of keys) {
      const record = await tx.objectStore('records').get(key)
      const outcome = await tx.objectStore('outcomes').get(key)
      if (record && outcome) states.push({ record, outcome: outcome.outcome })
    }
    return states
  }

  async acknowledge(record: JournalRecord): Promise<void> {
    await strictly(this.#db, ['attention'], (tx) =>
      tx.objectStore('attention').delete([record.epoch, record.seq]),
    )
  }
}

/** What a record takes on the wire: its text is a string inside JSON there, so its quotes are escaped. */
function sentBytes({ seq, id, receipt }: JournalRecord): number {
  return new TextEncoder().encode(JSON.stringify({ seq, id, receipt })).length + 1
}

export function receiptOf(record: JournalRecord): Receipt {
  return Receipt.parse(JSON.parse(record.receipt))
}

async function firstIdentity(db: TillDatabase, tillId: string): Promise<TillIdentity> {
  return strictly(db, ['identity'], async (tx) => {
    const stored = await tx.objectStore('identity').get('self')
    if (stored) return stored
    const identity: TillIdentity = { tillId: TillId.parse(tillId), epoch: 1 }
    await tx.objectStore('identity').add(identity, 'self')
    return identity
  })
}

const epochRange = (epoch: number) => IDBKeyRange.bound([epoch, 0], [epoch, Infinity])

/** The newest `seq` in the book; 0 for none. */
async function lastSeq(db: TillDatabase, epoch: number): Promise<number> {
  const cursor = await db.transaction('records').store.openKeyCursor(epochRange(epoch), 'prev')
  return cursor?.primaryKey[1] ?? 0
}

/** The key, or the receipt id, is in the book already. Errors of the storage are told by name. */
const isTaken = (error: unknown) => error instanceof DOMException && error.name === 'ConstraintError'
