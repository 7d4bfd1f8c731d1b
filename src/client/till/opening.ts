import { AccountId } from '../../core/ids.ts'
import { beaconsIn, openBeacon } from '../journal/beacon.ts'
import { type DatabaseEvents, databaseName } from '../journal/database.ts'
import { Drafts } from '../journal/drafts.ts'
import { Facts } from '../journal/facts.ts'
import { enterFrame } from '../journal/frame.ts'
import { Identity } from '../journal/identity.ts'
import { Journal } from '../journal/journal.ts'
import type * as memory from '../journal/memory.ts'
import type { JournalChange } from '../journal/records.ts'
import type { Parts } from '../journal/parts.ts'
import { type PageEvents, TillStorage } from '../journal/storage.ts'
import type { Locks } from '../locks.ts'
import type { Tab } from '../tab.ts'
import { tryShape } from '../../core/shape.ts'

export interface OpeningDeps {
  window: PageEvents
  locks: Locks
  newId: () => string
  now: () => number
  tab: Tab
  localStorage: () => Pick<Storage, 'getItem' | 'setItem'>
  /** The journal in memory is a file of its own: only a till without storage asks for it, and such a till needs the line anyway. */
  memory: () => Promise<typeof memory>
  /** Names of the databases in this storage partition. */
  databases: () => Promise<readonly string[]>
  serverHas: (ordinal: number, seq: number) => boolean
  events: DatabaseEvents
  onChange: (change: JournalChange) => void
  log: (event: string, error: unknown) => void
}

/**
 * Opens what the till keeps for an account. A browser that denies, has filled or cannot open its storage gets parts in
 * memory: there the till works while the line is up (J13, F15). So it does on a storage that is gone with the browser, where
 * its journal at least outlives a reload.
 *
 * @throws when a newer page of the app owns the storage
 */
export async function openParts(accountId: AccountId, deps: OpeningDeps): Promise<Parts> {
  try {
    return await openDurable(accountId, deps)
  } catch (error) {
    if (error instanceof Error && error.name === 'VersionError') {
      deps.events.onOutdated()
      throw error
    }
    deps.log('storage_denied', error)
    const { openInMemory } = await deps.memory()
    return openInMemory(accountId, deps)
  }
}

async function openDurable(accountId: AccountId, deps: OpeningDeps): Promise<Parts> {
  const { locks, newId, now, serverHas, onChange } = deps
  const storage = await TillStorage.open(accountId, deps.events, deps.window)
  try {
    const durable = await isListed(accountId, deps)
    const frame = await enterFrame(locks, newId())
    const beacon = openBeacon(deps.localStorage, accountId)
    const identity = await Identity.open(storage, beacon)
    return {
      accountId,
      durable,
      beacon,
      storage: durable ? storage : null,
      cameAlone: frame.cameAlone,
      identity,
      journal: await Journal.open({ storage, identity, beacon, frame, now, serverHas, onChange }),
      drafts: new Drafts(storage, deps.tab),
      facts: new Facts(storage),
      close() {
        frame.leave()
        storage.close()
      },
    }
  } catch (error) {
    storage.close()
    throw error
  }
}

/**
 * Whether an open database is one that lasts. WebKit keeps those of a cross-site frame in memory: they work, also for other
 * frames and after a reload, are gone with the browser, and the list of databases leaves them out (2.50). Where there is no
 * such list, nothing is known against the storage, and the canary tells in time (O8).
 */
async function isListed(accountId: AccountId, { databases, log }: OpeningDeps): Promise<boolean> {
  try {
    return (await databases()).includes(databaseName(accountId))
  } catch (error) {
    log('databases_not_listed', error)
    return true
  }
}

/**
 * The accounts that have a journal in this browser, by its databases and by their beacons: a database that lives in memory is
 * not listed, and its beacon lives as long as it does.
 */
export async function accountsHere({
  databases,
  localStorage,
}: Pick<OpeningDeps, 'databases' | 'localStorage'>): Promise<AccountId[]> {
  const prefix = databaseName('')
  const listed = (await databases()).flatMap((name) =>
    name.startsWith(prefix) ? name.slice(prefix.length) : [],
  )
  return [...new Set([...listed, ...beaconsIn(localStorage)])].flatMap((text) => {
    const id = tryShape(AccountId, text)
    return id.success ? [id.data] : []
  })
}
