import { effect } from '@preact/signals-core'
import { stateOf } from '../../src/client/testing/headless-host.ts'
import type { DocumentId } from '../../src/core/ids.ts'
import type { Sale } from '../../src/core/sale/sale.ts'
import type { OpenTill } from './counter.ts'
import type { Scheduler } from './world/scheduler.ts'

/** Between two moves of a hand. */
const handMs = 200
/** Nobody looks at a panel that moves for longer. */
const patienceMs = 12_000
/** MoySklad's page gives a frame another document so often before its till is ready: nobody waits longer. */
const frameMs = 10_000

export interface HandsDeps {
  scheduler: Scheduler
  /** `YYYY-MM-DD HH:mm` on MoySklad's page. */
  moment: () => string
}

/** What hands do at MoySklad's page and at the panel in it. Each act ends when the panel has come to rest. */
export class Hands {
  readonly #deps: HandsDeps

  constructor(deps: HandsDeps) {
    this.#deps = deps
  }

  /** MoySklad's page shows the form of a new sale. */
  async openForm(open: OpenTill): Promise<void> {
    open.tab.shows = 'form'
    await this.act(open, () => open.host.open(null))
  }

  /** MoySklad's page shows a saved sale, in the frame beside the form, which may have to be loaded first. */
  async openSaved({ tab, counter }: OpenTill, documentId: DocumentId): Promise<OpenTill | null> {
    const saved = tab.saved ?? counter.load(tab, 'saved')
    tab.shows = 'saved'
    await this.act(saved, () => saved.host.open(documentId))
    const isThere = () => saved.page.dead || saved.checkout.ready.value !== null
    await this.#until(isThere, frameMs)
    await this.#rest(saved)
    return saved.works ? saved : null
  }

  /** Edits the sale on the page until it is this one. */
  ring(open: OpenTill, sale: Sale, applicable = true): Promise<void> {
    const state = stateOf(sale, { moment: `${this.#deps.moment()}:00.000`, applicable })
    return this.act(open, () => open.host.change(state))
  }

  scan(open: OpenTill, number: string): Promise<void> {
    return this.act(open, () => open.checkout.scan(number, 'scanned'))
  }

  /**
   * Presses «Сохранить», again where the panel was still looking something up.
   *
   * @returns null where MoySklad may save, or its red line
   */
  async save(open: OpenTill, documentId: DocumentId): Promise<string | null> {
    for (let n = 0; ; n++) {
      const refused = await open.do(() => open.host.save(documentId))
      if (refused !== 'checking' || n === 3) return refused
      await this.#rest(open)
    }
  }

  /** Presses something. The view waits for none of it. */
  async act(open: OpenTill, press: () => unknown): Promise<void> {
    if (open.page.dead) return
    open.do(() => void press())
    await this.#rest(open)
  }

  async #rest({ page, checkout }: OpenTill): Promise<void> {
    await new Promise<void>((done) => this.#deps.scheduler.after(handMs, done))
    const { busy, charging } = checkout
    await this.#until(() => page.dead || !(busy.value || charging.searching.value), patienceMs)
  }

  /** Until the models say so, or nobody waits any longer. */
  async #until(is: () => boolean, limitMs: number): Promise<void> {
    if (is()) return
    const { scheduler } = this.#deps
    await new Promise<void>((done) => {
      const alarm = scheduler.after(limitMs, () => end())
      const forget = effect(() => {
        if (is()) end()
      })
      function end() {
        scheduler.off(alarm)
        forget()
        done()
      }
    })
  }
}
