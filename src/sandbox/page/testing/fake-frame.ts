import type { DialogResolution, HostMessage } from '../protocol/host-messages.ts'
import { createHostWindow, type FramePort, type WidgetView } from '../protocol/host-window.ts'
import { CREATE, EDIT, type Point, type WidgetPoint } from '../protocol/points.ts'

/** Protocols as the descriptor of Podarok declares them. */
export const CREATE_PROTOCOLS = ['change-handler', 'validation-feedback']
export const EDIT_PROTOCOLS = [
  ...CREATE_PROTOCOLS,
  'open-feedback',
  'save-handler',
  'dirty-state',
  'standard-dialogs',
  'navigation-service',
]

export type FakeFrame = {
  readonly window: object
  readonly got: HostMessage[]
  failNext: boolean
  loads: number
}

/** A host window with a fake frame at each point, and everything that it told the page. */
export function fakeHost(protocols = { create: CREATE_PROTOCOLS, edit: EDIT_PROTOCOLS }) {
  const frame = (): FakeFrame => ({ window: {}, got: [], failNext: false, loads: 0 })
  const create = frame()
  const edit = frame()
  const views: WidgetView[] = []
  const navigated: string[] = []
  /** What the host answers to those who ask for the user's context; then it cannot. */
  const userTokens: string[] = []
  const dialogs: { text: string; answer: (resolution: DialogResolution) => void }[] = []
  const point = (path: string, names: readonly string[]): WidgetPoint => ({
    sourceUrl: `http://localhost${path}`,
    heightPx: 420,
    protocols: new Set(names),
  })
  const host = createHostWindow({
    appName: 'Подарок',
    points: new Map<Point, WidgetPoint>([
      [CREATE, point('/w/sale-new', protocols.create)],
      [EDIT, point('/w/sale', protocols.edit)],
    ]),
    loadFrame(which): Promise<FramePort | null> {
      const target = which === CREATE ? create : edit
      target.loads += 1
      if (target.failNext) {
        target.failNext = false
        return Promise.resolve(null)
      }
      const { window, got } = target
      return Promise.resolve({ window, post: (message) => got.push(structuredClone(message)) })
    },
    showDialog: (text) => new Promise((answer) => dialogs.push({ text, answer })),
    navigate: (path, target) => navigated.push(`${target} ${path}`),
    userToken: () => Promise.resolve(userTokens.shift() ?? null),
    onView: (view) => views.push(view),
  })
  const say = (from: FakeFrame, message: unknown) => host.receive(from.window, message)
  return { host, create, edit, views, navigated, dialogs, userTokens, say }
}

export function last(frame: FakeFrame): HostMessage {
  const message = frame.got.at(-1)
  if (message === undefined) throw new Error('The frame has got nothing.')
  return message
}

/** `messageId` of the last message, which must be one of the host's own. */
export function lastId(frame: FakeFrame): number {
  const message = last(frame)
  if (!('messageId' in message)) throw new Error(`${message.name} has no messageId.`)
  return message.messageId
}

/** Code and text of the first fault that the host names. */
export function errorOf(message: HostMessage): [number, string] {
  if (message.name !== 'InvalidMessageError') throw new Error(message.name)
  return [message.errors[0]!.code, message.errors[0]!.error]
}
