import { beforeEach, describe, expect, it } from 'vitest'
import type { HostMessage } from '../../core/host/host-messages.ts'
import { goodsSale } from '../../core/testing/builders.ts'
import { FakeFrame } from '../testing/fake-frame.ts'
import { HeadlessHost, stateOf } from '../testing/headless-host.ts'
import { connectHost } from './host-bridge.ts'
import { openHostDoor } from './host-door.ts'
import type { HostPort } from './host-port.ts'

/** One suite for every way to MoySklad's page. */

interface Rig {
  port: HostPort
  /** MoySklad's page says something. */
  say(message: Record<string, unknown>): void
  /** What it has heard of us: feedbacks by the number of their `Open`, verdicts in the order of their coming. */
  heard(): { feedbacks: number[]; verdicts: [changeId: number, fault: string | null][] }
}

function tabOf() {
  let turns = 0
  return { turn: () => ++turns }
}

function embedded(): Rig {
  const frame = new FakeFrame()
  const silent = () => undefined
  const door = openHostDoor({
    window: frame as never,
    origins: [frame.origin],
    tab: tabOf(),
    onOpen: silent,
    fault: () => null,
    onDropped: silent,
  })
  const of = (name: string) => frame.answers.filter((one) => one['name'] === name)
  return {
    port: connectHost({ window: frame, door, onDropped: silent, onHostError: silent }),
    say: (message) => frame.deliver(message),
    heard: () => ({
      feedbacks: of('OpenFeedback').map((one) => one['correlationId'] as number),
      verdicts: of('ValidationFeedback').map((one) => [
        one['correlationId'] as number,
        one['valid'] === true ? null : (one['message'] as string),
      ]),
    }),
  }
}

function headless(): Rig {
  const host = new HeadlessHost({ tab: tabOf(), setTimeout: () => 0 })
  return {
    port: host,
    say: (message) => void host.say(message),
    heard: () => ({
      feedbacks: host.feedbacks,
      verdicts: host.verdicts.map(({ changeId, fault }) => [changeId, fault]),
    }),
  }
}

const documentId = '5b1d0c3e-7a10-11f0-0a80-0c0200000a01'
const edit = 'document.retaildemand.edit'
const open = { name: 'Open', messageId: 1, extensionPoint: edit, objectId: documentId }
const change = {
  name: 'Change',
  messageId: 2,
  extensionPoint: edit,
  objectState: stateOf(goodsSale(150_000)),
}
const save = { name: 'Save', messageId: 3, extensionPoint: edit, objectId: documentId }

describe.each([
  ['embedded', embedded],
  ['headless', headless],
])('the %s host', (_, rigOf) => {
  let rig: Rig
  let told: [HostMessage, turn?: number][]
  const listener = {
    open: (message: HostMessage, turn: number) => void told.push([message, turn]),
    change: (message: HostMessage) => void told.push([message]),
    save: (message: HostMessage) => void told.push([message]),
  }
  beforeEach(() => {
    rig = rigOf()
    told = []
  })

  it('hands over what came before anybody listened, and then what comes, each in its turn', () => {
    rig.say(open)
    rig.say(change)
    expect(told).toEqual([])
    rig.port.listen(listener)
    rig.say(save)
    rig.say({ ...open, messageId: 4 })
    expect(told.map(([message, turn]) => [message.name, turn])).toEqual([
      ['Open', 1],
      ['Change', undefined],
      ['Save', undefined],
      ['Open', 4],
    ])
    expect(told[1]![0]).toMatchObject({ messageId: 2, sale: goodsSale(150_000), unread: false })
  })

  it('[M4] hands over every Change that has a number, however little of it can be read', () => {
    rig.port.listen(listener)
    for (const objectState of [null, [], { sum: NaN }, { positions: { rows: [null] } }])
      rig.say({ ...change, objectState })
    rig.say({ name: 'Change', messageId: 9 })
    rig.say({ ...change, messageId: '2' })
    expect(told.map(([message]) => message.name === 'Change' && message.unread)).toEqual(
      Array.from({ length: 5 }, () => true),
    )
  })

  it('[M4] lifts the loader once for each Open', () => {
    rig.port.listen(listener)
    rig.say(open)
    rig.say({ ...open, messageId: 5 })
    for (const id of [1, 5, 1, 5]) rig.port.openFeedback(id)
    expect(rig.heard().feedbacks).toEqual([1, 5])
  })

  it('[M5] a verdict names its Change, an untrue one carries at most 100 characters', () => {
    rig.port.listen(listener)
    rig.say(open)
    rig.port.verdict(7, null)
    rig.port.verdict(8, 'ы'.repeat(300))
    rig.port.verdict(8, null)
    expect(rig.heard().verdicts).toEqual([
      [7, null],
      [8, `${'ы'.repeat(99)}…`],
      [8, null],
    ])
  })

  it('hears nothing more when it is closed', () => {
    rig.port.listen(listener)
    rig.port.close()
    rig.say(open)
    expect(told).toEqual([])
  })
})
