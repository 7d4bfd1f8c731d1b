import type { Receipt } from '../../core/receipt/receipt.ts'
import type { FinalOutcome } from '../../core/receipt/outcome.ts'
import type { JournalRecord, RecordKey } from './database.ts'
import { reading, type TillStorage } from './storage.ts'

/** How a record stands now. */
export interface RecordState {
  record: JournalRecord
  /** Null while the server has not answered. */
  outcome: FinalOutcome | null
  /** What a server that was set back decided instead of what was shown (J7). */
  changed?: FinalOutcome
}

/** Everything of a receipt that the journal does not know better. */
export type ReceiptParts = Omit<Receipt, 'till' | 'version'>

/** The receipt is in the journal already: another frame committed the same draft. */
export class AlreadyRecorded extends Error {
  override name = 'AlreadyRecorded'
}

/** What this program has written into its own journal; the server, which reads it as well, checks every word. */
export const receiptOf = (record: Pick<JournalRecord, 'receipt'>) => JSON.parse(record.receipt) as Receipt

export const epochRange = (epoch: number) => IDBKeyRange.bound([epoch, 0], [epoch, Infinity])
export const keyOf = ({ epoch, seq }: { epoch: number; seq: number }): RecordKey => [epoch, seq]
export const byKey = (a: RecordKey, b: RecordKey) => a[0] - b[0] || a[1] - b[1]

/** @returns whether a key is among these */
export function among(keys: readonly RecordKey[]): (key: RecordKey) => boolean {
  const names = new Set(keys.map(String))
  return (key) => names.has(String(key))
}

/** The newest `seq` of the epoch in the journal; 0 for none. */
export function lastSeq(storage: TillStorage, epoch: number): Promise<number> {
  return reading(storage, ['records'], async (tx) => {
    const cursor = await tx.objectStore('records').openKeyCursor(epochRange(epoch), 'prev')
    return cursor?.primaryKey[1] ?? 0
  })
}

export interface Settled {
  key: RecordKey
  outcome: FinalOutcome
  /** The server's mark that it said so. */
  proof: string | null
}
