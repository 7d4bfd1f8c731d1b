import { cleanup, fireEvent, render, screen } from '@testing-library/preact'
import type { ComponentProps } from 'preact'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { kopecks } from '../../../src/core/money.ts'
import { programmeOf } from '../../../src/core/testing/builders.ts'
import type { Panel } from '../model/panel.ts'
import { atMs, cardOf, draftOf, payer, said, soldCard } from '../testing/props.ts'
import { spoken } from '../testing/till-screen.tsx'
import { Action } from './Action.tsx'
import { DraftCards } from './DraftCards.tsx'
import { ScanBox } from './ScanBox.tsx'
import { SeenCard } from './SeenCard.tsx'
import { Warned } from './Warned.tsx'

/** What a cashier sees and presses on the desk, a component at a time. */

const language = spoken.ru
afterEach(cleanup)

const button = (name: string) => screen.getByRole('button', { name: said(name) })
const field = (name: string) => screen.getByRole<HTMLInputElement>('textbox', { name: said(name) })

describe('the scan box', () => {
  const on = { onType: vi.fn(), onNumber: vi.fn() }
  const show = (props: Partial<ComponentProps<typeof ScanBox>>) =>
    render(
      <ScanBox
        language={language}
        focused
        busy={false}
        wanted={null}
        forgotten={false}
        typing={null}
        {...on}
        {...props}
      />,
    )

  it.each([
    ['Сканер слушает', {}],
    ['Нажмите сюда и отсканируйте подарочную карту', { focused: false }],
    ['Проверяем карту…', { busy: true }],
    [
      'Сканер не слушает. Нажмите сюда и отсканируйте карту',
      { focused: false, wanted: { name: 'Сертификат', at: 1, of: 1 } },
    ],
  ] as const)('[U2] says «%s», as its name too', (name, props) => {
    show(props)
    expect(button(name).textContent).toBe(name)
  })

  it('names the certificate that lacks a card, and that its sale is saved already', () => {
    show({ wanted: { name: 'Сертификат', at: 2, of: 3 }, forgotten: true })
    screen.getByText('Сертификат: отсканируйте новую карту (2 из 3)')
    screen.getByText('В этой продаже сертификат без карты. Отсканируйте карту, чтобы активировать')
  })

  it('opens its field at a press and closes it at the next', () => {
    show({})
    fireEvent.click(button('Ввести номер'))
    expect(on.onType).toHaveBeenLastCalledWith('')
    cleanup()
    show({ typing: '40' })
    expect(button('Ввести номер').getAttribute('aria-expanded')).toBe('true')
    fireEvent.click(button('Ввести номер'))
    expect(on.onType).toHaveBeenLastCalledWith(null)
  })

  it('gives the number that was typed, and nothing for nothing', () => {
    show({ typing: '40' })
    expect(field('Номер подарочной карты').value).toBe('40')
    fireEvent.input(field('Номер подарочной карты'), { target: { value: ' ' } })
    fireEvent.click(button('Найти'))
    expect(on.onNumber).not.toHaveBeenCalled()
    fireEvent.input(field('Номер подарочной карты'), { target: { value: ' 4006 ' } })
    fireEvent.click(button('Найти'))
    expect(on.onNumber).toHaveBeenCalledExactlyOnceWith('4006')
  })
})

describe('a card that was looked at', () => {
  const onRemove = vi.fn()
  const show = (why: ComponentProps<typeof SeenCard>['why'], rest: Parameters<typeof cardOf>[1]) =>
    render(
      <SeenCard
        card={cardOf('6537', rest)}
        language={language}
        why={why}
        onRemove={onRemove}
        history={null}
      />,
    )

  it('has its state, its balance and why nothing happens to it', () => {
    show('goods', { expiresOn: '2030-12-31' })
    screen.getByRole('heading', { name: said('•••• 6537') })
    screen.getByText('Активна')
    expect(screen.getByRole('article').textContent).toMatch(/Остаток 1\s500,00\s₽ · до 31\.12\.2030/)
    expect(screen.getByRole('status').textContent).toBe('Ещё не списываем: добавьте товары, и карта оплатит')
    fireEvent.click(button('Убрать •••• 6537'))
    expect(onRemove).toHaveBeenCalledOnce()
  })

  it('that is held elsewhere says where, and how much is left', () => {
    show('looked', { availableKopecks: kopecks(10_000), heldBy: 2 })
    expect(screen.getByRole('article').textContent).toMatch(
      /без срока · доступно 100,00\s₽ · занята на кассе 2/,
    )
  })

  it('that is not sold has no balance', () => {
    show('certificate', { state: 'unsold', balanceKopecks: kopecks(0), availableKopecks: kopecks(0) })
    screen.getByText('Не продана')
    expect(screen.queryByText(/Остаток/)).toBeNull()
  })

  it('[J13] waits for the sale to be saved where nothing is stored', () => {
    show('save_first', {})
    screen.getByText('Сначала сохраните продажу, потом отсканируйте карту')
  })
})

