import { look, readBooks, readPaper, readSaved } from './eyes.ts'
import { Hands, startKopecks } from './hands.ts'
import { Memory } from './memory.ts'
import { expectations, type Moment } from './oracle.ts'
import type { Act, Books, Screen } from './words.ts'

/** An expectation that did not hold. */
export interface Broken {
  title: string
  /** The acts of the order up to there; none of those that end every day. */
  acts: readonly string[]
  /** The act after which it was seen. */
  after: string
  seen: string
}

/** A fault that is planted between the product and the oracle's eyes. */
export type Plant = (seen: { screen: Screen; books: Books }, act: Act) => void

/**
 * Plays an order of acts before the oracle, and then what ends every day: the line comes back, what is not saved is taken
 * away, sales that something is owed to are opened, and what can be answered is answered with «Да».
 *
 * @returns all that did not hold at the first moment at which anything did not; what comes after would only follow from it
 */
export async function play(acts: readonly string[], plant?: Plant): Promise<Broken[]> {
  const hands = new Hands()
  const { page } = hands
  await page.newSale()
  const memory = new Memory(startKopecks)
  let before = look(page)
  let played = 0
  let broken: Broken[] = []

  /** @returns whether all is well */
  const step = async (word: string): Promise<boolean> => {
    const [what, which = ''] = word.split(/-(.*)/) as [string, string?]
    const from = page.documentId
    const came = await hands.act(what, which)
    const act = { what, which, came, from, to: page.documentId, atMs: page.ledger.nowMs }
    const seen = { screen: look(page), books: readBooks(page) }
    plant?.(seen, act)
    const { screen: after, books } = seen
    const paper = readPaper(page)
    memory.note(act, before, after, paper, books.deeds)
    const moment: Moment = { act, before, after, paper, saved: readSaved(page), books, memory }
    before = after
    broken = Object.entries(expectations).flatMap(([title, expectation]) => {
      const instead = expectation(moment)
      return instead === null ? [] : [{ title, acts: acts.slice(0, played), after: word, seen: instead }]
    })
    return broken.length === 0
  }

  for (const word of acts) {
    played++
    if (!(await step(word))) return broken
  }
  for (const word of ['back', 'tick', 'tick', ...(page.documentId === null ? ['empty'] : [])]) {
    if (!(await step(word))) return broken
  }
  for (const document of new Set(memory.owed.map((debt) => debt.document))) {
    if (document === null) continue
    for (const word of [`open-${document}`, 'tick', 'yes']) if (!(await step(word))) return broken
  }
  await step('new-day')
  return broken
}

/** The shortest order that breaks the same expectation, found by leaving acts out. */
export async function shrink(first: Broken): Promise<Broken> {
  let best = first
  for (let at = 0; at < best.acts.length;) {
    const fewer = best.acts.filter((_, n) => n !== at)
    const again = (await play(fewer)).find(({ title }) => title === best.title)
    if (again) [best, at] = [again, 0]
    else at++
  }
  return best
}
