import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { Broken } from './broken.ts'
import type { Deal, Truth } from './truth.ts'

/** What every certificate of these shops is worth. */
const certificateKopecks = 150_000

interface ReceiptRow {
  rowid: number
  account_id: string
  id: string
  till_id: string | null
  mode: string | null
  status: string
  applied_by: string | null
  stands_for: string | null
  voids: string | null
  document_id: string | null
  entries: number
}

/**
 * Compares the server's books with what really happened. It reads the database file with plain SQL and imports nothing of
 * the product, so that a mistake there cannot repeat itself here.
 */
export class Oracle {
  readonly #truth: Truth
  readonly #file: () => string
  #db: DatabaseSync | null = null
  readonly #statements = new Map<string, StatementSync>()
  #lastRow = 0
  checks = 0
  /** Undoings that came while what they undo waited for a human. */
  undoneInReview = 0
  /** The most that was lost since the owner was told a number, of what the number speaks of. */
  lostSinceTold = 0

  constructor(truth: Truth, file: () => string) {
    this.#truth = truth
    this.#file = file
  }

  /** The server's file is about to be exchanged, or was. */
  close(): void {
    this.#db?.close()
    this.#db = null
    this.#statements.clear()
    this.#lastRow = 0
  }

  /** After every step: what is new in the books. */
  step(): void {
    this.checks++
    const rows = this.#all<ReceiptRow>(
      `select r.rowid, r.account_id, r.id, r.till_id, r.mode, r.status, r.applied_by, r.stands_for, r.voids, r.document_id,
        (select count(*) from entry e where e.account_id = r.account_id and e.receipt_id = r.id) as entries
        from receipt r where r.rowid > ? order by r.rowid`,
      this.#lastRow,
    )
    for (const row of rows) {
      this.#lastRow = row.rowid
      this.#receipt(row)
    }
    for (const { id, sum } of this.#all<{ id: string; sum: number }>(
      'select receipt_id as id, sum(amount) as sum from entry group by account_id, receipt_id having sum(amount) <> 0',
    )) {
      throw new Broken(`[L1] the entries of ${id} sum to ${sum}`)
    }
  }

  /** A promise on money that the server still kept for it cannot fall short by what others did (O2). */
  #keptMoney(): void {
    const rows = this.#all<{ id: string; loss: number; hold: string }>(
      `select r.id, e.amount as loss, h.id as hold from entry e
        join receipt r on r.account_id = e.account_id and r.id = e.receipt_id
        join hold h on h.account_id = r.account_id and h.till_id = r.till_id and h.draft_id = r.draft_id
          and h.card_id = e.card_id and h.purpose = 'redeem'
        where e.account = 'loss' and e.amount <> 0 and r.mode = 'promise' and r.grant_id is null
          and h.keep_until_ms > r.posted_at_ms
          -- Its own till lets go only what it has not promised on.
          and (h.released_at_ms is null or h.released_at_ms >= r.posted_at_ms or h.released_by = 'till')
          -- A manager lets a draft's money go who takes the sale for one that never came; until its till has told, it is in N.
          and not exists (select 1 from cases c where c.account_id = h.account_id and c.kind = 'draft_unmatched'
            and c.choice = 'release' and json_extract(c.evidence, '$.draftId') = h.draft_id)
          -- What the till itself has promised of the card meanwhile, on a grant or for another sale, is its own doing.
          and not exists (select 1 from operation o join receipt p on p.account_id = o.account_id and p.id = o.receipt_id
            where o.account_id = r.account_id and o.card_id = e.card_id and o.kind = 'redeem' and p.till_id = r.till_id
            and p.id <> r.id and p.posted_at_ms between h.made_at_ms and r.posted_at_ms)`,
    )
    const row = rows.find(({ hold }) => !this.#truth.ended.has(hold))
    if (row && !this.#truth.setBack && !this.#truth.doubled)
      throw new Broken(`[O2] ${row.id} lost ${row.loss} of money that was held for it`)
  }

  /** What tills keep of a card is there: a hold that nothing covers would be missing for the promise of another (O2). */
  #coveredHolds(nowMs: number): void {
    const rows = this.#all<{ id: string; held: number; balance: number }>(
      `select c.id, c.paid + c.granted as balance, sum(h.amount - h.uncovered) as held from hold h
        join card c on c.account_id = h.account_id and c.id = h.card_id
        where h.purpose = 'redeem' and h.released_at_ms is null and h.keep_until_ms > ?
        group by c.account_id, c.id having sum(h.amount - h.uncovered) > c.paid + c.granted`,
      nowMs,
    )
    const [row] = rows
    if (row && !this.#truth.setBack)
      throw new Broken(`[O2] ${row.held} is held of card ${row.id} that has ${row.balance}`)
  }

  /** What was promised on a grant is charged to it, at the till and on arrival, and never above its sum (O1). */
  #grants(): void {
    for (const { id, sum, spent, posted } of this.#all<{
      id: string
      sum: number
      spent: number
      posted: number
    }>(
      `select g.id, g.sum, g.spent, coalesce((select sum(e.amount) from entry e join receipt r
        on r.account_id = e.account_id and r.id = e.receipt_id where r.account_id = g.account_id and r.grant_id = g.id
        and r.till_id = g.till_id and e.account = 'redeemed'), 0) as posted from offline_grant g`,
    )) {
      if (posted !== spent)
        throw new Broken(`[O1] ${posted} was posted on grant ${id}, and ${spent} charged to it`)
      if (posted > sum && !this.#truth.setBack && !this.#truth.doubled)
        throw new Broken(`[O1] ${posted} was posted on grant ${id} of ${sum}`)
    }
    const [row] = this.#all<{ n: number }>(`select count(*) as n from cases where kind = 'grant_exceeded'`)
    if (row!.n > 0 && !this.#truth.setBack && !this.#truth.doubled)
      throw new Broken('[O1] a till with all of its storage has promised more than its grant allows')
  }

  #receipt(row: ReceiptRow): void {
    const { account_id, id, till_id, mode, status, applied_by, entries, voids } = row
    if (till_id === null) return
    if (voids !== null && this.#row(voids)?.status === 'in_review') this.undoneInReview++
    const deal = this.#truth.deals.get(id)
    if (!deal) throw new Broken(`receipt ${id} was made by nobody`)
    if (deal.account !== account_id) throw new Broken(`[F23] ${told(deal)} stands in another account`)
    if (mode === 'promise' && status === 'refused')
      throw new Broken(`[J1] the promise ${told(deal)} was refused`)
    if (deal.kind === 'sale' || deal.kind === 'payment') this.#forWhom(deal, row)
    const did = status === 'applied' && applied_by === null && entries > 0
    if (did && !this.#truth.isAnsweredFor(deal)) {
      throw new Broken(`[J4] ${told(deal)} was applied, and nobody has seen it or decided about it`)
    }
  }

  /** A card is charged what somebody agreed to, for the sale that it was prepared for, and for no other's (M3). */
  #forWhom(deal: Deal, { document_id }: ReceiptRow): void {
    const about = this.#truth.prepared.get(deal.standsFor ?? deal.id)
    if (!about) throw new Broken(`${told(deal)} was prepared by nobody`)
    const { agreed } = about
    const { faces } = this.#truth
    if (!agreed) throw new Broken(`[J1] ${told(deal)} was recorded, and nobody let it be done`)
    const did = deal.cards.map(({ card, amount }) => `${faces.get(card)} ${amount}`)
    const meant = agreed.parts.map(
      ({ last4, paysKopecks }) => `${last4} ${paysKopecks ?? certificateKopecks}`,
    )
    if (did.toSorted().join() !== meant.toSorted().join())
      throw new Broken(`[J1] ${told(deal)} does ${did.join()}, and the screen said ${meant.join()}`)
    if (about.sale === null)
      throw new Broken(`[M3] ${told(deal)} was charged for ${document_id}, and there was no sale`)
    if (document_id !== null && document_id !== about.sale.documentId)
      throw new Broken(
        `[M3] ${told(deal)} was charged for ${document_id}, and prepared for ${about.sale.documentId}`,
      )
  }

  /**
   * At the end: what became of every draft whose sale was made (M3).
   *
   * @param waiting receipts of the drafts that wait at a till that works
   * @param shutOut the same at tills that may not
   * @param isThere whether MoySklad still has the sale
   */
  drafts(
    waiting: ReadonlySet<string>,
    shutOut: ReadonlySet<string>,
    isThere: (documentId: string) => boolean,
  ): void {
    for (const { receiptId, counter, sale, agreed, gaveUp } of this.#truth.prepared.values()) {
      // What nobody pressed for was only looked at, and so may be what nobody has seen the press of.
      if (!agreed || agreed.by === 'pressing' || gaveUp || !sale?.posted || sale.documentId === null) continue
      if (!isThere(sale.documentId)) continue
      const kept = [...this.#truth.drafts.values()].some((ids) => ids.has(receiptId))
      if (this.#truth.deals.has(receiptId) || !kept || shutOut.has(receiptId)) continue
      const what = waiting.has(receiptId) ? 'waits, and nobody was asked' : 'is forgotten'
      throw new Broken(
        `[M3] what ${counter} prepared for ${sale.documentId} (${receiptId.slice(0, 8)}) ${what}`,
      )
    }
  }

  /** At the end of a day: all of the books. */
  day(sinceMs: number, nowMs: number): void {
    this.checks++
    for (const { id, paid, granted, booked } of this.#all<{
      id: string
      paid: number
      granted: number
      booked: number
    }>(
      `select c.id, c.paid, c.granted, coalesce((select sum(e.amount) from entry e where e.account_id = c.account_id
        and e.card_id = c.id and e.account in ('card_paid', 'card_granted')), 0) as booked from card c`,
    )) {
      if (paid < 0 || granted < 0) throw new Broken(`[L3] card ${id} is below zero`)
      if (paid + granted !== booked)
        throw new Broken(`[L1] card ${id} has ${paid + granted}, its entries ${booked}`)
    }
    for (const deal of this.#truth.deals.values()) if (deal.atMs >= sinceMs) this.#deal(deal, false)
    this.#risk()
    this.#grants()
    this.#keptMoney()
    this.#coveredHolds(nowMs)
  }

  /** At the very end: every line is up, everything is sent and decided. */
  end(nowMs: number): void {
    this.step()
    this.day(Infinity, nowMs)
    for (const deal of this.#truth.deals.values()) this.#deal(deal, true)
    this.#returns()
    this.#balances()
  }

  #deal(deal: Deal, atEnd: boolean): void {
    if (deal.painted && deal.written === false)
      throw new Broken(`[J1] ${told(deal)} was painted and never written`)
    const row = this.#row(deal.id)
    if (!row) {
      if (this.#truth.refilling || !this.#truth.isHeld(deal.id)) return
      // A promise is shown as done when its ask was; its own turn to be sent may still come.
      if (!atEnd && deal.standsFor !== null && this.#row(deal.standsFor)) return
      if (deal.everDone || deal.everRefused)
        throw new Broken(`${told(deal)} was shown as settled and is not in the books`)
      if (atEnd && deal.painted && deal.written)
        throw new Broken(`${told(deal)} was painted and never reached the books`)
      return
    }
    // The server's proof of what it said can be lost with a storage as well, and then nobody knows it any more.
    const isProvable = !(this.#truth.setBack && this.#truth.doubled)
    if (deal.everDone && isProvable && !this.#happened(deal, row)) {
      throw new Broken(`${told(deal)} was shown as done, and the books say ${row.status}`)
    }
    if (
      deal.everRefused &&
      isProvable &&
      row.status === 'applied' &&
      row.applied_by === null &&
      !this.#case(deal.id, 'outcome_changed')
    ) {
      throw new Broken(`${told(deal)} was shown as refused, and the books say applied`)
    }
    if (row.status === 'in_review' && !this.#case(deal.id) && !this.#waitsWithSibling(row))
      throw new Broken(`[J6] ${told(deal)} is in review without a case`)
    this.#once(deal)
  }

  /** An ask and the promises made in its stead wait in one case (J2), whichever of them came first. */
  #waitsWithSibling({ account_id, id, stands_for }: ReceiptRow): boolean {
    const cases = this.#all(
      `select 1 from receipt r join cases c on c.account_id = r.account_id and c.receipt_id = r.id
        where r.account_id = ?1 and (r.id = ?2 or r.stands_for = ?2) and r.status = 'in_review'
        and c.kind = json_extract(r.outcome, '$.code')`,
      account_id,
      stands_for ?? id,
    )
    return cases.length > 0
  }

  /** Whether the books have it, by itself, by its twin, or in a case of either. */
  #happened(deal: Deal, row: ReceiptRow): boolean {
    if (row.status === 'applied') return true
    const twin = this.#all<{ status: string }>(
      'select status from receipt where account_id = ? and stands_for = ?',
      deal.account,
      deal.id,
    )
    if (twin.some(({ status }) => status === 'applied' || status === 'in_review')) return true
    return this.#case(deal.id) || (row.status === 'in_review' && this.#waitsWithSibling(row))
  }

  /** Each card was moved once by a deal and all that stands for it, and by the right sum. */
  #once(deal: Deal): void {
    if (deal.kind !== 'sale' && deal.kind !== 'payment') return
    const sign = deal.kind === 'sale' ? 1 : -1
    const moves = this.#all<{ card: string; receipts: number; moved: number; loss: number }>(
      `select e.card_id as card, count(distinct e.receipt_id) as receipts,
        sum(case when e.account in ('card_paid', 'card_granted') then e.amount else 0 end) as moved,
        sum(case when e.account = 'loss' then e.amount else 0 end) as loss
        from entry e where e.account_id = ?1 and e.receipt_id in (
          select ?2 union select ?3 union select id from receipt where account_id = ?1 and stands_for in (?2, ?3)
          union select decision_receipt_id from cases where account_id = ?1 and receipt_id = ?2)
          -- What was undone moved nothing in the end, and what was done in its stead stands alone.
          and not exists (select 1 from receipt v where v.account_id = e.account_id and v.voids = e.receipt_id)
        group by e.card_id`,
      deal.account,
      deal.id,
      deal.standsFor ?? deal.id,
    )
    for (const { card, receipts, moved, loss } of moves) {
      const meant = deal.cards.find((one) => one.card === card)
      if (!meant) throw new Broken(`${told(deal)} moved a card that it does not name`)
      if (receipts > 1) throw new Broken(`[J2] ${told(deal)} was applied ${receipts} times`)
      const short = Math.abs(loss)
      if (moved !== sign * (meant.amount - short)) {
        throw new Broken(
          `${told(deal)} moved ${moved} with a loss of ${short}, and ${meant.amount} was meant`,
        )
      }
    }
  }

  /** What came back of a payment is never more than was paid (C7). */
  #returns(): void {
    const back = new Map<string, number>()
    for (const deal of this.#truth.deals.values()) {
      if (deal.kind !== 'refund' || !deal.of) continue
      const row = this.#row(deal.id)
      if (row?.status !== 'applied') continue
      const [{ card, amount } = { card: '', amount: 0 }] = deal.cards
      const [moved] = this.#all<{ sum: number | null }>(
        `select sum(amount) as sum from entry where receipt_id = ? and card_id = ? and account <> 'redeemed'`,
        deal.id,
        card,
      )
      if (moved?.sum !== amount) throw new Broken(`${told(deal)} gave back ${moved?.sum} and not ${amount}`)
      const payment = this.#truth.deals.get(deal.of)
      // An ask and the promise in its stead are one payment.
      const root = payment?.standsFor ?? deal.of
      const sum = (back.get(root) ?? 0) + amount
      back.set(root, sum)
      const paid = payment?.cards[0]?.amount ?? 0
      if (sum > paid) throw new Broken(`[C7] ${sum} came back of ${deal.of}, for which ${paid} was paid`)
    }
  }

  /** The card's balance by what became of the deals, counted anew. */
  #balances(): void {
    const balance = new Map(this.#truth.opening)
    for (const deal of this.#truth.deals.values()) {
      if (deal.kind === 'undo' || deal.kind === 'link') continue
      const row = this.#row(deal.id)
      const booked = row?.status === 'applied' && row.applied_by === null
      const decided = this.#decision(deal.id)
      const doer = booked ? deal.id : decided
      if (doer === null || this.#isUndone(deal.account, doer)) continue
      for (const { card, amount } of deal.cards) {
        const had = balance.get(card) ?? 0
        const lost = this.#loss(deal.account, doer, card)
        // What comes back repays a loss first (C7).
        const change = { sale: amount, payment: lost - amount, refund: amount - lost }[deal.kind]
        balance.set(card, had + change)
      }
    }
    for (const { id, has } of this.#all<{ id: string; has: number }>(
      'select id, paid + granted as has from card',
    )) {
      const right = balance.get(id) ?? 0
      if (has !== right)
        throw new Broken(`card ${id} has ${has}, and by all that happened it should have ${right}`)
    }
  }

  /**
   * What was booked as lost since the owner was told a number, on permissions that existed then. A server that was set
   * back does not know of those that it has forgotten before their tills speak, and the sentence with the number says so.
   * In one moment the owner asks first and lets money go then.
   */
  #risk(): void {
    // Copies of a till stand outside the number, and the sentence that tells it says so.
    if (this.#truth.copied.size > 0) return
    for (const { account, atMs, sum, grants } of this.#truth.told) {
      const [row] = this.#all<{ loss: number | null }>(
        `select sum(abs(e.amount)) as loss from entry e
          join receipt r on r.account_id = e.account_id and r.id = e.receipt_id
          join offline_grant g on g.account_id = r.account_id and g.id = r.grant_id
          where e.account_id = ?1 and e.account = 'loss' and e.amount <> 0 and r.till_id is not null
          and r.posted_at_ms > ?2 and g.issued_at_ms <= ?2
          and (?3 is null or g.id in (select value from json_each(?3)))`,
        account,
        atMs,
        this.#truth.setBack ? JSON.stringify(grants) : null,
      )
      const [lapsed] = this.#all<{ loss: number | null }>(
        `select sum(abs(e.amount)) as loss from entry e
          join receipt r on r.account_id = e.account_id and r.id = e.receipt_id
          where e.account_id = ?1 and e.account = 'loss' and e.amount <> 0 and r.till_id is not null
          and r.mode = 'promise' and r.grant_id is null and r.posted_at_ms > ?2 and exists (
            select 1 from hold h where h.account_id = r.account_id and h.till_id = r.till_id
            and h.draft_id = r.draft_id and h.card_id = e.card_id and coalesce(h.released_at_ms, h.keep_until_ms) < ?2)`,
        account,
        atMs,
      )
      const loss = (row?.loss ?? 0) + (lapsed?.loss ?? 0)
      this.lostSinceTold = Math.max(this.lostSinceTold, loss)
      if (loss > sum) throw new Broken(`[O1] the owner was told ${sum} at ${atMs}, and lost ${loss} since`)
    }
  }

  /** A redeem hold that still keeps money, for a manager to end. */
  someHold(account: string, nowMs: number): string | null {
    const [row] = this.#all<{ id: string }>(
      `select id from hold where account_id = ? and released_at_ms is null and keep_until_ms > ? and purpose = 'redeem' limit 1`,
      account,
      nowMs,
    )
    return row?.id ?? null
  }

  /** Cards that may not pay, for a manager to free. */
  blocked(account: string): string[] {
    return this.#all<{ id: string }>(
      `select id from card where account_id = ? and status = 'blocked' order by id`,
      account,
    ).map(({ id }) => id)
  }

  /** What was booked as lost so far. */
  losses(): number {
    return (
      this.#all<{ n: number | null }>(`select sum(abs(amount)) as n from entry where account = 'loss'`)[0]
        ?.n ?? 0
    )
  }

  /** Receipts that nothing has decided, and cases that nobody has. */
  openCases(): number {
    return this.#all<{ n: number }>('select count(*) as n from cases where closed_at_ms is null')[0]!.n
  }

  #decision(id: string): string | null {
    const [row] = this.#all<{ by: string | null }>(
      `select c.decision_receipt_id as by from cases c join receipt r
        on r.account_id = c.account_id and r.id = c.decision_receipt_id
        where c.receipt_id = ? and r.status = 'applied' and r.applied_by is null`,
      id,
    )
    return row?.by ?? null
  }

  #isUndone(account: string, id: string): boolean {
    const rows = this.#all<{ id: string }>(
      `select id from receipt where account_id = ? and voids = ? and status = 'applied'`,
      account,
      id,
    )
    return rows.length > 0
  }

  #loss(account: string, receipt: string, card: string): number {
    const [row] = this.#all<{ loss: number | null }>(
      `select sum(abs(amount)) as loss from entry where account_id = ? and receipt_id = ? and card_id = ? and account = 'loss'`,
      account,
      receipt,
      card,
    )
    return row?.loss ?? 0
  }

  #case(receipt: string, kind?: string): boolean {
    const [row] = this.#all<{ n: number }>(
      'select count(*) as n from cases where receipt_id = ?1 and (?2 is null or kind = ?2)',
      receipt,
      kind ?? null,
    )
    return row!.n > 0
  }

  #row(id: string): ReceiptRow | undefined {
    return this.#all<ReceiptRow>('select rowid, *, 0 as entries from receipt where id = ?', id)[0]
  }

  #all<T>(sql: string, ...params: (string | number | null)[]): T[] {
    this.#db ??= new DatabaseSync(this.#file(), { readOnly: true, timeout: 1_000 })
    let statement = this.#statements.get(sql)
    if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)))
    return statement.all(...params) as T[]
  }
}

function told({ kind, mode, id, counter, atMs }: Deal): string {
  return `the ${mode} of ${counter} (${kind} ${id.slice(0, 8)}, ${new Date(atMs).toISOString()})`
}
