import { beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeFrame } from '../testing/fake-frame.ts'
import { connectHost, type EmbeddedHost } from './host-bridge.ts'
import { openHostDoor } from './host-door.ts'
import { answerMs } from './user-context.ts'

const token = '0f3c9a4477d1e2b35a6677889900aabbccddeeff'
const open = { name: 'Open', messageId: 41, extensionPoint: 'document.retaildemand.create', objectId: null }

let frame: FakeFrame
let bridge: EmbeddedHost
const listener = { open: vi.fn(), change: vi.fn(), save: vi.fn() }
const onDropped = vi.fn()
const onHostError = vi.fn()

beforeEach(() => {
  vi.clearAllMocks()
  frame = new FakeFrame()
  const silent = () => undefined
  const window = frame as never
  const tab = { turn: () => 1 }
  const door = openHostDoor({
    window,
    origins: [frame.origin],
    tab,
    onOpen: silent,
    fault: () => null,
    onDropped,
  })
  bridge = connectHost({ window, door, onDropped, onHostError })
  bridge.listen(listener)
})

const sent = () => frame.sent.map(({ message }) => message)

/** What MoySklad's page answers to our last message. */
const respond = (said: object) => frame.deliver({ correlationId: sent().at(-1)!['messageId'], ...said })
const response = { name: 'UserContextResponse', token }

describe('[A1] asking the page who is at the screen', () => {
  it('gives the token, and asks anew each time', async () => {
    frame.deliver(open)
    for (const given of [token, 'another']) {
      const asked = bridge.userToken()
      expect(sent().at(-1)).toEqual({ name: 'UserContextRequest', messageId: expect.any(Number) as number })
      respond({ ...response, token: given })
      expect(await asked).toBe(given)
    }
    expect(sent()[0]!['messageId']).not.toBe(sent()[1]!['messageId'])
    expect(onDropped).not.toHaveBeenCalled()
  })

  it('[A4] sends nothing before Open, and what was asked before goes out with it', async () => {
    const asked = bridge.userToken()
    expect(sent()).toEqual([])
    frame.pass(answerMs - 1)
    frame.deliver(open)
    expect(listener.open).toHaveBeenCalledTimes(1)
    expect(sent()).toHaveLength(1)
    // The time of the answer begins with the question.
    frame.pass(answerMs - 1)
    respond(response)
    expect(await asked).toBe(token)
  })

  it('numbers its messages with the verdicts, in one row', () => {
    frame.deliver(open)
    bridge.verdict(7, null)
    void bridge.userToken()
    bridge.verdict(8, null)
    const ids = sent().map(({ messageId }) => messageId)
    expect(new Set(ids).size).toBe(3)
  })

  it('has one question at a time: the page refuses a second one (1003)', async () => {
    frame.deliver(open)
    const both = Promise.all([bridge.userToken(), bridge.userToken()])
    expect(sent()).toHaveLength(1)
    respond(response)
    expect(await both).toEqual([token, token])
  })

  it.each([
    ['the page is not opened', () => undefined],
    ['the page is silent', () => frame.deliver(open)],
  ])('is over after ten seconds when %s, and may be begun again', async (_, before) => {
    before()
    const asked = bridge.userToken()
    frame.pass(answerMs)
    expect(await asked).toBeNull()
    frame.deliver(open)
    const again = bridge.userToken()
    respond(response)
    expect(await again).toBe(token)
  })

  it('an answer that comes too late, or to nothing, is passed over', async () => {
    frame.deliver(open)
    const late = bridge.userToken()
    const lateId = sent().at(-1)!['messageId']
    frame.pass(answerMs)
    expect(await late).toBeNull()
    const asked = bridge.userToken()
    frame.deliver({ ...response, correlationId: lateId, token: 'old' })
    respond(response)
    expect(await asked).toBe(token)
    frame.deliver({ ...response, correlationId: lateId })
    expect(onDropped).not.toHaveBeenCalled()
  })

  it('an older page knows no such question: there is no token, and the log hears of it', async () => {
    frame.deliver(open)
    const asked = bridge.userToken()
    const errors = [{ code: 1004, error: 'Виджет не поддерживает протокол' }]
    frame.deliver({ name: 'InvalidMessageError', correlationId: null, errors })
    respond({ name: 'InvalidMessageError', errors })
    expect(await asked).toBeNull()
    expect(onHostError).toHaveBeenCalledTimes(2)
  })

  it.each([{ token: '' }, { token: 1 }, { token: null }])(
    'an answer without a token is none: %j',
    async (bad) => {
      frame.deliver(open)
      const asked = bridge.userToken()
      respond({ ...response, ...bad })
      expect(onDropped).toHaveBeenCalledWith('shape', frame.origin)
      frame.pass(answerMs)
      expect(await asked).toBeNull()
    },
  )
})
