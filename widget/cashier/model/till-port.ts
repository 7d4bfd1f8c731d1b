import type { Outage } from '../../../src/client/outage/outage.ts'
import type { DraftsPort } from '../../../src/client/journal/drafts.ts'
import type { JournalPort } from '../../../src/client/journal/journal.ts'
import type { Till } from '../../../src/client/till/till.ts'
import type { SessionAnswer } from '../../../src/core/wire/session.ts'

/** A till as the cashier's models use it; `testing/` has another one, which needs no browser. */
export interface TillPort extends Pick<
  Till,
  | 'trouble'
  | 'warning'
  | 'line'
  | 'journal'
  | 'isEndedElsewhere'
  | 'readiness'
  | 'casesOpen'
  | 'canPromise'
  | 'tab'
  | 'api'
  | 'onChange'
  | 'refresh'
  | 'serverNowMs'
  | 'documentOpened'
  | 'seal'
  | 'newDraft'
  | 'saveDraft'
  | 'dropDraft'
  | 'releaseHold'
  | 'commitDraft'
  | 'promiseInstead'
  | 'mayPromiseInstead'
  | 'voidReceipt'
  | 'unpainted'
  | 'painted'
  | 'keepGhost'
  | 'cancelGhost'
  | 'acknowledge'
> {
  readonly ready: TillWorks | null
  readonly outage: Pick<Outage, 'find' | 'covers' | 'room' | 'asOfMs' | 'untilMs'> | null
}

export interface TillWorks {
  session: SessionAnswer
  journal: Pick<JournalPort, 'recent'>
  drafts: Pick<DraftsPort, 'waiting' | 'waitingInOrder' | 'noteDocuments' | 'leave'>
}
