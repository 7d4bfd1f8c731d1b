import * as z from 'zod/mini'
import { CardState } from '../card/card.ts'
import { Draft, SaleDocument } from '../draft/draft.ts'
import {
  AccountId,
  CardId,
  DocumentId,
  DraftId,
  EmployeeId,
  HoldId,
  Moment,
  ReceiptId,
  StoreId,
} from '../ids.ts'
import { AmountKopecks, Kopecks, PartKopecks } from '../money.ts'
import { Outcome, Refusal } from '../receipt/outcome.ts'
import { Programme } from '../card/programme.ts'
import { Entered, Receipt, wireVersion } from '../receipt/receipt.ts'
import { LocalDate } from '../card/validity.ts'
import { CasesAnswer, CaseView, DecisionRequest, WatchAnswer } from './cases.ts'
import {
  BookAnswer,
  BookRequest,
  CloseAnswer,
  GrantAnswer,
  GrantRequest,
  PolicyAnswer,
  RiskAnswer,
} from './offline.ts'
import {
  Envelope,
  Nonce,
  PingAnswer,
  RotateRequest,
  SyncAnswer,
  SyncRequest,
  TillAnswer,
  TillHead,
  TillRequest,
  TillsAnswer,
  TillStateAnswer,
  TillStateRequest,
} from './tills.ts'
import { OfflinePolicy } from '../receipt/offline.ts'

/**
 * What till and server say to each other: request and answer of every route, written once and used by both sides and
 * by the OpenAPI document. Money is in minor units, moments are milliseconds since 1970 UTC.
 */

/** How long a till may promise on a hold, and how long the server keeps the money for a silent till (O2). */
export const holdUseMs = 15 * 60_000
export const holdKeepMs = 72 * 3_600_000

/** Codes of answers that are no answer to the question asked: with a 4xx or 5xx status. */
export const ErrorCode = z.enum([
  'body_invalid',
  'body_too_large',
  'not_found',
  'session_missing',
  'session_expired',
  'context_invalid',
  'not_allowed',
  'wire_version_unknown',
  'till_unknown',
  'id_taken',
  'programme_missing',
  'too_many_attempts',
  'moysklad_unreachable',
  'internal',
  'nonce_stale',
  'signature_invalid',
  'till_not_active',
  'case_unknown',
  'choice_unknown',
])
export type ErrorCode = z.infer<typeof ErrorCode>

export const ErrorAnswer = z.object({
  error: z.object({
    code: ErrorCode,
    message: z.string(),
    /** With `nonce_stale`: a fresh one. */
    nonce: z.optional(Nonce),
  }),
})

export const Role = z.enum(['cashier', 'manager'])

export const SessionRequest = z.strictObject({
  wire: z.literal(wireVersion),
  /** The key that MoySklad put into the frame's address; lives five minutes. */
  contextKey: /* @__PURE__ */ z.string().check(z.minLength(1), z.maxLength(200)),
})

export const SessionAnswer = z.strictObject({
  accountId: AccountId,
  token: z.string(),
  /** Names the session in records (J14): SHA-256 of the token, hex. */
  session: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  expiresAtMs: Moment,
  employee: z.strictObject({ id: EmployeeId, name: z.string(), role: Role }),
  stores: z.array(z.strictObject({ id: StoreId, name: z.string() })),
  programme: z.nullable(Programme),
})
export type SessionAnswer = z.infer<typeof SessionAnswer>

export const CardView = z.strictObject({
  id: CardId,
  last4: z.string(),
  state: CardState,
  balanceKopecks: Kopecks,
  grantedKopecks: Kopecks,
  /** Balance less what other tills hold. */
  availableKopecks: Kopecks,
  expiresOn: z.nullable(LocalDate),
  /** The other till that holds money of the card, or the unsold card itself. */
  heldBy: z.nullable(z.string()),
})
export type CardView = z.infer<typeof CardView>

export const HoldPurpose = z.enum(['redeem', 'load'])

export const Hold = z.strictObject({
  id: HoldId,
  cardId: CardId,
  purpose: HoldPurpose,
  /** What is held; 0 for an unsold card, which is held whole. */
  amountKopecks: Kopecks,
  /** For how long from the answer the till may promise on it. */
  useForMs: z.int().check(z.minimum(0)),
})
export type Hold = z.infer<typeof Hold>

/** Reserve what the scan will need, in the same round trip as the look-up (O2, P2). */
export const HoldWish = z.strictObject({
  id: HoldId,
  draftId: DraftId,
  /** An active card pays: up to this sum is held. Null when nothing is to be paid. */
  redeemKopecks: z.nullable(AmountKopecks),
  /** An unsold card is wanted for a certificate. */
  load: z.boolean(),
})

