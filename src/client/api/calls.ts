import { DraftAnswer, MatchAnswer } from '../../core/wire/drafts.ts'
import type { EndpointName, Endpoints } from '../../core/wire/endpoints.ts'
import { HoldAnswer, ReleaseAnswer } from '../../core/wire/holds.ts'
import { CardHistoryAnswer, LookupAnswer } from '../../core/wire/cards.ts'
import { OperationsAnswer, SaleAnswer } from '../../core/wire/receipts.ts'
import { SessionAnswer } from '../../core/wire/session.ts'
import { PingAnswer, SyncAnswer, TillAnswer } from '../../core/wire/tills.ts'

/** A list of calls. */
export type Calls<Name extends EndpointName> = {
  [N in Name]: Pick<Endpoints[N], 'method' | 'path' | 'signed' | 'answer'>
}

/**
 * What a sale calls, and how its answers are checked; what follows the engine may bring a list of its own. The whole list of
 * endpoints would bring the shapes of every request and the manager's routes along, which no till reads; a test holds the
 * lists together.
 */
export const calls = {
  session: { method: 'POST', path: '/api/session', signed: false, answer: SessionAnswer },
  till: { method: 'PUT', path: '/api/till', signed: true, answer: TillAnswer },
  ping: { method: 'POST', path: '/api/ping', signed: true, answer: PingAnswer },
  lookup: { method: 'POST', path: '/api/lookup', signed: false, answer: LookupAnswer },
  cardHistory: { method: 'POST', path: '/api/lookup/history', signed: false, answer: CardHistoryAnswer },
  hold: { method: 'PUT', path: '/api/holds/{id}', signed: false, answer: HoldAnswer },
  release: { method: 'DELETE', path: '/api/holds/{id}', signed: false, answer: ReleaseAnswer },
  sync: { method: 'POST', path: '/api/sync', signed: true, answer: SyncAnswer },
  syncRaw: { method: 'POST', path: '/api/sync/raw', signed: true, answer: SyncAnswer },
  saveDraft: { method: 'PUT', path: '/api/drafts/{id}', signed: false, answer: DraftAnswer },
  dropDraft: { method: 'DELETE', path: '/api/drafts/{id}', signed: false, answer: DraftAnswer },
  match: { method: 'POST', path: '/api/drafts/match', signed: false, answer: MatchAnswer },
  sale: { method: 'GET', path: '/api/sales/{id}', signed: false, answer: SaleAnswer },
  operations: { method: 'GET', path: '/api/operations', signed: false, answer: OperationsAnswer },
} satisfies Partial<Calls<EndpointName>>

export type CallName = keyof typeof calls
