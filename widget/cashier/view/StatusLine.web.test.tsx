import { signal } from '@preact/signals-core'
import { render } from 'preact'
import { afterEach, describe, expect, it } from 'vitest'
import type { Checkout } from '../model/checkout.ts'
import { spoken } from '../testing/till-screen.tsx'
import type { LaterViews } from './screen-props.ts'
import { StatusLine } from './StatusLine.tsx'

const nothing = () => <main />
const later: LaterViews = { Operations: nothing, Undo: nothing, CardHistory: nothing }

/** A till that has all that it needs for an outage, but perhaps not every file of its page. */
function show(
  views: LaterViews | null,
  why: 'grant_waits' | 'grant_spent' | null = null,
  rest = {},
): HTMLElement {
  const checkout = {
    line: signal({ reachable: true }),
    trouble: signal(null),
    journal: signal({ headSeq: 0, unsettled: 0, oldestAtMs: null }),
    unsent: signal(0),
    ready: signal({}),
    screen: signal('desk'),
    casesOpen: signal(0),
    readiness: signal({ why }),
    ...rest,
  } as unknown as Checkout
  render(<StatusLine checkout={checkout} language={spoken.ru} later={views} />, document.body)
  return document.body
}
afterEach(() => render(null, document.body))

describe('the status line', () => {
  it('[O8] says that a till is ready for an outage only when the screens that follow are there', () => {
    expect(show(null).textContent).toContain('без связи: проверяется')
    expect(show(later).textContent).toContain('без связи: касса готова')
    expect(show(later, 'grant_waits').textContent).toContain('без связи: проверяется')
    expect(show(later, 'grant_spent').textContent).toContain('без связи: касса не готова')
  })

  it('[J13] does not go on connecting when the line is there and something else stands in the way', () => {
    const ready = signal(null)
    const said = (rest: object) => show(null, null, { ready, ...rest }).querySelector('p')!.textContent
    expect(said({})).toBe('Подключаемся…')
    expect(said({ trouble: signal('storage_denied') })).toBe('На связи')
    const [silent, cut] = [signal({ reachable: null }), signal({ reachable: false })]
    expect(said({ trouble: signal('storage_denied'), line: silent })).toBe('Подключаемся…')
    expect(said({ trouble: signal('storage_denied'), line: cut })).toBe('Нет связи')
  })

  it('has no button for a screen that is not there', () => {
    expect(show(null).querySelector('button')).toBeNull()
    expect(show(later).querySelector('button')?.title).toBe('Операции кассы')
  })
})
