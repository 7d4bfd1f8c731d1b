import type { Part } from '../../widget/cashier/testing/screen.ts'
import type { Act, Deed, Paper, Screen } from './words.ts'

/** The certificate of the shop. */
const faceKopecks = 150_000

interface Debt extends Deed {
  /** The sale as it was saved under green, posted, in the form where it was prepared: nobody has to be asked. */
  sure: Paper | null
}

/** What an attentive cashier keeps in mind: what the screen has promised, and who has what by plain arithmetic. */
export class Memory {
  hasLine = true
  /** What each card has: null for an unsold one. */
  readonly money: Map<string, number | null>
  /** What was done so far, and by the last act. */
  readonly deeds: Deed[] = []
  fresh: readonly Deed[] = []
  /** Done by the last act, and never agreed to. */
  strange: readonly Deed[] = []
  /** Prepared when its sale was saved, and not done yet. */
  owed: Debt[] = []
  /** Prepared, and its sale was left without a «Сохранить». */
  left: Part[] = []
  /** The sum of the last press in this sale, less what it went down by since. */
  agreedKopecks = 0
  /** Cards of this sale whose sum was written by hand. */
  readonly ownSums = new Set<string>()
  /** Cards whose number was typed. */
  readonly typed = new Set<string>()
  /** Since when a card is kept for the till. */
  readonly keptAtMs = new Map<string, number>()

  constructor(start: Readonly<Record<string, number | null>>) {
    this.money = new Map(Object.entries(start))
  }

  doneFor(document: string | null): Sums {
    return partsSum(this.deeds.filter((one) => document !== null && one.document === document))
  }

  owedFor(document: string | null): Sums {
    return partsSum(this.owed.filter((one) => document !== null && one.document === document))
  }

  /** What a card can pay with, less what it is to pay elsewhere. */
  freeKopecks(last4: string): number {
    const elsewhere = [...this.owed, ...this.left].filter((one) => one.last4 === last4)
    return Math.max(0, (this.money.get(last4) ?? 0) - paid(elsewhere))
  }

  /** Keeps what an act has changed. `paper` is the sale on the page after it. */
  note(act: Act, before: Screen, after: Screen, paper: Paper, deeds: readonly Deed[]): void {
    const { what, which, came, from, to } = act
    if (what === 'cut') this.hasLine = false
    if (what === 'back') this.hasLine = true
    // What stands in the sale keeps the way in which it came.
    if ((what === 'card' || what === 'typed') && !names(before.cards).includes(which)) {
      if (what === 'typed') this.typed.add(which)
      else this.typed.delete(which)
    }
    if (this.hasLine) {
      for (const part of after.cards) if (!has(before.cards, part)) this.keptAtMs.set(part.last4, act.atMs)
    }
    if (came !== 'nothing') this.#agree(act, before, after, paper)
    if (what === 'new' && before.isGreen) this.left.push(...before.cards)
    if (came === 'saved' && from !== null) this.#unsure(to)
    this.#book(deeds)
    if (after.isGreen) this.agreedKopecks = Math.min(this.agreedKopecks, paid(after.cards))
    if (after.cards.length === 0) this.agreedKopecks = 0
    if (after.cards.length + after.seen.length === 0) this.ownSums.clear()
  }

  #agree({ what, which, came, from, to }: Act, before: Screen, after: Screen, paper: Paper): void {
    // What leaves the desk by a press or by «Сохранить» is to be done; what stays there is only prepared.
    if (to !== null && (what === 'confirm' || came === 'saved')) {
      const gone = before.cards.filter(({ last4 }) => !names(after.cards).includes(last4))
      this.#owe(to, gone, from === null && before.isGreen && paper.isPosted ? paper : null)
    }
    if (what === 'confirm' && before.button?.does === 'redeem') this.agreedKopecks = before.button.kopecks
    const [paying] = before.cards.filter(({ paysKopecks }) => paysKopecks !== null)
    if (what === 'amount' && paying) this.ownSums.add(paying.last4)
    if (what === 'off') this.ownSums.delete(which)
    const [question] = before.questions
    if (!question || (what !== 'yes' && what !== 'no')) return
    const others = <T extends Part>(parts: T[]) =>
      parts.filter(({ last4 }) => !names(question.parts).includes(last4))
    this.left = others(this.left)
    this.owed = others(this.owed)
    if (what === 'yes') this.#owe(question.document, question.parts, null)
  }

  #owe(document: string | null, parts: readonly Part[], sure: Paper | null): void {
    for (const part of parts) this.owed.push({ ...part, document, sure })
  }

  /** Whoever changes a saved sale may be asked. */
  #unsure(document: string | null): void {
    for (const debt of this.owed) if (debt.document === document) debt.sure = null
  }

  #book(deeds: readonly Deed[]): void {
    this.fresh = deeds.slice(this.deeds.length)
    const isSame = (a: Deed, b: Deed) => a.document === b.document && has([a], b)
    this.strange = this.fresh.filter((deed) => {
      const debt = this.owed.find((one) => isSame(one, deed))
      this.owed = this.owed.filter((one) => one !== debt)
      return !debt
    })
    for (const { last4, paysKopecks } of this.fresh) {
      this.money.set(last4, paysKopecks === null ? faceKopecks : (this.money.get(last4) ?? 0) - paysKopecks)
    }
    this.deeds.push(...this.fresh)
  }
}

export const names = (parts: readonly Part[]): string[] => parts.map(({ last4 }) => last4)

export const paid = (parts: readonly Part[]): number =>
  parts.reduce((sum, { paysKopecks }) => sum + (paysKopecks ?? 0), 0)

export const has = (parts: readonly Part[], { last4, paysKopecks }: Part): boolean =>
  parts.some((one) => one.last4 === last4 && one.paysKopecks === paysKopecks)

interface Sums {
  paidKopecks: number
  sold: number
}

const partsSum = (parts: readonly Part[]): Sums => ({
  paidKopecks: paid(parts),
  sold: parts.filter(({ paysKopecks }) => paysKopecks === null).length,
})

/** The sums of a sale. Cards pay for goods only (C5). */
export function saleSums({ rows }: Paper) {
  const sum = (some: Paper['rows']) =>
    some.reduce(
      (all, { priceKopecks, discountPercent }) => all + (priceKopecks * (100 - discountPercent)) / 100,
      0,
    )
  const certificates = rows.filter(({ what }) => what === 'certificate')
  return {
    sumKopecks: sum(rows),
    payableKopecks: sum(rows.filter(({ what }) => what === 'goods')),
    certificates: certificates.length,
    isCertificateCheaper: certificates.some(({ discountPercent }) => discountPercent !== 0),
  }
}

/** All cards of which the screen says anything. */
export const spokenOf = (screen: Screen): Set<string> =>
  new Set([
    ...names(screen.cards),
    ...screen.seen,
    ...waitingOn(screen),
    ...names(screen.results.flatMap(partsOf)),
  ])

/** The cards of which the screen says that something is still to come. */
export const waitingOn = ({ red, unposted, questions, results }: Screen): string[] =>
  names([
    ...(red ?? []),
    ...unposted,
    ...questions.flatMap(partsOf),
    ...results.filter(({ status }) => status !== 'done').flatMap(partsOf),
  ])

const partsOf = ({ parts }: { parts: readonly Part[] }) => parts
