import { beforeEach, describe, expect, it, vi } from 'vitest'
import { connectHost, type HostBridge } from './host-bridge.ts'
import { openHostDoor } from './host-door.ts'

const origin = 'https://online.moysklad.ru'

/** A frame's window and its parent, with messages delivered by hand. */
class FakeFrame extends EventTarget {
  readonly sent: { message: Record<string, unknown>; to: string }[] = []
  readonly parent = {
    postMessage: (message: Record<string, unknown>, to: string) => this.sent.push({ message, to }),
  } as unknown as Window
  setTimeout = ((work: () => void, ms: number) =>
    setTimeout(work, ms) as unknown as number) as Window['setTimeout']
  clearTimeout = (timer: number | undefined) => clearTimeout(timer)

  deliver(data: unknown, from: { source?: unknown; origin?: string } = {}): void {
    const event = new Event('message')
    this.dispatchEvent(Object.assign(event, { data, source: this.parent, origin, ...from }))
  }
}

const open = {
  name: 'Open',
  messageId: 41,
  extensionPoint: 'document.retaildemand.edit',
  objectId: '5b1d0c3e-7a10-11f0-0a80-0c0200000a01',
  displayMode: 'expanded',
}

let frame: FakeFrame
let bridge: HostBridge
const listener = { open: vi.fn(), change: vi.fn(), save: vi.fn() }
const onDropped = vi.fn()
const onHostError = vi.fn()

beforeEach(() => {
  vi.clearAllMocks()
  frame = new FakeFrame()
  bridge = connect([origin])
})

function connect(origins: string[]): HostBridge {
  let turns = 0
  const tab = { turn: () => ++turns }
  const door = openHostDoor({ window: frame as never, origins, tab, onDropped })
  return connectHost({ window: frame, door, onDropped, onHostError })
}

describe('host bridge', () => {
  it('hands over what came before anybody listened', () => {
    frame.deliver(open)
    bridge.listen(listener)
    expect(listener.open).toHaveBeenCalledWith(expect.objectContaining({ messageId: 41 }), 1)
  })

  it('[A4] what came before anybody listened has to have the right window, origin and shape as well', () => {
    frame.deliver(open, { source: {} })
    frame.deliver(open, { origin: 'https://evil.example' })
    frame.deliver({ ...open, messageId: '41' })
    bridge.listen(listener)
    expect(listener.open).not.toHaveBeenCalled()
    expect(onDropped.mock.calls.map(([reason]: unknown[]) => reason)).toEqual(['source', 'origin', 'shape'])
  })

  it('[A4] drops a message of another frame, even from the right origin', () => {
    bridge.listen(listener)
    frame.deliver(open, { source: {} })
    expect(listener.open).not.toHaveBeenCalled()
    expect(onDropped).toHaveBeenCalledWith('source', origin)
  })

  it('[A4] drops a message of an origin that is not configured', () => {
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
    for (const data of [
      null,
      'Open',
      { name: 'Open' },
      { ...open, messageId: '41' },
      { ...open, objectId: 'x' },
    ]) {
      frame.deliver(data)
    }
    expect(listener.open).not.toHaveBeenCalled()
    expect(onDropped).toHaveBeenCalledTimes(5)
  })

  it('[A4] answers go to the origin that sent Open, and nothing is said before', () => {
    bridge.listen(listener)
    expect(() => bridge.openFeedback(41)).toThrow('has not opened')
    frame.deliver(open)
    bridge.openFeedback(41)
    expect(frame.sent).toEqual([{ message: { name: 'OpenFeedback', correlationId: 41 }, to: origin }])
  })

  it('[M5] a verdict names its Change, an untrue one carries at most 100 characters', () => {
    bridge.listen(listener)
    frame.deliver(open)
    bridge.verdict(7, null)
    bridge.verdict(8, 'ы'.repeat(300))
    const [valid, invalid] = frame.sent.map((one) => one.message)
    expect(valid).toMatchObject({ name: 'ValidationFeedback', correlationId: 7, valid: true })
    expect(invalid).toMatchObject({ correlationId: 8, valid: false })
    expect((invalid!['message'] as string).length).toBe(100)
    expect(valid!['messageId']).not.toBe(invalid!['messageId'])
  })

  it('an error that the host answers is told to the log', () => {
    bridge.listen(listener)
    frame.deliver(open)
    const errors = [{ code: 1004, error: 'не поддерживает' }]
    frame.deliver({ name: 'InvalidMessageError', correlationId: 2, errors })
    expect(onHostError).toHaveBeenCalledWith(errors)
  })
})
