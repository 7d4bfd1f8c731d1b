import * as v from 'valibot'
import { AccountId, Bytes32, EmployeeId, JournalId, Moment, ReceiptId, StoreId, TillId } from '../ids.ts'
import { Grant } from '../receipt/grant.ts'
import { FinalOutcome, Outcome } from '../receipt/outcome.ts'
import { receiptBytesMax, wireVersion } from '../receipt/version.ts'
import { SealingKey } from '../card/sealed-number.ts'
import { CaseDecision } from './cases.ts'
import { nextPage } from './page.ts'
import { Int } from '../shape.ts'

/**
 * How a till proves itself and carries its journal over (J5, A2). Requests marked `signed` have their body's bytes
 * signed by the key of the journal that the body names; the signature travels in a header of its own.
 */

/** ECDSA P-256 with SHA-256 over the body's bytes: r and s, 32 bytes each, base64url. */
export const signatureHeader = 'podarok-signature'
export const Signature = v.pipe(v.string(), v.regex(/^[\w-]{86}$/))

/** A public key: an uncompressed point of P-256, base64url. */
export const DeviceKey = v.pipe(v.string(), v.regex(/^[\w-]{87}$/))

/** From an answer of the server, good for `nonceMs`: a signature cannot be made long before it is used. */
export const Nonce = v.pipe(v.string(), v.minLength(16), v.maxLength(120))
export const nonceMs = 10 * 60_000

/** A batch has at most this many records and bytes (J5). */
export const batchRecordsMax = 200
export const batchBytesMax = 256 * 1024

/**
 * retired: its journal had two branches, and a manager has decided that it starts anew. Whatever the state, what is in its
 * journal may be sent; only an active till may do more.
 */
export const TillState = v.picklist(['active', 'quarantined', 'revoked', 'retired'])
export type TillState = v.InferOutput<typeof TillState>

const Seq = v.pipe(Int, v.minValue(1))
const Head = v.pipe(Int, v.minValue(0))

/** What a till says of itself in every signed request. */
const envelopeShape = {
  wire: v.literal(wireVersion),
  accountId: AccountId,
  journal: JournalId,
  /** Null where the till has none yet: the answer `nonce_stale` brings one. */
  nonce: v.nullable(Nonce),
  /** The highest `seq` in this journal; 0 for none. */
  headSeq: Head,
  /** Records that are not sent before a cashier has said whether they were seen (J4). */
  waiting: v.pipe(v.array(v.strictObject({ seq: Seq, recordedAtMs: Moment })), v.maxLength(50)),
  /** Every record of every journal has an outcome, and none waits. */
  drained: v.boolean(),
  /** The till's grant, by which a restored server knows it again. */
  grant: v.nullable(Grant),
  /** Decisions later than this are not known at the till. */
  decidedAfterMs: Moment,
  /** Up to this number the till knows every outcome; null where it does not say (T5, to come). */
  settledSeq: v.nullable(Head),
  /**
   * The highest `seq` of this journal whose record the till has an answer to, as far as it takes the server to know. A server
   * whose head is lower was restored: it decides nothing and answers `later`, so that the till refills it first (J7).
   */
  answeredSeq: Head,
  /** The till keeps its journal beyond the page (J13). */
  durable: v.boolean(),
}
/**
 * A signed request. No till reads one, and the bundler leaves all of it out because this is a call without effects: a spread
 * would stay, with every shape in it.
 */
/* @__NO_SIDE_EFFECTS__ */
export function signed<E extends v.ObjectEntries>(entries: E) {
  return v.strictObject({ ...envelopeShape, ...entries })
}

export const Envelope = v.strictObject(envelopeShape)
export type Envelope = v.InferOutput<typeof Envelope>

/** The server's own mark on its answer to a record: HMAC of account, receipt, digest of the text, and what of the answer counts. A restored server believes it (J7). */
const OutcomeProof = Bytes32

const SyncOutcome = v.strictObject({
  seq: Seq,
  id: ReceiptId,
  outcome: Outcome,
  proof: v.nullable(OutcomeProof),
})

/** What the server says to a till with every answer. */
export const TillHead = v.strictObject({
  /** The highest `seq` of the journal asked about that the server has stored; 0 for none (J7). */
  headSeq: Head,
  serverTimeMs: Moment,
  nonce: Nonce,
  /** The server's own mark on the till's id, by which it is known again where it has lost its storage and its keys (T7). */
  mark: Bytes32,
  state: TillState,
  /** Undecided cases of this till. */
  casesOpen: v.pipe(Int, v.minValue(0)),
  decisions: v.array(CaseDecision),
  /** The grant that the till has named was ended, or the owner has changed what they allow: no promise on it any more (O1). */
  grantIsOver: v.boolean(),
  /** Outcomes above the till's `settledSeq`; none as long as it does not say one (T5, to come). */
  undelivered: v.array(SyncOutcome),
})
export type TillHead = v.InferOutput<typeof TillHead>

