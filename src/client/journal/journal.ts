import { Receipt } from '../../core/receipt.ts'
import { type DraftId, type ReceiptId, TillId } from '../../core/ids.ts'
import type { FinalOutcome } from '../../core/outcome.ts'
import { batchBytesMax, batchRecordsMax } from '../../core/wire.ts'
import {
  type CardFace,
  type JournalRecord,
  type RecordKey,
  strictly,
  type TillDatabase,
  type TillHeadRow,
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

  private constructor(db: TillDatabase, identity: TillIdentity, now: () => number) {
    this.#db = db
    this.identity = identity
    this.#now = now
  }

  /** Opens the journal; empty storage makes a new till (J3). Two frames that do it at once agree on one. */
  static async open(db: TillDatabase, newId: () => string, now: () => number): Promise<Journal> {
    const stored = await db.get('identity', 'self')
    const identity = stored ?? (await firstIdentity(db, newId()))
    return new Journal(db, identity, now)
  }

  /**
   * Commits a receipt: reads the head, gives the next `seq`, adds the record (J3) and takes the draft it came from, in
   * one strict transaction. When the promise resolves the record is on the disk; before that nothing happened (J1).
   *
   * @throws AlreadyRecorded when a record with this receipt id exists; the storage's own error when it cannot be written
   */
  async append(
    parts: ReceiptParts,
    version: Receipt['version'],
    faces: CardFace[],
    draftId: DraftId | null,
  ): Promise<JournalRecord> {
    const { epoch, tillId } = this.identity
    return strictly(this.#db, ['head', 'records', 'unsettled', 'drafts'], async (tx) => {
      const records = tx.objectStore('records')
      const known = await records.index('id').getKey(parts.id)
      if (known) throw new AlreadyRecorded(parts.id)
      const head = await headOf(tx.objectStore('head'))
      const seq = head.seq + 1
      const receipt: Receipt = { version, ...parts, till: { id: tillId, epoch, seq } }
      const record: JournalRecord = {
        epoch,
        seq,
        id: parts.id,
        receipt: JSON.stringify(receipt),
        recordedAtMs: this.#now(),
        faces,
      }
      await Promise.all([
        records.add(record),
        tx.objectStore('unsettled').add({ epoch, seq, recordedAtMs: record.recordedAtMs }),
        tx.objectStore('head').put({ seq, unsettled: head.unsettled + 1 }, 'self'),
        ...(draftId ? [tx.objectStore('drafts').delete(draftId)] : []),
      ])
      return record
    })
  }

  async state(): Promise<JournalState> {
    const tx = this.#db.transaction(['head', 'unsettled'])
    const [head, oldest] = await Promise.all([
      headOf(tx.objectStore('head')),
      tx.objectStore('unsettled').getAll(null, 1),
    ])
    return { headSeq: head.seq, unsettled: head.unsettled, oldestAtMs: oldest[0]?.recordedAtMs ?? null }
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
    await strictly(this.#db, ['head', 'unsettled', 'outcomes', 'attention'], async (tx) => {
      const head = await headOf(tx.objectStore('head'))
      let done = 0
      for (const { key, outcome } of settled) {
        const [epoch, seq] = key
        if (!(await tx.objectStore('unsettled').getKey(key))) continue
        done++
        const bad = outcome.status !== 'applied'
        await Promise.all([
          tx.objectStore('unsettled').delete(key),
          tx.objectStore('outcomes').add({ epoch, seq, outcome, settledAtMs: this.#now() }),
          ...(bad ? [tx.objectStore('attention').add({ epoch, seq })] : []),
        ])
      }
      if (done > 0)
        await tx.objectStore('head').put({ seq: head.seq, unsettled: head.unsettled - done }, 'self')
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
  return strictly(db, ['identity', 'head'], async (tx) => {
    const stored = await tx.objectStore('identity').get('self')
    if (stored) return stored
    const identity: TillIdentity = { tillId: TillId.parse(tillId), epoch: 1 }
    await Promise.all([
      tx.objectStore('identity').add(identity, 'self'),
      tx.objectStore('head').add({ seq: 0, unsettled: 0 }, 'self'),
    ])
    return identity
  })
}

async function headOf(store: { get(key: 'self'): Promise<TillHeadRow | undefined> }): Promise<TillHeadRow> {
  const head = await store.get('self')
  // Written together with the identity and never deleted: without it the storage is damaged.
  if (!head) throw new Error('the journal has no head')
  return head
}
