import type { DocumentId } from '../../core/ids.ts'
import { type Draft, draftIsEmpty, draftIsPrepared, isDecidedAbout } from '../../core/draft/draft.ts'
import { matchAtTill, type SaleBrief, type TillOrder } from '../../core/draft/draft-match.ts'
import type { MatchAnswer } from '../../core/wire/drafts.ts'
import type { SaleAnswer } from '../../core/wire/receipts.ts'
import { isUnreachable } from '../api/api.ts'
import type { DraftsPort, WaitingDraft } from '../journal/drafts.ts'
import { isHeld, type Locks } from '../locks.ts'
import type { Till } from './till.ts'

/** What MoySklad's page has opened in this frame. */
export interface OpenedSale {
  /** Null for the form of a new sale. */
  documentId: DocumentId | null
  /** Of its `Open`, and of the last one of anything else before it, in the order of the browser tab (`Tab.opened`). */
  turn: number
  previousTurn: number
}

/** A prepared draft whose sale is not certain: a person has to say (M3). */
export interface Question {
  draft: Draft
  /**
   * doubtful: the open sale resembles it; which: it fits, but so does another draft, or it was prepared in another tab, or
   * nothing tells which of the two is older; unsaved: MoySklad knows no such sale; unposted: it knows the sale, which is
   * not posted; offline: the server cannot be asked and the open sale may be the one; unchecked: one of these, with no saved
   * sale open
   */
  doubt: 'doubtful' | 'which' | 'unsaved' | 'unposted' | 'offline' | 'unchecked'
  documentId: DocumentId | null
  /** The sale that is meant, where one is known. */
  sale: SaleBrief | null
}

export interface Found {
  /** Prepared for this very document: nobody needs to be asked. */
  certain: { draft: Draft; documentId: DocumentId; sale: SaleBrief }[]
  doubtful: Question[]
  /** The open sale is theirs, and is charged when it is posted (M5). */
  unposted: Draft[]
  /** What the server knows of the open sale; null where it was not asked or did not answer. */
  opened: SaleAnswer | null
  /** The server has looked for the drafts that wait. */
  answered: boolean
}

const nothing: Found = { certain: [], doubtful: [], unposted: [], opened: null, answered: false }

type MatchingDrafts = Pick<DraftsPort, 'waitingInOrder' | 'noteDocuments'>

export interface MatchingDeps {
  till: Pick<Till, 'api' | 'dropDraft' | 'serverNowMs'> & { ready: { drafts: MatchingDrafts } | null }
  locks: Locks
  log: (event: string, error: unknown) => void
}

/** More open questions than this would hide the sale that the cashier is at. */
const questionsMax = 3
/** The server reads so many in one go. */
const draftsMax = 20

const lockOf = (draftId: string) => `podarok-draft-${draftId}`

/** A sale that may be a draft's, by all that the server and this till know. */
interface Candidate {
  sale: SaleBrief
  /** It holds what the draft was prepared for. */
  fits: boolean
  /** Nothing stands against it. */
  sure: boolean
}

type Places = ReadonlyMap<DocumentId, number>

interface Weighed extends WaitingDraft {
  /** A live frame is preparing it. */
  foreign: boolean
  candidates: Candidate[]
  /** The server has looked at all sales that there are. */
  complete: boolean
}

/** Finds, at each `Open`, which drafts wait for it. */
export class Matching {
  readonly #deps: MatchingDeps
  #owned: { id: string; release: () => void } | null = null

