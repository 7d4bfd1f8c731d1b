import { cleanup, fireEvent, render, screen } from '@testing-library/preact'
import type { ComponentProps } from 'preact'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { kopecks } from '../../../src/core/money.ts'
import type { FinalOutcome } from '../../../src/core/receipt/outcome.ts'
import { refusal } from '../../../src/core/refusal.ts'
import { goodsSale, programmeOf } from '../../../src/core/testing/builders.ts'
import { applied, draftOf, payer, recordOf, resultOf, said, soldCard, voidOf } from '../testing/props.ts'
import { spoken } from '../testing/till-screen.tsx'
import { GhostBox } from './GhostBox.tsx'
import { LinkBox } from './LinkBox.tsx'
import { NotUndone } from './NotUndone.tsx'
import { QuestionBox } from './QuestionBox.tsx'
import { Refused } from './Refused.tsx'
import { ResultBox } from './ResultBox.tsx'
import { PaidElsewhere, Searching, Unposted } from './SaleState.tsx'

/** What becomes of a receipt, and what a cashier is asked, a component at a time. */

const language = spoken.ru
beforeEach(() => void vi.clearAllMocks())
afterEach(cleanup)

const button = (name: string) => screen.getByRole('button', { name: said(name) })
const buttons = () => screen.queryAllByRole('button').map((one) => one.textContent.replace(/\s/g, ' '))
const text = () => document.body.textContent.replace(/\s/g, ' ')

const pays = draftOf({ redeems: [payer('6537', 34_900)] })
const sells = draftOf({ loads: [soldCard('9501')], sale: goodsSale(150_000) })
const both = draftOf({ loads: [soldCard('9501')], redeems: [payer('6537', 34_900)] })

describe('a question about a draft', () => {
  const onAnswer = vi.fn()
  const show = (draft: typeof pays, props: Partial<ComponentProps<typeof QuestionBox>> = {}) =>
    render(
      <QuestionBox
        question={{ draft, doubt: 'which', documentId: null, sale: null }}
        answerable
        possible
        language={language}
        onAnswer={onAnswer}
        {...props}
      />,
    )

  it.each([
    [pays, 'Да, списать 349,00 ₽'],
    [sells, 'Да, активировать на 1 500,00 ₽'],
    [both, 'Да, активировать на 1 500,00 ₽ и списать 349,00 ₽'],
  ])('[M3] has what its yes does: %#', (draft, yes) => {
    show(draft)
    expect(buttons()).toEqual([yes, 'Нет, отпустить карту'])
    fireEvent.click(button(yes))
    fireEvent.click(button('Нет, отпустить карту'))
    expect(onAnswer.mock.calls).toEqual([[true], [false]])
  })

  it('[M3] names the sale that is meant, and the cards', () => {
    const sale = {
      id: 'd' as never,
      name: '00012',
      moment: '2026-11-23 19:41',
      sumKopecks: kopecks(34_900),
      posted: true,
    }
    show(both, { question: { draft: both, doubt: 'doubtful', documentId: sale.id, sale } })
    expect(text()).toContain('Продажа № 00012, 19:41, 349,00 ₽ · •••• 9501, •••• 6537')
  })

  it.each([
    [pays, 'Спишем, когда'],
    [sells, 'Активируем, когда'],
    [both, 'Активируем и спишем, когда'],
  ])('[M5] an unposted sale says what follows: %#', (draft, what) => {
    show(draft, { question: { draft, doubt: 'unposted', documentId: null, sale: null } })
    expect(text()).toContain(what)
  })

  it('[M3] has no yes that cannot be right, and none that cannot be done', () => {
    show(pays, { answerable: false })
    expect(buttons()).toEqual(['Отпустить карту'])
    cleanup()
    show(pays, { possible: false })
    expect(buttons()).toEqual(['Нет, отпустить карту'])
    expect(text()).toContain('без связи провести нельзя. Дождитесь связи')
  })
})

