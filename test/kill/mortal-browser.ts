import { execFileSync } from 'node:child_process'
import { type BrowserContext, chromium } from 'playwright-core'
import type { Shop } from '../e2e/shop.ts'
import { TillPage } from '../e2e/till-page.ts'
import { chromiumLaunch } from '../support/chromium.ts'
import { killScript } from './kill-script.ts'
import { bindingName, type KillSettings, type Note, type Point, type Shown } from './points.ts'

/** A browser with a till, on a profile that outlives it; at the point that was named it is killed. */
export class MortalBrowser {
  readonly till: TillPage
  readonly #context: BrowserContext
  readonly #notes: Note[]
  /** What the pages have written to the console. */
  readonly said: readonly string[]
  /** The point that was reached; settles when every process of the browser has got its death. */
  readonly reached: Promise<Point>
  /** The same, when the system has cleared all of them away. */
  readonly killed: Promise<Point>

  private constructor(
    till: TillPage,
    context: BrowserContext,
    notes: Note[],
    said: readonly string[],
    reached: Promise<Point>,
    killed: Promise<Point>,
  ) {
    this.till = till
    this.#context = context
    this.#notes = notes
    this.said = said
    this.reached = reached
    this.killed = killed
  }

  static async open(
    shop: Shop,
    profile: string,
    settings: Partial<KillSettings> = {},
  ): Promise<MortalBrowser> {
    const context = await chromium.launchPersistentContext(profile, {
      ...chromiumLaunch(),
      viewport: { width: 1366, height: 768 },
    })
    const notes: Note[] = []
    const said: string[] = []
    context.on('console', (message) => said.push(message.text()))
    let processes: number[] = []
    let dying: number[] = []
    const reached = new Promise<Point>((settle) => {
      void context.exposeBinding(bindingName, (_source, note: Note) => {
        notes.push(note)
        if (note.kind !== 'point') return
        dying = [...new Set([...processes, ...processesOf(profile)])]
        kill(dying)
        settle(note.point)
      })
    })
    const killed = reached.then(async (point) => {
      await untilGone(dying)
      return point
    })
    const script: KillSettings = {
      widgetOrigin: new URL(shop.widgetUrl).origin,
      point: null,
      salesBefore: 0,
      deletesBeforeSend: false,
      ...settings,
    }
    await context.addInitScript(`(${killScript.toString()})(${JSON.stringify(script)}, '${bindingName}')`)
    const page = context.pages()[0] ?? (await context.newPage())
    const till = await TillPage.open(page, shop.hostUrl, {})
    processes = processesOf(profile)
    if (processes.length < 3)
      throw new Error(`the browser has ${processes.length} processes: no tree to kill`)
    return new MortalBrowser(till, context, notes, said, reached, killed)
  }

  painted(shown: Shown): boolean {
    return this.#notes.some((note) => note.kind === 'painted' && note.shown === shown)
  }
  /** Ids of the receipts that the journal was asked to add, and that it said to have. */
  appended(): { asked: Set<string>; committed: Set<string> } {
    const ids = (kind: 'adding' | 'committed') =>
      new Set(this.#notes.flatMap((note) => (note.kind === kind ? [note.id] : [])))
    return { asked: ids('adding'), committed: ids('committed') }
  }
  /** Durability that each write to the journal's database asked for. */
  writes(): Extract<Note, { kind: 'write' }>[] {
    return this.#notes.filter((note) => note.kind === 'write')
  }

  /** Ends the browser as a person does; does nothing to a dead one. */
  async close(): Promise<void> {
    if (!this.#notes.some((note) => note.kind === 'point')) await this.#context.close()
  }
}

/** The browser's process of a profile and all that came from it. */
function processesOf(profile: string): number[] {
  const listed = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args='], {
    encoding: 'utf8',
    maxBuffer: 2 ** 25,
  })
  const rows = listed.split('\n').flatMap((line) => {
    const [, pid, parent, args] = /^\s*(\d+)\s+(\d+)\s(.*)$/.exec(line) ?? []
    return pid ? [{ pid: Number(pid), parent: Number(parent), args: args! }] : []
  })
  const found = rows.filter(({ args }) => args.includes(`--user-data-dir=${profile}`)).map(({ pid }) => pid)
  for (const parent of found) {
    for (const { pid } of rows.filter((row) => row.parent === parent)) {
      if (!found.includes(pid)) found.push(pid)
    }
  }
  return found
}

/**
 * A killed process keeps its files locked until the system has cleared it away, which takes a while where it was writing to
 * the disk. A browser that opens the profile before that finds its databases locked.
 */
async function untilGone(processes: readonly number[]): Promise<void> {
  for (;;) {
    const states = execFileSync('ps', ['-A', '-o', 'pid=,state='], { encoding: 'utf8' })
    const alive = states.split('\n').flatMap((line) => {
      const [pid, state] = line.trim().split(/\s+/)
      // Z: only its parent still has to ask for how it ended.
      return state && !state.startsWith('Z') ? [Number(pid)] : []
    })
    if (!processes.some((pid) => alive.includes(pid))) return
    await new Promise((done) => setTimeout(done, 50))
  }
}

function kill(processes: readonly number[]): void {
  for (const pid of processes) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch (error) {
      // Its parent has taken it along.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}