describe('the cards of the sale', () => {
  const on = { onAmount: vi.fn(), onRemove: vi.fn() }
  const show = (draft: ComponentProps<typeof DraftCards>['draft'], spokenIn = language) =>
    render(<DraftCards draft={draft} programme={programmeOf()} bookAtMs={atMs} language={spokenIn} {...on} />)

  it('are first those that are sold, then those that pay', () => {
    show(draftOf({ loads: [soldCard('9501')], redeems: [payer('6537', 34_900), payer('0008', 5_000)] }))
    const names = screen.getAllByRole('heading').map((one) => one.textContent.slice(-4))
    expect(names).toEqual(['9501', '6537', '0008'])
    screen.getByText('Новая')
    screen.getByText('для «Сертификат 1 500 ₽»')
    fireEvent.click(button('Убрать •••• 9501'))
    fireEvent.click(button('Убрать •••• 0008'))
    expect(on.onRemove.mock.calls.map(([id]) => String(id).slice(-4))).toEqual(['9501', '0008'])
  })

  it('tell what is known of a card that pays', () => {
    show(
      draftOf({
        redeems: [payer('6537', 34_900, { entered: 'typed', holdId: null, expiresOn: '2030-12-31' })],
      }),
    )
    expect(screen.getByRole('article').textContent).toMatch(
      /Остаток 1\s500,00\s₽ · до 31\.12\.2030 · ручной ввод · по списку на \d\d:\d\d/,
    )
  })

  it.each([
    ['ru', 'Сумма с подарочной карты •••• 6537', '1 500,00'],
    ['en', 'Amount from the gift card •••• 6537', '1,500.00'],
  ] as const)(
    '[U4] have a sum in %s as people write it, and take it in either way',
    (code, name, written) => {
      on.onAmount.mockClear()
      show(draftOf({ redeems: [payer('6537', 150_000)] }), spoken[code])
      expect(field(name).value).toMatch(said(written))
      for (const typed of ['1 000,50', '1,000.50', '1000.5']) {
        fireEvent.change(field(name), { target: { value: typed } })
        expect(on.onAmount.mock.lastCall?.[1]).toBe(100_050)
      }
      on.onAmount.mockClear()
      for (const typed of ['', '0', 'сто', '-5']) {
        fireEvent.change(field(name), { target: { value: typed } })
        expect(field(name).value).toMatch(said(written))
      }
      expect(on.onAmount).not.toHaveBeenCalled()
    },
  )

  it('[M11] say that a receipt belongs to this sale', () => {
    show(draftOf({ links: [{ receiptId: 'r' as never, redeemedKopecks: kopecks(1), loads: [] }] }))
    screen.getByText(/Отнесено к этой продаже/)
  })
})

