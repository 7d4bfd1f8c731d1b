import type { AccountId } from '../../core/ids.ts'
import type { Beacon } from './beacon.ts'
import type { DraftsPort } from './drafts.ts'
import type { FactsPort } from './facts.ts'
import type { IdentityPort } from './identity.ts'
import type { JournalPort } from './journal.ts'
import type { TillStorage } from './storage.ts'

/** What a till keeps, opened. */
export interface Parts {
  accountId: AccountId
  /** False where all of it is gone with the page, or with the browser: then nothing is promised (J13). */
  durable: boolean
  /** What the book, the grant and the canary are kept in; null where nothing lasts. */
  storage: TillStorage | null
  /** No other frame of a till lived in this browser when this one was opened. */
  cameAlone: boolean
  /** The head outside the storage; null where nothing is kept. */
  beacon: Beacon | null
  identity: IdentityPort
  journal: JournalPort
  drafts: DraftsPort
  facts: FactsPort
  close(): void
}
