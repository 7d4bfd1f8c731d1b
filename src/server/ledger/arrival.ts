import type { AccountId, DocumentId, JournalId, ReceiptId, TillId } from '../../core/ids.ts'
import type { AppliedOutcome, FinalOutcome } from '../../core/receipt/outcome.ts'
import type { Refusal } from '../../core/refusal.ts'
import type { Receipt } from '../../core/receipt/receipt.ts'
import type { Sale } from '../../core/sale/sale.ts'
import type { TillState } from '../../core/wire/tills.ts'

/** A record as it came in, judged by its looks and not yet by the ledger. */
export interface Arrival {
  accountId: AccountId
  id: ReceiptId
  /** The text as it was sent (L5) and its SHA-256. */
  text: string
  digest: string
  /** Null for receipts that the server makes itself. */
  place: { tillId: TillId; journal: JournalId; seq: number } | null
  /** The till whose business a receipt of the server's own is: what a manager has posted for it (O6). */
  actsFor?: TillId | null
  content: ArrivalContent
  /** It is known to have happened, whatever stands against it by now; null for what is still to be decided. */
  fact: KnownFact | null
  /** Absent for receipts that the server makes itself. */
  evidence?: Evidence
}

/** Why a receipt is known to have happened. It is booked as a promise is (O6). */
export interface KnownFact {
  /** What this server had answered before it was restored (J7); null where a manager has decided about a receipt that never was applied. */
  before: AppliedOutcome | null
  /** A manager has decided that what its cards lack is a loss; otherwise it is booked as it was, or waits. */
  mayLose: boolean
}

/** What was found out about a record before the transaction opened. */
export interface Evidence {
  /** Records of the same journal that the till keeps back until a cashier has said whether they were seen (J4), by `seq`. */
  waiting: ReadonlyMap<number, { recordedAtMs: number }>
  /** The till has an answer of this server to a record of the same journal with this `seq`: a lower head is a restored one (J7). */
  answeredSeq: number
  /** What this server answered to it before it was restored, by its own mark (J7). */
  settled: FinalOutcome | null
  /** Hashes of the numbers that were sealed into its operations, by their place; null where a seal did not open (J1). */
  numbers: ReadonlyMap<number, string | null>
}

/** The till has had answers that this server, restored since, does not know of (J7): nothing is decided before they have come. */
export class NotRefilled extends Error {
  override name = 'NotRefilled'
  readonly head: NonNullable<Decision['head']>
  constructor(head: NonNullable<Decision['head']>) {
    super('the till has had answers above the head')
    this.head = head
  }
}

/** A record of a till. */
export type PlacedArrival = Arrival & { place: NonNullable<Arrival['place']> }

export type ArrivalContent =
  /** The ledger decides. */
  | { kind: 'receipt'; receipt: Receipt }
  /** Well-formed, but nothing that this sender may ask for. */
  | { kind: 'barred'; receipt: Receipt; refusal: Refusal }
  /** Nobody can read it: it is kept, and a human looks at it. */
  | { kind: 'malformed' }

/** What was asked of MoySklad before the transaction opened. */
export interface SaleFacts {
  /** The sale that the receipt names; null when there is none or it could not be read. */
  sale: Sale | null
  /** MoySklad does not have that sale, or has it unposted (M5). */
  saleGone: boolean
  /** The sale of the receipt to be undone, and what has become of it; null where none was known for it. */
  voided: { documentId: DocumentId; became: 'gone' | 'stands' | 'unchecked' } | null
}

export const noSaleFacts: SaleFacts = { sale: null, saleGone: false, voided: null }

/** Somebody must look: the caller logs it once the transaction is committed. */
export type Alarm = 'receipt_conflict' | 'till_forked' | 'outcome_changed'

export interface Decision {
  outcome: FinalOutcome
  alarm: Alarm | null
  /** Where the till stands after this record; null for receipts of the server's own. */
  head: { seq: number; state: TillState } | null
}
