import { deleteDB } from 'idb'
import { type Beacon, openBeacon } from '../journal/beacon.ts'
import { type DatabaseEvents, databaseName } from '../journal/database.ts'
import { Drafts } from '../journal/drafts.ts'
import { enterFrame, type Frame } from '../journal/frame.ts'
import { Identity } from '../journal/identity.ts'
import { Journal } from '../journal/journal.ts'
import type { JournalChange } from '../journal/records.ts'
import { TillStorage } from '../journal/storage.ts'
import type { Locks } from '../locks.ts'
import type { Tab } from '../tab.ts'
import { tab, uuid } from './builders.ts'

/** One frame's view of a till's storage. */
export interface OpenJournal {
  storage: TillStorage
  beacon: Beacon
  frame: Frame
  identity: Identity
  journal: Journal
  drafts: Drafts
  close(): void
}

const silent: DatabaseEvents = {
  onBlocked: () => undefined,
  onOutdated: () => undefined,
  onTerminated: () => undefined,
}

export interface OpenOptions {
  now?: () => number
  events?: DatabaseEvents
  serverHas?: (ordinal: number, seq: number) => boolean
  locks?: Locks
  tab?: Tab
  onChange?: (change: JournalChange) => void
}

/** Opens the journal of an account as a frame of the till does. */
export async function openJournal(account: string, options: OpenOptions = {}): Promise<OpenJournal> {
  const { now = () => 1000, events = silent, serverHas = () => true, locks = navigator.locks } = options
  const { onChange = () => undefined } = options
  const storage = await TillStorage.open(account, events, window)
  const beacon = openBeacon(() => localStorage, account)
  const frame = await enterFrame(locks, uuid())
  const identity = await Identity.open(storage, beacon)
  const journal = await Journal.open({ storage, identity, beacon, frame, now, serverHas, onChange })
  return {
    storage,
    beacon,
    frame,
    identity,
    journal,
    drafts: new Drafts(storage, options.tab ?? tab()),
    close() {
      frame.leave()
      storage.close()
    },
  }
}

/** What a browser does that evicts a partition: all of it goes at once. */
export async function evict(account: string): Promise<void> {
  await deleteDB(databaseName(account))
  localStorage.clear()
}
