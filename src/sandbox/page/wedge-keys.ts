/**
 * The keys of a wedge scanner, made by a script: the events that a device would cause, and what the browser does by itself
 * for the keys of a device. Events of a script are not trusted, so that second part does not happen by itself.
 */

/** An ordinary scanner's keys follow each other by this. */
const keyGapMs = 8

type Key = { readonly key: string; readonly code: string }

/**
 * Types a number and Enter into whatever has the cursor in that page.
 *
 * A browser stamps the key of a device when it was struck, however late the page gets it, and the stamps tell a burst from
 * a hand. So each event bears the moment at which it was due, and a busy computer only makes the whole of it late.
 */
export async function typeLikeWedge(page: Document, digits: string): Promise<void> {
  const view = page.defaultView
  if (view === null) throw new Error('The page is not shown any more.')
  const keys = [...digits].map((digit): Key => ({ key: digit, code: `Digit${digit}` }))
  const startMs = view.performance.now()
  for (const [number, key] of [...keys, { key: 'Enter', code: 'Enter' }].entries()) {
    const dueMs = startMs + number * keyGapMs
    // A frame that is not shown gets its timers late; the keys that became due meanwhile come at once.
    const waitMs = dueMs - view.performance.now()
    if (waitMs > 0) await new Promise((done) => setTimeout(done, waitMs))
    strike(page, view, key, dueMs)
  }
}

function strike(page: Document, view: Window & typeof globalThis, key: Key, atMs: number): void {
  const send = (type: string): boolean => {
    const event = new view.KeyboardEvent(type, {
      ...key,
      view,
      bubbles: true,
      cancelable: true,
      composed: true,
    })
    Object.defineProperty(event, 'timeStamp', { value: atMs })
    return (page.activeElement ?? page.body).dispatchEvent(event)
  }
  if (send('keydown') && send('keypress')) actByDefault(page, view, key)
  send('keyup')
}

function actByDefault(page: Document, view: Window & typeof globalThis, { key }: Key): void {
  const field = page.activeElement
  if (key !== 'Enter') {
    if (isTextField(field, view)) page.execCommand('insertText', false, key)
  } else if (field instanceof view.HTMLTextAreaElement) page.execCommand('insertLineBreak')
  else if (isTextField(field, view)) field.form?.requestSubmit()
}

/** Whether typed text would land in the element. */
export function isTextField(
  element: Element | null,
  view: Window & typeof globalThis,
): element is HTMLInputElement | HTMLTextAreaElement {
  return (
    element instanceof view.HTMLTextAreaElement ||
    (element instanceof view.HTMLInputElement && element.type !== 'checkbox')
  )
}