  constructor(deps: MatchingDeps) {
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

  /**
   * Never rejects: without an answer the questions are those that can be asked without the server.
   *
   * @param onExpected called before the server is asked, with the draft that the open sale should be of by all that this tab knows
   */
  async ask(opened: OpenedSale, onExpected: (draft: Draft) => void): Promise<Found> {
    // From now on the till has it, whoever asks for what: it is not the sale of a draft that begins later. Nobody waits for the
    // disk: a transaction that begins later comes later.
    const noting = this.#note(opened.documentId === null ? [] : [opened.documentId])
    const waiting = await this.#waiting(opened)
    if (waiting.length === 0) return nothing
    const expected = waiting.find((one) => isExpected(one, opened))
    if (expected) onExpected(expected.draft)
    let answer: MatchAnswer
    try {
      const body = { documentId: opened.documentId, drafts: waiting.map(({ draft }) => draft) }
      answer = await this.#deps.till.api('match', body, { timeoutMs: 5_000 })
    } catch (error) {
      if (!isUnreachable(error)) this.#deps.log('match_failed', error)
      return { ...nothing, doubtful: this.#unasked(waiting, await noting, opened).slice(0, questionsMax) }
    }
    const weighed = await this.#weigh(waiting, answer, await noting, opened)
    const found = opened.documentId === null ? atForm(weighed) : atSale(weighed, opened.documentId)
    const { opened: told } = answer
    return { ...found, doubtful: found.doubtful.slice(0, questionsMax), opened: told, answered: true }
  }

  /** Takes away what the till had before the draft, and what cannot be told without a person. */
  async #weigh(
    waiting: readonly WaitingDraft[],
    { matches }: MatchAnswer,
    place: Places,
    opened: OpenedSale,
  ): Promise<Weighed[]> {
    const named = new Set(matches.flatMap((match) => match.candidates.map(({ sale }) => sale.id)))
    const places = new Map([...place, ...(await this.#note([...named].filter((id) => !place.has(id))))])
    const nowMs = this.#deps.till.serverNowMs()
    const weighed: Weighed[] = []
    for (const one of waiting) {
      const match = matches.find(({ draftId }) => draftId === one.draft.id)
      const candidates = (match?.candidates ?? []).flatMap(({ sale, verdict }): Candidate[] => {
        const order = orderOf(one, sale.id, places.get(sale.id), opened)
        const weight = matchAtTill(verdict, one.draft, sale, order, nowMs)
        return weight === 'other' ? [] : [{ sale, fits: verdict === 'same', sure: weight === 'same' }]
      })
      const foreign = await this.#isBusy(one)
      weighed.push({ ...one, candidates, complete: match?.complete ?? false, foreign })
    }
    return weighed
  }

  /** What can be asked without the server: it cannot say what a sale holds, the till knows what it had before. */
  #unasked(waiting: readonly WaitingDraft[], places: Places, opened: OpenedSale): Question[] {
    const { documentId } = opened
    if (documentId === null) {
      return waiting.map(({ draft }) => ({
        draft,
        // What was begun in a saved sale waits for its Save, or for a press there.
        doubt: draft.documentId === null ? 'unchecked' : 'unsaved',
        documentId: draft.documentId,
        sale: null,
      }))
    }
    const questions: Question[] = []
    for (const one of waiting) {
      const { hadBefore, openedAfter } = orderOf(one, documentId, places.get(documentId), opened)
      // Nobody can say what the sale holds: only the order of the draft's own tab speaks for it. A form asks about the others.
      if (one.draft.documentId === null && (hadBefore || !openedAfter)) continue
      questions.push({ draft: one.draft, doubt: 'offline', documentId, sale: null })
    }
    return questions
  }

  async #waiting(opened: OpenedSale): Promise<WaitingDraft[]> {
    const drafts = (await this.#deps.till.ready?.drafts.waitingInOrder()) ?? []
    const found: WaitingDraft[] = []
    for (const one of drafts) {
      const { draft } = one
      // What stands on this very screen needs no question.
      if (draftIsEmpty(draft) || draft.id === this.#owned?.id) continue
      if (opened.documentId === null) {
        if ((await this.#isBusy(one)) || !(await this.#worthAsking(draft))) continue
      } else if (draft.documentId !== null && draft.documentId !== opened.documentId) continue
      found.push(one)
      if (found.length === draftsMax) break
    }
    return found
  }

  /**
   * Whether a live frame is preparing the draft: then it is no business of this one. Of this tab only the frame that was
   * opened last prepares anything: MoySklad's page shows one document at a time, and tells the others of no end.
   */
  async #isBusy({ draft, ofThisTab }: WaitingDraft): Promise<boolean> {
    if (ofThisTab) return false
    return isHeld(this.#deps.locks, lockOf(draft.id))
  }

  /** A draft that nobody has decided about goes without a question. */
  async #worthAsking(draft: Draft): Promise<boolean> {
    if (isDecidedAbout(draft)) return true
    await this.#deps.till.dropDraft(draft)
    return false
  }

  async #note(ids: readonly DocumentId[]): Promise<Places> {
    try {
      if (ids.length > 0) return (await this.#deps.till.ready?.drafts.noteDocuments(ids)) ?? new Map()
    } catch (error) {
      // A storage that keeps no more keeps no draft either; what it has not noted has no order, and is asked about.
      this.#deps.log('documents_not_noted', error)
    }
    return new Map()
  }
}

/** The open sale is the first thing that its tab has opened since the draft was prepared, or the draft names it. */
function isExpected(one: WaitingDraft, opened: OpenedSale): boolean {
  const { documentId } = opened
  if (documentId === null || !isDecided(one)) return false
  return one.draft.documentId === documentId || orderOf(one, documentId, undefined, opened).openedAfter
}

function orderOf(
  { ofThisTab, begunTurn, changedTurn, begunAfter }: WaitingDraft,
  id: DocumentId,
  place: number | undefined,
  opened: OpenedSale,
): TillOrder {
  const openedHere = ofThisTab && id === opened.documentId
  return {
    hadBefore: (place !== undefined && place <= begunAfter) || (openedHere && opened.turn < begunTurn),
    // The form's own sale is the first thing that is opened after its last change.
    openedAfter: openedHere && opened.previousTurn < changedTurn && changedTurn < opened.turn,
  }
}

/** A saved sale is open: it is the draft's, or a person is asked whether it is. */
function atSale(weighed: readonly Weighed[], documentId: DocumentId): Found {
  // One sale cannot be two drafts': where the order speaks for two, a person tells them apart.
  const sure = weighed.filter(({ foreign, candidates }) => !foreign && candidates[0]?.sure)
  const [own] = sure
  if (own && sure.length === 1 && isDecided(own)) {
    const { draft } = own
    const { sale } = own.candidates[0]!
    // The posting is told by a `Save`.
    if (!sale.posted) return { ...nothing, unposted: [draft] }
    return { ...nothing, certain: [{ draft, documentId, sale }] }
  }
  const doubtful = weighed.flatMap(({ draft, foreign, candidates: [candidate] }): Question[] => {
    if (!candidate || (foreign && !candidate.fits)) return []
    const { sale, fits } = candidate
    const doubt = !sale.posted ? 'unposted' : fits ? 'which' : 'doubtful'
    return [{ draft, doubt, documentId, sale }]
  })
  return { ...nothing, doubtful }
}

/**
 * Whether a person has decided about the draft and not been asked about it since. A sale's form is saved after its cards
 * were prepared, which is the decision; in a saved sale only «Списать» is one.
 */
function isDecided({ draft, left }: Pick<WaitingDraft, 'draft' | 'left'>): boolean {
  if (!draftIsPrepared(draft)) return false
  return draft.documentId === null ? !left : draft.redeems.length > 0
}

/** The form of a new sale is open: it does not show the sale that is meant, so a person is asked about every draft. */
function atForm(weighed: readonly Weighed[]): Found {
  const doubtful = weighed
    .filter(({ foreign }) => !foreign)
    .map(({ draft, candidates, complete }): Question => {
      const [only, another] = candidates
      if (!only) return { draft, doubt: complete ? 'unsaved' : 'unchecked', documentId: null, sale: null }
      // Of two sales either may be the one: the receipt names none, and is linked when one is open (M11).
      if (another) return { draft, doubt: 'unchecked', documentId: null, sale: null }
      // What was prepared for it was not saved.
      const doubt = !only.fits ? 'unsaved' : only.sale.posted ? 'unchecked' : 'unposted'
      return { draft, doubt, documentId: only.sale.id, sale: only.sale }
    })
  return { ...nothing, doubtful }
}
