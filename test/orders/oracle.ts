import { has, type Memory, names, paid, saleSums, spokenOf, waitingOn } from './memory.ts'
import type { Act, Books, Paper, Screen } from './words.ts'

/** One act, and what can be seen before and after it. */
export interface Moment {
  act: Act
  before: Screen
  after: Screen
  /** The sale on the page, and the sales that MoySklad has saved. */
  paper: Paper
  saved: ReadonlyMap<string, Paper>
  books: Books
  memory: Memory
}

/** @returns what was seen instead, or null */
type Expectation = (moment: Moment) => string | null

const unless = (holds: boolean, seen: unknown): string | null => (holds ? null : JSON.stringify(seen))

/** What the sale on the page still needs, beside what was done or is to be done for it. */
function needs({ paper, memory, act, after }: Moment) {
  const { payableKopecks, certificates } = saleSums(paper)
  const [done, owed] = [memory.doneFor(act.to), memory.owedFor(act.to)]
  const sells = after.cards.filter(({ paysKopecks }) => paysKopecks === null).length
  return {
    payKopecks: payableKopecks - done.paidKopecks - owed.paidKopecks,
    cards: certificates - done.sold - owed.sold - sells,
  }
}

/** When the sentence of the amber box is true. */
const isTrue: Record<string, (moment: Moment) => boolean> = {
  certificate_without_card: (moment) => needs(moment).cards > 0,
  cards_missing: (moment) => needs(moment).cards > 0,
  cards_spare: (moment) => needs(moment).cards < 0,
  certificate_discounted: ({ paper }) => saleSums(paper).isCertificateCheaper,
  above_payable: (moment) => paid(moment.after.cards) > needs(moment).payKopecks,
  redeem_unconfirmed: ({ after, memory }) => paid(after.cards) > memory.agreedKopecks,
  line_needed: ({ memory }) => !memory.hasLine,
  cards_unknown: ({ act, paper, memory }) =>
    !memory.hasLine && act.to !== null && saleSums(paper).certificates > 0,
  paid_above_sale: (moment) => needs(moment).payKopecks < 0,
  sold_certificate_gone: (moment) => needs(moment).cards < 0,
}

/**
 * What a cashier, a buyer and an accountant may expect, whatever the order of hands. Written from the rules alone: it knows
 * nothing of the models, and its sums are its own. Each is asked after every act.
 */
