import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CREATE_PROTOCOLS, EDIT_PROTOCOLS, errorOf, fakeHost, last, POPUP } from '../testing/fake-frame.ts'
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

describe('a group of goods', () => {
  const request = { name: 'SelectGoodFolderRequest', messageId: 14 }

  beforeEach(() => {
    box = fakeHost({ create: CREATE_PROTOCOLS, edit: [...EDIT_PROTOCOLS, 'good-folder-selector'] })
    return box.host.open(EDIT, ID)
  })

  it('is chosen, or not', async () => {
    box.say(box.edit, request)
    box.folders[0]?.('7c000000-0000-11f0-0a80-000000000006')
    await vi.advanceTimersByTimeAsync(0)
    expect(last(box.edit)).toEqual({
      name: 'SelectGoodFolderResponse',
      correlationId: 14,
      selected: true,
      goodFolderId: '7c000000-0000-11f0-0a80-000000000006',
    })
    box.say(box.edit, { ...request, messageId: 16 })
    box.folders[1]?.(null)
    await vi.advanceTimersByTimeAsync(0)
    expect(last(box.edit)).toEqual({ name: 'SelectGoodFolderResponse', correlationId: 16, selected: false })
  })

  it('[1003] is chosen one at a time', () => {
    box.say(box.edit, request)
    box.say(box.edit, { ...request, messageId: 15 })
    expect(errorOf(last(box.edit))).toEqual([1003, 'Параллельный запрос SelectGoodFolderRequest'])
  })
})

describe('popups', () => {
  const request = { name: 'ShowPopupRequest', messageId: 13, popupName: POPUP }

  beforeEach(() => {
    box = fakeHost({ create: CREATE_PROTOCOLS, edit: EDIT_PROTOCOLS, popup: ['standard-dialogs'] })
    return box.host.open(EDIT, ID)
  })

  async function show(parameters?: unknown): Promise<void> {
    box.say(box.edit, { ...request, ...(parameters === undefined ? {} : { popupParameters: parameters }) })
    await vi.advanceTimersByTimeAsync(0)
  }

  it('get what the widget gives them, and answer it', async () => {
    await show({ card: '100200300' })
    expect(box.popupViews.map((view) => view?.state)).toEqual(['Loading', 'Opened'])
    expect(last(box.popup)).toEqual({
      name: 'OpenPopup',
      messageId: 1,
      popupName: POPUP,
      popupParameters: { card: '100200300' },
    })
    box.say(box.popup, { name: 'ClosePopup', messageId: 3, popupResponse: { used: 150_000 } })
    await vi.advanceTimersByTimeAsync(0)
    expect(last(box.edit)).toEqual({
      name: 'ShowPopupResponse',
      correlationId: 13,
      popupName: POPUP,
      popupResolution: 'normal',
      popupResponse: { used: 150_000 },
    })
    expect(box.popupViews.at(-1)).toBeNull()
  })

  it('carry null in both directions, and nothing where nothing was given', async () => {
    await show(null)
    expect(last(box.popup)).toHaveProperty('popupParameters', null)
    box.say(box.popup, { name: 'ClosePopup', messageId: 3, popupResponse: null })
    await vi.advanceTimersByTimeAsync(0)
    expect(last(box.edit)).toHaveProperty('popupResponse', null)
    await show()
    expect(last(box.popup)).not.toHaveProperty('popupParameters')
    box.say(box.popup, { name: 'ClosePopup', messageId: 4 })
    await vi.advanceTimersByTimeAsync(0)
    expect(last(box.edit)).not.toHaveProperty('popupResponse')
  })

  it('are closed by their cross, also while they load, and are loaded once per tab', async () => {
    box.say(box.edit, request)
    box.host.closePopup()
    await vi.advanceTimersByTimeAsync(0)
    expect(last(box.edit)).toEqual({
      name: 'ShowPopupResponse',
      correlationId: 13,
      popupName: POPUP,
      popupResolution: 'closedByUser',
    })
    expect(box.popup.got).toEqual([])
    await show()
    expect([box.popup.loads, last(box.popup).name]).toEqual([1, 'OpenPopup'])
  })

  it('stay open when the page below is left, and then may speak no more', async () => {
    await show()
    await box.host.open(CREATE, null)
    box.say(box.popup, {
      name: 'ShowDialogRequest',
      messageId: 5,
      dialogText: '?',
      buttons: [{ name: 'y', caption: 'Да' }],
    })
    expect(box.dialogs).toHaveLength(1)
    box.host.closePopup()
    box.say(box.popup, { name: 'ClosePopup', messageId: 6 })
    expect(errorOf(last(box.popup))[0]).toBe(1000)
  })

  it('[1002] of an undeclared name are refused; [1003] so is a second one', async () => {
    box.say(box.edit, { ...request, popupName: 'nope' })
    expect(errorOf(last(box.edit))).toEqual([
      1002,
      "Некорректное значение параметра popupName: popup with name = 'nope' not found",
    ])
    await show()
    box.say(box.edit, { ...request, messageId: 14 })
    expect(errorOf(last(box.edit))).toEqual([1003, 'Параллельный запрос ShowPopupRequest'])
  })

  it('[1004] are closed by themselves only, and use only what they declare', async () => {
    await show()
    box.say(box.edit, { name: 'ClosePopup', messageId: 1 })
    expect(errorOf(last(box.edit))[0]).toBe(1004)
    box.say(box.popup, { name: 'UserContextRequest', messageId: 1 })
    expect(errorOf(last(box.popup))[0]).toBe(1004)
  })

  it('whose page does not load can be closed', async () => {
    box.popup.failNext = true
    await show()
    expect(box.popupViews.at(-1)).toEqual({ name: POPUP, state: 'Failed' })
    box.host.closePopup()
    await vi.advanceTimersByTimeAsync(0)
    expect(last(box.edit)).toMatchObject({ popupResolution: 'closedByUser' })
  })
})
