import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { DemoCard } from '../../src/sandbox/demo.ts'
import { Shop } from '../e2e/shop.ts'
import type { TillPage } from '../e2e/till-page.ts'
import { journalRows } from '../e2e/journal-rows.ts'
import { hangMs } from '../support/hardness.ts'
import { killsWanted, rateBound } from './kills.ts'
import { ledgerRows, type Row } from './ledger-rows.ts'
import { MortalBrowser } from './mortal-browser.ts'
import { type Point, points } from './points.ts'
import { playsPerShop, stories, type Story, type StoryName } from './stories.ts'

/**
 * The browser is killed at every point of append, send, answer and paint (`points.ts`); it is started again on the same
 * profile, the cashier goes on, and the ledger is read by SQL. Whatever was painted is on it once; what nobody saw is asked
 * about.
 *
 * `PODAROK_KILLS=10` kills at each point at least so often. `PODAROK_KILL_FAULT=delete-before-send` makes the widget lose
 * what it is about to send, as some queues do: then the plays that end at `sending` and later must fail.
 */

/** So long a page may take at most to tell of the point that its story has passed. */
const graceMs = hangMs(60_000)

type Decision = 'keep' | 'cancel' | 'nobody decides'

interface Play {
  point: Point
  story: StoryName
  /** What the cashier answers where a ghost is asked about. */
  decision: Decision
  /** The browser is killed once more while it writes that answer down. */
  again?: Point
}

const order = Object.keys(points) as Point[]
const names = Object.keys(stories) as StoryName[]
const decisions: Decision[] = ['keep', 'cancel', 'nobody decides']
const reached = (point: Point, least: Point) => order.indexOf(point) >= order.indexOf(least)
const deletesBeforeSend = process.env['PODAROK_KILL_FAULT'] === 'delete-before-send'

/** Deaths in the answer: an undoing is a record of its own; keeping takes a mark away. */
const answers: Pick<Play, 'decision' | 'again'>[] = [
  { decision: 'cancel', again: 'committed' },
  { decision: 'keep', again: 'seen' },
  { decision: 'cancel', again: 'added' },
  { decision: 'keep', again: 'shown' },
]

function plays(): Play[] {
  return [...playsOfPoints(killsWanted()), ...playsOfAnswers(killsWanted())]
}

function playsOfAnswers(wanted: number | null): Play[] {
  const chosen = wanted === null ? answers.slice(0, 1) : answers
  return chosen.flatMap((answer, nth) =>
    Array.from({ length: wanted ?? 1 }, (_, k): Play => ({
      point: 'committed',
      story: names[(nth + k) % names.length]!,
      ...answer,
    })),
  )
}

function playsOfPoints(wanted: number | null): Play[] {
  const times = (point: Point) => wanted ?? (point === 'committed' ? names.length : 1)
  return order.flatMap((point, nth) =>
    Array.from({ length: times(point) }, (_, k): Play => {
      const story = names[(nth + k) % names.length]!
      // A cashier who has seen the success answers so.
      const decision = point === 'shown' ? 'keep' : decisions[(k + Math.floor(k / names.length)) % 3]!
      return { point, story, decision }
    }),
  )
}

let shop: Shop | null = null
let used = 0
let profile = ''
let browser: MortalBrowser | null = null
const kills = new Map<Point, number>()
const countKill = (point: Point) => kills.set(point, (kills.get(point) ?? 0) + 1)
const killed = () => [...kills.values()].reduce((sum, n) => sum + n, 0)

/** A shop serves several plays: opening one takes longer than a play's story. */
async function openShop(): Promise<Shop> {
  if (shop && used < playsPerShop) return shop
  await shop?.close()
  used = 0
  return (shop = await Shop.open())
}

/**
 * Plays one half of the plays: two test files run beside each other.
 *
 * @param half 0 or 1
 */
