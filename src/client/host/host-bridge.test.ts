import { beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeFrame } from '../testing/fake-frame.ts'
import { connectHost } from './host-bridge.ts'
import { type HostDoor, openHostDoor } from './host-door.ts'
import type { HostPort } from './host-port.ts'

const open = {
  name: 'Open',
  messageId: 41,
  extensionPoint: 'document.retaildemand.edit',
  objectId: '5b1d0c3e-7a10-11f0-0a80-0c0200000a01',
  displayMode: 'expanded',
}
const form = { ...open, messageId: 51, extensionPoint: 'document.retaildemand.create', objectId: null }
const change = { name: 'Change', messageId: 42, extensionPoint: form.extensionPoint, objectState: null }

let frame: FakeFrame
let door: HostDoor
let bridge: HostPort
const listener = { open: vi.fn(), change: vi.fn(), save: vi.fn() }
const onDropped = vi.fn()
const onHostError = vi.fn()
const onOpen = vi.fn()
let fault: string | null

beforeEach(() => {
  vi.clearAllMocks()
  fault = null
  frame = new FakeFrame()
  bridge = connect([frame.origin])
})

function connect(origins: string[]): HostPort {
  let turns = 0
  const tab = { turn: () => ++turns }
  door = openHostDoor({ window: frame as never, origins, tab, onOpen, fault: () => fault, onDropped })
  return connectHost({ window: frame, door, onDropped, onHostError })
}

describe('host bridge', () => {
  it('[A4] what came before anybody listened has to have the right window, origin and shape as well', () => {
    frame.deliver(open, { source: {} })
    frame.deliver(open, { origin: 'https://evil.example' })
    frame.deliver({ ...open, messageId: '41' })
    frame.deliver(open)
    expect(onDropped.mock.calls).toEqual([
      ['source', frame.origin],
      ['origin', 'https://evil.example'],
    ])
    expect(frame.sent).toHaveLength(1)
    bridge.listen(listener)
    expect(listener.open).toHaveBeenCalledTimes(1)
    expect(onDropped).toHaveBeenLastCalledWith('shape', frame.origin)
  })

  it('[A4] drops messages that are not from the parent window', () => {
    bridge.listen(listener)
    frame.deliver(open, { source: {} })
    frame.deliver(change, { source: null })
    expect(listener.open).not.toHaveBeenCalled()
    expect(listener.change).not.toHaveBeenCalled()
  })

  it('[A4] drops messages of an origin that is not configured', () => {
    bridge.listen(listener)
    frame.deliver(open, { origin: 'https://online.moysklad.ru.evil.example' })
    expect(listener.open).not.toHaveBeenCalled()
    expect(onDropped).toHaveBeenCalledWith('origin', 'https://online.moysklad.ru.evil.example')
  })

  it('[A4] a star in a configured origin stands for names of hosts and for nothing else', () => {
    bridge.close()
    bridge = connect(['https://*.moysklad.ru'])
    bridge.listen(listener)
    const wrong = [
      'https://moysklad.ru.evil.example',
      'https://evil.example/.moysklad.ru',
      'http://a.moysklad.ru',
    ]
    for (const one of wrong) frame.deliver(open, { origin: one })
    expect(listener.open).not.toHaveBeenCalled()
    frame.deliver(open, { origin: 'https://online-2.moysklad.ru' })
    expect(listener.open).toHaveBeenCalledTimes(1)
  })

  it('[A4] drops what has another shape', () => {
    bridge.listen(listener)
    for (const data of [null, 'Open', { name: 'Open' }, { ...open, messageId: '41' }, { name: 'Save' }])
      frame.deliver(data)
    expect(listener.open).not.toHaveBeenCalled()
    expect(onDropped).toHaveBeenCalledTimes(5)
  })

  it('[A4] answers go to the origin that asked, and nothing is said before', () => {
    bridge.listen(listener)
    expect(() => bridge.openFeedback(41)).toThrow('nobody to answer')
    frame.deliver(open, { origin: 'https://evil.example' })
    expect(() => bridge.openFeedback(41)).toThrow('nobody to answer')
    frame.deliver(open)
    bridge.openFeedback(41)
    expect(frame.sent).toEqual([{ message: { name: 'OpenFeedback', correlationId: 41 }, to: frame.origin }])
  })

  it.each([
    ['no Open', []],
    ['an Open that cannot be read', [{ name: 'Open', messageId: 41, objectId: {} }]],
    ['an Open without a number', [{ ...open, messageId: null }]],
  ])('[M4] a Change after %s is answered', (_, before) => {
    for (const message of before) frame.deliver(message)
    bridge.listen(listener)
    frame.deliver(change)
    bridge.verdict(42, null)
    expect(frame.sent.map(({ to }) => to)).toEqual([frame.origin])
    expect(frame.answers).toEqual([{ name: 'ValidationFeedback', correlationId: 42, valid: true }])
  })

  it('an error that the host answers is told to the log', () => {
    bridge.listen(listener)
    const errors = [{ code: 1004, error: 'не поддерживает' }]
    frame.deliver({ name: 'InvalidMessageError', correlationId: 2, errors })
    expect(onHostError).toHaveBeenCalledWith(errors)
  })
})

