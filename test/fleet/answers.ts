import type { RecordState } from '../../src/client/journal/records.ts'
import type { Question } from '../../src/client/till/matching.ts'
import type { Random } from '../../src/core/testing/random.ts'
import { type Result, statusOf } from '../../widget/cashier/model/result.ts'
import { partsOfDraft } from '../../widget/cashier/testing/screen.ts'
import type { OpenTill } from './counter.ts'
import type { Eyes } from './eyes.ts'
import type { Hands } from './hands.ts'
import type { Trace } from './trace.ts'
import type { Prepared, Truth } from './truth.ts'
import type { Tally } from './world/tally.ts'

export interface AnswersDeps {
  hands: Hands
  eyes: Eyes
  random: Random
  truth: Truth
  tally: Tally
  trace: Trace
}

/** More than one screen ever asks in a row. */
const answersMax = 8

/** What people answer when the screen asks: what they know. */
export class Answers {
  readonly #deps: AnswersDeps

  constructor(deps: AnswersDeps) {
    this.#deps = deps
  }

  /** Answers what the screen asks, one thing after another as it shows them, until it asks nothing or nobody can say. */
  async give(open: OpenTill): Promise<void> {
    for (let n = 0; n < answersMax && !open.page.dead; n++) if (!(await this.#one(open))) return
  }

  /** @returns whether something was answered */
  async #one(open: OpenTill): Promise<boolean> {
    const { checkout } = open
    const red = checkout.refused.value ?? checkout.notUndone.value[0]
    if (red) return this.#understand(open, red)
    // The models ask about a ghost at a till that is shut out as well; that its view says nothing but why is another matter.
    const [ghost] = checkout.ready.value ? checkout.ghosts.list.value : []
    if (ghost) return this.#ghost(open, ghost)
    if (!open.works) return false
    const [offer] = checkout.links.offers.value
    if (offer) return this.#offer(open, offer)
    const [question] = checkout.charging.questions.value
    return question ? this.#question(open, question) : false
  }

  async #understand(open: OpenTill, state: RecordState): Promise<boolean> {
    const { decisions, history } = open.checkout
    await this.#deps.hands.act(open, () => decisions.acknowledge(state))
    return !history.attention.value.some(({ record }) => record.id === state.record.id)
  }

  /** «Списание было? Оставить / Отменить» (J4) */
  async #ghost(open: OpenTill, ghost: RecordState): Promise<boolean> {
    const { hands, random, truth, tally, trace } = this.#deps
    const { ghosts, notice } = open.checkout
    const deal = truth.deals.get(ghost.record.id)
    if (!deal) throw new Error(`a ghost of nothing: ${ghost.record.id}`)
    if (random.chance(0.15)) return false
    // Whoever saw it says so; otherwise the buyer is gone, and either answer may be given.
    const keep = deal.painted || random.chance(0.4)
    trace.say(open.counter.name, keep ? 'keeps' : 'cancels', `ghost ${ghost.record.id.slice(0, 8)}`)
    const before = deal.ghost
    deal.ghost = keep ? 'kept' : 'cancelled'
    await hands.act(open, () => (keep ? ghosts.keep(ghost) : ghosts.cancel(ghost)))
    if (open.page.dead) return false
    const told = notice.value?.kind
    // A colleague at another frame was faster, and their word counts; or the storage said no.
    if (told === 'decided_elsewhere') {
      deal.ghost = before
      tally.add('ghosts answered before')
    } else if (told !== 'not_recorded') tally.add(keep ? 'ghosts kept' : 'ghosts cancelled')
    return told === undefined
  }

  /** «Списано без связи. Это за эту продажу?» (M11) */
  async #offer(open: OpenTill, result: Result): Promise<boolean> {
    const { hands, truth, tally, trace } = this.#deps
    const { links, document } = open.checkout
    const documentId = document.documentId.value
    const isIts = documentId !== null && truth.linked.get(documentId) === result.record.id
    if (!isIts) {
      await hands.act(open, () => links.decline(result))
      return true
    }
    truth.linked.delete(documentId)
    tally.add('links')
    trace.say(open.counter.name, 'links', result.record.id.slice(0, 8), documentId)
    await hands.act(open, () => links.accept(result))
    return true
  }

  /** A prepared card looks for its sale: people say whose it was, and that one never came (M3). */
  async #question(open: OpenTill, question: Question): Promise<boolean> {
    const { hands, eyes, truth, tally, random, trace } = this.#deps
    const { charging, line } = open.checkout
    const { draft, doubt } = question
    const about = truth.prepared.get(draft.receiptId)
    if (!about) throw new Error(`a draft of nothing: ${draft.receiptId}`)
    tally.add(`asked: ${doubt}`)
    const isRight = charging.mayBeRight(question)
    if (isRight) eyes.mayOffer(open, question)
    const isNow = line.value.reachable !== false || charging.mayPromise(draft)
    const answer = async (yes: boolean) => {
      trace.say(open.counter.name, yes ? 'says yes' : 'says no', doubt, draft.receiptId.slice(0, 8))
      await hands.act(open, () => charging.answer(question, yes))
      return !charging.questions.value.some((other) => other.draft.id === draft.id)
    }
    if (isTrue(question, about, open)) {
      if (isRight && isNow) {
        tally.add('drafts committed late')
        about.agreed = { by: 'yes', parts: partsOfDraft(draft) }
        return answer(true)
      }
      tally.add(isRight ? 'not allowed offline' : `no yes is offered: ${doubt}`)
      // Somebody waits for the line, or lets the card go.
      if (!isRight || random.chance(0.5)) return false
      about.gaveUp = true
      return answer(false)
    }
    if (!isOver(about) && !(doubt === 'unsaved' && mayGiveUp(about) && random.chance(0.5))) return false
    tally.add('drafts given up')
    about.gaveUp = true
    return answer(false)
  }

  /** Nobody answers an ask: people wait, give up, or give our word (J2). */
  async wait(open: OpenTill): Promise<void> {
    const { hands, random, tally } = this.#deps
    const { results, history, line, decisions } = open.checkout
    for (const result of results.value) {
      if (open.page.dead) return
      const isLate = history.late.value.has(result.record.id) || line.value.reachable === false
      if (statusOf(result) !== 'waiting' || !isLate) continue
      const roll = random.next()
      if (roll < 0.4) await hands.act(open, () => history.watch(result.record.id, true))
      else if (roll < 0.7 && decisions.canAcceptOffline(result)) {
        tally.add('promises instead')
        await hands.act(open, () => decisions.acceptOffline(result))
      } else {
        tally.add('given up')
        await hands.act(open, () => decisions.giveUp(result))
      }
    }
  }
}

/** «Да» is the truth. */
function isTrue({ doubt, documentId }: Question, { sale }: Prepared, { checkout }: OpenTill): boolean {
  if (!sale || doubt === 'unsaved') return false
  const meant = documentId ?? checkout.document.documentId.value
  return meant === null || meant === sale.documentId
}

/** No sale will come of it. */
const isOver = ({ sale, left, frame }: Prepared) => sale === null && (left || frame.dead)

/** MoySklad has no such sale to show: it is not posted, or was saved nowhere. */
const mayGiveUp = ({ sale }: Prepared) => sale !== null && (sale.documentId === null || !sale.posted)
