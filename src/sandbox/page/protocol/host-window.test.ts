import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  CREATE_PROTOCOLS,
  EDIT_PROTOCOLS,
  errorOf,
  fakeHost,
  last,
  lastId,
  type FakeFrame,
} from '../testing/fake-frame.ts'
import { CREATE, EDIT } from './points.ts'

const ID = '5b1d0c3e-7a10-11f0-0a80-0c0200000a01'
const OTHER_ID = '5b1d0c3e-7a10-11f0-0a80-0c0200000a02'
const STATE = { sum: 100 }

let box: ReturnType<typeof fakeHost>
beforeEach(() => {
  vi.useFakeTimers()
  box = fakeHost()
})
afterEach(() => {
  vi.useRealTimers()
})

function feedback(from: FakeFrame, valid: boolean, correlationId: number, message?: string): void {
  box.say(from, {
    name: 'ValidationFeedback',
    messageId: 1,
    correlationId,
    valid,
    ...(message && { message }),
  })
}

describe('opening', () => {
  it('a new sale sends Open without an object; the frame is never covered', async () => {
    await box.host.open(CREATE, null)
    expect(box.create.got).toEqual([
      { name: 'Open', messageId: 1, extensionPoint: CREATE, objectId: null, displayMode: 'expanded' },
    ])
    expect(box.views.map((view) => view?.state)).toEqual(['Loading', 'Opened'])
  })

  it('a saved sale stays covered until OpenFeedback', async () => {
    await box.host.open(EDIT, ID)
    expect(box.views.at(-1)).toEqual({ point: EDIT, state: 'Opening' })
    box.say(box.edit, { name: 'OpenFeedback', correlationId: lastId(box.edit) })
    expect(box.views.at(-1)).toEqual({ point: EDIT, state: 'Opened' })
  })

  it('[1000] a second OpenFeedback is refused', async () => {
    await box.host.open(EDIT, ID)
    box.say(box.edit, { name: 'OpenFeedback', correlationId: 1 })
    box.say(box.edit, { name: 'OpenFeedback', correlationId: 1 })
    expect(errorOf(last(box.edit))).toEqual([
      1000,
      'Недопустимое состояние виджета Opened для сообщения OpenFeedback, допустимые состояния: Opening',
    ])
  })

  it('each frame is loaded once per tab and gets a new Open with an id of its own count', async () => {
    await box.host.open(EDIT, ID)
    await box.host.open(CREATE, null)
    await box.host.open(EDIT, OTHER_ID)
    expect([box.edit.loads, box.create.loads]).toEqual([1, 1])
    expect(box.edit.got.map((message) => message.name)).toEqual(['Open', 'Open'])
    expect(last(box.edit)).toMatchObject({ messageId: 2, objectId: OTHER_ID })
    expect(last(box.create)).toMatchObject({ messageId: 1 })
  })

  it('a late OpenFeedback for an older Open does not uncover the newer one', async () => {
    await box.host.open(EDIT, ID)
    await box.host.open(EDIT, OTHER_ID)
    box.say(box.edit, { name: 'OpenFeedback', correlationId: 1 })
    expect(errorOf(last(box.edit))[0]).toBe(1002)
    expect(box.views.at(-1)?.state).toBe('Opening')
  })

  it('a frame whose page left before it had loaded gets no Open', async () => {
    const first = box.host.open(CREATE, null)
    const second = box.host.open(EDIT, ID)
    await Promise.all([first, second])
    expect(box.create.got).toEqual([])
    expect(last(box.edit).name).toBe('Open')
  })

  it('a frame that failed to load is tried again at the next opening', async () => {
    box.edit.failNext = true
    await box.host.open(EDIT, ID)
    expect(box.views.at(-1)).toEqual({ point: EDIT, state: 'Failed' })
    await box.host.open(EDIT, ID)
    expect([box.edit.loads, box.views.at(-1)?.state]).toEqual([2, 'Opening'])
  })

  it('a frame that the line knows nothing of is there when it answers', async () => {
    box.edit.doubtNext = true
    await box.host.open(EDIT, ID)
    box.say(box.edit, { name: 'OpenFeedback', correlationId: 1 })
    vi.advanceTimersByTime(60_000)
    expect(box.views.at(-1)?.state).toBe('Opened')
    await box.host.open(EDIT, OTHER_ID)
    vi.advanceTimersByTime(60_000)
    expect([box.edit.loads, box.views.at(-1)?.state]).toEqual([1, 'Opening'])
  })

  it('a frame that the line knows nothing of has failed when it does not answer, and is loaded anew', async () => {
    box.edit.doubtNext = true
    await box.host.open(EDIT, ID)
    vi.advanceTimersByTime(3_000)
    expect(box.views.at(-1)).toEqual({ point: EDIT, state: 'Failed' })
    await box.host.open(EDIT, ID)
    expect([box.edit.loads, box.views.at(-1)?.state]).toEqual([2, 'Opening'])
  })

  it('such a frame of a new sale, where no answer is due before a change, lets the sale be saved', async () => {
    box.create.doubtNext = true
    await box.host.open(CREATE, null)
    box.host.change(STATE, ['positions'])
    const verdict = box.host.askVerdict()
    vi.advanceTimersByTime(3_000)
    expect(await verdict).toBeNull()
    expect(box.views.at(-1)).toEqual({ point: CREATE, state: 'Failed' })
  })
})

