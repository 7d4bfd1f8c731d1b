import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Frame } from 'playwright-core'
import { CERTIFICATES, EMPLOYEES, GOODS } from '../../src/sandbox/demo.ts'
import type { TillPage } from './till-page.ts'

/** Looks at the app's frame as a cashier would, and as a reader for the blind would. */

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export interface Look {
  /** How far the page, or a part of it that scrolls, reaches beyond its right edge. */
  sidewaysPx: number
  /** Texts that are cut off at an edge or lie outside of the frame. */
  cutOff: string[]
  /** How far the one action is below the fold. */
  actionBelowPx: number
  /** Null when the sentence that this screen is about is seen without scrolling. */
  hidden: string | null
  /** Codes, missing words, and words of the other language. */
  foreign: string[]
  faults: string[]
}

export const sound: Look = {
  sidewaysPx: 0,
  cutOff: [],
  actionBelowPx: 0,
  hidden: null,
  foreign: [],
  faults: [],
}

/** What people named themselves; the same in every language. */
const names = [
  ...[...CERTIFICATES, ...GOODS].map(({ name }) => name),
  ...EMPLOYEES.map(({ firstName, lastName }) => `${lastName} ${firstName[0]!}.`),
]

/**
 * @param name of the picture, which is kept in the folder that `PODAROK_SCREENS` names
 * @param about what this screen is about
 */
export async function look(
  till: TillPage,
  point: 'create' | 'edit',
  name: string,
  about: RegExp,
): Promise<Look> {
  const handle = await till.page.getByTestId(`widget-${point}`).elementHandle()
  const frame = (await handle?.contentFrame())!
  const folder = process.env['PODAROK_SCREENS']
  if (folder) {
    mkdirSync(folder, { recursive: true })
    await handle.screenshot({ path: join(folder, `${name}-${till.locale.slice(0, 2)}.png`) })
  }
  const faults = await axeFaults(frame)
  const { text, ...seen } = await frame.evaluate((sentence) => {
    const boxes = [document.documentElement, ...document.body.querySelectorAll<HTMLElement>('*')]
    const scrolls = (one: Element) => ['auto', 'scroll'].includes(getComputedStyle(one).overflowY)
    const wide = boxes.filter((one) => one === document.documentElement || scrolls(one))
    const cutOff = boxes
      .filter((one) => one.tagName !== 'INPUT' && !scrolls(one) && one.textContent.trim() !== '')
      .filter((one) => {
        const clips = ['hidden', 'clip'].includes(getComputedStyle(one).overflowX)
        return clips && one.scrollWidth > one.clientWidth
      })
      .map((one) => one.textContent)
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!node.textContent!.trim()) continue
      const range = document.createRange()
      range.selectNodeContents(node)
      const outside = [...range.getClientRects()].some(
        ({ left, right }) => left < 0 || right > innerWidth + 1,
      )
      if (outside) cutOff.push(node.textContent!)
    }

    const plain = (one: Element) => one.textContent.replace(/[\u00a0\u202f]/g, ' ')
    const told = boxes
      .filter((one) => new RegExp(sentence).test(plain(one)))
      .sort((a, b) => a.textContent.length - b.textContent.length)[0]
    const rect = told?.getBoundingClientRect()
    const seen = rect && rect.height > 0 && rect.top >= 0 && rect.bottom <= innerHeight
    const action = document.querySelector('.primary')?.getBoundingClientRect()
    return {
      sidewaysPx: Math.max(...wide.map((one) => one.scrollWidth - one.clientWidth)),
      cutOff,
      actionBelowPx: action ? Math.max(0, action.bottom - innerHeight) : 0,
      hidden: seen ? null : sentence,
      text: document.querySelector<HTMLElement>('.app')!.innerText,
    }
  }, about.source)
  return { ...seen, foreign: foreignIn(text, till.locale), faults }
}

/** What a reader for the blind, or weak eyes, would stumble over: breaches of WCAG 2.2 AA. */
export async function axeFaults(frame: Frame): Promise<string[]> {
  await frame.evaluate(axe)
  return frame.evaluate(async () => {
    const { axe: checker } = window as unknown as {
      axe: {
        run(
          context: Document,
          options: object,
        ): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
      }
    }
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
    const { violations } = await checker.run(document, { runOnly: { type: 'tag', values: tags } })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)
  })
}

function foreignIn(text: string, locale: string): string[] {
  let own = text.replace(/[\u00a0\u202f]/g, ' ')
  for (const name of names) own = own.replaceAll(name.replace(/[\u00a0\u202f]/g, ' '), '')
  const codes = own.match(/undefined|null|NaN|\[object|\w+_\w+/g) ?? []
  const other = locale.startsWith('ru') ? /[A-Za-z]{2,}/g : /[А-Яа-яЁё]+/g
  return [...codes, ...(own.match(other) ?? [])]
}