export const LookupRequest = z.strictObject({
  number: /* @__PURE__ */ z.string().check(z.regex(/^\d{6,24}$/)),
  entered: Entered,
  hold: z.nullable(HoldWish),
})

export const LookupAnswer = z.strictObject({
  /** Null when the number is unknown. */
  card: z.nullable(CardView),
  hold: z.nullable(Hold),
  /** Why the wish was not met, or that the card is unknown. */
  refusal: z.nullable(Refusal),
})
export type LookupAnswer = z.infer<typeof LookupAnswer>

export const HoldRequest = z.strictObject({
  draftId: DraftId,
  cardId: CardId,
  purpose: HoldPurpose,
  /** The new sum of a redeem hold; null for a load. */
  amountKopecks: z.nullable(AmountKopecks),
})

export const HoldAnswer = z.strictObject({ hold: z.nullable(Hold), refusal: z.nullable(Refusal) })
export type HoldAnswer = z.infer<typeof HoldAnswer>

export const ReleaseAnswer = z.strictObject({ released: z.boolean() })

export const DraftAnswer = z.strictObject({ stored: z.boolean() })

export const MatchRequest = z.strictObject({
  /** The document that was opened, or null: look for the drafts' documents yourself. */
  documentId: z.nullable(DocumentId),
  drafts: /* @__PURE__ */ z.array(Draft).check(z.maxLength(20)),
})

export const MatchAnswer = z.strictObject({
  /** The document asked for; null when none was asked for or MoySklad does not have it. */
  document: z.nullable(SaleDocument),
  matches: z.array(
    z.strictObject({
      /** The draft as the server knows it: it may have outlived the till's storage. */
      draft: Draft,
      verdict: z.enum(['same', 'doubtful', 'other']),
      documentId: z.nullable(DocumentId),
    }),
  ),
})
export type MatchAnswer = z.infer<typeof MatchAnswer>

/** A receipt as the ledger knows it. */
export const LedgerReceipt = z.strictObject({
  receipt: Receipt,
  outcome: Outcome,
  postedAtMs: Moment,
  /** The receipt that undid this one. */
  voidedBy: z.nullable(ReceiptId),
})
export type LedgerReceipt = z.infer<typeof LedgerReceipt>

export const SaleAnswer = z.strictObject({
  document: z.nullable(SaleDocument),
  receipts: z.array(LedgerReceipt),
})
export type SaleAnswer = z.infer<typeof SaleAnswer>

export const OperationsAnswer = z.strictObject({ receipts: z.array(LedgerReceipt) })

/** Cards of a batch, new or with the balance they already have. */
export const CardsRequest = z.strictObject({
  receiptId: ReceiptId,
  cards: /* @__PURE__ */ z
    .array(
      z.strictObject({
        id: CardId,
        number: z.string().check(z.regex(/^\d{6,24}$/)),
        opening: z.nullable(
          z.strictObject({
            paidKopecks: PartKopecks,
            grantedKopecks: PartKopecks,
            expiresOn: z.nullable(LocalDate),
          }),
        ),
        blocked: z.boolean(),
      }),
    )
    .check(z.minLength(1), z.maxLength(40)),
})

export const CardsAnswer = z.strictObject({ outcome: Outcome })

export const HealthAnswer = z.strictObject({
  status: z.literal('ok'),
  wire: z.literal(wireVersion),
  database: z.enum(['sqlite', 'postgres']),
})

/** How a route is called. `{id}` in a path stands for the one parameter. */
export interface Endpoint {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  /** device: a signature alone, whatever became of the session (A2). */
  access: 'open' | 'device' | 'session' | 'manager'
  /** The body is signed by the till's key. */
  signed: boolean
  request: z.ZodMiniType | null
  answer: z.ZodMiniType
}

const endpoint = <E extends Endpoint>(e: E): E => e