describe('changes and verdicts', () => {
  beforeEach(() => box.host.open(CREATE, null))

  it('a change brings the whole state with its hints', () => {
    box.host.change(STATE, ['positions'])
    expect(last(box.create)).toEqual({
      name: 'Change',
      messageId: 2,
      extensionPoint: CREATE,
      changeHints: ['positions'],
      objectState: STATE,
    })
  })

  it('a good verdict lets the sale be saved, a bad one names the application', async () => {
    box.host.change(STATE, ['positions'])
    feedback(box.create, false, 2, 'Нужно карт: 1')
    expect(await box.host.askVerdict()).toBe('Ошибка Подарок: Нужно карт: 1')
    feedback(box.create, true, 2)
    expect(await box.host.askVerdict()).toBeNull()
    feedback(box.create, false, 2, 'снова')
    expect(await box.host.askVerdict()).toBe('Ошибка Подарок: снова')
  })

  it('a verdict on an older change does not count, and nobody is told', async () => {
    box.host.change(STATE, ['positions'])
    box.host.change(STATE, ['positions'])
    const got = box.create.got.length
    feedback(box.create, true, 2)
    expect(box.create.got).toHaveLength(got)
    const asked = box.host.askVerdict()
    await vi.advanceTimersByTimeAsync(3000)
    expect(await asked).toContain('Приложение не отвечает')
  })

  it('saving waits up to three seconds and goes on as soon as the verdict is there', async () => {
    box.host.change(STATE, ['positions'])
    const asked = box.host.askVerdict()
    await vi.advanceTimersByTimeAsync(2999)
    feedback(box.create, true, 2)
    expect(await asked).toBeNull()
  })

  it('without a word in three seconds saving is refused with the platform’s text', async () => {
    box.host.change(STATE, ['positions'])
    const asked = box.host.askVerdict()
    await vi.advanceTimersByTimeAsync(3000)
    expect(await asked).toBe(
      'Ошибка Подарок: Приложение не отвечает. Попробуйте сохранить документ позже ' +
        'или обратитесь за помощью к разработчику приложения',
    )
  })

  it('a malformed verdict is no verdict', async () => {
    box.host.change(STATE, ['positions'])
    feedback(box.create, false, 2, 'я'.repeat(101))
    expect(errorOf(last(box.create))).toEqual([
      1002,
      'Некорректное значение параметра message: длина больше 100 символов',
    ])
    const asked = box.host.askVerdict()
    await vi.advanceTimersByTimeAsync(3000)
    expect(await asked).toContain('не отвечает')
  })

  it('without a change nobody is asked', async () => {
    expect(await box.host.askVerdict()).toBeNull()
  })

  it('a widget that failed to load has no say', async () => {
    box.edit.failNext = true
    await box.host.open(EDIT, ID)
    box.host.change(STATE, ['_fields'])
    expect([box.edit.got, await box.host.askVerdict()]).toEqual([[], null])
  })

  it('a verdict dies with its page, without an error', async () => {
    box.host.change(STATE, ['positions'])
    await box.host.open(EDIT, ID)
    const got = box.create.got.length
    feedback(box.create, false, 2, 'поздно')
    expect([box.create.got.length, await box.host.askVerdict()]).toEqual([got, null])
  })

  it('after saving nobody is asked until the next change', async () => {
    await box.host.open(EDIT, ID)
    box.host.change(STATE, ['_fields'])
    feedback(box.edit, false, lastId(box.edit), 'нет')
    box.host.saved()
    expect(await box.host.askVerdict()).toBeNull()
  })
})

describe('saving', () => {
  it('tells the widget of a saved sale', async () => {
    await box.host.open(EDIT, ID)
    box.host.saved()
    expect(last(box.edit)).toEqual({ name: 'Save', messageId: 2, extensionPoint: EDIT, objectId: ID })
  })

  it('tells the widget of a new sale nothing', async () => {
    await box.host.open(CREATE, null)
    box.host.saved()
    box.host.close()
    expect(box.create.got.map((message) => message.name)).toEqual(['Open'])
  })
})

describe('unsaved data in the widget', () => {
  it('is marked, cleared, and forgotten at the next Open', async () => {
    await box.host.open(EDIT, ID)
    box.say(box.edit, { name: 'SetDirty', messageId: 1, openMessageId: 1 })
    expect(box.host.isDirty()).toBe(true)
    box.say(box.edit, { name: 'ClearDirty', messageId: 2 })
    expect(box.host.isDirty()).toBe(false)
    box.say(box.edit, { name: 'SetDirty', messageId: 3, openMessageId: 1 })
    await box.host.open(EDIT, OTHER_ID)
    expect(box.host.isDirty()).toBe(false)
    box.say(box.edit, { name: 'SetDirty', messageId: 4, openMessageId: 1 })
    expect(box.host.isDirty()).toBe(false)
  })
})

