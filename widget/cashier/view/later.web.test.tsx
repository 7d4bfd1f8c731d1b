import { act, cleanup, fireEvent, render, screen } from '@testing-library/preact'
import { signal } from '@preact/signals-core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CardMove } from '../../../src/core/wire/cards.ts'
import { kopecks } from '../../../src/core/money.ts'
import type { CardMoves } from '../model/card-moves.ts'
import { applied, cardOf, draftOf, payer, recordOf, resultOf } from '../testing/props.ts'
import { spoken } from '../testing/till-screen.tsx'
import { operationsWords as words } from '../words/operations-ru.ts'
import { CardHistory } from './CardHistory.tsx'
import { Undo } from './Undo.tsx'

/** What follows the engine and is drawn among the boxes of a sale. */

beforeEach(() => void vi.clearAllMocks())
afterEach(cleanup)

const text = () => document.body.textContent.replace(/[\u00a0\u202f]/g, ' ')
const press = (name: string) => act(() => void fireEvent.click(screen.getByRole('button', { name })))

describe('undoing a result', () => {
  const onUndo = vi.fn(() => Promise.resolve())
  const pays = draftOf({ redeems: [payer('6537', 34_900)] })
  const show = (outcome: Parameters<typeof recordOf>[1]) => {
    const result = resultOf(recordOf(pays, outcome))
    render(<Undo result={result} words={words} onUndo={onUndo} />)
    return result
  }

  it('asks first, and a No changes nothing', async () => {
    const result = show(applied())
    await press('Отменить')
    expect(text()).toContain('Отменить операцию целиком?')
    await press('Нет')
    expect(onUndo).not.toHaveBeenCalled()
    await press('Отменить')
    await press('Да, отменить')
    expect(onUndo).toHaveBeenCalledExactlyOnceWith(result)
    expect(text()).not.toContain('целиком')
  })

  it('is not offered for what waits or was refused', () => {
    show(null)
    show({ status: 'refused', refusal: { code: 'card_blocked', cardId: null, possibleKopecks: null } })
    expect(screen.queryAllByRole('button')).toEqual([])
  })
})

describe('the history of a card', () => {
  const card = cardOf('6537', {})
  const move = (rest: Partial<CardMove>): CardMove => ({
    kind: 'redeem',
    postedAtMs: Date.parse('2026-10-02T21:30:00Z'),
    till: 2,
    saleName: '00012',
    changeKopecks: -34_900,
    balanceKopecks: kopecks(115_100),
    ...rest,
  })
  const ask = vi.fn(() => Promise.resolve())
  const hide = vi.fn()
  const show = (moves: NonNullable<CardMoves['shown']['value']>['moves'] | null, of = card.id) =>
    render(
      <CardHistory
        card={card}
        language={spoken.ru}
        words={words}
        moves={{ shown: signal(moves && { cardId: of, moves }), ask, hide } as unknown as CardMoves}
        timeZone="Europe/Moscow"
      />,
    )

  it('is asked for by a press', async () => {
    show(null)
    await press('История карты')
    expect(ask).toHaveBeenCalledExactlyOnceWith(card.id)
  })

  it('tells what was posted, when by the shop’s calendar, and where', async () => {
    show([
      move({}),
      move({ kind: 'load', changeKopecks: 150_000, till: null, saleName: null }),
      move({ kind: 'of_tomorrow', changeKopecks: 0 }),
    ])
    expect(text()).toMatch(
      /Списание -349,00 ₽ · остаток 1 151,00 ₽03\.10\.2026 \d\d:\d\d · Продажа № 00012 · касса 2/,
    )
    expect(text()).toContain('Активация +1 500,00 ₽')
    expect(text()).toContain('of_tomorrow  · остаток')
    await press('Скрыть историю')
    expect(hide).toHaveBeenCalled()
  })

  it('says why it could not be told, and shows nothing of another card', () => {
    show('offline')
    expect(screen.getByRole('alert').textContent).toContain('Нет связи')
    cleanup()
    show([move({})], 'other' as never)
    expect(screen.queryByRole('list')).toBeNull()
    expect(text()).toContain('История карты')
  })
})
