import { IDBFactory as Factory } from 'fake-indexeddb'
import { Channels } from './channels.ts'
import { Locks } from './locks.ts'
import type { Page } from './page.ts'
import { outside } from './realm.ts'
import { type Copy, copyOf, rawOf, restored } from './storage.ts'

/** What a copy of a browser profile holds. */
export interface Backup {
  databases: Copy[]
  local: [string, string][]
}

/** One browser profile on one computer: storage, locks and channels that its pages share, and the pages that are open. */
export class Profile {
  readonly name: string
  indexedDB: IDBFactory = new Factory()
  readonly local = new Map<string, string>()
  readonly locks = new Locks()
  readonly channels = new Channels()
  readonly pages = new Set<Page>()
  /** The disk is full: nothing can be written (F15). */
  full = false

  constructor(name: string) {
    this.name = name
  }

  /** A copy of the profile's folder, as a backup or a cloned computer would have it. */
  backup(): Backup {
    return { databases: rawOf(this.indexedDB).map(copyOf), local: [...this.local] }
  }

  /** All pages are closed before the folder is exchanged. */
  restore(backup: Backup): void {
    outside(() => {
      for (const page of [...this.pages]) page.kill()
      this.indexedDB = new Factory()
      restored(this.indexedDB, backup.databases)
      this.local.clear()
      for (const [key, value] of backup.local) this.local.set(key, value)
    })
  }

  /** The browser empties the site's storage, also under living pages (F6, F30). */
  wipe(): void {
    outside(() => {
      this.indexedDB = new Factory()
      this.local.clear()
      // A page that hears of it opens what is there now.
      for (const page of this.pages) page.loseConnections()
    })
  }
}
