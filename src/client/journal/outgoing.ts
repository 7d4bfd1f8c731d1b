import type { IDBPObjectStore } from 'idb'
import type { Envelope } from '../../core/wire/tills.ts'
import { batchBytesMax } from '../../core/wire/tills.ts'
import type { JournalRecord, RecordKey, StoredOutcome, TillSchema, UnsettledRow } from './database.ts'
import type { Frame } from './frame.ts'
import { lastAnswered, outcomesOf } from './outcomes.ts'
import { among, byKey, journalRange, keyOf } from './records.ts'
import { reading, type TillRead, type TillStorage } from './storage.ts'

/** What goes to the server in one request: records of one journal, in order. */
export interface Batch {
  ordinal: number
  records: Outgoing[]
  standing: Standing
  /** Nothing else is known that could be sent. */
  isLast: boolean
}

export interface Outgoing {
  record: JournalRecord
  /** What the server once answered, with its mark: a restored server believes it (J7). */
  settled: { outcome: StoredOutcome['outcome']; proof: string } | null
}

/** What the journal adds to the envelope of a signed request (J5). */
export type Standing = Pick<Envelope, 'headSeq' | 'answeredSeq' | 'waiting' | 'drained' | 'grant'>

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
  /** It was shown on a screen already, or never needs to be. */
  isShown: (key: RecordKey) => boolean
}

/**
 * Up to which number every record of a journal was shown already, or never needs to be. What was shown stays shown, and the
 * numbers of a journal only grow, so a long queue is read through once and not with every batch.
 */
type ShownUpTo = Map<number, number>

/** What is known of each journal without reading it again. */
export interface Marks {
  shown: ShownUpTo
  /** The newest number whose record has an outcome. */
  answered: Map<number, number>
}

export async function unseenNow(
  storage: TillStorage,
  frame: Frame,
  nowMs: number,
  { shown }: Marks,
): Promise<Unseen> {
  const rows = await unseenRows(storage, shown)
  // A row that comes after this has a frame that lives.
  const gone = await frame.gone(new Set(rows.map((row) => row.frame)))
  const isGhost = (row: UnseenRow) => gone.has(row.frame)
  return {
    rows,
    isGhost,
    isFresh: (row) => !isGhost(row) && nowMs - row.recordedAtMs < unseenMaxMs,
    isShown: ([ordinal, seq]) => seq <= (shown.get(ordinal) ?? 0),
  }
}

function unseenRows(storage: TillStorage, shown: ShownUpTo): Promise<UnseenRow[]> {
  return reading(storage, ['unsettled', 'seen'], async (tx) => {
    const pages = beyond(shown).map((range) => tx.objectStore('unsettled').getAllKeys(range))
    const keys = (await Promise.all(pages)).flat()
    const unseen = await unseenAmong(tx, keys)
    const isUnseen = among(unseen.map(keyOf))
    const stuck = new Set<number>()
    for (const key of keys) {
      const [ordinal, seq] = key
      if (isUnseen(key)) stuck.add(ordinal)
      if (!stuck.has(ordinal)) shown.set(ordinal, Math.max(shown.get(ordinal) ?? 0, seq))
    }
    return unseen
  })
}

/** Of records without an outcome those that a screen has yet to show. */
async function unseenAmong(
  tx: Pick<TillRead<'unsettled' | 'seen'>, 'objectStore'>,
  keys: readonly RecordKey[],
): Promise<UnseenRow[]> {
  if (keys.length === 0) return []
  const isSeen = among(await tx.objectStore('seen').getAllKeys(IDBKeyRange.bound(keys[0], keys.at(-1))))
  const rows = keys.filter((key) => !isSeen(key)).map((key) => tx.objectStore('unsettled').get(key))
  return (await Promise.all(rows)).filter(needsWitness)
}

/** All keys but those that are known to be shown. */
function beyond(shown: ShownUpTo): IDBKeyRange[] {
  const ranges: IDBKeyRange[] = []
  // The first journal is number 1.
  let from: RecordKey = [1, 0]
  for (const [ordinal, seq] of [...shown].sort(byKey)) {
    if (byKey(from, [ordinal, 0]) < 0) ranges.push(IDBKeyRange.bound(from, [ordinal, 0], true, true))
    from = [ordinal, seq]
  }
  return [...ranges, IDBKeyRange.lowerBound(from, true)]
}

/** Undoings and links have no frame that would have to show them. */
const needsWitness = (row: UnsettledRow | undefined): row is UnseenRow => (row?.frame ?? null) !== null

/** What the server is known to have lost of a journal (J7). */
export interface Lost {
  /** Every record after this number is missing. */
  above: number
  /** Earlier numbers whose records are missing; all of them have their outcome here. */
  below: readonly number[]
}

interface Wanted {
  lost: ReadonlyMap<number, Lost>
  recordsMax: number
  /** Records up to this one are on their way. */
  after: RecordKey | null
}

/**
 * The next records to send, of the oldest journal that has any: all without an outcome, and all that the server is known to
 * have lost, settled or not (J7). Unseen ones stay behind; what was appended after a fresh one waits for it, so that the
 * server sees no gap.
 */
