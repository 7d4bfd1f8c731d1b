import { effect, signal } from '@preact/signals-core'
import type { Checkout } from './checkout.ts'
import { statusOf } from './result.ts'

/** taken: a card has paid or was sold; refused: it was not, and the panel says why; attention: somebody has to decide. */
export type Sound = 'taken' | 'refused' | 'attention'

export interface SoundsDeps {
  checkout: Pick<Checkout, 'results' | 'refused' | 'notice' | 'charging' | 'ghosts' | 'notUndone'>
  play: (sound: Sound) => void
  storage: () => Pick<Storage, 'getItem' | 'setItem'>
}

const key = 'podarok-sounds'

/** Says by ear what the screen says by colour (U4): a cashier looks at the buyer. */
export class Sounds {
  readonly #deps: SoundsDeps
  readonly on = signal(true)

  constructor(deps: SoundsDeps) {
    this.#deps = deps
    this.readAgain()
    const { checkout } = deps
    this.#each('taken', () =>
      checkout.results.value
        .filter((result) => ['done', 'promised'].includes(statusOf(result)))
        .map(({ record }) => record.id),
    )
    this.#each('refused', () => [
      checkout.refused.value?.record.id ?? '',
      refusedBy(checkout.notice.value?.kind),
    ])
    this.#each('attention', () => [
      ...checkout.charging.questions.value.map(({ draft }) => draft.id),
      ...checkout.charging.unposted.value.map(({ id }) => id),
      ...checkout.ghosts.list.value.map(({ record }) => record.id),
      ...checkout.notUndone.value.map(({ record }) => record.id),
    ])
  }

  /** Another frame may have turned them off or on: they are the till's, not a frame's. */
  readAgain(): void {
    this.on.value = this.#read() !== 'off'
  }

  toggle(): void {
    this.on.value = !this.on.value
    try {
      this.#deps.storage().setItem(key, this.on.value ? 'on' : 'off')
    } catch {
      // Where nothing is kept it holds for this page.
    }
  }

  /** Plays when something new is there; what stands there from the start, or goes, is silent. */
  #each(sound: Sound, what: () => readonly string[]): void {
    let before: ReadonlySet<string> | null = null
    effect(() => {
      const now = new Set(what().filter((one) => one !== ''))
      const isNew = before !== null && [...now].some((one) => !before!.has(one))
      before = now
      if (isNew && this.on.peek()) this.#deps.play(sound)
    })
  }

  #read(): string | null {
    try {
      return this.#deps.storage().getItem(key)
    } catch {
      return null
    }
  }
}

const mild = new Set(['lowered', 'scan_again'])
const refusedBy = (kind: string | undefined) => (kind && !mild.has(kind) ? kind : '')
