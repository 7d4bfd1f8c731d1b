import { Holds } from './oracle-holds.ts'
import {
  type Act,
  changesOf,
  type Done,
  No,
  type OracleCard,
  type Paper,
  plusDays,
  type Record,
  type Rules,
  type Stored,
  type Verdict,
} from './oracle-words.ts'

/** Money that comes back gives a card that is over thirty days more (C7). */
const lastDay = (days: OracleCard['days']): string | null =>
  days.reduce<string | null>((day, one) => {
    if ('day' in one) return one.day
    return day !== null && day < one.backOn ? plusDays(one.backOn, 30) : day
  }, null)

/**
 * What the cards of a shop should hold, by the plain reading of the rules. It imports nothing of the product, so that a
 * mistake there cannot repeat itself here. Sums are whole kopecks small enough for plain arithmetic.
 */
export class Oracle {
  readonly cards = new Map<string, OracleCard>()
  readonly papers = new Map<string, Paper>()
  readonly holds = new Holds()
  /** Tills whose journals have two branches: nothing of theirs is decided any more (J8). */
  readonly quarantined = new Set<string>()
  readonly #stored = new Map<string, Stored>()
  readonly #rules: Rules
  today: string
  constructor(rules: Rules, today: string) {
    this.#rules = rules
    this.today = today
  }

  available(cardId: string, till: string): number {
    const card = this.cards.get(cardId)
    if (!card) return 0
    const held = this.holds.ofOthers(cardId, till)
    return Math.max(0, card.paid + card.granted - held)
  }

