import type { Draft } from '../../src/core/draft/draft.ts'
import type { DocumentId } from '../../src/core/ids.ts'
import type { Question } from '../../src/client/till/matching.ts'
import type { Random } from '../../src/core/testing/random.ts'
import type { OpenTill } from './counter.ts'
import type { Trace } from './trace.ts'
import type { Prepared, Truth } from './truth.ts'
import type { Tally } from './world/tally.ts'

export interface DeskDeps {
  random: Random
  truth: Truth
  tally: Tally
  trace: Trace
  commit: (open: OpenTill, draft: Draft, documentId: DocumentId | null) => Promise<void>
}

/** MoySklad's page gives a frame another document so often before its till is ready: nobody waits longer. */
const frameMs = 10_000

/**
 * A frame that MoySklad's page opens documents in, as the screen's model passes it on: it asks the till's own code which
 * drafts wait for the document, and people answer what is left in doubt.
 */
export class Desk {
  readonly #deps: DeskDeps

  constructor(deps: DeskDeps) {
    this.#deps = deps
  }

  /** MoySklad's page opens a document, or the form of a new one, in this frame. */
  async open(open: OpenTill, documentId: DocumentId | null): Promise<void> {
    const { tab } = open.tab
    const turn = tab.turn()
    open.opened = { documentId, turn, previousTurn: tab.opened(turn, documentId) }
    open.questions = []
    open.matching.own(null)
    // Its sale has come elsewhere, or never will.
    if (open.preparing !== null) await open.till.ready?.drafts.leave(open.preparing)
    open.preparing = null
    if (open.page.dead) return
    await this.begin(open)
  }

  /** Looks for the drafts of the open document: at its `Open`, when it was saved again, and when the line is back. */
  async begin(open: OpenTill): Promise<void> {
    const { opened, page, till } = open
    if (!opened || !open.works) return
    const found = await open.matching.ask(opened, () => undefined)
    if (page.dead || open.opened !== opened) return
    if (opened.documentId === null) {
      for (const { draft } of found.doubtful) await till.ready?.drafts.leave(draft.id)
    }
    open.questions = found.doubtful
    for (const { draft, documentId } of found.certain) {
      if (page.dead) return
      this.#deps.tally.add('drafts matched')
      this.#deps.trace.say(open.counter.name, 'matches', draft.receiptId.slice(0, 8), documentId)
      await this.#deps.commit(open, draft, documentId)
    }
  }

  /** People say what they know: whose sale it was, and that one never came. */
  async answer(open: OpenTill): Promise<void> {
    const { truth, tally, random, trace } = this.#deps
    for (const question of open.questions) {
      if (open.page.dead) return
      const { draft, doubt } = question
      const about = truth.prepared.get(draft.receiptId)
      if (!about) throw new Error(`a draft of nothing: ${draft.receiptId}`)
      tally.add(`asked: ${doubt}`)
      if (this.#isYes(question, open)) {
        tally.add('drafts committed late')
        trace.say(open.counter.name, 'says yes', doubt, draft.receiptId.slice(0, 8))
        const documentId = question.documentId ?? open.opened?.documentId ?? null
        await this.#deps.commit(open, draft, documentId)
      } else if (isOver(about) || (doubt === 'unsaved' && mayGiveUp(about) && random.chance(0.5))) {
        tally.add('drafts given up')
        trace.say(open.counter.name, 'says no', doubt, draft.receiptId.slice(0, 8))
        about.gaveUp = true
        await open.till.dropDraft(draft)
      }
    }
    if (!open.page.dead) open.questions = []
  }

  /** The saved sale is opened beside its form, in a frame that may have to be loaded first. */
  async openSaved(form: OpenTill, documentId: DocumentId): Promise<OpenTill | null> {
    const { tab, counter } = form
    const saved = tab.saved ?? counter.load(tab, 'saved')
    await saved.do(() => this.open(saved, documentId))
    if (!saved.works) await this.#ready(saved, form)
    return saved.works ? saved : null
  }

  /** Its till becomes ready, and has asked; or somebody has waited long enough. */
  #ready(saved: OpenTill, form: OpenTill): Promise<void> {
    return new Promise((done) => {
      const look = (leftMs: number) => {
        if (saved.page.dead || saved.works || leftMs <= 0) return done()
        form.page.setTimeout(() => look(leftMs - 250), 250)
      }
      look(frameMs)
    })
  }

  #isYes({ draft, doubt, documentId }: Question, open: OpenTill): boolean {
    const sale = this.#deps.truth.prepared.get(draft.receiptId)?.sale
    if (!sale || doubt === 'unsaved') return false
    const meant = documentId ?? open.opened?.documentId ?? null
    return meant === null || meant === sale.documentId
  }
}

/** No sale will come of it. */
const isOver = ({ sale, left, frame }: Prepared) => sale === null && (left || frame.dead)

/** MoySklad has no such sale to show: it is not posted, or was saved nowhere. */
const mayGiveUp = ({ sale }: Prepared) => sale !== null && (sale.documentId === null || !sale.posted)
