import { refusal } from '../../core/refusal.ts'
import type { Door } from '../../core/receipt/author.ts'
import { Receipt } from '../../core/receipt/receipt.ts'
import { cashierOperations } from '../../core/receipt/operations.ts'
import type { SyncRequest } from '../../core/wire/tills.ts'
import type { Arrival, ArrivalContent } from '../ledger/arrival.ts'
import type { Device } from '../http/body.ts'
import { sha256 } from '../keys/secrets.ts'
import { tryShape } from '../../core/shape.ts'

type SentRecord = SyncRequest['records'][number]

/** Judges a record by its looks. One that cannot be read is an arrival too: it is kept and opens a case. */
export function readArrival(sender: Device, record: SentRecord): Arrival {
  const arrival = malformedArrival(sender, record)
  return { ...arrival, content: contentOf(arrival) }
}

export function malformedArrival({ accountId, ...place }: Device, record: SentRecord): Arrival {
  // PostgreSQL cannot store this sign, and no JSON text has it: the record is unreadable either way.
  const text = record.receipt.replaceAll('\0', '\uFFFD')
  return {
    accountId,
    id: record.id,
    text,
    digest: sha256(text),
    place: { ...place, seq: record.seq },
    content: { kind: 'malformed' },
    fact: null,
  }
}

function contentOf({ id, text, place }: Arrival): ArrivalContent {
  const parsed = tryShape(Receipt, parseJson(text))
  if (!parsed.success) return { kind: 'malformed' }
  const receipt = parsed.data
  const said = receipt.place
  if (receipt.id !== id || said?.journal !== place?.journal || said?.seq !== place?.seq) {
    return { kind: 'malformed' }
  }
  // A till speaks for cashiers; stock, corrections and blocks have routes of their own (A3), as registers and jobs have.
  const isCashiers = receipt.operations.every((operation) => cashierOperations.has(operation.kind))
  const isTills = receipt.author.kind === 'employee' && tillDoors.has(receipt.door)
  // Nothing asks a till for a second person yet (T14, O10): nobody would check who agreed, and it would stand there as if true.
  const isAlone = receipt.approvals.length === 0
  return !isCashiers || !isTills || !isAlone
    ? { kind: 'barred', receipt, refusal: refusal('not_allowed') }
    : { kind: 'receipt', receipt }
}

const tillDoors: ReadonlySet<Door> = new Set(['checkout', 'till'])

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // No value passes the schema, so the record ends as malformed.
    return undefined
  }
}