  /** A scan that wants money of the card: how much is held, or null where the card cannot pay. */
  scan(id: string, till: string, draft: string, cardId: string, wished: number): number | null {
    const card = this.cards.get(cardId)
    const free = this.available(cardId, till) - this.holds.ofOtherDrafts(cardId, till, draft)
    const amount = Math.max(0, Math.min(wished, free))
    if (!card || card.state !== 'active' || this.#expired(card) || amount === 0) return null
    this.holds.take(id, { till, draft, card: cardId, kind: 'redeem', amount, kept: amount })
    return amount
  }

  /** A record arrives; again and again it gets the first answer. */
  arrive(record: Record): Verdict {
    const known = this.#stored.get(record.id)
    if (known) return known.verdict
    const done: Done[] = []
    const before = structuredClone(this.cards)
    let verdict: Verdict
    const twin = this.#settledByTwin(record)
    const stopped = record.mode === 'ask' ? ('refused' as const) : ('in_review' as const)
    if (twin) verdict = twin
    else if (this.quarantined.has(record.till)) verdict = { status: stopped, by: null, changes: new Map() }
    else {
      try {
        this.#together(record)
        for (const act of record.acts) done.push(...this.#act(act, record))
        verdict = { status: 'applied', by: null, changes: changesOf(done) }
      } catch (error) {
        if (!(error instanceof No)) throw error
        this.cards.clear()
        for (const [id, card] of before) this.cards.set(id, card)
        done.length = 0
        verdict = { status: stopped, by: null, changes: new Map() }
      }
    }
    this.#stored.set(record.id, { record, verdict, done, voidedBy: null })
    if (verdict.status === 'applied') {
      for (const act of record.acts) {
        if (act.kind === 'void' && done.length > 0) this.#doer(act.of)!.voidedBy = record.id
      }
    }
    if (verdict.status !== 'in_review') this.holds.free(record)
    for (const { card } of done) {
      const { paid, granted } = this.cards.get(card)!
      this.holds.fit(card, record.till, paid + granted)
    }
    return verdict
  }
  #doer(id: string): Stored | undefined {
    const named = this.#stored.get(id)
    if (named?.verdict.by) return this.#stored.get(named.verdict.by)
    // An ask that waits with its promise has no question of its own.
    const promised = [...this.#stored.values()].find((one) => one.record.standsFor === id)
    return named?.verdict.status === 'in_review' && named.record.mode === 'ask' && promised ? promised : named
  }

  /** An ask and the promise made in its stead count once (J2). */
  #settledByTwin(record: Record): Verdict | null {
    for (const other of this.#stored.values()) {
      if (other.record.till !== record.till || other.verdict.by) continue
      const askOfMine =
        record.mode === 'promise' && record.standsFor !== null && other.record.id === record.standsFor
      const promiseForMe =
        record.mode === 'ask' && other.record.mode === 'promise' && other.record.standsFor === record.id
      if (!askOfMine && !promiseForMe) continue
      if (promiseForMe && other.verdict.status === 'in_review') return other.verdict
      if (other.verdict.status !== 'applied') continue
      if (askOfMine && other.voidedBy) continue
      return { ...other.verdict, by: other.record.id }
    }
    return null
  }

  /** Up to five paying cards, each once, none that this receipt loads (C5, C6); not more than the sale leaves, where what came back makes room (C5). */
  #together(record: Record): void {
    const paying = record.acts.filter((act) => act.kind === 'redeem')
    const loading = record.acts.filter((act) => act.kind === 'load')
    if (paying.length > 5) throw new No()
    for (const list of [paying, loading]) {
      if (new Set(list.map((act) => act.card)).size < list.length) throw new No()
    }
    if (paying.some((act) => loading.some((one) => one.card === act.card))) throw new No()
    const paper = record.document === null ? undefined : this.papers.get(record.document)
    if (!paper || record.mode === 'promise') return
    const standing = [...this.#stored.values()].filter(
      (one) =>
        one.record.document === record.document &&
        one.verdict.status === 'applied' &&
        !one.verdict.by &&
        !one.voidedBy,
    )
    const earlier = standing.flatMap((one) => one.record.acts)
    const asked = [...earlier, ...record.acts]
    const total = (acts: Act[]) =>
      acts.reduce((sum, act) => (act.kind === 'redeem' ? sum + act.amount : sum), 0)
    const payable = Math.floor((paper.goods * this.#rules.shareTenThousandths) / 10_000)
    const back = standing
      .flatMap((one) => this.#refundsOf(one.record.id))
      .reduce((sum, { paid, granted, loss }) => sum + paid + granted - loss, 0)
    if (paying.length > 0 && total(asked) - back > payable) throw new No()
    for (const { product, paid } of loading) {
      // The row says what was paid for a certificate, not the till.
      if (paid !== this.#rules.certificates.get(product)) throw new No()
      const wanted = asked.filter((act) => act.kind === 'load' && act.product === product).length
      if (wanted > (paper.certificates.get(product) ?? 0)) throw new No()
    }
  }
  #act(act: Act, record: Record): Done[] {
    switch (act.kind) {
      case 'redeem':
        return [this.#redeem(act, record)]
      case 'load':
        return [this.#load(act, record)]
      case 'refund':
        return [this.#refund(act, record)]
      case 'void':
        return this.#void(act, record)
    }
  }

  #card(id: string): OracleCard {
    const card = this.cards.get(id)
    if (!card) throw new No()
    return card
  }

  #expired(card: OracleCard): boolean {
    return card.expiresOn !== null && card.expiresOn < this.today
  }

  #redeem(act: Extract<Act, { kind: 'redeem' }>, record: Record): Done {
    const card = this.#card(act.card)
    const covered = this.holds.coveredFor(act.card, record.till, record.draft, act.hold)
    const available = Math.max(
      this.available(act.card, record.till),
      Math.min(covered, card.paid + card.granted),
    )
    let taken = act.amount
    if (record.mode === 'ask') {
      if (card.state !== 'active' || this.#expired(card) || act.amount > available) throw new No()
    } else {
      // On a hold, and never by a typed number (O2, O5). The goods are gone: the rest is a loss (O6).
      const { card: id, amount } = act
      const stands = this.holds.carries(act.hold, { till: record.till, card: id, kind: 'redeem', amount })
      if (!stands || act.typed) throw new No()
      taken = Math.min(act.amount, available)
    }
    const paid = Math.min(card.paid, taken)
    const granted = taken - paid
    card.paid -= paid
    card.granted -= granted
    const loss = act.amount - taken
    if (loss > 0 && card.state === 'active') card.state = 'blocked'
    return {
      kind: 'redeem',
      card: act.card,
      paid: -paid,
      granted: -granted,
      loss,
      of: null,
    }
  }

  #load(act: Extract<Act, { kind: 'load' }>, record: Record): Done {
    const card = this.#card(act.card)
    const rules = this.#rules
    const face = rules.certificates.get(act.product)
    if (face === undefined || face !== act.face) throw new No()
    if (rules.creditBase === 'face' && act.paid !== act.face) throw new No()
    const reserved = { till: record.till, card: act.card, kind: 'load' as const, amount: 0 }
    if (record.mode === 'promise' && (act.typed || !this.holds.carries(act.hold, reserved))) throw new No()
    if (this.holds.reservedByOthers(act.card, record.till)) throw new No()
    const fresh = card.state === 'unsold'
    if (!fresh && (card.state !== 'active' || !rules.reloadable || this.#expired(card))) throw new No()
    const base = rules.creditBase === 'face' ? act.face : act.paid
    const credited = Math.floor((base * rules.coefficientTenThousandths) / 10_000)
    const paid = Math.min(act.paid, credited)
    const granted = credited - paid
    if (rules.balanceMax !== null && card.paid + card.granted + credited > rules.balanceMax) throw new No()
    card.paid += paid
    card.granted += granted
    card.state = 'active'
    const until = rules.validDays === null ? null : plusDays(this.today, rules.validDays)
    const isLater = card.expiresOn !== null && (until === null || until > card.expiresOn)
    const day = fresh || isLater ? until : card.expiresOn
    this.#giveDay(card, { by: record.id, day })
    return { kind: 'load', card: act.card, paid, granted, loss: 0, of: null }
  }

  /** Up to what the card paid there and has not got back: a loss first, then granted, then paid (C4, C7). */
  #refund(act: Extract<Act, { kind: 'refund' }>, record: Record): Done {
    if (record.mode === 'promise') throw new No()
    const card = this.#card(act.card)
    const sale = this.#doer(act.of)
    const paidThere = sale?.done.find((done) => done.kind === 'redeem' && done.card === act.card)
    if (!sale || !paidThere || sale.voidedBy) throw new No()
    if (
      record.acts.filter((one) => one.kind === 'refund' && one.card === act.card && one.of === act.of)
        .length > 1
    ) {
      throw new No()
    }
    let [loss, granted, paid] = [paidThere.loss, -paidThere.granted, -paidThere.paid]
    for (const back of this.#refundsOf(sale.record.id, act.card)) {
      loss += back.loss
      granted -= back.granted
      paid -= back.paid
    }
    if (act.amount > loss + granted + paid || card.state === 'unsold') throw new No()
    const lossBack = Math.min(loss, act.amount)
    const grantedBack = Math.min(granted, act.amount - lossBack)
    const paidBack = act.amount - lossBack - grantedBack
    card.paid += paidBack
    card.granted += grantedBack
    if (paidBack + grantedBack > 0) this.#giveDay(card, { by: record.id, backOn: this.today })
    return {
      kind: 'refund',
      card: act.card,
      paid: paidBack,
      granted: grantedBack,
      loss: -lossBack,
      of: sale.record.id,
    }
  }

  #refundsOf(sale: string, card?: string): Done[] {
    return [...this.#stored.values()]
      .filter((one) => !one.voidedBy)
      .flatMap((one) => one.done)
      .filter(
        (done) => done.kind === 'refund' && done.of === sale && (card === undefined || done.card === card),
      )
  }

  #giveDay(card: OracleCard, one: OracleCard['days'][number]): void {
    card.days = [...card.days, one]
    card.expiresOn = lastDay(card.days)
  }

  /** What is undone gives the card no days any more (C8). */
  #takeDays(card: OracleCard, by: string): void {
    card.days = card.days.filter((one) => one.by !== by)
    if (card.days.length > 0) card.expiresOn = lastDay(card.days)
  }

  /** Undoes a whole receipt of the same till by what it really did, once (C8). */
  #void(act: Extract<Act, { kind: 'void' }>, record: Record): Done[] {
    if (record.mode === 'promise' || record.acts.length > 1) throw new No()
    const target = this.#doer(act.of)
    if (!target || target.record.till !== record.till) throw new No()
    if (target.verdict.status === 'refused') return []
    if (target.verdict.status === 'in_review') {
      // Nobody has to decide it any more, and nothing is kept for it.
      if (target.voidedBy) throw new No()
      target.voidedBy = record.id
      this.holds.free(target.record)
      return []
    }
    if (target.voidedBy || target.record.acts.some((one) => one.kind === 'void')) throw new No()
    if (this.#refundsOf(target.record.id).length > 0) throw new No()
    const cards = [...new Set(target.done.map((done) => done.card))]
    return cards.map((id) => this.#undo(id, target, record))
  }

  /** Whether anything else that stands has loaded the card or paid with it. */
  #isUsedBeside(id: string, target: Stored): boolean {
    return [...this.#stored.values()].some(
      (one) =>
        one !== target &&
        !one.voidedBy &&
        one.done.some(({ card, kind }) => card === id && (kind === 'load' || kind === 'redeem')),
    )
  }

  #undo(id: string, target: Stored, record: Record): Done {
    const card = this.#card(id)
    const mine = target.done.filter((done) => done.card === id)
    const sum = (key: 'paid' | 'granted' | 'loss') => mine.reduce((total, done) => total + done[key], 0)
    const credited = sum('paid') + sum('granted')
    // What anybody keeps of the card stays, this till's other sales too.
    if (credited > 0 && this.available(id, '') < credited) throw new No()
    const [paidBefore, grantedBefore] = [card.paid, card.granted]
    card.paid -= sum('paid')
    card.granted -= sum('granted')
    // The whole sum is there; where one part was spent since, the other gives it.
    if (card.paid < 0) {
      card.granted += card.paid
      card.paid = 0
    }
    if (card.granted < 0) {
      card.paid += card.granted
      card.granted = 0
    }
    this.#takeDays(card, target.record.id)
    if (credited < 0) this.#giveDay(card, { by: record.id, backOn: this.today })
    const isOnlySale =
      mine.some(({ kind }) => kind === 'load') && !card.opened && !this.#isUsedBeside(id, target)
    if (isOnlySale && card.paid + card.granted === 0 && card.state === 'active') {
      card.state = 'unsold'
      card.days = []
      card.expiresOn = null
    }
    return {
      kind: 'void',
      card: id,
      paid: card.paid - paidBefore,
      granted: card.granted - grantedBefore,
      loss: -sum('loss'),
      of: target.record.id,
    }
  }
}