export function killBrowsers(half: 0 | 1): void {
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail' && browser) console.log(await lastSeen(browser))
    await browser?.close()
    browser = null
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    if (task.result?.state !== 'fail') return
    // The next play must not fail for this one's reason.
    const broken = shop
    shop = null
    await broken?.close().catch((error: unknown) => console.log('The shop after the failure:', error))
  })

  afterAll(async () => {
    await shop?.close()
    const told = [...kills].map(([point, n]) => `${point} ${n}`).join(', ')
    console.log(
      `${killed()} kills of the browser at ${kills.size} points: ${told}. A fault shows in ${rateBound(killed())}.`,
    )
  })

  describe('the browser is killed', () => {
    if (half === 0)
      it('in a frame as MoySklad makes it: another site, partitioned storage, its sandbox', async () => {
        shop = await openShop()
        profile = mkdtempSync(join(tmpdir(), 'podarok-kill-'))
        browser = await MortalBrowser.open(shop, profile)
        const { page } = browser.till
        await journalRows(browser.till, shop.widgetUrl)
        const element = page.getByTestId('widget-create')
        expect(await element.getAttribute('sandbox')).toBe(
          'allow-forms allow-scripts allow-same-origin allow-popups allow-modals allow-downloads',
        )
        const alone = await page.context().newPage()
        await alone.goto(`${shop.widgetUrl}/w/sale`)
        expect(await alone.evaluate(async () => (await indexedDB.databases()).length)).toBe(0)
      })

    for (const { point, story, decision, again } of plays().filter((_, n) => n % 2 === half)) {
      const answer = again ? `${decision}, killed again at ${again}` : decision
      it(`[F4] [J4] at ${point}: ${stories[story].name}; where a ghost is asked about: ${answer}`, async () => {
        shop = await openShop()
        profile = mkdtempSync(join(tmpdir(), 'podarok-kill-'))
        await new Ordeal(shop, stories[story], stories[story].card(used++)).run(point, decision, again)
      })
    }
  })
}

/** What the frames of the till show, and what was written to the console. */
async function lastSeen({ till, said }: MortalBrowser): Promise<string> {
  const frames = till.page.frames().filter((frame) => frame.parentFrame() !== null)
  const texts = await Promise.all(
    frames.map((frame) => frame.evaluate(() => document.body.innerText).catch(String)),
  )
  return ['The screen at the end:', ...texts, 'The console:', ...said].join('\n')
}

/** One kill and what follows. */
class Ordeal {
  readonly #shop: Shop
  readonly #story: Story
  readonly #card: DemoCard
  readonly #before: { posted: number; balance: number }

  constructor(shop: Shop, story: Story, card: DemoCard) {
    this.#shop = shop
    this.#story = story
    this.#card = card
    this.#before = { posted: shop.posted(card, story.kind), balance: shop.balance(card) }
  }

  async run(point: Point, decision: Decision, again: Point | undefined): Promise<void> {
    const dead = await this.#die(point)
    const { asked, committed } = dead.appended()
    expect(asked.size).toBe(reached(point, 'added') ? 1 : 0)
    const [id] = asked
    await this.#shop.switch({ server: 'up' })
    const till = await this.#reopen()
    const rows = await journalRows(till, this.#shop.widgetUrl)
    // A draft whose sale is found is charged at once, under the receipt id that it always had.
    const anew = id !== undefined && browser!.appended().committed.has(id)
    const recorded = id !== undefined && rows.records.includes(id) && !anew
    const ghost = id !== undefined && rows.unseen.includes(id) && !anew
    this.#compare(point, dead, { recorded, ghost, committed: committed.size === 1 })

    if (ghost) await this.#answerGhost(id, decision, again)
    else if (!recorded) await this.#answerDraft()
    await browser!.till.allSent('create')
    const kept = id ?? [...browser!.appended().asked][0]!
    await this.#inEnd(kept, ghost && decision === 'cancel')
    const writes = [...dead.writes(), ...browser!.writes()]
    expect(writes.length).toBeGreaterThan(3)
    expect(writes.filter(({ durability }) => durability !== 'strict')).toEqual([])
  }

  /** Plays the story up to the point and kills the browser there. */
  async #die(point: Point): Promise<MortalBrowser> {
    const { salesBefore } = this.#story
    const mortal = await MortalBrowser.open(this.#shop, profile, { point, salesBefore, deletesBeforeSend })
    const playing = this.#story.play(mortal.till, this.#shop, this.#card).then(
      // The end of the story is seen some frames before the page itself tells of it.
      () => mortal.till.page.waitForTimeout(graceMs).catch(() => undefined),
      (error: unknown) => error,
    )
    const end = await Promise.race([mortal.reached, playing])
    if (end !== point) throw new Error(`the story never came to the point ${point}`, { cause: end })
    await Promise.all([playing, mortal.killed])
    await mortal.close()
    countKill(point)
    return mortal
  }

