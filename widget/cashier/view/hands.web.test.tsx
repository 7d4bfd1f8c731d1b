import { act, fireEvent, screen } from '@testing-library/preact'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { page as browserPage } from 'vitest/browser'
import '../cashier.css'
import { refusal } from '../../../src/core/refusal.ts'
import { said } from '../testing/props.ts'
import { addCards, states } from '../testing/states.ts'
import { TillScreen } from '../testing/till-screen.tsx'

/** Hands on the whole screen, over the models as they are: what a press does, and where the cursor is after it. */

let till: TillScreen
const hasFocus = vi.spyOn(document, 'hasFocus')
const [card, small] = ['4006000000006537', '4006000000000008']
const [tea, coffee] = [34_900, 164_900]

beforeEach(async () => {
  await browserPage.viewport(400, 420)
  hasFocus.mockReturnValue(true)
  await open('ru')
})
afterEach(() => {
  till.close()
  vi.useRealTimers()
  hasFocus.mockReset()
})

async function open(code: 'ru' | 'en'): Promise<void> {
  till = new TillScreen(code)
  addCards(till.page)
  await till.page.newSale()
}

function show(frame = till.page.shown): void {
  const root = document.body.appendChild(document.createElement('div'))
  root.id = 'app'
  void act(() => till.draw(root, frame))
}

/** Waits for what follows, as far as it follows by itself. */
const follows = (work: () => unknown = () => undefined) =>
  act(async () => {
    await work()
    for (let n = 0; n < 3; n++) await new Promise((done) => requestAnimationFrame(done))
  })

const button = (name: string) => screen.getByRole('button', { name: said(name) })
const pressed = (name: string) =>
  follows(() => {
    button(name).focus()
    fireEvent.click(button(name))
  })
const text = () => document.getElementById('app')!.innerText.replace(/[\u00a0\u202f]/g, ' ')
const cursor = () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.tagName

describe('the cursor', () => {
  it('[U2] waits at the scan box when the button it was on has done its work', async () => {
    await till.page.addGoods(coffee)
    await till.page.scan(card)
    show()
    await pressed('Списать с подарочной карты 1 500,00 ₽')
    expect(text()).toContain('Подготовлено. Спишем')
    expect(cursor()).toBe('Сканер слушает')
    await pressed('Убрать •••• 6537')
    expect(text()).not.toContain('6537')
    expect(cursor()).toBe('Сканер слушает')
  })

  it('[U2] and when a typed number was found', async () => {
    await till.page.addGoods(tea)
    show()
    await pressed('Ввести номер')
    const field = screen.getByRole('textbox', { name: 'Номер подарочной карты' })
    expect(document.activeElement).toBe(field)
    fireEvent.input(field, { target: { value: card } })
    await follows(() => fireEvent.submit(field.closest('form')!))
    expect(text()).toContain('ручной ввод')
    expect(cursor()).toBe('Сканер слушает')
  })

  it('is where it was when the operations are left', async () => {
    show()
    await pressed('Операции кассы')
    expect(cursor()).toBe('Операции кассы')
    await pressed('Назад')
    screen.getByRole('button', { name: 'Сканер слушает' })
    expect(cursor()).toBe('Операции кассы')
  })

  it('[U5] is in what fills the screen, on nothing that a key would press, and then at the scan box', async () => {
    const { ledger, store } = till.page
    store.stalled.add('sync')
    await till.page.addGoods(tea)
    await till.page.scan(card)
    await till.page.press()
    await till.page.save()
    show()
    await pressed('Сканер слушает')
    ledger.post = () => ({ status: 'refused', refusal: refusal('card_blocked') })
    store.stalled.clear()
    await follows(() => till.page.line(true))
    expect(cursor()).toBe('НЕ СПИСАНО')
    await pressed('Понятно')
    expect(cursor()).toBe('Сканер слушает')
  })

  it('[U2] is not taken while MoySklad’s page has the keys', async () => {
    await till.page.addGoods(tea)
    await till.page.scan(card)
    show()
    hasFocus.mockReturnValue(false)
    await pressed('Убрать •••• 6537')
    expect(cursor()).toBe('BODY')
  })
})