describe('bad messages', () => {
  beforeEach(() => box.host.open(EDIT, ID))

  it.each<[string, unknown, [number, string]]>([
    ['no name', { messageId: 5 }, [1001, 'Отсутствует обязательный параметр name']],
    ['not an object', 'hello', [1001, 'Отсутствует обязательный параметр name']],
    [
      'an unknown name',
      { name: 'Dance', messageId: 5 },
      [1002, "Некорректное значение параметра name: неизвестное сообщение 'Dance'"],
    ],
    ['no messageId', { name: 'ClearDirty' }, [1001, 'Отсутствует обязательный параметр messageId']],
    [
      'a messageId that is no integer',
      { name: 'ClearDirty', messageId: '1' },
      [1002, 'Некорректное значение параметра messageId: ожидается целое число'],
    ],
    [
      'no verdict',
      { name: 'ValidationFeedback', messageId: 1, correlationId: 1 },
      [1001, 'Отсутствует обязательный параметр valid'],
    ],
    [
      'a bad verdict without a message',
      { name: 'ValidationFeedback', messageId: 1, correlationId: 1, valid: false },
      [1001, 'Отсутствует обязательный параметр message'],
    ],
    [
      'a dialog without buttons',
      { name: 'ShowDialogRequest', messageId: 1, dialogText: '?', buttons: [] },
      [1002, 'Некорректное значение параметра buttons: нужна хотя бы одна кнопка'],
    ],
    [
      'a way to nowhere',
      { name: 'NavigateRequest', messageId: 1, path: '#a', target: 'parent' },
      [1002, 'Некорректное значение параметра target: ожидается self или blank'],
    ],
    [
      'a protocol that retail points never have',
      { name: 'UpdateRequest', messageId: 1, updateState: {} },
      [1004, 'Виджет не поддерживает протокол для обработки сообщения UpdateRequest'],
    ],
  ])('%s', (_title, message, expected) => {
    box.say(box.edit, message)
    expect(errorOf(last(box.edit))).toEqual(expected)
  })

  it('are echoed, with their messageId as correlation or null', () => {
    box.say(box.edit, { name: 'Dance', messageId: 5 })
    expect(last(box.edit)).toMatchObject({
      correlationId: 5,
      invalidMessage: { name: 'Dance', messageId: 5 },
    })
    box.say(box.edit, { name: 'Dance' })
    expect(last(box.edit)).toMatchObject({ correlationId: null })
  })

  it('are echoed whole where the host’s state refuses them', async () => {
    box.say(box.edit, { name: 'OpenFeedback', correlationId: 99, messageId: 2, extra: 'x' })
    expect(last(box.edit)).toMatchObject({
      correlationId: 2,
      invalidMessage: { name: 'OpenFeedback', correlationId: 99, messageId: 2, extra: 'x' },
    })
    await box.host.open(CREATE, null)
    box.say(box.edit, { name: 'ClearDirty', messageId: 3, extra: 'y' })
    expect(last(box.edit)).toMatchObject({ correlationId: 3, invalidMessage: { extra: 'y' } })
  })

  it('[1004] a new sale has no dialogs, no dirty mark and no OpenFeedback', async () => {
    await box.host.open(CREATE, null)
    for (const name of ['OpenFeedback', 'SetDirty', 'ClearDirty', 'ShowDialogRequest', 'NavigateRequest']) {
      box.say(box.create, { name, messageId: 1 })
      expect(errorOf(last(box.create))[0]).toBe(1004)
    }
  })

  it('[1004] follows the descriptor', async () => {
    box = fakeHost({
      create: CREATE_PROTOCOLS,
      edit: EDIT_PROTOCOLS.filter((name) => name !== 'dirty-state'),
    })
    await box.host.open(EDIT, ID)
    box.say(box.edit, { name: 'ClearDirty', messageId: 1 })
    expect(errorOf(last(box.edit))[0]).toBe(1004)
  })

  it('from strangers are not answered and change nothing', () => {
    const got = box.edit.got.length
    box.host.receive({}, { name: 'SetDirty', messageId: 1, openMessageId: 1 })
    box.host.receive(null, { name: 'OpenFeedback', correlationId: 1 })
    expect([box.edit.got.length, box.host.isDirty(), box.views.at(-1)?.state]).toEqual([
      got,
      false,
      'Opening',
    ])
  })

  it('a raw height is ignored at widgets', () => {
    const got = box.edit.got.length
    box.say(box.edit, { height: 1180 })
    expect(box.edit.got).toHaveLength(got)
  })
})
