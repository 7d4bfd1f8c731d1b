import type { Envelope } from '../../core/wire-tills.ts'
import { batchBytesMax } from '../../core/wire-tills.ts'
import type { JournalRecord, RecordKey, StoredOutcome, UnsettledRow } from './database.ts'
import type { Frame } from './frame.ts'
import { byKey, epochRange, keyOf } from './records.ts'
import { reading, type TillStorage } from './storage.ts'

/** What goes to the server in one request: records of one epoch, in order. */
export interface Batch {
  epoch: number
  records: Outgoing[]
}

export interface Outgoing {
  record: JournalRecord
  /** What the server once answered, with its mark: one that was set back believes it (J7). */
  settled: { status: StoredOutcome['outcome']['status']; proof: string } | null
}

/** What the journal adds to the envelope of a signed request (J5). */
export type Standing = Pick<Envelope, 'headSeq' | 'waiting' | 'drained' | 'grant'>

/** A live frame that has not shown its record after this time is stuck: what comes after it is not kept waiting. */
export const unseenMaxMs = 30_000
const waitingMax = 50

type UnseenRow = UnsettledRow & { frame: string }

/** Records that no screen has shown: those of live frames will be in a moment, the others wait for a person (J4). */
export interface Unseen {
  rows: UnseenRow[]
  isGhost: (row: UnseenRow) => boolean
  /** It will be shown, or has to be asked about, in a moment. */
  isFresh: (row: UnseenRow) => boolean
}

export async function unseenNow(storage: TillStorage, frame: Frame, nowMs: number): Promise<Unseen> {
  const rows = await unseenRows(storage)
  const live = rows.length === 0 ? new Set<string>() : await frame.live()
  const known = new Set(rows.map((row) => row.frame))
  // A row that came after the locks were read has a frame that lives.
  const isGhost = (row: UnseenRow) => known.has(row.frame) && !live.has(row.frame)
  return { rows, isGhost, isFresh: (row) => !isGhost(row) && nowMs - row.recordedAtMs < unseenMaxMs }
}

/** Mostly there are none, which two counts tell; only where they differ are the keys compared. */
function unseenRows(storage: TillStorage): Promise<UnseenRow[]> {
  return reading(storage, ['unsettled', 'seen'], async (tx) => {
    const [unsettled, seen] = [tx.objectStore('unsettled'), tx.objectStore('seen')]
    const [all, shown] = await Promise.all([unsettled.count(), seen.count()])
    if (all === shown) return []
    const [keys, seenKeys] = await Promise.all([unsettled.getAllKeys(), seen.getAllKeys()])
    const known = new Set(seenKeys.map((key) => key.join()))
    const rows = await Promise.all(
      keys.filter((key) => !known.has(key.join())).map((key) => unsettled.get(key)),
    )
    return rows.filter(needsWitness)
  })
}

/** Undoings, and records of the first version, have no frame that would have to show them. */
const needsWitness = (row: UnsettledRow | undefined): row is UnseenRow => row?.frame !== undefined

/**
 * The next records to send, of the oldest epoch that has any: all without an outcome, and all above the heads of epochs
 * that the server is known to have lost, settled or not (J7). Unseen ones are left out; what was appended after a fresh one
 * waits for it, so that the server sees no gap.
 */
export async function nextBatch(
  storage: TillStorage,
  unseen: Unseen,
  lost: ReadonlyMap<number, number>,
  recordsMax: number,
): Promise<Batch | null> {
  const stores: ('records' | 'unsettled' | 'seen' | 'outcomes')[] = [
    'records',
    'unsettled',
    'seen',
    'outcomes',
  ]
  return reading(storage, stores, async (tx) => {
    const limit = recordsMax + unseen.rows.length
    const [rows, ...missing] = await Promise.all([
      tx.objectStore('unsettled').getAll(null, limit),
      ...[...lost].map(([epoch, head]) =>
        tx
          .objectStore('records')
          .getAllKeys(IDBKeyRange.bound([epoch, head], epochRange(epoch).upper, true), limit),
      ),
    ])
    const span = rows.length > 0 ? IDBKeyRange.bound(keyOf(rows[0]!), keyOf(rows.at(-1)!)) : null
    const seenKeys = span ? await tx.objectStore('seen').getAllKeys(span) : []
    const seen = new Set(seenKeys.map((key) => key.join()))
    const left = rows.filter(needsWitness).filter((row) => !seen.has(keyOf(row).join()))
    const leftKeys = new Set(left.map((row) => keyOf(row).join()))
    const fresh = left.filter(unseen.isFresh)
    const keys = [
      ...new Map([...rows.map(keyOf), ...missing.flat()].map((key) => [key.join(), key])).values(),
    ]
      .sort(byKey)
      .filter((key) => !leftKeys.has(key.join()))
      .filter(([epoch, seq]) => !fresh.some((row) => row.epoch === epoch && row.seq < seq))
      .slice(0, recordsMax)
    const epoch = keys[0]?.[0]
    if (epoch === undefined) return null
    const found = await Promise.all(
      keys
        .filter((key) => key[0] === epoch)
        .map(async (key: RecordKey) => {
          const [record, outcome] = await Promise.all([
            tx.objectStore('records').get(key),
            tx.objectStore('outcomes').get(key),
          ])
          return record && { record, settled: settledOf(outcome) }
        }),
    )
    const records: Outgoing[] = []
    let bytes = 0
    for (const one of found) {
      if (!one) break
      bytes += sentBytes(one)
      if (records.length > 0 && bytes > batchBytesMax) break
      records.push(one)
    }
    return records.length > 0 ? { epoch, records } : null
  })
}

export async function standingOf(storage: TillStorage, unseen: Unseen, epoch: number): Promise<Standing> {
  const stores: ('records' | 'unsettled' | 'grants')[] = ['records', 'unsettled', 'grants']
  return reading(storage, stores, async (tx) => {
    const [last, unsettled, held] = await Promise.all([
      tx.objectStore('records').openKeyCursor(epochRange(epoch), 'prev'),
      tx.objectStore('unsettled').count(),
      tx.objectStore('grants').get('current'),
    ])
    return {
      headSeq: last?.primaryKey[1] ?? 0,
      waiting: unseen.rows
        .filter((row) => row.epoch === epoch && !unseen.isFresh(row))
        .slice(0, waitingMax)
        .map(({ seq, recordedAtMs }) => ({ seq, recordedAtMs })),
      drained: unsettled === 0,
      grant: held?.grant ?? null,
    }
  })
}

function settledOf(stored: StoredOutcome | undefined): Outgoing['settled'] {
  return stored?.proof ? { status: stored.outcome.status, proof: stored.proof } : null
}

export const wireRecord = ({ record: { seq, id, receipt }, settled }: Outgoing) => ({
  seq,
  id,
  receipt,
  settled,
})

/** What a record takes on the wire: its text is a string inside JSON there, so its quotes are escaped. */
function sentBytes(one: Outgoing): number {
  return new TextEncoder().encode(JSON.stringify(wireRecord(one))).length + 1
}
