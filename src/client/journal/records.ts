import type { Receipt } from '../../core/receipt/receipt.ts'
import type { FinalOutcome } from '../../core/receipt/outcome.ts'
import type { JournalRecord, RecordKey } from './database.ts'
import { reading, type TillStorage } from './storage.ts'

/** How a record stands now. */
export interface RecordState {
  record: JournalRecord
  /** Null while the server has not answered. */
  outcome: FinalOutcome | null
  /** What a restored server decided instead of what was shown (J7). */
  changed?: FinalOutcome
}

/** Everything of a receipt that the journal does not know better. */
export type ReceiptParts = Omit<Receipt, 'place' | 'version'>

/** The receipt is in the journal already: another frame committed the same draft. */
export class AlreadyRecorded extends Error {
  override name = 'AlreadyRecorded'
}

/** What this program has written into its own journal; the server, which reads it as well, checks every word. */
export const receiptOf = (record: Pick<JournalRecord, 'receipt'>) => JSON.parse(record.receipt) as Receipt

/**
 * An undoing, and a link to a sale, is a person's answer to what they saw and moves no money anew: it needs no witness, and
 * nothing could undo it (J4).
 */
export const wantsWitness = ({ operations }: Pick<Receipt, 'operations'>): boolean =>
  !operations.every(({ kind }) => kind === 'void' || kind === 'link')

export const journalRange = (ordinal: number) => IDBKeyRange.bound([ordinal, 0], [ordinal, Infinity])
export const keyOf = ({ ordinal, seq }: { ordinal: number; seq: number }): RecordKey => [ordinal, seq]
export const byKey = (a: RecordKey, b: RecordKey) => a[0] - b[0] || a[1] - b[1]

/** @returns whether a key is among these */
export function among(keys: readonly RecordKey[]): (key: RecordKey) => boolean {
  const names = new Set(keys.map(String))
  return (key) => names.has(String(key))
}

/** The newest `seq` of a journal; 0 for none. */
export function lastSeq(storage: TillStorage, ordinal: number): Promise<number> {
  return reading(storage, ['records'], async (tx) => {
    const cursor = await tx.objectStore('records').openKeyCursor(journalRange(ordinal), 'prev')
    return cursor?.primaryKey[1] ?? 0
  })
}

export interface Settled {
  key: RecordKey
  outcome: FinalOutcome
  /** The server's mark that it said so. */
  proof: string | null
}

/** What has become of the journal. The frames of a till tell each other, so that none has to read it (J11). */
export type JournalChange =
  | { kind: 'written'; record: JournalRecord }
  | { kind: 'settled'; settled: Pick<Settled, 'key' | 'outcome'>[] }
  | { kind: 'acknowledged'; record: JournalRecord }
  /** Whoever shows it has to read it again. */
  | { kind: 'other' }
