import { render } from 'preact'
import { laterViews } from '../operations.tsx'
import { keepDrawn } from '../../ui/keep-drawn.ts'
import { App } from '../view/App.tsx'
import type { LaterViews } from '../view/screen-props.ts'
import { en } from '../words/en.ts'
import { firstWords } from '../words/first-words.ts'
import { language } from '../words/language.ts'
import { operationsWords as operationsEn } from '../words/operations-en.ts'
import { operationsWords as operationsRu } from '../words/operations-ru.ts'
import { ru } from '../words/ru.ts'
import { SalePage } from './sale-page.ts'

/** What the cashier's components are shown with: both languages, with all their words. */
export const spoken = {
  ru: language({ code: 'ru', words: ru, first: firstWords.ru }, 'RUB'),
  en: language({ code: 'en', words: en, first: firstWords.en }, 'RUB'),
}
const operationsSpoken = { ru: operationsRu, en: operationsEn }

/** The cashier's whole screen over a page of MoySklad in memory: the frame that the page shows is the one that is drawn. */
export class TillScreen {
  readonly page = new SalePage()
  readonly code: 'ru' | 'en'
  readonly #later = new WeakMap<object, LaterViews>()
  #turn = 0
  #root: Element | null = null

  constructor(code: 'ru' | 'en' = 'ru') {
    this.code = code
  }

  get language() {
    return spoken[this.code]
  }

  /** Draws the frame that MoySklad's page shows now, or another one, and whatever changes in it, until the next is drawn. */
  draw(root: Element, frame = this.page.shown): void {
    const { checkout } = frame
    const turn = ++this.#turn
    this.#root = root
    keepDrawn(
      () => {
        if (turn !== this.#turn) return
        render(
          <App key={checkout} checkout={checkout} language={this.language} later={this.#laterOf(frame)} />,
          root,
        )
      },
      (error) => {
        throw error
      },
    )
  }

  close(): void {
    this.#turn++
    if (this.#root) render(null, this.#root)
    this.#root?.remove()
  }

  #laterOf({ checkout, till }: SalePage['shown']): LaterViews {
    const known = this.#later.get(checkout)
    if (known) return known
    const storage = { getItem: () => null, setItem: () => undefined }
    const made = laterViews({
      till,
      checkout,
      words: operationsSpoken[this.code],
      log: () => undefined,
      sounds: { play: () => undefined, storage: () => storage },
    })
    this.#later.set(checkout, made)
    return made
  }
}