describe('what a page that died has left', () => {
  it.each([
    [pays, 'Покупатель ушёл с товаром', 'Да, списать', '•••• 6537'],
    [sells, 'Карту отдали покупателю?', 'Да, активировать', '•••• 9501'],
  ])('[J4] is asked about by its card: %#', (draft, question, yes, face) => {
    const ghosts = { keep: vi.fn(), cancel: vi.fn() }
    const ghost = recordOf(draft, null)
    render(<GhostBox ghost={ghost} ghosts={ghosts} language={language} />)
    expect(text()).toContain(question)
    screen.getByText(said(face))
    fireEvent.click(button(yes))
    expect(ghosts.keep).toHaveBeenCalledExactlyOnceWith(ghost)
    fireEvent.click(button('Нет, отменить'))
    expect(ghosts.cancel).toHaveBeenCalledExactlyOnceWith(ghost)
  })

  it.each([
    [pays, /Списано в \d\d:\d\d, 349,00 ₽, продажа не найдена. Это за эту продажу\?•••• 6537/],
    [sells, /Активировано в \d\d:\d\d: •••• 9501, продажа не найдена. Это из этой продажи\?/],
  ])('[M11] a receipt without a sale is offered to this one: %#', (draft, question) => {
    const links = { accept: vi.fn(), decline: vi.fn() }
    const result = resultOf(recordOf(draft, null, 'promise'))
    render(<LinkBox result={result} links={links} language={language} />)
    expect(text()).toMatch(question)
    fireEvent.click(button('Да, за эту'))
    fireEvent.click(button('Нет, за другую'))
    expect([links.accept.mock.lastCall, links.decline.mock.lastCall]).toEqual([[result], [result]])
  })
})

describe('a saved sale', () => {
  it('is looked for with what will be done', () => {
    render(<Searching draft={both} language={language} />)
    expect(text()).toContain('Ищем продажу…Списание 349,00 ₽ · Активация 1 500,00 ₽ · •••• 9501, •••• 6537')
  })

  it.each([
    [pays, 'Спишем, когда проведёте'],
    [sells, 'Активируем, когда проведёте'],
    [both, 'Активируем и спишем, когда проведёте'],
  ])('[M5] that is not posted says what follows: %#', (draft, what) => {
    const onLetGo = vi.fn()
    render(<Unposted draft={draft} language={language} onLetGo={onLetGo} />)
    expect(text()).toContain(`Продажа не проведена. ${what}`)
    fireEvent.click(button('Отпустить карту'))
    expect(onLetGo).toHaveBeenCalledOnce()
  })

  it('[M12] tells what another till did for it, less what has come back', () => {
    const one = { productId: null, paidKopecks: null, cardId: null, receiptId: null, because: null }
    const operations = [
      {
        ...one,
        kind: 'redeem',
        last4: '6537',
        amountKopecks: kopecks(34_900),
        returnedKopecks: kopecks(4_900),
      },
      { ...one, kind: 'redeem', last4: '0008', amountKopecks: kopecks(100), returnedKopecks: kopecks(100) },
      { ...one, kind: 'load', last4: '9501', amountKopecks: kopecks(150_000), returnedKopecks: null },
    ]
    const told = { till: 2, employee: null, saleName: null, happenedAtMs: 0, operations, own: null }
    const receipt = { ...told, stands: true, undone: false }
    render(<PaidElsewhere receipt={receipt} language={language} />)
    expect(text()).toContain('Эта продажа оплачена подарочной картой •••• 6537: 300,00 ₽')
    expect(text()).toContain('В этой продаже продана подарочная карта •••• 9501 на 1 500,00 ₽')
    expect(text()).toContain('касса 2')
    expect(text()).not.toContain('0008')
  })
})

describe('a bad end over the whole screen', () => {
  const onUnderstood = vi.fn()
  const refused: FinalOutcome = { status: 'refused', refusal: refusal('card_blocked') }
  const inReview: FinalOutcome = { status: 'in_review', code: 'card_sold_twice' }
  const show = (draft: typeof pays, outcome: FinalOutcome, changed?: FinalOutcome) => {
    const state = { ...recordOf(draft, outcome), ...(changed ? { changed } : {}) }
    render(<Refused state={state} language={language} onUnderstood={onUnderstood} />)
  }

  it.each([
    [pays, 'НЕ СПИСАНО', 'Примите 349,00 ₽ деньгами или удалите продажу', '•••• 6537'],
    [sells, 'КАРТА НЕ АКТИВИРОВАНА', 'Не отдавайте эту карту', '•••• 9501'],
    [both, 'НЕ СПИСАНО', 'Не отдавайте эту карту', '•••• 9501, •••• 6537'],
  ])('[U5] says what was not done, the way out, the card and why: %#', (draft, title, wayOut, faces) => {
    show(draft, refused)
    screen.getByRole('alertdialog', { name: title })
    screen.getByRole('heading', { name: title })
    for (const part of [wayOut, faces, 'Карта заблокирована, позовите управляющего'])
      expect(text()).toContain(part)
    fireEvent.click(button('Понятно'))
    expect(onUnderstood).toHaveBeenCalledOnce()
  })

  it('[J7] nothing is collected for what a manager decides', () => {
    show(pays, inReview)
    screen.getByRole('alertdialog', { name: 'Требует решения' })
    expect(text()).toContain('Списание 349,00 ₽ · •••• 6537')
    expect(text()).not.toContain('Примите')
    cleanup()
    show(pays, refused, applied())
    expect(text()).toContain('Сервер восстановили, и ответ теперь другой')
    expect(text()).not.toContain('Примите')
  })

  it('[C8] a cancel that was refused is told by its operation', () => {
    const done = recordOf(pays, applied())
    const state = voidOf(done, 'cancelled', { status: 'refused', refusal: refusal('sale_exists') })
    render(
      <NotUndone state={state} results={[resultOf(done)]} language={language} onUnderstood={onUnderstood} />,
    )
    for (const part of ['НЕ ОТМЕНЕНО', 'Сначала удалите продажу', '•••• 6537']) expect(text()).toContain(part)
    fireEvent.click(button('Понятно'))
    expect(onUnderstood).toHaveBeenCalledOnce()
  })
})

