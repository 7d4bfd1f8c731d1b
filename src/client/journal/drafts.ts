import type { Draft } from '../../core/draft/draft.ts'
import type { DraftId } from '../../core/ids.ts'
import type { StoredDraft } from './database.ts'
import { reading, strictly, type TillStorage } from './storage.ts'

/** What the rest of the till needs of drafts; the others are in memory (J13). */
export type DraftsPort = Pick<Drafts, keyof Drafts>

/** Drafts at the till (M2): they must outlive the tab between MoySklad's Save and our charge (M3). */
export class Drafts {
  readonly #storage: TillStorage
  readonly #tab: string

  /** @param tab names the browser tab; its frames of new and of saved sales share the name */
  constructor(storage: TillStorage, tab: string) {
    this.#storage = storage
    this.#tab = tab
  }

  async save(draft: Draft): Promise<void> {
    await strictly(this.#storage, ['drafts'], (tx) =>
      tx.objectStore('drafts').put({ id: draft.id, draft, tab: this.#tab, left: false, dropped: false }),
    )
  }

  /** Gives a draft up. The row stays until the server has let the holds go, see `forget`. */
  async drop(draft: Draft): Promise<void> {
    await strictly(this.#storage, ['drafts'], (tx) =>
      tx.objectStore('drafts').put({ id: draft.id, draft, tab: this.#tab, left: true, dropped: true }),
    )
  }

  /** Notes that the form of a draft was left without its sale having come. */
  async leave(id: DraftId): Promise<void> {
    await strictly(this.#storage, ['drafts'], async (tx) => {
      const row = await tx.objectStore('drafts').get(id)
      if (row && !row.left) await tx.objectStore('drafts').put({ ...row, left: true })
    })
  }

  async leftBehind(): Promise<Set<string>> {
    const rows = await this.#rows()
    return new Set(rows.filter((row) => row.left).map((row) => row.id))
  }

  /** Tidies a row away that a record has ended. */
  async forget(id: DraftId): Promise<void> {
    await strictly(this.#storage, ['drafts'], (tx) => tx.objectStore('drafts').delete(id))
  }

  /** Tidies a given-up row away, unless it was taken up again meanwhile. */
  async forgetDropped(id: DraftId): Promise<void> {
    await strictly(this.#storage, ['drafts'], async (tx) => {
      const row = await tx.objectStore('drafts').get(id)
      if (row?.dropped) await tx.objectStore('drafts').delete(id)
    })
  }

  /** Notes that a hold is not wanted any more, until the server has heard it. */
  async noteRelease(holdId: string): Promise<void> {
    await strictly(this.#storage, ['releases'], (tx) => tx.objectStore('releases').put({ holdId }))
  }

  async forgetRelease(holdId: string): Promise<void> {
    await strictly(this.#storage, ['releases'], (tx) => tx.objectStore('releases').delete(holdId))
  }

  async releases(): Promise<string[]> {
    return reading(this.#storage, ['releases'], (tx) => tx.objectStore('releases').getAllKeys())
  }

  /** Drafts that wait for their sale, newest first. */
  async waiting(): Promise<Draft[]> {
    const open = await this.#open()
    return open
      .filter((row) => !row.dropped)
      .map((row) => row.draft)
      .sort((a, b) => b.updatedAtMs - a.updatedAtMs)
  }

  /** Ids of the drafts that this tab prepared. */
  async ofThisTab(): Promise<Set<string>> {
    const rows = await this.#rows()
    return new Set(rows.filter((row) => row.tab === this.#tab && !row.dropped).map((row) => row.id))
  }

  async dropped(): Promise<Draft[]> {
    const open = await this.#open()
    return open.filter((row) => row.dropped).map((row) => row.draft)
  }

  /**
   * Rows whose receipt is not in the journal. A record is what ends a draft, whatever became of the draft's own row: a
   * late copy of it, from another frame, brings nothing back.
   */
  async #open(): Promise<StoredDraft[]> {
    return reading(this.#storage, ['drafts', 'records'], async (tx) => {
      const rows = await tx.objectStore('drafts').getAll()
      const recorded = await Promise.all(
        rows.map((row) => tx.objectStore('records').index('id').getKey(row.draft.receiptId)),
      )
      return rows.filter((_, at) => recorded[at] === undefined)
    })
  }

  #rows(): Promise<StoredDraft[]> {
    return reading(this.#storage, ['drafts'], (tx) => tx.objectStore('drafts').getAll())
  }
}
