import { kopecks } from '../../src/core/money.ts'
import type { DocumentId } from '../../src/core/ids.ts'
import { SalePage } from '../../widget/cashier/testing/sale-page.ts'
import { look } from './eyes.ts'

/** Cards are named by their last four digits, which tell what is on them: roubles, or «0001» and «0002» for unsold ones. */
export const startKopecks: Readonly<Record<string, number | null>> = {
  2000: 200_000,
  '0500': 50_000,
  '0001': null,
  '0002': null,
  '0000': 0,
}

const numberOf = (last4: string) => `400600000000${last4}`

/** «nothing»: a button that is not there is not pressed, and what MoySklad must not save is not saved. */
export type Came = 'saved' | 'done' | 'nothing'

/** A cashier at MoySklad's page, and what can be done there. */
export class Hands {
  readonly page = new SalePage()

  constructor() {
    for (const [last4, start] of Object.entries(startKopecks)) {
      this.page.addCard(numberOf(last4), start ?? 'unsold')
    }
  }

  /**
   * Does what its first word says: `card-2000` scans a card and `typed-2000` types its number, `off-2000` takes it off again;
   * `goods-900` and `certificate` add a row, `discount` takes a tenth off the last row or gives it back, `remove` takes the
   * last row away; `confirm` presses the button, `amount-100` writes 100 ₽ at the first card that pays, `save` saves; the line
   * is `cut` and comes `back`; `later` unticks «Проведено», and ticks and saves a saved sale that is without it; `yes` and
   * `no` answer the question; `new` begins the next sale, `open-…` opens a saved one; `wait` lets twenty minutes pass, `tick`
   * lets timers go off, `empty` takes all cards and rows away.
   */
  async act(what: string, which: string): Promise<Came> {
    const { page } = this
    const ticks = what === 'later' && page.documentId !== null && !page.isPosted
    if (ticks) await page.post(true)
    const isSaved = what === 'save' || ticks
    const did = isSaved ? await page.save() : await this.#touch(what, which)
    await new Promise<void>((done) => setImmediate(done))
    return did ? (isSaved ? 'saved' : 'done') : 'nothing'
  }

  async #touch(what: string, which: string): Promise<unknown> {
    const { page } = this
    const { checkout } = page.shown
    switch (what) {
      case 'card':
        return did(page.scan(numberOf(which)))
      case 'typed':
        return did(page.scan(numberOf(which), 'typed'))
      case 'off':
        return this.#takeOff(which)
      case 'goods':
        return did(page.addGoods(Number(which) * 100))
      case 'certificate':
        return did(page.addCertificate())
      case 'discount':
        return did(page.discount(10))
      case 'remove':
        return did(page.removeRow())
      case 'confirm':
        return page.press()
      case 'amount': {
        const card = checkout.draft.value?.redeems[0]
        return card && did(checkout.desk.setAmount(card.cardId, kopecks(Number(which) * 100)))
      }
      case 'cut':
        return did(page.line(false))
      case 'back':
        return did(page.line(true))
      case 'later':
        return did(page.post(!page.isPosted))
      case 'yes':
      case 'no': {
        const [question] = checkout.charging.questions.value
        const isThere = what === 'no' || look(page).questions[0]?.mayBeYes
        return question && isThere && did(checkout.charging.answer(question, what === 'yes'))
      }
      case 'new':
        return did(page.newSale())
      case 'open':
        return did(page.openSaved(which as DocumentId))
      case 'wait':
        page.ledger.nowMs += 20 * 60_000
        page.store.tell()
        return did(page.tick())
      case 'tick':
        return did(page.tick())
      case 'empty':
        for (const last4 of Object.keys(startKopecks)) await this.#takeOff(last4)
        while (page.rows.length > 0) await page.removeRow()
        return true
      default:
        throw new Error(`nobody knows how to «${what}»`)
    }
  }

  async #takeOff(last4: string): Promise<boolean> {
    const { draft, seen, desk } = this.page.shown.checkout
    const { loads = [], redeems = [] } = draft.value ?? {}
    const isHere = (face: { last4: string }) => face.last4 === last4
    const id = [...loads, ...redeems].find(isHere)?.cardId ?? seen.value.find(isHere)?.id
    if (id) await desk.remove(id)
    return id !== undefined
  }
}

const did = async (work: unknown): Promise<true> => {
  await work
  return true
}
