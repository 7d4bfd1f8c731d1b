import type { Draft } from '../../core/draft/draft.ts'
import type { DocumentId, DraftId } from '../../core/ids.ts'
import type { Tab } from '../tab.ts'
import type { StoredDraft } from './database.ts'
import { reading, strictly, type TillStorage } from './storage.ts'

/** What the rest of the till needs of drafts; the others are in memory (J13). */
export type DraftsPort = Pick<Drafts, keyof Drafts>

/** A draft that waits for its sale, and its place in the order of its till (M3). */
export interface WaitingDraft {
  draft: Draft
  ofThisTab: boolean
  begunTurn: number
  changedTurn: number
  begunAfter: number
  /** Its form was left, or it was asked about. */
  left: boolean
}

/** About some weeks of sales. No draft waits that long, so older sales need no place in the order. */
export const documentsMax = 2_000
const tidyEvery = 100

/** Drafts at the till (M2): they must outlive the tab between MoySklad's Save and our charge (M3). */
export class Drafts {
  readonly #storage: TillStorage
  readonly #tab: Tab

  /** @param tab the frames of new and of saved sales share it */
  constructor(storage: TillStorage, tab: Tab) {
    this.#storage = storage
    this.#tab = tab
  }

  async save(draft: Draft): Promise<void> {
    await this.#put(draft, { left: false, dropped: false })
  }

  /** Gives a draft up. The row stays until the server has let the holds go, see `forget`. */
  async drop(draft: Draft): Promise<void> {
    await this.#put(draft, { left: true, dropped: true })
  }

  /** A draft begins when it is first saved: what the till had by then is read in the same transaction. */
  async #put(draft: Draft, is: Pick<StoredDraft, 'left' | 'dropped'>): Promise<void> {
    const turn = this.#tab.turn()
    await strictly(this.#storage, ['drafts', 'documents'], async (tx) => {
      const [known, newest] = await Promise.all([
        tx.objectStore('drafts').get(draft.id),
        tx.objectStore('documents').openKeyCursor(null, 'prev'),
      ])
      const { begunTurn, begunAfter } = known ?? { begunTurn: turn, begunAfter: newest?.key ?? 0 }
      const { name: tab } = this.#tab
      await tx
        .objectStore('drafts')
        .put({ id: draft.id, draft, tab, begunTurn, changedTurn: turn, begunAfter, ...is })
    })
  }

  /**
   * Notes sales that the till has now: it was told of them by MoySklad's page or by the server.
   *
   * @returns their places in the till's order; the first time counts
   */
  async noteDocuments(ids: readonly DocumentId[]): Promise<Map<DocumentId, number>> {
    return strictly(this.#storage, ['documents'], async (tx) => {
      const store = tx.objectStore('documents')
      const places = new Map<DocumentId, number>()
      for (const id of ids) {
        const known = await store.index('id').getKey(id)
        const key = known ?? (await store.add({ id }))
        places.set(id, key)
        if (known === undefined && key % tidyEvery === 0)
          await store.delete(IDBKeyRange.upperBound(key - documentsMax))
      }
      return places
    })
  }

  /** Notes that the form of a draft was left without its sale having come. */
  async leave(id: DraftId): Promise<void> {
    await strictly(this.#storage, ['drafts'], async (tx) => {
      const row = await tx.objectStore('drafts').get(id)
      if (row && !row.left) await tx.objectStore('drafts').put({ ...row, left: true })
    })
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
    return (await this.waitingInOrder()).map(({ draft }) => draft)
  }

  /** The same with what is known of their order. */
  async waitingInOrder(): Promise<WaitingDraft[]> {
    const open = await this.#open()
    return open
      .filter((row) => !row.dropped)
      .map(({ draft, tab, begunTurn, changedTurn, begunAfter, left }) => ({
        draft,
        ofThisTab: tab === this.#tab.name,
        begunTurn,
        changedTurn,
        begunAfter,
        left,
      }))
      .sort((a, b) => b.draft.updatedAtMs - a.draft.updatedAtMs)
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
}
