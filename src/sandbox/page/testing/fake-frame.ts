import type { DialogResolution, HostMessage } from '../protocol/host-messages.ts'
import type { FramePort } from '../protocol/frame-store.ts'
import { createHostWindow, type WidgetView } from '../protocol/host-window.ts'
import {
  CREATE,
  EDIT,
  popupPlace,
  type DeclaredPage,
  type Place,
  type WidgetPoint,
} from '../protocol/points.ts'
import type { PopupView } from '../protocol/popup-window.ts'

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
  /** The line does not know whether the next load succeeds. */
  doubtNext: boolean
  loads: number
}

/** The name of the one popup that a fake application declares, where it declares any. */
export const POPUP = 'cardPopup'

type Declared = {
  readonly create: readonly string[]
  readonly edit: readonly string[]
  readonly popup?: readonly string[]
}

/** A host window with a fake frame at each place, and everything that it told the page. */
export function fakeHost(declared: Declared = { create: CREATE_PROTOCOLS, edit: EDIT_PROTOCOLS }) {
  const frame = (): FakeFrame => ({ window: {}, got: [], failNext: false, doubtNext: false, loads: 0 })
  const create = frame()
  const edit = frame()
  const popup = frame()
  const views: WidgetView[] = []
  const popupViews: PopupView[] = []
  const navigated: string[] = []
  /** What the host answers to those who ask for the user's context; then it cannot. */
  const userTokens: string[] = []
  /** Those who wait for a group of goods. */
  const folders: ((id: string | null) => void)[] = []
  const dialogs: { text: string; answer: (resolution: DialogResolution) => void }[] = []
  const page = (path: string, names: readonly string[]): DeclaredPage => ({
    sourceUrl: `http://localhost${path}`,
    protocols: new Set(names),
  })
  const point = (path: string, names: readonly string[]): WidgetPoint => ({
    ...page(path, declared.popup === undefined ? names : [...names, 'popups']),
    heightPx: 420,
  })
  const frameAt = new Map<Place, FakeFrame>([
    [CREATE, create],
    [EDIT, edit],
    [popupPlace(POPUP), popup],
  ])
  const host = createHostWindow({
    appName: 'Подарок',
    descriptor: {
      widgets: new Map([
        [CREATE, point('/w/sale-new', declared.create)],
        [EDIT, point('/w/sale', declared.edit)],
      ]),
      popups: new Map(
        declared.popup === undefined ? [] : [[POPUP, page('/p/card', [...declared.popup, 'popup'])]],
      ),
    },
    loadFrame(place): Promise<FramePort | null> {
      const target = frameAt.get(place)
      if (target === undefined) throw new Error(`There is no frame at ${place}.`)
      target.loads += 1
      if (target.failNext) {
        target.failNext = false
        return Promise.resolve(null)
      }
      const { window, got } = target
      const loaded = !target.doubtNext
      target.doubtNext = false
      return Promise.resolve({ window, loaded, post: (message) => got.push(structuredClone(message)) })
    },
    showDialog: (text) => new Promise((answer) => dialogs.push({ text, answer })),
    navigate: (path, target) => navigated.push(`${target} ${path}`),
    userToken: () => Promise.resolve(userTokens.shift() ?? null),
    selectGoodFolder: () => new Promise((choose) => folders.push(choose)),
    onView: (view) => views.push(view),
    onPopup: (view) => popupViews.push(view),
  })
  const say = (from: FakeFrame, message: unknown) => host.receive(from.window, message)
  return { host, create, edit, popup, views, popupViews, navigated, dialogs, folders, userTokens, say }
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