describe('the action', () => {
  const on = { onPress: vi.fn(), onTakeOff: vi.fn(), onOperations: vi.fn() }
  const none: Panel = { prepared: null, press: null, fault: null, toPayKopecks: null, another: false }
  const show = (panel: Partial<Panel>, props: Partial<ComponentProps<typeof Action>> = {}) =>
    render(
      <Action
        panel={{ ...none, ...panel }}
        notice={null}
        busy={false}
        slow={false}
        posted
        advance={false}
        language={language}
        {...on}
        {...props}
      />,
    )
  const redeem = { does: 'redeem', kopecks: kopecks(34_900), cards: 1 } as const

  it('[U1] is one button with the sum, which it gives', () => {
    show({ press: redeem, toPayKopecks: kopecks(0) })
    fireEvent.click(button('Списать с подарочной карты 349,00 ₽'))
    expect(on.onPress).toHaveBeenCalledExactlyOnceWith(34_900)
    screen.getByText('Доплата не нужна')
  })

  it('sells without a sum', () => {
    on.onPress.mockClear()
    show({ press: { does: 'load', kopecks: kopecks(300_000), cards: 2 } })
    fireEvent.click(button('Активировать подарочные карты на 3 000,00 ₽'))
    expect(on.onPress).toHaveBeenCalledExactlyOnceWith(0)
  })

  it('does nothing while a card is looked up, and keeps the cursor', () => {
    on.onPress.mockClear()
    show({ press: redeem }, { busy: true, slow: true })
    const one = button('Списать с подарочной карты 349,00 ₽')
    one.focus()
    fireEvent.click(one)
    expect(on.onPress).not.toHaveBeenCalled()
    expect(one.getAttribute('aria-disabled')).toBe('true')
    expect(document.activeElement).toBe(one)
  })

  it.each([
    ['redeem', true, 'Подготовлено. Спишем, когда вы сохраните продажу'],
    ['load', true, 'Подготовлено. Активируем, когда вы сохраните продажу'],
    ['both', false, 'Подготовлено. Активируем и спишем, когда вы проведёте и сохраните продажу'],
  ] as const)('[M2] is green for %s, posted: %s', (prepared, posted, text) => {
    show({ prepared }, { posted })
    expect(screen.getByRole('status').textContent).toContain(text)
  })

  it('says what is left to pay and how, and that another card may', () => {
    show({ toPayKopecks: kopecks(99_000), another: true }, { advance: true })
    screen.getByText('К доплате 990,00 ₽: наличные или банковская карта, не QR')
    screen.getByText('Ещё подарочная карта? Отсканируйте её')
  })

  it('[M2] says nothing of what is paid beside a fault', () => {
    show({ fault: { code: 'sale_unread' }, toPayKopecks: kopecks(0), another: true })
    expect(screen.getByRole('status').textContent).toMatch(/Не удалось прочитать продажу/)
    expect(screen.queryByText(/Доплата|Ещё подарочная/)).toBeNull()
  })

  it.each([
    [{ code: 'line_needed' }, 'Убрать карту и принять оплату иначе', on.onTakeOff],
    [
      { code: 'paid_above_sale', paidKopecks: kopecks(2), payableKopecks: kopecks(1) },
      'Операции кассы',
      on.onOperations,
    ],
    [{ code: 'sold_certificate_gone' }, 'Операции кассы', on.onOperations],
  ] as const)('[C5] has the button that mends %s', (fault, name, called) => {
    called.mockClear()
    show({ fault })
    fireEvent.click(button(name))
    expect(called).toHaveBeenCalledOnce()
  })

  it('has no button for a screen that is not there', () => {
    show({ fault: { code: 'sold_certificate_gone' } }, { onOperations: null })
    expect(screen.queryByRole('button')).toBeNull()
  })

  it.each([
    [{ kind: 'scan', fault: 'goods' }, 'Это товар, а не подарочная карта'],
    [
      { kind: 'lowered', toKopecks: kopecks(34_900) },
      'Продажа стала меньше: с подарочной карты спишем 349,00 ₽',
    ],
    [{ kind: 'scan_again' }, 'Связь есть. Отсканируйте карту ещё раз'],
    [
      {
        kind: 'refusal',
        refusal: { code: 'card_held', cardId: null, possibleKopecks: null },
        card: cardOf('1', { heldBy: 2 }),
      },
      'Карта занята на кассе 2, освободите её там',
    ],
  ] as const)('tells at once what is wrong: %s', (notice, text) => {
    show({}, { notice })
    expect(screen.getByRole('alert').textContent.replace(/\s/g, ' ')).toBe(`! ${text}`)
  })
})

describe('what the till cannot do', () => {
  it.each([
    [null, false, null],
    ['storage_full', false, /Место на диске кончилось/],
    ['memory_only', false, /работаем только на связи$/],
    ['memory_only', true, /Сначала сохраните продажу, потом отсканируйте карту$/],
  ] as const)('[J13] is told: %s, saves first: %s', (warning, savesFirst, text) => {
    render(<Warned warning={warning} savesFirst={savesFirst} language={language} />)
    if (text === null) expect(screen.queryByRole('status')).toBeNull()
    else expect(screen.getByRole('status').textContent).toMatch(text)
  })
})
