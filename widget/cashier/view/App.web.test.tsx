import { act } from '@testing-library/preact'
import axe from 'axe-core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { page as browserPage } from 'vitest/browser'
import '../cashier.css'
import { addCards, type ScreenState, states } from '../testing/states.ts'
import { TillScreen } from '../testing/till-screen.tsx'

/** The size that MoySklad gives the frame (manifest/descriptor.ts). */
beforeEach(() => browserPage.viewport(400, 420))
let shown: TillScreen | null = null
afterEach(() => {
  shown?.close()
  vi.restoreAllMocks()
})

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')

async function show(state: ScreenState, code: 'ru' | 'en'): Promise<TillScreen> {
  vi.spyOn(document, 'hasFocus').mockReturnValue(state.focused ?? false)
  const screen = new TillScreen(code)
  addCards(screen.page)
  await screen.page.newSale()
  await state.come(screen.page)
  const root = document.body.appendChild(document.createElement('div'))
  root.id = 'app'
  void act(() => screen.draw(root))
  shown = screen
  return screen
}

/** The innermost element that says it. */
function telling(sentence: string): Element | undefined {
  return [...document.querySelectorAll('#app *')]
    .filter((one) => plain(one.textContent).includes(plain(sentence)))
    .at(-1)
}

const boxesOf = (parents: string) =>
  [...document.querySelectorAll(parents)].flatMap((parent) =>
    [...parent.children].map((one) => ({
      above: one.previousElementSibling,
      topPx: one.getBoundingClientRect().top,
    })),
  )

const isInSight = (one: Element) => {
  const { top, bottom, left, right, height } = one.getBoundingClientRect()
  return height > 0 && top >= 0 && bottom <= innerHeight && left >= 0 && right <= innerWidth
}

describe.each(['ru', 'en'] as const)('the screen in %s', (code) => {
  it.each(states)(
    '[U6] $name: is told without scrolling, fits, and has a name for everything',
    async (state) => {
      const { language } = await show(state, code)
      const told = telling(state.about(language))
      expect(told, document.body.innerText).toBeDefined()
      expect(isInSight(told!)).toBe(true)
      expect(document.documentElement.scrollWidth).toBe(innerWidth)
      for (const one of document.querySelectorAll('.scan-row, .primary')) expect(isInSight(one)).toBe(true)
      // What stands below another thing does not touch it: a press on the edge of one would be the other's.
      for (const { above, topPx } of boxesOf('.scan, .action, .cards')) {
        if (above) expect(topPx - above.getBoundingClientRect().bottom).toBeGreaterThanOrEqual(4)
      }
      const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
      const { violations } = await axe.run(document.getElementById('app')!, {
        runOnly: { type: 'tag', values: tags },
      })
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual(
        [],
      )
    },
  )
})
