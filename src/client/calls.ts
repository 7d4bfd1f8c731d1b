import {
  DraftAnswer,
  type EndpointName,
  type Endpoints,
  HoldAnswer,
  LookupAnswer,
  MatchAnswer,
  ReleaseAnswer,
  SaleAnswer,
  SessionAnswer,
  SyncAnswer,
  TillAnswer,
  TillHead,
} from '../core/wire.ts'

/**
 * What a till calls, and how its answers are checked. The whole list of endpoints would bring the shapes of every request
 * and the manager's routes along, which no till reads; a test holds the two lists together.
 */
export const calls = {
  session: { method: 'POST', path: '/api/session', answer: SessionAnswer },
  till: { method: 'PUT', path: '/api/till', answer: TillAnswer },
  ping: { method: 'GET', path: '/api/ping', answer: TillHead },
  lookup: { method: 'POST', path: '/api/lookup', answer: LookupAnswer },
  hold: { method: 'PUT', path: '/api/holds/{id}', answer: HoldAnswer },
  release: { method: 'DELETE', path: '/api/holds/{id}', answer: ReleaseAnswer },
  sync: { method: 'POST', path: '/api/sync', answer: SyncAnswer },
  syncRaw: { method: 'POST', path: '/api/sync/raw', answer: SyncAnswer },
  saveDraft: { method: 'PUT', path: '/api/drafts/{id}', answer: DraftAnswer },
  dropDraft: { method: 'DELETE', path: '/api/drafts/{id}', answer: DraftAnswer },
  match: { method: 'POST', path: '/api/drafts/match', answer: MatchAnswer },
  sale: { method: 'GET', path: '/api/sales/{id}', answer: SaleAnswer },
} satisfies { [N in EndpointName]?: Pick<Endpoints[N], 'method' | 'path' | 'answer'> }

export type CallName = keyof typeof calls