export const expectations: Readonly<Record<string, Expectation>> = {
  '[M2] green is shown only where «Сохранить» saves': ({ after }) =>
    unless(!after.isGreen || (after.maySave && after.fault === null && !after.wantsCard), after),

  '[M2] a sale that must not be saved says why': ({ after }) =>
    unless(after.maySave || after.fault !== null || after.button !== null || after.wantsCard, after),

  '[M2] what the sale is said to lack is true, and what MoySklad is told': (moment) => {
    const { act, after } = moment
    if (after.wantsCard && needs(moment).cards <= 0) return 'the scan box asks for a card too many'
    if (after.fault === null) return null
    const toldElse = act.what === 'save' && act.came === 'nothing' && after.refused !== after.fault
    return unless((isTrue[after.fault]?.(moment) ?? false) && !toldElse, [after.fault, after.refused])
  },

  '[M2] nothing is saved in silence that lacks a card or has one too many': (moment) => {
    const { after, paper } = moment
    const isSilent =
      after.isAsked && after.maySave && paper.isPosted && !after.wantsCard && after.fault === null
    return unless(!isSilent || needs(moment).cards === 0, needs(moment))
  },

  '[C2] no certificate is saved with a discount': ({ after, paper }) =>
    unless(
      !after.isAsked || !after.maySave || !paper.isPosted || !saleSums(paper).isCertificateCheaper,
      after,
    ),

  '[M2] no sum is saved that nobody agreed to, and none goes up by itself': ({ after, paper, memory }) => {
    const isFree = after.isAsked && after.maySave && paper.isPosted
    return unless(!isFree || paid(after.cards) <= memory.agreedKopecks, [after.cards, memory.agreedKopecks])
  },

  '[M2] a sale without certificates and cards is never kept waiting': ({ act, after, paper, memory }) => {
    const sums = [memory.doneFor(act.to), memory.owedFor(act.to)]
    const isPlain =
      after.cards.length === 0 && sums.every(({ paidKopecks, sold }) => paidKopecks + sold === 0)
    if (!isPlain || saleSums(paper).certificates > 0) return null
    return unless(after.maySave && !after.isGreen && after.button === null && after.fault === null, after)
  },

  '[M2] there is a way out of every new sale': ({ act, after }) =>
    unless(act.what !== 'empty' || (after.maySave && after.cards.length === 0), after),

  '[M5] every Change is answered, and no frame fails': ({ after, books }) =>
    unless(!after.isBusy && books.failures.length === 0, [after.isBusy, books.failures]),

  '[C5] no sum on the screen is above what cards may pay for its sale': (moment) => {
    const { after, saved } = moment
    const { payKopecks } = needs(moment)
    const pays = after.isGreen ? paid(after.cards) : 0
    const button = after.button?.does === 'redeem' ? after.button.kopecks : 0
    const asked = after.questions.filter(({ parts, document, mayBeYes }) => {
      const paper = document === null ? undefined : saved.get(document)
      return mayBeYes && paper && paid(parts) > saleSums(paper).payableKopecks
    })
    const most = Math.max(0, payKopecks)
    return unless(pays <= most && button <= most && asked.length === 0, { payKopecks, pays, button, asked })
  },

  '[M2] «К доплате» is the sale less what cards pay': (moment) => {
    const { act, after, paper, memory } = moment
    const pays = paid(after.cards)
    const rest = Math.max(0, saleSums(paper).sumKopecks - memory.doneFor(act.to).paidKopecks - pays)
    if (after.offersAnother && needs(moment).payKopecks <= pays) return 'another card has nothing to pay'
    const isSaid =
      after.toPayKopecks === null ? pays === 0 || after.fault !== null : after.toPayKopecks === rest
    return unless(isSaid, [after.toPayKopecks, rest])
  },

  '[U1] a press does what its button says': ({ act, before, after, memory }) => {
    if (act.what !== 'confirm' || !before.button || after.notice !== null) return null
    const { does, kopecks } = before.button
    if (does === 'load') return unless(memory.fresh.length > 0 || after.cards.length === 0, before.button)
    const agreed = paid(memory.fresh) + paid(after.cards)
    const isOff = !memory.hasLine && agreed === 0
    return unless(agreed === kopecks || isOff, [agreed, before.button])
  },

  '[C4] cards pay all they can and no more, and are sold where a certificate waits': (moment) => {
    const { act, after, paper, saved, memory } = moment
    const tooMuch = after.cards.filter(
      ({ last4, paysKopecks }) => (paysKopecks ?? 0) > memory.freeKopecks(last4),
    )
    if (tooMuch.length > 0) return JSON.stringify(tooMuch)
    const asSaved = act.to === null ? paper : saved.get(act.to)!
    const isSettled = saleSums(asSaved).sumKopecks === saleSums(paper).sumKopecks
    // What the amber box asks for comes first.
    if (!memory.hasLine || memory.ownSums.size > 0 || !isSettled || after.fault !== null) return null
    const { payKopecks, cards } = needs(moment)
    const idle = after.seen.filter((last4) => memory.money.get(last4) === null)
    if (cards > 0 && idle.length > 0) return `waits beside a certificate: ${idle.join()}`
    const here = [...names(after.cards), ...after.seen]
    const could = here.reduce((sum, last4) => sum + memory.freeKopecks(last4), 0)
    const does = Math.max(paid(after.cards), after.button?.does === 'redeem' ? after.button.kopecks : 0)
    return unless(does === Math.min(Math.max(0, payKopecks), could), { does, payKopecks, could })
  },

  '[C6] a card stands in a sale once': ({ after }) => {
    const all = [...names(after.cards), ...after.seen]
    return unless(new Set(all).size === all.length, all)
  },

  '[U3] a scan is answered, and no card goes without a word': (moment) => {
    const { act, before, after, memory } = moment
    const spoken = spokenOf(after)
    const isScan = act.what === 'card' || act.what === 'typed'
    if (after.notice !== null || ['off', 'no', 'new', 'open', 'empty'].includes(act.what)) return null
    if (isScan && !spoken.has(act.which)) return `${act.which} is not answered`
    // What was only looked at, and has nothing to do in the sale that was saved, may go with its form.
    const { payKopecks, cards } = needs(moment)
    const mayGo = (last4: string) =>
      memory.money.get(last4) === null ? cards <= 0 : payKopecks <= 0 || memory.freeKopecks(last4) === 0
    const isTold = (last4: string) => mayGo(last4) || before.told.includes(last4)
    const looked = act.from === act.to ? before.seen : before.seen.filter((last4) => !isTold(last4))
    const gone = [...names([...before.cards, ...before.unposted]), ...looked].filter(
      (last4) => !spoken.has(last4),
    )
    return unless(gone.length === 0, gone)
  },

  '[J11] nobody is sent to another window where there is only one': ({ act, before, after }) => {
    const isAsked = after.questions.some(({ parts }) => names(parts).includes(act.which))
    const isSent = ['decided_elsewhere', 'elsewhere', 'card_held'].includes(after.notice ?? '')
    return unless(!isSent || isAsked || after.notice === before.notice, after.notice)
  },

  '[M3] a sale with cards is saved under green only': ({ act, before }) => {
    const isJudged = act.came === 'saved' && (act.from === null || before.isAsked)
    return unless(!isJudged || before.cards.length === 0 || before.isGreen, before)
  },

  '[J1] what was green is done, or the screen says what it waits for': ({ act, after, memory }) => {
    const waiting = waitingOn(after)
    const here = memory.owed.filter(({ document }) => document === act.to)
    const silent = here.filter(({ last4 }) => !waiting.includes(last4))
    return unless(silent.length === 0, silent)
  },

  '[M3] what was green is done by itself while the line is up': ({ act, paper, memory }) => {
    const isUntouched = (sure: Paper | null) => JSON.stringify(sure) === JSON.stringify(paper)
    const waits = memory.owed.filter(({ document, sure }) => document === act.to && isUntouched(sure))
    return unless(!memory.hasLine || waits.length === 0, waits)
  },

  '[J1] nothing is done that nobody agreed to, and nothing twice': ({ memory }) =>
    unless(memory.strange.length === 0, memory.strange),

  '[J1] success is shown only of what the books have': ({ after, books }) => {
    const done = after.results.filter(({ status }) => status === 'done').flatMap(({ parts }) => parts)
    return unless(
      done.every((part) => has(books.deeds, part)),
      done,
    )
  },

  '[C5] no sale is paid above its sum, nor sells more cards than certificates': ({ saved, memory }) => {
    const over = [...saved].filter(([id, paper]) => {
      const { paidKopecks, sold } = memory.doneFor(id)
      const { payableKopecks, certificates } = saleSums(paper)
      return paper.isPosted && (paidKopecks > payableKopecks || sold > certificates)
    })
    return unless(over.length === 0, over)
  },

  '[U5] what was green is never refused': ({ after, books }) =>
    unless(after.red === null && books.refused.length === 0, [after.red, books.refused]),

  '[M3] what was prepared and left is asked about in the next form': ({ act, after, memory }) => {
    if (act.what !== 'new') return null
    const asked = waitingOn(after)
    const silent = names([...memory.left, ...memory.owed]).filter((last4) => !asked.includes(last4))
    return unless(silent.length === 0, silent)
  },

  '[O5] without the line green is only for scanned cards that may still be promised': ({
    act,
    after,
    memory,
  }) => {
    if (memory.hasLine || !after.isGreen) return null
    const isStale = (last4: string) => act.atMs - (memory.keptAtMs.get(last4) ?? -Infinity) > 15 * 60_000
    const not = names(after.cards).filter((last4) => memory.typed.has(last4) || isStale(last4))
    return unless(not.length === 0, not)
  },

  '[M4] a new sale begins clean': ({ act, after }) => {
    const { isGreen, button, fault, toPayKopecks, notice, cards, seen, results } = after
    const hasNone = [button, fault, toPayKopecks, notice].every((one) => one === null)
    return unless(
      act.what !== 'new' || (!isGreen && hasNone && !cards.length && !seen.length && !results.length),
      after,
    )
  },

  '[O2] nothing is held for nothing': ({ act, after, books, memory }) => {
    if (!memory.hasLine || (act.what !== 'new' && act.what !== 'empty')) return null
    const waiting = [...waitingOn(after), ...names(memory.owed)]
    const idle = books.held.filter((last4) => !waiting.includes(last4))
    return unless(idle.length === 0, idle)
  },

  '[J1] in the end all that was green is done': ({ act, saved, memory }) => {
    // Nobody can charge a sale that was unposted, or changed since so that it is worth less.
    const isDue = (document: string | null, paysKopecks: number | null) => {
      const paper = document === null ? null : saved.get(document)!
      return !paper || (paper.isPosted && (paysKopecks ?? 0) <= saleSums(paper).payableKopecks)
    }
    const undone = memory.owed.filter(({ document, paysKopecks }) => isDue(document, paysKopecks))
    return unless(act.what !== 'new' || act.which !== 'day' || undone.length === 0, undone)
  },
}
