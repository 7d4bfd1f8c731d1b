import { isUnreachable } from '../../../src/client/api/api.ts'
import type { Till } from '../../../src/client/till/till.ts'
import { type Draft, draftIsEmpty, draftIsPrepared } from '../../../src/core/draft/draft.ts'
import type { DocumentId } from '../../../src/core/ids.ts'
import type { MatchAnswer } from '../../../src/core/wire/drafts.ts'
import type { Opened } from './opened.ts'

/** A prepared draft whose sale is not certain: a person has to say (M3). */
export interface Question {
  draft: Draft
  /**
   * doubtful: the open sale resembles it; which: it fits, but so does another draft, or a live frame of another tab is
   * still preparing it; unsaved: MoySklad knows no such sale; offline: the server cannot be asked and
   * the open sale may be the one; unchecked: either of these, with no saved sale open
   */
  doubt: 'doubtful' | 'which' | 'unsaved' | 'offline' | 'unchecked'
  documentId: DocumentId | null
}

export interface Found {
  /** Prepared for this very document: nobody needs to be asked. */
  certain: { draft: Draft; documentId: DocumentId }[]
  doubtful: Question[]
}

export interface QuestionsDeps {
  till: Till
  locks: LockManager
  log: (event: string, error: unknown) => void
}

/** More open questions than this would hide the sale that the cashier is at. */
const questionsMax = 3
/** The server reads so many in one go. */
const draftsMax = 20

const lockOf = (draftId: string) => `podarok-draft-${draftId}`

/** Finds, at each `Open`, which drafts wait for it. */
export class Questions {
  readonly #deps: QuestionsDeps
  #owned: { id: string; release: () => void } | null = null

  constructor(deps: QuestionsDeps) {
    this.#deps = deps
  }

  /** This frame is preparing the draft: no other one asks about it meanwhile. Null ends that. */
  own(draftId: string | null): void {
    if (this.#owned?.id === draftId) return
    this.#owned?.release()
    this.#owned = null
    if (draftId === null) return
    let release: () => void = () => undefined
    const released = new Promise<void>((done) => (release = done))
    this.#owned = { id: draftId, release }
    this.#deps.locks
      .request(lockOf(draftId), () => released)
      .catch((error: unknown) => {
        this.#deps.log('draft_lock', error)
      })
  }

  async ask(opened: Opened): Promise<Found> {
    const drafts = await this.#waiting(opened)
    if (drafts.length === 0) return { certain: [], doubtful: [] }
    let answer: MatchAnswer
    try {
      const body = { documentId: opened.documentId, drafts: drafts.slice(0, draftsMax) }
      answer = await this.#deps.till.api('match', body, { timeoutMs: 5_000 })
    } catch (error) {
      if (!isUnreachable(error)) this.#deps.log('match_failed', error)
      const doubt = opened.documentId === null ? 'unchecked' : 'offline'
      return {
        certain: [],
        doubtful: drafts.slice(0, questionsMax).map((draft) => ({ draft, doubt, documentId: null })),
      }
    }
    const certain: Found['certain'] = []
    const doubtful: Question[] = []
    const left = (await this.#deps.till.ready?.drafts.leftBehind()) ?? new Set()
    const matches = []
    for (const match of answer.matches) {
      // The server's copy may be older than a card that was taken off here: what waits here is what counts.
      const own = drafts.find((draft) => draft.id === match.draft.id)
      if (own) matches.push({ ...match, draft: own, foreign: await this.#isBusy(own, opened) })
    }
    for (const { draft, verdict, documentId, foreign } of matches) {
      // One sale cannot be two drafts': where two fit, a person tells them apart.
      const rivals = matches.filter(
        (other) => !other.foreign && other.verdict === 'same' && other.documentId === documentId,
      )
      if (verdict === 'same' && documentId !== null) {
        const sure = rivals.length === 1 && draftIsPrepared(draft) && !left.has(draft.id)
        if (!foreign && sure) certain.push({ draft, documentId })
        else if (!foreign || opened.documentId !== null) doubtful.push({ draft, doubt: 'which', documentId })
      } else if (foreign) {
        continue
      } else if (verdict !== 'other') {
        // A form of a new sale does not show the sale that is meant.
        doubtful.push({ draft, doubt: opened.documentId === null ? 'unchecked' : 'doubtful', documentId })
      } else if (opened.documentId === null && (await this.#worthAsking(draft))) {
        doubtful.push({ draft, doubt: 'unsaved', documentId: null })
      }
    }
    return { certain, doubtful: doubtful.slice(0, questionsMax) }
  }

  async #waiting(opened: Opened): Promise<Draft[]> {
    const drafts = (await this.#deps.till.ready?.drafts.waiting()) ?? []
    const found: Draft[] = []
    for (const draft of drafts) {
      if (draftIsEmpty(draft)) continue
      if (opened.documentId === null && (await this.#isBusy(draft, opened))) continue
      if (opened.documentId !== null || (await this.#worthAsking(draft))) found.push(draft)
    }
    return found
  }

  /**
   * Whether a live frame is preparing the draft: then it is no business of this one. Only a saved sale takes a draft from
   * the form of its own tab, for nobody tells that form of its end.
   */
  async #isBusy(draft: Draft, opened: Opened): Promise<boolean> {
    if (opened.documentId !== null) {
      const ofThisTab = await this.#deps.till.ready?.drafts.ofThisTab()
      if (ofThisTab?.has(draft.id)) return false
    }
    const { held } = await this.#deps.locks.query()
    return (held ?? []).some(({ name }) => name === lockOf(draft.id))
  }

  /** A card that was only scanned, without «Списать», was for looking at: its draft goes without a question. */
  async #worthAsking(draft: Draft): Promise<boolean> {
    if (draft.loads.length > 0 || draft.redeems.some((redeem) => redeem.confirmed)) return true
    await this.#deps.till.dropDraft(draft)
    return false
  }
}
