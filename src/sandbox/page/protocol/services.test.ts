import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CREATE_PROTOCOLS, EDIT_PROTOCOLS, errorOf, fakeHost, last } from '../testing/fake-frame.ts'
import { CREATE, EDIT } from './points.ts'

const ID = '5b1d0c3e-7a10-11f0-0a80-0c0200000a01'
let box: ReturnType<typeof fakeHost>

beforeEach(() => {
  vi.useFakeTimers()
  box = fakeHost()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('dialogs and navigation', () => {
  beforeEach(() => box.host.open(EDIT, ID))
  const request = {
    name: 'ShowDialogRequest',
    messageId: 7,
    dialogText: 'Списать?',
    buttons: [{ name: 'y', caption: 'Да' }],
  }

  it('a dialog is shown and answered', async () => {
    box.say(box.edit, request)
    expect(box.dialogs[0]?.text).toBe('Списать?')
    box.dialogs[0]?.answer({ dialogResolution: 'normal', buttonName: 'y' })
    await vi.advanceTimersByTimeAsync(0)
    expect(last(box.edit)).toEqual({
      name: 'ShowDialogResponse',
      correlationId: 7,
      dialogResolution: 'normal',
      buttonName: 'y',
    })
  })

  it('[1003] a second dialog at the same time is refused, a later one is not', async () => {
    box.say(box.edit, request)
    box.say(box.edit, { ...request, messageId: 8 })
    expect(errorOf(last(box.edit))).toEqual([1003, 'Параллельный запрос ShowDialogRequest'])
    box.dialogs[0]?.answer({ dialogResolution: 'closedByUser' })
    await vi.advanceTimersByTimeAsync(0)
    expect(last(box.edit)).toEqual({
      name: 'ShowDialogResponse',
      correlationId: 7,
      dialogResolution: 'closedByUser',
    })
    box.say(box.edit, { ...request, messageId: 9 })
    expect(box.dialogs).toHaveLength(2)
  })

  it('navigation is answered before the move', () => {
    box.say(box.edit, { name: 'NavigateRequest', messageId: 3, path: '#retaildemand', target: 'self' })
    expect(last(box.edit)).toEqual({ name: 'NavigateResponse', correlationId: 3 })
    expect(box.navigated).toEqual(['self #retaildemand'])
  })
})

describe('the user’s context', () => {
  const declaring = () =>
    fakeHost({
      create: [...CREATE_PROTOCOLS, 'user-context'],
      edit: [...EDIT_PROTOCOLS, 'user-context'],
    })
  const request = { name: 'UserContextRequest', messageId: 15 }

  it('is a token of its own for each request, at a new sale and at a saved one', async () => {
    box = declaring()
    box.userTokens.push('one', 'two')
    await box.host.open(CREATE, null)
    box.say(box.create, request)
    await vi.advanceTimersByTimeAsync(0)
    expect(last(box.create)).toEqual({ name: 'UserContextResponse', correlationId: 15, token: 'one' })
    await box.host.open(EDIT, ID)
    box.say(box.edit, request)
    await vi.advanceTimersByTimeAsync(0)
    expect(last(box.edit)).toEqual({ name: 'UserContextResponse', correlationId: 15, token: 'two' })
  })

  it('[1003] is not given to a second request beside the first one', async () => {
    box = declaring()
    await box.host.open(EDIT, ID)
    box.say(box.edit, request)
    box.say(box.edit, { ...request, messageId: 16 })
    expect(errorOf(last(box.edit))).toEqual([1003, 'Параллельный запрос UserContextRequest'])
  })

  it('[1006] cannot be given while the host’s own server is away', async () => {
    box = declaring()
    await box.host.open(EDIT, ID)
    box.say(box.edit, request)
    await vi.advanceTimersByTimeAsync(0)
    expect(errorOf(last(box.edit))).toEqual([
      1006,
      'Ошибка обработки сообщения UserContextRequest: сервер не отвечает',
    ])
  })

  it('[1004] is not given where the descriptor does not ask for it', async () => {
    await box.host.open(EDIT, ID)
    box.say(box.edit, request)
    expect(errorOf(last(box.edit))[0]).toBe(1004)
  })
})
