import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/preact'
import { signal } from '@preact/signals-core'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { NotReady } from '../../../src/client/outage/readiness.ts'
import { kopecks } from '../../../src/core/money.ts'
import type { Checkout } from '../model/checkout.ts'
import type { ShiftReport } from '../model/shift.ts'
import type { Sounds } from '../model/sounds.ts'
import {
  applied,
  atMs,
  draftOf,
  payer,
  recordOf,
  resultOf,
  said,
  soldCard,
  voidOf,
} from '../testing/props.ts'
import type { ToldOperations } from '../model/told-operations.ts'
import { spoken } from '../testing/till-screen.tsx'
import { operationsWords as words } from '../words/operations-ru.ts'
import { Operations } from './Operations.tsx'

/** «Операции кассы»: what stands there, and what a press calls. */

const onUndo = vi.fn(() => Promise.resolve())
const toggle = vi.fn()
const screenSignal = signal<'desk' | 'operations'>('operations')
beforeEach(() => void vi.clearAllMocks())
afterEach(cleanup)

const none = { cards: 0, sumKopecks: kopecks(0) }
const sums = { sold: none, charged: none, returned: none, unsent: 0, inReview: 0, lossKopecks: kopecks(0) }
const ready = {
  why: null as NotReady | null,
  progress: null as number | null,
  leftKopecks: null,
  untilMs: null,
  cards: 0,
  asOfMs: null,
}

function show(
  results: ReturnType<typeof resultOf>[] = [],
  rest: {
    sums?: object
    ready?: object
    decided?: ReadonlyMap<string, unknown>
    told?: object
    others?: object[]
  } = {},
): void {
  const checkout = {
    history: { results: signal(results), decided: signal(rest.decided ?? new Map()) },
    notUndone: signal([]),
    notice: signal(null),
    screen: screenSignal,
    readiness: signal({ ...ready, ...rest.ready }),
  } as unknown as Checkout
  const shift = {
    shown: signal({ sinceMs: atMs, sums: { ...sums, ...rest.sums } }),
    look: () => Promise.resolve(),
  } as unknown as ShiftReport
  const sounds = { on: signal(true), toggle } as unknown as Sounds
  const told = {
    others: signal(rest.others ?? []),
    of: () => rest.told ?? null,
    look: () => Promise.resolve(),
  } as unknown as ToldOperations
  render(
    <Operations
      checkout={checkout}
      language={spoken.ru}
      words={words}
      shift={shift}
      sounds={sounds}
      told={told}
      onUndo={onUndo}
    />,
  )
}

const pays = draftOf({ redeems: [payer('6537', 34_900)] })
const sells = draftOf({ loads: [soldCard('9501')] })
const row = () => within(screen.getByRole('listitem'))
const text = () => document.body.textContent.replace(/\s/g, ' ')
const press = (name: string) =>
  act(() => void fireEvent.click(screen.getByRole('button', { name: said(name) })))

it('has a heading, the way back and the sound', async () => {
  show()
  screen.getByRole('heading', { level: 1, name: 'Последние операции этой кассы' })
  screen.getByText('На этой кассе операций ещё не было')
  await press('Звук есть')
  expect(toggle).toHaveBeenCalledOnce()
  await press('Назад')
  expect(screenSignal.value).toBe('desk')
})

it('[C8] undoes an operation after a second press alone', async () => {
  const result = resultOf(recordOf(pays, applied()))
  show([result])
  row().getByText(said('Списание 349,00 ₽ •••• 6537'))
  row().getByText('проведено')
  await press('Отменить')
  await press('Нет')
  expect(onUndo).not.toHaveBeenCalled()
  await press('Отменить')
  await press('Да, отменить')
  expect(onUndo).toHaveBeenCalledExactlyOnceWith(result)
})

it.each([
  [resultOf(recordOf(sells, null)), 'не отправлено', false],
  [resultOf(recordOf(sells, null, 'promise')), 'принято без связи', true],
  [resultOf(recordOf(sells, applied())), 'проведено', true],
  [resultOf(recordOf(sells, { status: 'in_review', code: 'card_unknown' })), 'требует решения', false],
  [
    resultOf(voidOf(recordOf(sells, applied()), 'cancelled', null), recordOf(sells, applied())),
    'отменяется',
    false,
  ],
  [
    resultOf(voidOf(recordOf(pays, applied()), 'cancelled', applied()), recordOf(pays, applied())),
    'отменено',
    false,
  ],
] as const)(
  '[J12] each state has its word, and what may be undone has its button: %#',
  (result, state, undoable) => {
    show([result])
    row().getByText(state)
    expect(screen.queryByRole('button', { name: 'Отменить' }) !== null).toBe(undoable)
  },
)