export const PingAnswer = v.strictObject({
  ...TillHead.entries,
  /** Numbers below `headSeq` whose records the server knows to lack, lowest first: a restored server had more (J7). */
  missing: v.array(Seq),
  /**
   * The records that the server has under the number of the lower head, its own or the till's. Where none of them is the
   * till's, a copy of the till has taken the numbers (F9), and heads tell nothing of what the server lacks (J7).
   */
  atHead: v.array(ReceiptId),
})
export type PingAnswer = v.InferOutput<typeof PingAnswer>

/** The journal that another one goes on from, and how far it went. */
export const Parent = v.strictObject({
  id: JournalId,
  /** The highest numbers that this storage has of it, and that were ever given in it: what lies between is lost (F7). */
  headSeq: Head,
  givenSeq: Head,
  /** By its own key, or, where that is lost with the storage, the server's mark on the till that it belonged to (T7). */
  proof: v.union([
    v.strictObject({ signature: Signature }),
    v.strictObject({ tillId: TillId, mark: Bytes32 }),
  ]),
})
export type Parent = v.InferOutput<typeof Parent>

/** What the key of a parent signs. */
export const childText = (
  accountId: AccountId,
  child: JournalId,
  { headSeq, givenSeq }: Omit<Parent, 'proof'>,
) => `podarok-journal-1|${accountId}|${child}|${headSeq}|${givenSeq}`

/**
 * Makes a journal known, signed by its own key, and tells that the session speaks for its till. It is told after the session
 * is open, because the till keeps its identity in the database of its account, and only the session's answer says which
 * account that is. One whose parent has signed for it needs no session (A2).
 */
export const TillRequest = v.strictObject({
  accountId: AccountId,
  /** The hash of the key. */
  journal: JournalId,
  deviceKey: DeviceKey,
  /** Null for the first journal of a till. */
  parent: v.nullable(Parent),
  storeId: v.nullable(StoreId),
  /** Whether the till writes in this journal; else it only has records of it to hand over to a restored server. */
  speaks: v.boolean(),
})
export type TillRequest = v.InferOutput<typeof TillRequest>

export const TillAnswer = v.strictObject({
  /** Its number in the account: how people and other tills call it. */
  ordinal: Int,
  head: TillHead,
  /** The key is old: the till goes on in a new journal. */
  keyIsOld: v.boolean(),
  sealingKey: SealingKey,
  /** 32 bytes, base64url: tags of the book are made with it, and its chunks are encrypted under it. Memory only (O7). */
  bookKey: Bytes32,
})
export type TillAnswer = v.InferOutput<typeof TillAnswer>

export const SyncRequest = signed({
  records: v.pipe(
    v.array(
      v.strictObject({
        seq: Seq,
        id: ReceiptId,
        /** The receipt exactly as it was committed to the journal: a JSON text, hashed as it stands (L5). */
        receipt: v.pipe(v.string(), v.minLength(2), v.maxLength(receiptBytesMax)),
        /** What the server had answered to it, with its mark: for one that was restored since (J7). */
        settled: v.nullable(v.strictObject({ outcome: FinalOutcome, proof: OutcomeProof })),
      }),
    ),
    v.minLength(1),
    v.maxLength(batchRecordsMax),
  ),
})
export type SyncRequest = v.InferOutput<typeof SyncRequest>

export const SyncAnswer = v.strictObject({
  head: TillHead,
  outcomes: v.array(SyncOutcome),
})
export type SyncAnswer = v.InferOutput<typeof SyncAnswer>

/** For managers: the tills of the account, a page of them. */
export const TillsAnswer = v.strictObject({
  tills: v.array(
    v.strictObject({
      id: TillId,
      ordinal: Int,
      state: TillState,
      /** How many journals its chain has, and how far the newest goes. */
      journals: Int,
      headSeq: Head,
      lastSeenMs: v.nullable(Moment),
      casesOpen: Int,
      /** Who let it in, and why it was ended; null until a manager decides that (T7, to come). */
      admittedBy: v.nullable(EmployeeId),
      admittedAtMs: v.nullable(Moment),
      endedWhy: v.nullable(v.string()),
    }),
  ),
  next: nextPage,
})
export const TillStateRequest = v.strictObject({ state: v.picklist(['active', 'revoked', 'retired']) })
export const TillStateAnswer = v.strictObject({ state: TillState })
