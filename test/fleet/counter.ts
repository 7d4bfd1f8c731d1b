import type { JournalRecord } from '../../src/client/journal/database.ts'
import { Matching, type OpenedSale, type Question } from '../../src/client/till/matching.ts'
// Loaded beforehand: a module that is read in the middle of a story would come at no certain moment of it.
import * as memory from '../../src/client/journal/memory.ts'
import { Till, type TillDeps } from '../../src/client/till/till.ts'
import type { DraftId } from '../../src/core/ids.ts'
import type { Receipt } from '../../src/core/receipt/receipt.ts'
import type { Boss } from './boss.ts'
import { FleetTab } from './tab.ts'
import type { Deal, Truth } from './truth.ts'
import type { Computer } from './world/computer.ts'
import type { Line } from './world/line.ts'
import { Page, type PageDeps } from './world/page.ts'
import type { Profile } from './world/profile.ts'
import { within } from './world/realm.ts'

/** A frame with a running till in it. */
export class OpenTill {
  readonly page: Page
  readonly till: Till
  readonly counter: Counter
  readonly tab: FleetTab
  readonly matching: Matching
  /** The document that MoySklad's page has opened here. */
  opened: OpenedSale | null = null
  /** What stands on the screen for somebody to answer. */
  questions: Question[] = []
  /** What this form has prepared and not left. */
  preparing: DraftId | null = null

  constructor(counter: Counter, page: Page, till: Till, tab: FleetTab, matching: Matching) {
    this.counter = counter
    this.page = page
    this.till = till
    this.tab = tab
    this.matching = matching
  }

  get works(): boolean {
    return !this.page.dead && this.till.ready !== null && this.till.trouble === null
  }

  /** Runs as the code of this page. A page that dies meanwhile gives no answer. */
  do<T>(work: () => Promise<T>): Promise<T> {
    return within(this.page, work)
  }
}

export interface CounterParts {
  name: string
  boss: Boss
  accountId: string
  contextKey: string
  /** What MoySklad's page says of who is at the screen; an older page says nothing. */
  userToken: () => string | null
  computer: Computer
  profile: Profile
  line: Line
  scheduler: PageDeps['scheduler']
  truth: Truth
  newId: () => string
  random: () => number
  log: (event: string, error: unknown) => void
  onRecord: (id: string) => void
  /** The till has become ready, or the line has come back: what could not be asked is asked now. */
  onReturn: (open: OpenTill) => void
}

/** One place where cards are sold: a person at a computer, with the app open in one frame or several. */
export class Counter {
  readonly parts: CounterParts
  open: OpenTill[] = []
  /** At the end: how many records have no answer, and what the till says. */
  unsent = 0
  why = ''
  /** At the end: of which receipts drafts still wait here, at a till that works or at one that may not. */
  waiting = new Set<string>()
  shutOut = new Set<string>()

  constructor(parts: CounterParts) {
    this.parts = parts
  }

  get name(): string {
    return this.parts.name
  }

  /** Opens the app in a new frame, in a tab of its own or in one that is there. It is ready some time later, if the line is up. */
  load(tab = new FleetTab(this.parts.newId), of: 'form' | 'saved' = 'form'): OpenTill {
    const { computer, profile, line, scheduler, newId, random, contextKey, userToken, log, truth } =
      this.parts
    const page = new Page({ scheduler, computer, profile, line, newId, random })
    const till: Till = within(page, () => {
      const deps: TillDeps = {
        window: page.window as unknown as TillDeps['window'],
        fetch: ((path: string, init: RequestInit) => page.fetch(path, init)) as typeof fetch,
        locks: profile.locks as unknown as LockManager,
        channel: (name) => profile.channels.open(name) as unknown as BroadcastChannel,
        newId,
        now: () => page.wallMs(),
        elapsed: () => page.elapsedMs(),
        random,
        contextKey,
        userToken: () => Promise.resolve(userToken()),
        tab: tab.tab,
        localStorage: () => page.localStorage,
        memory: () => Promise.resolve(memory),
        databases: async () => (await indexedDB.databases()).map(({ name }) => name ?? ''),
        log: (event, error) => {
          if (!page.dead) log(`${this.name} ${event}`, error)
        },
      }
      return new Till(deps)
    })
    const matching = within(page, () => {
      return new Matching({
        till,
        locks: profile.locks as unknown as LockManager,
        log: (event, error) => {
          if (!page.dead) log(`${this.name} ${event}`, error)
        },
      })
    })
    const open: OpenTill = new OpenTill(this, page, till, tab, matching)
    this.open.push(open)
    tab[of] = open
    let was = { ready: false, reachable: till.line.reachable }
    till.onChange(() => {
      const is = { ready: till.ready !== null, reachable: till.line.reachable }
      const returned = is.ready && (!was.ready || (was.reachable === false && is.reachable === true))
      was = is
      if (returned) page.soon(() => this.parts.onReturn(open))
    })
    page.onRecord = (value) => {
      const deal = this.wrote(value as JournalRecord)
      this.parts.onRecord(deal.id)
      return deal
    }
    page.onWritten = (value) => truth.heldBy(profile.name).add((value as JournalRecord).id)
    page.onDeath = () => {
      this.open = this.open.filter((one) => one !== open)
      if (tab[of] === open) tab[of] = null
    }
    page.soon(() => void till.start())
    return open
  }

  /** A record is on its way to the disk, or on it. */
  wrote({ id, receipt }: JournalRecord): Deal {
    const { truth, accountId, scheduler } = this.parts
    const { mode, standsFor, operations, grantId } = JSON.parse(receipt) as Receipt
    const [first] = operations
    const undoes = first?.kind === 'void' ? first.receiptId : null
    return truth.begin({
      id,
      account: accountId,
      counter: this.name,
      kind: undoes ? 'undo' : first?.kind === 'link' ? 'link' : first?.kind === 'load' ? 'sale' : 'payment',
      mode,
      standsFor,
      undoes,
      onGrant: grantId !== null,
      cards: operations.flatMap((one) =>
        one.kind === 'load'
          ? [{ card: one.cardId, amount: one.faceKopecks }]
          : one.kind === 'redeem'
            ? [{ card: one.cardId, amount: one.amountKopecks }]
            : [],
      ),
      atMs: scheduler.nowMs,
    })
  }

  /** A working frame of new sales. */
  get form(): OpenTill | null {
    return this.open.find((one) => one.works && one.tab.form === one) ?? null
  }

  get working(): OpenTill | null {
    return this.open.find((one) => one.works) ?? null
  }
}