it('says what came of it: back on the card, a loss, a decision', () => {
  show([resultOf(voidOf(recordOf(pays, applied()), 'cancelled', applied()), recordOf(pays, applied()))])
  expect(text()).toContain('Отменено: 349,00 ₽ снова на карте')
  expect(text()).toContain('Если чек уже пробит, пробейте возврат')
  cleanup()
  show([resultOf(recordOf(pays, applied({ '6537': 0 }, 10_000)))])
  expect(text()).toContain('На карте не хватило 100,00 ₽')
  cleanup()
  const result = resultOf(recordOf(pays, { status: 'in_review', code: 'card_unknown' }))
  show([result], { decided: new Map([[result.record.id, { choice: 'dismiss' }]]) })
  expect(text()).toContain('Управляющий решил: операции не было, с карты ничего не взято')
})

it.each([
  [{}, 'Без связи: касса готова'],
  [{ why: 'book_loading', progress: 0.427 }, 'Без связи: проверяется, загружаем список карт: 42 %'],
  [{ why: 'storage_unproven' }, 'Без связи: проверяется, проверим после ночного перерыва'],
  [{ why: 'grant_spent' }, 'Без связи: касса не готова, лимит исчерпан, нужна связь'],
  [
    { leftKopecks: 500_000, untilMs: atMs, asOfMs: atMs, cards: 20 },
    /Лимит 5 000,00 ₽ до \d\d:\d\d · карт в списке: 20, на \d\d:\d\d/,
  ],
])('[O8] says whether the till may lose the line: %#', (facts, told) => {
  show([], { ready: facts })
  expect(text()).toMatch(told)
})

it('sums the day up, and says what is to be cleared up', () => {
  show([], { sums: { charged: { cards: 4, sumKopecks: kopecks(254_700) } } })
  expect(text()).toContain('Списано с карт2 547,00 ₽ · операций: 4')
  screen.getByText('Расхождений нет, всё отправлено')
  cleanup()
  show([], { sums: { unsent: 2, inReview: 1, lossKopecks: kopecks(10_000) } })
  for (const part of ['Не отправлено2', 'Требует решения1', 'Недостача100,00 ₽'])
    expect(text()).toContain(part)
  expect(screen.queryByText('Расхождений нет, всё отправлено')).toBeNull()
})

it('[J13] a row names its sale and its cashier, where the server has told of them', () => {
  const result = resultOf(recordOf(pays, applied()))
  show([result], { told: { saleName: '00012', employee: 'Иванова А.' } })
  expect(text()).toContain('Продажа № 00012 · Иванова А.')
  cleanup()
  show([result], { told: { saleName: null, employee: 'Иванова А.' } })
  expect(text()).toContain('Иванова А.')
  expect(text()).not.toContain('№')
})

it.each([
  [{ stands: true, undone: false }, 'проведено'],
  [{ stands: false, undone: true }, 'отменено'],
  [{ stands: false, undone: false, own: { id: 'r', outcome: { status: 'refused' } } }, 'отказ'],
  [{ stands: false, undone: false, own: { id: 'r', outcome: { status: 'in_review' } } }, 'требует решения'],
])(
  '[J13] an operation that only the server knows of is told, and cannot be undone here: %#',
  (facts, state) => {
    const operations = [{ kind: 'redeem', last4: '6537', amountKopecks: 34_900 }]
    const own = { id: 'r', outcome: { status: 'applied' } }
    show([], {
      others: [{ happenedAtMs: atMs, saleName: '00012', employee: null, operations, own, ...facts }],
    })
    for (const part of [state, 'Списание 349,00 ₽ •••• 6537', 'Продажа № 00012'])
      expect(text()).toContain(part)
    expect(screen.queryByRole('button', { name: 'Отменить' })).toBeNull()
    expect(text()).not.toContain('операций ещё не было')
  },
)