export const endpoints = {
  health: endpoint({
    method: 'GET',
    path: '/api/health',
    access: 'open',
    signed: false,
    request: null,
    answer: HealthAnswer,
  }),
  session: endpoint({
    method: 'POST',
    path: '/api/session',
    access: 'open',
    signed: false,
    request: SessionRequest,
    answer: SessionAnswer,
  }),
  till: endpoint({
    method: 'PUT',
    path: '/api/till',
    access: 'session',
    signed: true,
    request: TillRequest,
    answer: TillAnswer,
  }),
  ping: endpoint({
    method: 'POST',
    path: '/api/ping',
    access: 'device',
    signed: true,
    request: Envelope,
    answer: PingAnswer,
  }),
  lookup: endpoint({
    method: 'POST',
    path: '/api/lookup',
    access: 'session',
    signed: false,
    request: LookupRequest,
    answer: LookupAnswer,
  }),
  hold: endpoint({
    method: 'PUT',
    path: '/api/holds/{id}',
    access: 'session',
    signed: false,
    request: HoldRequest,
    answer: HoldAnswer,
  }),
  release: endpoint({
    method: 'DELETE',
    path: '/api/holds/{id}',
    access: 'session',
    signed: false,
    request: null,
    answer: ReleaseAnswer,
  }),
  sync: endpoint({
    method: 'POST',
    path: '/api/sync',
    access: 'device',
    signed: true,
    request: SyncRequest,
    answer: SyncAnswer,
  }),
  syncRaw: endpoint({
    method: 'POST',
    path: '/api/sync/raw',
    access: 'device',
    signed: true,
    request: SyncRequest,
    answer: SyncAnswer,
  }),
  saveDraft: endpoint({
    method: 'PUT',
    path: '/api/drafts/{id}',
    access: 'session',
    signed: false,
    request: Draft,
    answer: DraftAnswer,
  }),
  dropDraft: endpoint({
    method: 'DELETE',
    path: '/api/drafts/{id}',
    access: 'session',
    signed: false,
    request: null,
    answer: DraftAnswer,
  }),
  match: endpoint({
    method: 'POST',
    path: '/api/drafts/match',
    access: 'session',
    signed: false,
    request: MatchRequest,
    answer: MatchAnswer,
  }),
  sale: endpoint({
    method: 'GET',
    path: '/api/sales/{id}',
    access: 'session',
    signed: false,
    request: null,
    answer: SaleAnswer,
  }),
  operations: endpoint({
    method: 'GET',
    path: '/api/operations',
    access: 'session',
    signed: false,
    request: null,
    answer: OperationsAnswer,
  }),
  saveProgramme: endpoint({
    method: 'PUT',
    path: '/api/programme',
    access: 'manager',
    signed: false,
    request: Programme,
    answer: Programme,
  }),
  addCards: endpoint({
    method: 'POST',
    path: '/api/cards',
    access: 'manager',
    signed: false,
    request: CardsRequest,
    answer: CardsAnswer,
  }),
  rotate: endpoint({
    method: 'POST',
    path: '/api/till/rotate',
    access: 'device',
    signed: true,
    request: RotateRequest,
    answer: TillHead,
  }),
  grant: endpoint({
    method: 'POST',
    path: '/api/grant',
    access: 'session',
    signed: true,
    request: GrantRequest,
    answer: GrantAnswer,
  }),
  book: endpoint({
    method: 'POST',
    path: '/api/book',
    access: 'session',
    signed: false,
    request: BookRequest,
    answer: BookAnswer,
  }),
  policy: endpoint({
    method: 'GET',
    path: '/api/policy',
    access: 'manager',
    signed: false,
    request: null,
    answer: PolicyAnswer,
  }),
  savePolicy: endpoint({
    method: 'PUT',
    path: '/api/policy',
    access: 'manager',
    signed: false,
    request: OfflinePolicy,
    answer: PolicyAnswer,
  }),
  risk: endpoint({
    method: 'GET',
    path: '/api/risk',
    access: 'manager',
    signed: false,
    request: null,
    answer: RiskAnswer,
  }),
  closeGrant: endpoint({
    method: 'POST',
    path: '/api/grants/{id}/close',
    access: 'manager',
    signed: false,
    request: null,
    answer: CloseAnswer,
  }),
  releaseHeld: endpoint({
    method: 'POST',
    path: '/api/holds/{id}/release',
    access: 'manager',
    signed: false,
    request: null,
    answer: ReleaseAnswer,
  }),
  tills: endpoint({
    method: 'GET',
    path: '/api/tills',
    access: 'manager',
    signed: false,
    request: null,
    answer: TillsAnswer,
  }),
  tillState: endpoint({
    method: 'PUT',
    path: '/api/tills/{id}/state',
    access: 'manager',
    signed: false,
    request: TillStateRequest,
    answer: TillStateAnswer,
  }),
  cases: endpoint({
    method: 'GET',
    path: '/api/cases',
    access: 'manager',
    signed: false,
    request: null,
    answer: CasesAnswer,
  }),
  decideCase: endpoint({
    method: 'POST',
    path: '/api/cases/{id}/decision',
    access: 'manager',
    signed: false,
    request: DecisionRequest,
    answer: CaseView,
  }),
  watch: endpoint({
    method: 'GET',
    path: '/api/watch',
    access: 'manager',
    signed: false,
    request: null,
    answer: WatchAnswer,
  }),
} as const

export type Endpoints = typeof endpoints
export type EndpointName = keyof Endpoints
export type AnswerOf<N extends EndpointName> = z.infer<Endpoints[N]['answer']>
export type RequestOf<N extends EndpointName> = Endpoints[N]['request'] extends z.ZodMiniType
  ? z.infer<Endpoints[N]['request']>
  : null
