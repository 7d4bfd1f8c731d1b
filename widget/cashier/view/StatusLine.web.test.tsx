import { signal } from '@preact/signals'
import { render } from 'preact'
import { afterEach, describe, expect, it } from 'vitest'
import type { Checkout } from '../model/checkout.ts'
import { firstWords } from '../words/first-words.ts'
import { language } from '../words/language.ts'
import { ru } from '../words/ru.ts'
import type { LaterScreen } from './screen-props.ts'
import { StatusLine } from './StatusLine.tsx'

const spoken = language({ code: 'ru', words: ru, first: firstWords.ru }, 'RUB')
const screen: LaterScreen = () => <main />

/** A till that has all that it needs for an outage, but perhaps not every file of its page. */
function show(operations: LaterScreen | null, why: 'grant_waits' | 'grant_spent' | null = null): HTMLElement {
  const checkout = {
    line: signal({ reachable: true }),
    journal: signal({ headSeq: 0, unsettled: 0, oldestAtMs: null }),
    unsent: signal(0),
    trouble: signal(null),
    ready: signal({}),
    screen: signal('desk'),
    casesOpen: signal(0),
    readiness: signal({ why }),
  } as unknown as Checkout
  render(<StatusLine checkout={checkout} language={spoken} operations={operations} />, document.body)
  return document.body
}
afterEach(() => render(null, document.body))

describe('the status line', () => {
  it('[O8] says that a till is ready for an outage only when the screens that follow are there', () => {
    expect(show(null).textContent).toContain('без связи: проверяется')
    expect(show(screen).textContent).toContain('без связи: касса готова')
    expect(show(screen, 'grant_waits').textContent).toContain('без связи: проверяется')
    expect(show(screen, 'grant_spent').textContent).toContain('без связи: касса не готова')
  })

  it('has no button for a screen that is not there', () => {
    expect(show(null).querySelector('button')).toBeNull()
    expect(show(screen).querySelector('button')?.title).toBe('Операции кассы')
  })
})
