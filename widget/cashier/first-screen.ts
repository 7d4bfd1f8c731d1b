import type { FirstWords } from './words/first-words.ts'

/**
 * What a cashier sees until the app is there: the same status line and scan box, drawn by hand, so that nothing has to be
 * loaded for them. The scanner is heard already.
 */
export interface FirstScreen {
  /** @param scan whether one is kept for the app */
  heard(scan: boolean): void
  /** The rest did not load; it is asked for again. */
  cut(): void
  /** Makes room for the app. @returns whether the scan box had the cursor */
  leave(): boolean
}

export function showFirstScreen(root: HTMLElement, words: FirstWords): FirstScreen {
  const page = root.ownerDocument
  const view = page.defaultView!
  let kept = false

  const line = page.createTextNode(words.starting)
  const status = element(
    'header',
    { class: 'status dim' },
    element('p', { role: 'status' }, element('i', { class: 'dot', 'aria-hidden': 'true' }), line),
  )
  const state = element('span', { role: 'status' })
  const box = element(
    'div',
    { class: 'scan-state', role: 'button', tabindex: '0' },
    element('i', { class: 'bars', 'aria-hidden': 'true' }),
    state,
  )
  const row = element('div', { class: 'scan-row' }, box)
  // Where the app has it: nothing moves when that takes over.
  const desk = element('main', { class: 'desk' }, element('section', { class: 'scan' }, row))

  function element(name: string, attributes: Record<string, string>, ...children: Node[]): HTMLElement {
    const made = page.createElement(name)
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
    made.append(...children)
    return made
  }

  function update(): void {
    const focused = page.hasFocus()
    row.classList.toggle('on', focused)
    state.textContent = kept ? words.checking : focused ? words.listening : words.idle
  }

  box.addEventListener('click', () => {
    // Without this a click on text that cannot be focused leaves the keys with MoySklad's page.
    view.focus()
    box.focus()
  })
  view.addEventListener('focus', update)
  view.addEventListener('blur', update)
  update()
  root.replaceChildren(element('div', { class: 'app' }, status, desk))

  return {
    heard(scan) {
      kept = scan
      update()
    },
    cut() {
      status.className = 'status warn'
      line.data = words.offline
      if (!desk.querySelector('.notice')) {
        const mark = element('b', { 'aria-hidden': 'true' }, page.createTextNode('!'))
        desk.append(
          element('p', { class: 'notice', role: 'alert' }, mark, page.createTextNode(` ${words.notLoaded}`)),
        )
      }
    },
    leave() {
      const had = page.activeElement === box
      view.removeEventListener('focus', update)
      view.removeEventListener('blur', update)
      root.replaceChildren()
      return had
    },
  }
}