  async #reopen(point: Point | null = null): Promise<TillPage> {
    await browser?.close()
    browser = await MortalBrowser.open(this.#shop, profile, { point })
    return browser.till
  }

  /** What was told before the death against what the journal has after it. */
  #compare(
    point: Point,
    dead: MortalBrowser,
    found: { recorded: boolean; ghost: boolean; committed: boolean },
  ): void {
    const [first, last] = this.#story.signs
    if (point !== 'committing') {
      expect(found.recorded, 'the journal has the record').toBe(reached(point, 'committed'))
    }
    expect(found.ghost, 'the record is a ghost').toBe(found.recorded && !reached(point, 'seen'))
    expect(found.committed, 'the commit was heard of').toBe(reached(point, 'committed'))
    expect(dead.painted(first), `«${first}» was painted`).toBe(reached(point, 'shown'))
    expect(dead.painted(last), `«${last}» was painted`).toBe(point === 'painted')
  }

  async #answerGhost(id: string, decision: Decision, again: Point | undefined): Promise<void> {
    const asks = (till: TillPage) => till.sees('create', /Касса закрылась во время/)
    await asks(browser!.till)
    if (decision === 'nobody decides') {
      await browser!.till.backFromServer('create')
      expect(await this.#receipt(id)).toEqual([])
      await asks(await this.#reopen())
    }
    expect(await this.#receipt(id)).toEqual([])
    const press = (till: TillPage) =>
      till.press('create', decision === 'cancel' ? 'Нет, отменить' : /^Да, (списать|активировать)$/)
    if (!again) return press(browser!.till)

    await this.#reopen(again)
    await asks(browser!.till)
    // The press itself may not live to its end.
    const [killedAt] = await Promise.all([browser!.killed, press(browser!.till).catch(() => undefined)])
    expect(killedAt).toBe(again)
    countKill(again)
    await this.#reopen()
    const { unseen } = await journalRows(browser!.till, this.#shop.widgetUrl)
    // An answer that is not on the disk was not given: the cashier is asked once more.
    const written = again === 'committed' || again === 'seen'
    expect(unseen).toEqual(written ? [] : [id])
    if (!written) {
      await asks(browser!.till)
      await press(browser!.till)
    }
  }

  /** Nothing was committed: the draft is there, and looks for its sale (M3). */
  async #answerDraft(): Promise<void> {
    const { till } = browser!
    const frame = till.frame('create')
    const yes = frame.getByRole('button', { name: this.#story.yes })
    await yes.or(frame.getByText(this.#story.done)).first().waitFor()
    if (await yes.isVisible()) await yes.click()
    await till.sees('create', this.#story.done)
  }

  /** The ledger says of the receipt what the cashier said, and nothing is left over. */
  async #inEnd(id: string, cancelled: boolean): Promise<void> {
    const { kind, amountKopecks } = this.#story
    const moved = cancelled ? 0 : kind === 'load' ? amountKopecks : -amountKopecks
    await expect.poll(() => this.#shop.balance(this.#card) - this.#before.balance).toBe(moved)
    const { unsettled, unseen } = await journalRows(browser!.till, this.#shop.widgetUrl)
    expect({ unsettled, unseen }).toEqual({ unsettled: [], unseen: [] })
    // An undoing is an operation of its own: it does not take the first one away.
    const posted = this.#shop.posted(this.#card, kind) - this.#before.posted
    expect(posted, 'how often it was posted').toBe(1)
    expect(await this.#receipt(id)).toEqual([{ status: 'applied' }])
    const undone = await this.#rows(`select status from receipt where voids = '${id}'`)
    expect(undone).toEqual(cancelled ? [{ status: 'applied' }] : [])
    expect(await this.#rows('select kind, evidence from cases where closed_at_ms is null')).toEqual([])
    await expect.poll(() => this.#shop.liveHolds(this.#card)).toBe(0)
  }

  #receipt(id: string): Promise<Row[]> {
    return this.#rows(`select status from receipt where id = '${id}'`)
  }
  #rows(sql: string): Promise<Row[]> {
    return ledgerRows({ dataDir: this.#shop.dataDir }, sql)
  }
}