describe('what a press does', () => {
  it('a sum that is typed stands on the button', async () => {
    await till.page.addGoods(tea)
    await till.page.scan(card)
    show()
    const field = screen.getByRole('textbox', { name: said('Сумма с подарочной карты •••• 6537') })
    await follows(() => fireEvent.change(field, { target: { value: '100,50' } }))
    button('Списать с подарочной карты 100,50 ₽')
    expect(text()).toContain('К доплате 248,50 ₽')
  })

  it('[M2] the card that cannot be charged is taken off, and the sale may be saved', async () => {
    await till.page.addGoods(tea)
    await till.page.scan(card, 'typed')
    await till.page.press()
    await till.page.line(false)
    show()
    expect(text()).not.toContain('Доплата не нужна')
    await pressed('Убрать карту и принять оплату иначе')
    expect([text().includes('6537'), till.page.maySave]).toEqual([false, true])
  })

  it('[C6] a sixth card is not asked for', async () => {
    const { come } = states.find(({ name }) => name === 'five-cards-prepared')!
    await come(till.page)
    show()
    expect(text()).toContain('К доплате 649,00 ₽')
    expect(text()).not.toContain('Ещё подарочная карта')
  })

  it('[U6] of five cards the one that came last is in sight', async () => {
    await till.page.addGoods(coffee)
    show()
    for (const last4 of ['0011', '0012', '0013', '0014', '0015']) {
      await follows(() => till.page.scan(`400600000000${last4}`))
      const { top, bottom } = screen
        .getByRole('heading', { name: said(`•••• ${last4}`) })
        .getBoundingClientRect()
      const scanBox = document.querySelector('.scan')!.getBoundingClientRect()
      const action = document.querySelector('.action')!.getBoundingClientRect()
      expect(top, last4).toBeGreaterThanOrEqual(scanBox.bottom)
      expect(bottom, last4).toBeLessThanOrEqual(action.top)
      expect(action.bottom).toBeLessThanOrEqual(420)
    }
  })
})

describe('nothing flickers and nothing jumps', () => {
  const lastingMs = 400
  const stopTimers = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const passes = (ms: number) => act(() => void vi.advanceTimersByTime(ms))

  it('a card is said to be looked up only when that lasts', async () => {
    await till.page.addGoods(tea)
    await till.page.scan(small)
    till.page.store.stalled.add('lookup')
    show()
    stopTimers()
    await follows(() => till.page.scan(card))
    await passes(lastingMs - 1)
    expect(text()).not.toContain('Проверяем карту…')
    expect(document.querySelector('.primary')!.getAttribute('aria-disabled')).toBe('false')
    await passes(1)
    expect(text()).toContain('Проверяем карту…')
    expect(document.querySelector('.primary')!.getAttribute('aria-disabled')).toBe('true')
  })

  it('a sale is said to be looked for only when that lasts', async () => {
    await till.page.addGoods(tea)
    await till.page.scan(card)
    await till.page.press()
    till.page.store.stalled.add('match')
    // MoySklad's page has had this frame for another sale before.
    show(till.page.saved)
    stopTimers()
    await follows(() => till.page.save())
    await passes(lastingMs - 1)
    expect(text()).not.toContain('Ищем продажу…')
    await passes(1)
    expect(text()).toContain('Ищем продажу…')
  })

  it.each(['ru', 'en'] as const)(
    '[U2] the scan box has one height whoever has the keys, in %s',
    async (code) => {
      const heights = new Set<number>()
      for (const name of ['idle', 'listening', 'checking', 'certificate-wanted', 'forgotten-certificate']) {
        await open(code)
        const state = states.find((one) => one.name === name)!
        hasFocus.mockReturnValue(state.focused ?? false)
        await state.come(till.page)
        show()
        heights.add(document.querySelector('.scan-row')!.getBoundingClientRect().height)
        till.close()
      }
      expect([...heights]).toHaveLength(1)
    },
  )
})
