import type * as v from 'valibot'
import { Programme } from '../card/programme.ts'
import { Draft } from '../draft/draft.ts'
import { OfflinePolicy } from '../receipt/grant.ts'
import {
  CardHistoryAnswer,
  CardHistoryRequest,
  CardsAnswer,
  CardsRequest,
  LookupAnswer,
  LookupRequest,
} from './cards.ts'
import { CasesAnswer, CaseView, DecisionRequest, WatchAnswer } from './cases.ts'
import { DraftAnswer, MatchAnswer, MatchRequest } from './drafts.ts'
import { HealthAnswer } from './health.ts'
import { HoldAnswer, HoldRequest, ReleaseAnswer } from './holds.ts'
import {
  BookAnswer,
  BookRequest,
  CloseAnswer,
  GrantAnswer,
  GrantRequest,
  PolicyAnswer,
  RiskAnswer,
} from './offline.ts'
import { OperationsAnswer, SaleAnswer } from './receipts.ts'
import { SessionAnswer, SessionRequest } from './session.ts'
import {
  Envelope,
  PingAnswer,
  SyncAnswer,
  SyncRequest,
  TillAnswer,
  TillRequest,
  TillsAnswer,
  TillStateAnswer,
  TillStateRequest,
} from './tills.ts'

/**
 * What till and server say to each other: one line for each route, with its request and answer. Both sides and the
 * OpenAPI document are made from it. Money is in minor units, moments are milliseconds since 1970 UTC.
 *
 * The till's own list is client/api/calls.ts: this one would bring every request's schema into the widget.
 */

/** How a route is called. `{id}` in a path stands for the one parameter. */
export interface Endpoint {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  /** device: a signature alone, whatever became of the session (A2). */
  access: 'open' | 'device' | 'session' | 'manager'
  /** The body is signed by the till's key. */
  signed: boolean
  request: v.GenericSchema | null
  answer: v.GenericSchema
  /** What it does, in one sentence for people. */
  sentence: string
}

const route =
  <M extends Endpoint['method'], S extends boolean>(method: M, signed: S) =>
  <P extends string, Q extends Endpoint['request'], A extends Endpoint['answer']>(
    path: P,
    access: Endpoint['access'],
    request: Q,
    answer: A,
    sentence: string,
  ) => ({ method, path, access, signed, request, answer, sentence })

const get = route('GET', false)
const post = route('POST', false)
const put = route('PUT', false)
const del = route('DELETE', false)
const signedPost = route('POST', true)
const signedPut = route('PUT', true)

// prettier-ignore
export const endpoints = {
  health: get('/api/health', 'open', null, HealthAnswer, 'The server is up and its database answers.'),
  session: post('/api/session', 'open', SessionRequest, SessionAnswer, 'Exchanges what MoySklad vouches by for a session of this employee; it follows the one of the request’s token, if there is one, and speaks for its till.'),
  till: signedPut('/api/till', 'session', TillRequest, TillAnswer, 'Makes a journal of a till known and binds the session to the till; every route below needs that, the manager’s excepted.'),
  ping: signedPost('/api/ping', 'device', Envelope, PingAnswer, 'Tells that server and session live, and how much of this till the server has.'),
  lookup: post('/api/lookup', 'session', LookupRequest, LookupAnswer, 'Finds a card by its number and, if wished, holds money of it or the unsold card itself.'),
  cardHistory: post('/api/lookup/history', 'session', CardHistoryRequest, CardHistoryAnswer, 'The last moves of a card, found by its number: what the buyer asks for.'),
  hold: put('/api/holds/{id}', 'session', HoldRequest, HoldAnswer, 'Makes a hold or changes its sum.'),
  release: del('/api/holds/{id}', 'session', null, ReleaseAnswer, 'Lets a hold go.'),
  sync: signedPost('/api/sync', 'device', SyncRequest, SyncAnswer, 'Takes records of a till in order and answers each with its outcome; sending again is safe.'),
  syncRaw: signedPost('/api/sync/raw', 'device', SyncRequest, SyncAnswer, 'Stores one record that the server could not process and opens a case; decides nothing.'),
  saveDraft: put('/api/drafts/{id}', 'session', Draft, DraftAnswer, 'Keeps a copy of a draft, so that it outlives the browser.'),
  dropDraft: del('/api/drafts/{id}', 'session', null, DraftAnswer, 'Forgets a draft that was committed or given up, and lets its holds go.'),
  match: post('/api/drafts/match', 'session', MatchRequest, MatchAnswer, 'Finds which saved sale a draft was prepared for.'),
  sale: get('/api/sales/{id}', 'session', null, SaleAnswer, 'A sale of MoySklad and what cards did for it.'),
  operations: get('/api/operations', 'session', null, OperationsAnswer, 'The last receipts of this till, newest first.'),
  saveProgramme: put('/api/programme', 'manager', Programme, Programme, 'Sets the rules of the account’s cards.'),
  addCards: post('/api/cards', 'manager', CardsRequest, CardsAnswer, 'Adds cards: unsold ones, or live ones with their balance.'),
  grant: signedPost('/api/grant', 'session', GrantRequest, GrantAnswer, 'Gives a till a new permission to promise offline, in place of the one it gives back.'),
  book: post('/api/book', 'session', BookRequest, BookAnswer, 'A page of the cards that a till may know without the line.'),
  policy: get('/api/policy', 'manager', null, PolicyAnswer, 'What the owner allows offline.'),
  savePolicy: put('/api/policy', 'manager', OfflinePolicy, PolicyAnswer, 'Sets what the owner allows offline.'),
  risk: get('/api/risk', 'manager', null, RiskAnswer, 'The most that can be lost offline, as one number.'),
  closeGrant: post('/api/grants/{id}/close', 'manager', null, CloseAnswer, 'Ends a grant whose till will not come back.'),
  releaseHeld: post('/api/holds/{id}/release', 'manager', null, ReleaseAnswer, 'Ends a hold of a till that keeps silent; the loss, if any, is the owner’s.'),
  tills: get('/api/tills', 'manager', null, TillsAnswer, 'The tills of the account and how they stand.'),
  tillState: put('/api/tills/{id}/state', 'manager', TillStateRequest, TillStateAnswer, 'Shuts a till out, lets it in again, or has it start anew.'),
  cases: get('/api/cases', 'manager', null, CasesAnswer, 'What a human must know or decide.'),
  decideCase: post('/api/cases/{id}/decision', 'manager', DecisionRequest, CaseView, 'Decides a case.'),
  watch: get('/api/watch', 'manager', null, WatchAnswer, 'What an owner should look at because insiders might do it.'),
} as const satisfies Record<string, Endpoint>

export type Endpoints = typeof endpoints
export type EndpointName = keyof Endpoints
export type AnswerOf<N extends EndpointName> = v.InferOutput<Endpoints[N]['answer']>
export type RequestOf<N extends EndpointName> = Endpoints[N]['request'] extends v.GenericSchema
  ? v.InferOutput<Endpoints[N]['request']>
  : null
