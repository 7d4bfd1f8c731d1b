import * as z from 'zod/mini'
import { AccountId, Moment, ReceiptId, StoreId, TillId } from '../ids.ts'
import { Grant } from '../receipt/offline.ts'
import { Outcome } from '../receipt/outcome.ts'
import { receiptBytesMax, wireVersion } from '../receipt/version.ts'
import { SealingKey } from '../card/sealed-number.ts'
import { CaseDecision } from './cases.ts'

/**
 * How a till proves itself and carries its journal over (J5, A2). Requests marked `signed` have their body's bytes
 * signed by the key of the epoch that the body names; the signature travels in a header of its own.
 */

/** ECDSA P-256 with SHA-256 over the body's bytes: r and s, 32 bytes each, base64url. */
export const signatureHeader = 'podarok-signature'
export const Signature = /* @__PURE__ */ z.string().check(z.regex(/^[\w-]{86}$/))

/** A public key: an uncompressed point of P-256, base64url. */
export const DeviceKey = /* @__PURE__ */ z.string().check(z.regex(/^[\w-]{87}$/))

/** From an answer of the server, good for `nonceMs`: a signature cannot be made long before it is used. */
export const Nonce = z.string().check(z.minLength(16), z.maxLength(120))
export const nonceMs = 10 * 60_000

/** A batch has at most this many records and bytes (J5). */
export const batchRecordsMax = 200
export const batchBytesMax = 256 * 1024

/**
 * retired: its journal had two branches, and a manager has decided that it starts anew. Whatever the state, what is in its
 * journal may be sent; only an active till may do more.
 */
export const TillState = z.enum(['active', 'quarantined', 'revoked', 'retired'])
export type TillState = z.infer<typeof TillState>

const Seq = z.int().check(z.minimum(1))
const Head = z.int().check(z.minimum(0))

/** What a till says of itself in every signed request. */
export const envelopeShape = {
  wire: z.literal(wireVersion),
  accountId: AccountId,
  till: z.strictObject({ id: TillId, epoch: Seq }),
  /** Null where the till has none yet: the answer `nonce_stale` brings one. */
  nonce: z.nullable(Nonce),
  /** The highest `seq` of this epoch in the till's journal; 0 for none. */
  headSeq: Head,
  /** Records that are not sent before a cashier has said whether they were seen (J4). */
  waiting: z.array(z.strictObject({ seq: Seq, recordedAtMs: Moment })).check(z.maxLength(50)),
  /** Every record of every epoch has an outcome, and none waits. */
  drained: z.boolean(),
  /** The till's grant, by which a server that was set back knows it again. */
  grant: z.nullable(Grant),
  /** Decisions later than this are not known at the till. */
  decidedAfterMs: Moment,
}
export const Envelope = z.strictObject(envelopeShape)
export type Envelope = z.infer<typeof Envelope>

/** What the server says to a till with every answer. */
export const TillHead = z.strictObject({
  /** The highest `seq` of the epoch asked about that the server has stored; 0 for none (J7). */
  headSeq: Head,
  serverTimeMs: Moment,
  nonce: Nonce,
  state: TillState,
  /** Undecided cases of this till. */
  casesOpen: z.int().check(z.minimum(0)),
  decisions: z.array(CaseDecision),
  /** The grant that the till has named was ended, or the owner has changed what he allows: no promise on it any more (O1). */
  grantIsOver: z.boolean(),
})
export type TillHead = z.infer<typeof TillHead>

export const PingAnswer = z.strictObject({
  ...TillHead.shape,
  /** Numbers below `headSeq` whose records the server knows to lack, lowest first: one that was set back had more (J7). */
  missing: z.array(Seq),
  /**
   * The records that the server has under the number of the lower head, its own or the till's. Where none of them is the
   * till's, a copy of the till has taken the numbers (F9), and heads tell nothing of what the server lacks (J7).
   */
  atHead: z.array(ReceiptId),
})
export type PingAnswer = z.infer<typeof PingAnswer>

/**
 * Which till the session speaks for; signed by the key itself. It is told after the session is open, because the till
 * keeps its identity in the database of its account, and only the session's answer says which account that is.
 */
export const TillRequest = z.strictObject({
  id: TillId,
  epoch: Seq,
  deviceKey: DeviceKey,
  storeId: z.nullable(StoreId),
  /**
   * Whether the session is to speak for this till, which writes in this epoch. Else the till only has records of it to hand
   * over, and the server has forgotten its key since it was set back (J7), or knows that of a copy of the till (F9).
   */
  speaks: z.boolean(),
  /** Numbers that were given to records which the storage has lost (F7). */
  lost: z.nullable(z.strictObject({ epoch: Seq, fromSeq: Seq, toSeq: Seq })),
})
export type TillRequest = z.infer<typeof TillRequest>

export const TillAnswer = z.strictObject({
  /** Its number in the account: how people and other tills call it. */
  ordinal: z.int(),
  head: TillHead,
  /** The key is old: make a successor (`rotate`). */
  rotate: z.boolean(),
  sealingKey: SealingKey,
  /** 32 bytes, base64url: tags of the book are made with it, and its chunks are encrypted under it. Memory only (O7). */
  bookKey: z.string().check(z.regex(/^[\w-]{43}$/)),
})
export type TillAnswer = z.infer<typeof TillAnswer>

/** A new epoch with a new key, signed by the old one. The same again changes nothing. */
export const RotateRequest = z.strictObject({
  ...envelopeShape,
  next: z.strictObject({ epoch: Seq, deviceKey: DeviceKey }),
})

/**
 * What the server once answered to a record, with its own mark that it did: HMAC of account, receipt, digest of the text and
 * status. A server that was set back to an earlier moment believes it (J7).
 */
const OutcomeProof = z.string().check(z.regex(/^[\w-]{43}$/))

export const SyncRequest = z.strictObject({
  ...envelopeShape,
  records: z
    .array(
      z.strictObject({
        seq: Seq,
        id: ReceiptId,
        /** The receipt exactly as it was committed to the journal: a JSON text, hashed as it stands (L5). */
        receipt: z.string().check(z.minLength(2), z.maxLength(receiptBytesMax)),
        settled: z.nullable(
          z.strictObject({ status: z.enum(['applied', 'refused', 'in_review']), proof: OutcomeProof }),
        ),
      }),
    )
    .check(z.minLength(1), z.maxLength(batchRecordsMax)),
})
export type SyncRequest = z.infer<typeof SyncRequest>

export const SyncAnswer = z.strictObject({
  head: TillHead,
  outcomes: z.array(
    z.strictObject({ seq: Seq, id: ReceiptId, outcome: Outcome, proof: z.nullable(OutcomeProof) }),
  ),
})
export type SyncAnswer = z.infer<typeof SyncAnswer>

/** For managers: the tills of the account. */
export const TillsAnswer = z.strictObject({
  tills: z.array(
    z.strictObject({
      id: TillId,
      ordinal: z.int(),
      state: TillState,
      epoch: Seq,
      headSeq: Head,
      lastSeenMs: z.nullable(Moment),
      casesOpen: z.int(),
    }),
  ),
})
export const TillStateRequest = z.strictObject({ state: z.enum(['active', 'revoked', 'retired']) })
export const TillStateAnswer = z.strictObject({ state: TillState })
