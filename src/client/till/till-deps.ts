import type { SessionAnswer } from '../../core/wire/session.ts'
import type { DraftsPort } from '../journal/drafts.ts'
import type { JournalPort } from '../journal/journal.ts'
import type { Locks } from '../locks.ts'
import type * as memory from '../journal/memory.ts'
import type * as supply from '../outage/supply.ts'
import type { Sync } from '../sync/sync.ts'
import type { Tab } from '../tab.ts'

export interface Line {
  /** Null until the first answer or the first silence. */
  reachable: boolean | null
}

export interface TillReady {
  session: SessionAnswer
  journal: JournalPort
  drafts: DraftsPort
  sync: Sync
}

export interface TillDeps {
  window: Pick<Window, 'setTimeout' | 'clearTimeout' | 'addEventListener' | 'removeEventListener'>
  fetch: typeof fetch
  locks: Locks
  /** Opens the channel on which the frames of this till tell each other of changes (J11). */
  channel: (name: string) => BroadcastChannel
  newId: () => string
  /** The computer's clock: looked at once, until the server has said the time. */
  now: () => number
  /** Milliseconds since some start; never steps back. */
  elapsed: () => number
  random: () => number
  /** From the frame's address; MoySklad gives it once per load, and one day not at all. */
  contextKey: string
  /** A one-time token of MoySklad's page that says who is at the screen; null where the page gives none. */
  userToken: () => Promise<string | null>
  tab: Tab
  localStorage: () => Pick<Storage, 'getItem' | 'setItem'>
  /** Gives the journal for a browser without storage; resolves when it is there, however long that takes. */
  memory: () => Promise<typeof memory>
  /** Gives what fills grant and book; resolves as `memory` does. */
  supply: () => Promise<typeof supply>
  /** Names of the databases in this storage partition. */
  databases: () => Promise<readonly string[]>
  log: (event: string, error: unknown) => void
}