describe('what became of a receipt', () => {
  const decisions = { acceptOffline: vi.fn(), giveUp: vi.fn(), canAcceptOffline: vi.fn(() => true) }
  const onWait = vi.fn()
  const openSale = (sum: number | null = null, paid = 0) => ({
    sumKopecks: sum === null ? null : kopecks(sum),
    paidKopecks: kopecks(paid),
  })
  const box = (
    result: ReturnType<typeof resultOf>,
    props: Partial<ComponentProps<typeof ResultBox>> = {},
  ) => (
    <ResultBox
      result={result}
      language={language}
      programme={programmeOf()}
      sale={openSale()}
      isSold={() => false}
      unanswered={false}
      decided={new Map()}
      decisions={decisions}
      onWait={onWait}
      undo={null}
      {...props}
    />
  )
  const waiting = resultOf(recordOf(pays, null))

  it('[J2] an ask waits, and offers nothing before it has waited long', () => {
    render(box(waiting))
    expect(text()).toContain('Записано, ждём ответа…Списание 349,00 ₽ · •••• 6537')
    expect(buttons()).toEqual([])
  })

  it('[J2] then there is a choice; who waits sees it again at a press, and an answer in time begins anew', () => {
    const { rerender } = render(box(waiting, { unanswered: true }))
    expect(buttons()).toEqual(['Принять без связи', 'Подождать', 'Отменить'])
    fireEvent.click(button('Принять без связи'))
    expect(decisions.acceptOffline).toHaveBeenCalledExactlyOnceWith(waiting)
    fireEvent.click(button('Отменить'))
    expect(decisions.giveUp).toHaveBeenCalledExactlyOnceWith(waiting)
    fireEvent.click(button('Подождать'))
    expect(onWait).toHaveBeenCalledOnce()
    expect(buttons()).toEqual(['Ещё варианты'])
    expect(text()).toContain('Ждём связи…')
    fireEvent.click(button('Ещё варианты'))
    expect(buttons()).toHaveLength(3)
    fireEvent.click(button('Подождать'))
    rerender(box(waiting))
    rerender(box(waiting, { unanswered: true }))
    expect(buttons()).toHaveLength(3)
  })

  it('[O5] nothing is promised that may not be', () => {
    decisions.canAcceptOffline.mockReturnValueOnce(false)
    render(box(waiting, { unanswered: true }))
    expect(buttons()).toEqual(['Подождать', 'Отменить'])
  })

  it('[M10] what is done names card, sum and balance, and what to ring up', () => {
    const result = resultOf(recordOf(both, applied({ '6537': 115_100, '9501': 150_000 })))
    render(box(result))
    expect(text()).toContain('•••• 6537: списано 349,00 ₽, остаток 1 151,00 ₽')
    expect(text()).toContain('Карта •••• 9501 активирована на 1 500,00 ₽. Отдайте покупателю')
    const rung = () => screen.getAllByRole('listitem').map((one) => one.textContent.replace(/\s/g, ' '))
    expect(rung()).toEqual(['«Сертификат 1 500 ₽» как товар, 1 500,00 ₽', 'скидка на товары 349,00 ₽'])
    cleanup()
    const big = draftOf({ ...both, sale: goodsSale(200_000) })
    const advance = programmeOf({ accounting: 'advance' })
    render(box(resultOf(recordOf(big, applied())), { programme: advance, sale: openSale(null, 50_000) }))
    expect(rung()).toEqual(['аванс 1 500,00 ₽', 'зачёт аванса 349,00 ₽', 'к оплате деньгами 1 500,00 ₽'])
    cleanup()
    // The sale has grown since cards paid for it.
    render(box(resultOf(recordOf(pays, applied())), { sale: openSale(69_800) }))
    expect(rung()).toEqual(['скидка на товары 349,00 ₽', 'к оплате деньгами 349,00 ₽'])
  })

  it('[U5] a cancelled receipt orders no more than its sale still owes, and no card that is sold after all', () => {
    const undone = (of: typeof pays) => {
      const done = recordOf(of, null)
      return resultOf(voidOf(done, 'unanswered', applied()), done)
    }
    const show = (of: typeof pays, props: Partial<ComponentProps<typeof ResultBox>>) => {
      cleanup()
      render(box(undone(of), props))
      return text()
    }
    expect(show(pays, { sale: openSale(34_900) })).toContain('Примите 349,00 ₽ деньгами')
    expect(show(pays, { sale: openSale(17_450) })).toContain('Примите 174,50 ₽ деньгами')
    const paid = show(pays, { sale: openSale(34_900, 34_900) })
    expect(paid).toContain('с карты ничего не взято')
    expect(paid).not.toContain('Примите')
    expect(show(sells, {})).toContain('не отдавайте эту карту')
    expect(show(sells, { isSold: () => true })).not.toContain('не отдавайте')
  })

  it('[M10] another sale’s result says what was charged, and orders nothing to be rung up for this one', () => {
    render(box(resultOf(recordOf(pays, applied())), { sale: null }))
    expect(text()).toContain('списано 349,00 ₽')
    expect(text()).not.toContain('Пробейте')
  })

  it('[M11] a receipt that was linked to its sale later tells no balance: the card has gone on', () => {
    const result = resultOf(recordOf(pays, applied({ '6537': 115_100 })))
    render(box({ ...result, documentId: 'd0000000-0000-4000-8000-000000000009' as never }))
    expect(text()).toContain('•••• 6537: списано 349,00 ₽')
    expect(text()).not.toContain('остаток')
  })

  it('[O6] a loss is told', () => {
    render(box(resultOf(recordOf(pays, applied({ '6537': 0 }, 10_000)))))
    expect(text()).toContain('На карте не хватило 100,00 ₽: недостача записана')
  })

  it('[O1] a promise says so, and that a sold card pays when the line is back', () => {
    render(box(resultOf(recordOf(both, null, 'promise'))))
    expect(text()).toContain('Принято без связи, отправим сами')
    expect(text()).toContain('Карта •••• 9501: отдайте покупателю. Платить ею можно, когда появится связь')
  })

  it.each([
    [pays, 'unanswered', null, 'Отмена записана. Примите 349,00 ₽ деньгами'],
    [pays, 'unanswered', applied(), 'Отменено, с карты ничего не взято. Примите 349,00 ₽ деньгами'],
    [sells, 'unanswered', null, 'Отмена записана: не отдавайте эту карту покупателю'],
    [sells, 'unanswered', applied(), 'Отмена записана: не отдавайте эту карту покупателю'],
    [pays, 'cancelled', null, 'Отмена записана, ждём ответа'],
    [pays, 'cancelled', applied(), 'Отменено: 349,00 ₽ снова на карте'],
    [sells, 'cancelled', applied(), 'Отменено: карта снова не продана'],
  ] as const)(
    '[C8] what was undone says what is to be collected, and names the card: %#',
    (draft, why, end, told) => {
      const done = recordOf(draft, null)
      render(box(resultOf(voidOf(done, why, end), done)))
      expect(text()).toContain(told)
      expect(text()).toContain(draft === pays ? '•••• 6537' : '•••• 9501')
      // A cancel that may be refused yet orders no return.
      const rings = text().includes('Если чек уже пробит, пробейте возврат')
      expect(rings).toBe(why === 'unanswered' || end !== null)
    },
  )

  it('[J7] what a manager decides about names its card, before and after', () => {
    const result = resultOf(recordOf(pays, { status: 'in_review', code: 'promise_refused' }))
    render(box(result))
    expect(text()).toContain(
      'Операцию провести не удалось, операцию разберёт управляющийСписание 349,00 ₽ · •••• 6537',
    )
    cleanup()
    const decision = { receiptId: result.record.id, choice: 'apply' } as never
    render(box(result, { decided: new Map([[result.record.id, decision]]) }))
    expect(text()).toContain('Управляющий решил: операция была, она проведена')
    expect(text()).toContain('•••• 6537')
  })
})
