import type { TillId } from '../../core/ids.ts'
import { chargeGrant, type GrantFault, useOf } from '../../core/receipt/offline.ts'
import type { Receipt } from '../../core/receipt/receipt.ts'
import type { HeldGrant, JournalRecord, RecordKey, UnsettledRow } from './database.ts'
import { strictly, type TillStorage, type TillWrite } from './storage.ts'

/** The grant does not allow this promise (O1): nothing was written. */
class GrantRefused extends Error {
  override name = 'GrantRefused'
  readonly code: GrantFault | 'grant_unknown'
  constructor(code: GrantFault | 'grant_unknown') {
    super(`the grant does not allow it: ${code}`)
    this.code = code
  }
}

/** The disk is full, and nothing could be given up for the record: nothing was written. */
export class StorageFull extends Error {
  override name = 'StorageFull'
  readonly code = 'storage_full'
}

/** Another frame has answered for this ghost already, one way or the other (J4): nothing was written. */
export class GhostDecided extends Error {
  override name = 'GhostDecided'
}

/** A ghost has one answer: whoever writes it finds the ghost as it was left, in the same transaction. */
export async function insistOnGhost(
  tx: Pick<TillWrite<'unsettled' | 'seen'>, 'objectStore'>,
  key: RecordKey,
): Promise<void> {
  const [open, seen] = await Promise.all([
    tx.objectStore('unsettled').getKey(key),
    tx.objectStore('seen').getKey(key),
  ])
  if (open === undefined || seen !== undefined) throw new GhostDecided()
}

export interface Entry {
  record: JournalRecord
  receipt: Receipt
  tillId: TillId
  /** The frame that has yet to show the record (J4); null for one that needs no witness. */
  frame: string | null
  /** A ghost that this record decides about. */
  decides: RecordKey | null
}

/**
 * Writes a record under its number in one strict transaction. The number is not read but claimed: `add` refuses a taken
 * one (J3). Only two kinds read first: a promise on a grant, what has been promised on it so far, and a ghost's undoing,
 * whether the ghost is open still.
 */
export async function writeEntry(storage: TillStorage, entry: Entry): Promise<void> {
  const { record, receipt, tillId, frame, decides } = entry
  const { ordinal, seq, recordedAtMs } = record
  const { grantId } = receipt
  const stores: ('records' | 'unsettled' | 'seen' | 'grants')[] = ['records', 'unsettled']
  if (grantId !== null) stores.push('grants')
  if (decides !== null) stores.push('seen')
  await strictly(storage, stores, async (tx, raw) => {
    if (grantId !== null) {
      const [held, known] = await Promise.all([
        tx.objectStore('grants').get('current'),
        tx.objectStore('records').index('id').getKey(record.id),
      ])
      // A receipt that is recorded already must fail as a duplicate (`add`, below), not as a used-up grant.
      if (known === undefined) raw.objectStore('grants').put(charged(held, receipt, tillId), 'current')
    }
    if (decides !== null) await insistOnGhost(tx, decides)
    raw.objectStore('records').add(record)
    const row: UnsettledRow = { ordinal, seq, recordedAtMs, frame }
    raw.objectStore('unsettled').add(row)
    if (decides !== null) raw.objectStore('seen').add({ ordinal: decides[0], seq: decides[1] })
    raw.commit()
  })
}

function charged(held: HeldGrant | undefined, receipt: Receipt, tillId: TillId): HeldGrant {
  const known = held && !held.returned && held.grant.id === receipt.grantId && held.grant.tillId === tillId
  if (!known) throw new GrantRefused('grant_unknown')
  const result = chargeGrant(held.grant, held.use, useOf(receipt), receipt.happenedAtMs)
  if ('fault' in result) throw new GrantRefused(result.fault)
  return { ...held, use: result.use }
}