describe('while the engine is not there', () => {
  const valid = { name: 'ValidationFeedback', correlationId: 42, valid: true }

  it('[M4] the loader is lifted at once, and once for each Open', () => {
    frame.deliver(open)
    expect(frame.answers).toEqual([{ name: 'OpenFeedback', correlationId: 41 }])
    frame.deliver({ ...open, messageId: 44 })
    bridge.listen(listener)
    // The host takes a second one for an error.
    for (const id of [41, 44]) bridge.openFeedback(id)
    expect(frame.answers.map((one) => one['correlationId'])).toEqual([41, 44])
    expect(listener.open).toHaveBeenCalledTimes(2)
  })

  it('[M4] the form of a new sale has no loader', () => {
    frame.deliver(form)
    frame.pass(10_000)
    expect(frame.sent).toEqual([])
  })

  it('[M4] a sale may be saved after half of the time that MoySklad waits', () => {
    frame.deliver(form)
    frame.deliver(change)
    frame.pass(1_499)
    expect(frame.sent).toEqual([])
    frame.pass(1)
    expect(frame.answers).toEqual([valid])
    frame.deliver({ ...change, messageId: 43 })
    frame.pass(1_500)
    expect(frame.answers).toEqual([valid, { ...valid, correlationId: 43 }])
  })

  it('[M4] a Change that cannot be read is answered as any other', () => {
    for (const messageId of ['42', 4.5, null, undefined]) frame.deliver({ ...change, messageId })
    frame.deliver({ name: 'Change', messageId: 42, objectState: { sum: NaN } })
    frame.deliver({ name: 'Change', messageId: 0 })
    frame.pass(1_500)
    expect(frame.answers).toEqual([valid, { ...valid, correlationId: 0 }])
  })

  it('[M2] a sale whose card was scanned has to wait', () => {
    frame.deliver(form)
    frame.deliver(change)
    fault = 'Проверяем карту…'
    frame.pass(1_500)
    expect(frame.answers).toEqual([{ ...valid, valid: false, message: fault }])
  })

  it('[M4] who takes over is told all of it, answers by itself, and may say otherwise', () => {
    frame.deliver(form)
    frame.deliver(change)
    frame.pass(1_500)
    frame.deliver({ ...change, messageId: 43 })
    bridge.listen(listener)
    frame.pass(1_500)
    expect(frame.answers).toEqual([valid])
    for (const messageId of [42, 43])
      expect(listener.change).toHaveBeenCalledWith(expect.objectContaining({ messageId }))
    bridge.verdict(43, 'Отсканируйте карту')
    frame.deliver({ ...change, messageId: 45 })
    frame.pass(1_500)
    expect(frame.answers).toEqual([
      valid,
      { ...valid, correlationId: 43, valid: false, message: 'Отсканируйте карту' },
    ])
    // No two messages of ours have one number.
    expect(new Set(frame.sent.map(({ message }) => message['messageId'])).size).toBe(2)
  })

  it('[M4] the page is told of each document that is shown, until somebody takes over', () => {
    frame.deliver(form)
    frame.deliver({ ...open, extensionPoint: 7 })
    frame.deliver(change)
    expect(onOpen).toHaveBeenCalledTimes(2)
    bridge.listen(listener)
    frame.deliver(form)
    expect(onOpen).toHaveBeenCalledTimes(2)
  })

  it('[A4] nobody else is answered', () => {
    frame.deliver(change, { source: {} })
    frame.deliver(change, { origin: 'https://evil.example' })
    frame.pass(1_500)
    expect(frame.sent).toEqual([])
  })
})
