import type { JournalRecord } from '../../src/client/journal/database.ts'
// Loaded beforehand: a module that is read in the middle of a story would come at no certain moment of it.
import * as memory from '../../src/client/journal/memory.ts'
import type { Parts } from '../../src/client/journal/parts.ts'
import * as supply from '../../src/client/outage/supply.ts'
import { HeadlessHost } from '../../src/client/testing/headless-host.ts'
import { Till } from '../../src/client/till/till.ts'
import type { TillDeps } from '../../src/client/till/till-deps.ts'
import type { Draft } from '../../src/core/draft/draft.ts'
import type { Receipt } from '../../src/core/receipt/receipt.ts'
import { Checkout } from '../../widget/cashier/model/checkout.ts'
import { type Result, statusOf } from '../../widget/cashier/model/result.ts'
import type { Boss } from './boss.ts'
import { FleetTab } from './tab.ts'
import type { Tab } from '../../src/client/tab.ts'
import type { Deal, Truth } from './truth.ts'
import type { Computer } from './world/computer.ts'
import type { Line } from './world/line.ts'
import { Page, type PageDeps } from './world/page.ts'
import type { Profile } from './world/profile.ts'
import type { Tally } from './world/tally.ts'
import { within } from './world/realm.ts'

/** Two animation frames. */
const paintMs = 32

/** A frame of MoySklad's page with the cashier's app in it: the till, and the models of its screen. */
export class OpenTill {
  readonly page: Page
  readonly till: Till
  readonly checkout: Checkout
  /** MoySklad's page around the frame. */
  readonly host: HeadlessHost
  readonly counter: Counter
  readonly tab: FleetTab

  constructor(parts: Pick<OpenTill, 'page' | 'till' | 'checkout' | 'host' | 'counter' | 'tab'>) {
    const { page, till, checkout, host, counter, tab } = parts
    this.page = page
    this.till = till
    this.checkout = checkout
    this.host = host
    this.counter = counter
    this.tab = tab
  }

  get works(): boolean {
    return !this.page.dead && this.till.ready !== null && this.till.trouble === null
  }

  /** Runs as the code of this page. A page that dies meanwhile gives no answer. */
  do<T>(work: () => T): T {
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
  tally: Tally
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
    const { computer, profile, line, scheduler, newId, random, truth } = this.parts
    const page = new Page({ scheduler, computer, profile, line, newId, random })
    page.onRecord = (value) => {
      const deal = this.#wrote(value as JournalRecord)
      this.parts.onRecord(deal.id)
      return deal
    }
    page.onWritten = (value) => truth.heldBy(profile.name).add((value as JournalRecord).id)
    page.onDraft = (value) => this.#drafted((value as { draft: Draft }).draft, page)
    page.onDraftKept = (value) =>
      truth.draftsOf(profile.name).add((value as { draft: Draft }).draft.receiptId)
    const frame = tab.enter()
    const host = new HeadlessHost({ tab: frame, setTimeout: (work, ms) => scheduler.after(ms, work) })
    const open = within(page, () => this.#start(page, tab, frame, host))
    this.open.push(open)
    tab[of] = open
    page.onDeath = () => {
      this.open = this.open.filter((one) => one !== open)
      if (tab[of] === open) tab[of] = null
    }
    page.soon(() => void open.till.start())
    return open
  }

  /** As the engine of the app does it, without elements. */
  #start(page: Page, tab: FleetTab, frame: Tab, host: HeadlessHost): OpenTill {
    const { profile, newId, random, contextKey, userToken, truth } = this.parts
    const locks = profile.locks as unknown as LockManager
    const log = (event: string, error: unknown) => {
      if (!page.dead) this.parts.log(`${this.name} ${event}`, error)
    }
    const till = new Till({
      window: page.window as unknown as TillDeps['window'],
      fetch: ((path: string, init: RequestInit) => page.fetch(path, init)) as typeof fetch,
      locks,
      channel: (name) => profile.channels.open(name) as unknown as BroadcastChannel,
      newId,
      now: () => page.wallMs(),
      elapsed: () => page.elapsedMs(),
      random,
      contextKey,
      userToken: () => Promise.resolve(userToken()),
      tab: frame,
      localStorage: () => page.localStorage,
      memory: () => Promise.resolve(noted(page)),
      supply: () => Promise.resolve(supply),
      databases: async () => (await indexedDB.databases()).map(({ name }) => name ?? ''),
      log,
    })
    const checkout = new Checkout({
      till,
      host,
      faultText: ({ code }) => code,
      locks,
      newId,
      now: () => till.serverNowMs(),
      setTimeout: (work, ms) => page.setTimeout(work, ms),
      afterPaint: (work) =>
        page.setTimeout(() => {
          for (const result of checkout.results.value) sawResult(truth, result)
          work()
        }, paintMs),
      log,
    })
    host.listen(checkout)
    return new OpenTill({ page, till, checkout, host, counter: this, tab })
  }

  /** A record is on its way to the disk, or on it. */
  #wrote({ id, receipt }: JournalRecord): Deal {
    const { truth, tally, accountId, scheduler } = this.parts
    const { mode, standsFor, operations, grantId } = JSON.parse(receipt) as Receipt
    const [first] = operations
    const undoes = first?.kind === 'void' ? first.receiptId : null
    if (mode === 'promise' && standsFor === null)
      tally.add(grantId === null ? 'promises on hold' : 'promises on grant')
    if (truth.prepared.get(id)?.agreed?.by === 'save') tally.add('drafts matched')
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

  /** A draft is on its way to the disk, or kept in memory. What was begun in a saved sale is for that sale. */
  #drafted({ receiptId, documentId }: Draft, page: Page): void {
    const { prepared } = this.parts.truth
    if (prepared.has(receiptId)) return
    prepared.set(receiptId, {
      receiptId,
      counter: this.name,
      agreed: null,
      sale: documentId === null ? null : { documentId, posted: true },
      left: false,
      frame: page,
      gaveUp: false,
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

/** A result stands on a screen, drawn. */
export function sawResult(truth: Truth, result: Result): void {
  const { record, promise, undo } = result
  const status = statusOf(result)
  const what = status === 'waiting' ? 'asked' : status
  for (const one of [record, promise?.record]) {
    if (!one) continue
    truth.painted(one.id)
    truth.saw(one.id, what)
  }
  if (undo) truth.saw(undo.record.id, what)
}

/** What a page without storage keeps in memory is noted as what goes to a disk is. */
function noted(page: Page): typeof memory {
  const openInMemory = async (...args: Parameters<typeof memory.openInMemory>): Promise<Parts> => {
    const parts = await memory.openInMemory(...args)
    const { journal, drafts } = parts
    const [append, save] = [journal.append.bind(journal), drafts.save.bind(drafts)]
    journal.append = async (...receipt) => {
      const record = await append(...receipt)
      page.onRecord(record)
      return record
    }
    drafts.save = (draft) => {
      page.onDraft({ draft })
      return save(draft)
    }
    return parts
  }
  return { ...memory, openInMemory }
}