export async function nextBatch(
  storage: TillStorage,
  unseen: Unseen,
  marks: Marks,
  { lost, recordsMax, after }: Wanted,
): Promise<Batch | null> {
  const stores: ('records' | 'unsettled' | 'seen' | 'outcomes' | 'grants')[] = [
    'records',
    'unsettled',
    'seen',
    'outcomes',
    'grants',
  ]
  return reading(storage, stores, async (tx) => {
    const limit = recordsMax + unseen.rows.length
    const [open, ...missing] = await Promise.all([
      tx.objectStore('unsettled').getAllKeys(after && IDBKeyRange.lowerBound(after, true), limit),
      ...[...lost].map(([ordinal, { above }]) =>
        tx
          .objectStore('records')
          .getAllKeys(IDBKeyRange.bound([ordinal, above], journalRange(ordinal).upper, true), limit),
      ),
    ])
    const late = [...lost].flatMap(([ordinal, { below }]) => below.map((seq): RecordKey => [ordinal, seq]))
    const left = await unseenAmong(
      tx,
      open.filter((key) => !unseen.isShown(key)),
    )
    const isLeft = among(left.map(keyOf))
    const fresh = left.filter(unseen.isFresh)
    const keys = [...new Map([...open, ...late, ...missing.flat()].map((key) => [key.join(), key])).values()]
      .sort(byKey)
      .filter((key) => !isLeft(key))
      .filter(([ordinal, seq]) => !fresh.some((row) => row.ordinal === ordinal && row.seq < seq))
      .slice(0, recordsMax)
    const ordinal = keys[0]?.[0]
    if (ordinal === undefined) return null
    const own = keys.filter((key) => key[0] === ordinal)
    const [found, standing, outcomes] = await Promise.all([
      recordsAt(tx.objectStore('records'), own),
      standingIn(tx, unseen, ordinal, marks, after === null && open.length === 0),
      // What was never settled has no outcome.
      lost.size > 0 ? outcomesOf(tx.objectStore('outcomes'), own) : [],
    ])
    const records: Outgoing[] = []
    let bytes = 0
    for (const [n, record] of found.entries()) {
      if (!record) break
      const one = { record, settled: settledOf(outcomes[n]) }
      bytes += sentBytes(one)
      if (records.length > 0 && bytes > batchBytesMax) break
      records.push(one)
    }
    const isLast = lost.size === 0 && records.length === open.length
    return records.length > 0 ? { ordinal, records, standing, isLast } : null
  })
}

/** Those of the numbers whose records are here and have their outcome. */
export async function settledAmong(
  storage: TillStorage,
  ordinal: number,
  numbers: readonly number[],
): Promise<number[]> {
  // What has its outcome does not wait any more.
  return reading(storage, ['outcomes'], async (tx) => {
    const found = await outcomesOf(
      tx.objectStore('outcomes'),
      numbers.map((seq) => [ordinal, seq]),
    )
    return numbers.filter((_, n) => found[n])
  })
}

/** In one request where they lie close together, as they mostly do: each request costs as much as many records. */
async function recordsAt(
  records: Pick<IDBPObjectStore<TillSchema, ArrayLike<'records'>, 'records'>, 'get' | 'getAll'>,
  keys: readonly RecordKey[],
): Promise<(JournalRecord | undefined)[]> {
  const [first, last] = [keys[0]!, keys.at(-1)!]
  if (last[1] - first[1] >= 2 * keys.length) return Promise.all(keys.map((key) => records.get(key)))
  const all = await records.getAll(IDBKeyRange.bound(first, last))
  const byNumber = new Map(all.map((record) => [record.seq, record]))
  return keys.map(([, seq]) => byNumber.get(seq))
}

export async function standingOf(
  storage: TillStorage,
  unseen: Unseen,
  ordinal: number,
  marks: Marks,
): Promise<Standing> {
  const stores: ('records' | 'unsettled' | 'outcomes' | 'grants')[] = [
    'records',
    'unsettled',
    'outcomes',
    'grants',
  ]
  return reading(storage, stores, async (tx) => {
    const unsettled = await tx.objectStore('unsettled').getAllKeys(null, 1)
    return standingIn(tx, unseen, ordinal, marks, unsettled.length === 0)
  })
}

async function standingIn(
  tx: Pick<TillRead<'records' | 'outcomes' | 'grants'>, 'objectStore'>,
  unseen: Unseen,
  ordinal: number,
  { answered }: Marks,
  drained: boolean,
): Promise<Standing> {
  const [last, answeredSeq, held] = await Promise.all([
    tx.objectStore('records').openKeyCursor(journalRange(ordinal), 'prev'),
    answered.get(ordinal) ?? lastAnswered(tx.objectStore('outcomes'), ordinal),
    tx.objectStore('grants').get('current'),
  ])
  // It may have grown meanwhile.
  if (answeredSeq > (answered.get(ordinal) ?? -1)) answered.set(ordinal, answeredSeq)
  return {
    headSeq: last?.primaryKey[1] ?? 0,
    answeredSeq,
    waiting: unseen.rows
      .filter((row) => row.ordinal === ordinal && !unseen.isFresh(row))
      .slice(0, waitingMax)
      .map(({ seq, recordedAtMs }) => ({ seq, recordedAtMs })),
    drained,
    grant: held?.grant ?? null,
  }
}

function settledOf(stored: StoredOutcome | undefined): Outgoing['settled'] {
  return stored?.proof ? { outcome: stored.outcome, proof: stored.proof } : null
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
