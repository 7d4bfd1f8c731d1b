import type { JsonObject } from './json.ts'
import type { ChangeHint, DialogResolution, HostMessage } from './host-messages.ts'
import type { Point, WidgetPoints } from './points.ts'
import { createVerdict, type Verdict } from './verdict.ts'
import {
  badParameter,
  hostFault,
  parallelRequest,
  readWidgetMessage,
  wrongState,
  type WidgetMessage,
} from './widget-messages.ts'

/**
 * MoySklad's side of the window protocol, for one browser tab.
 *
 * One frame per point, loaded at the first opening of its page and kept for all later ones. What is shown now is an
 * *opening*, with the states of the platform: `Opening` (covered by a loader) → `Opened`; before that `Loading`, or
 * `Failed` when the frame's page could not be loaded, which is tried again at the next opening. A frame of another
 * page, or one that only waits for its `Open`, is `Closed`.
 */
export type FramePort = {
  /** Compared with `event.source`; nothing else is trusted. */
  readonly window: unknown
  post(message: HostMessage): void
}

export type DialogButton = { readonly name: string; readonly caption: string }

export type HostWindowDeps = {
  readonly appName: string
  readonly points: WidgetPoints
  /** Null when the page of the widget did not load. Must not reject. */
  readonly loadFrame: (point: Point) => Promise<FramePort | null>
  readonly showDialog: (text: string, buttons: readonly DialogButton[]) => Promise<DialogResolution>
  readonly navigate: (path: string, target: 'self' | 'blank') => void
  /** A new one-time token of the person who works here. Null when the host cannot get one. */
  readonly userToken: () => Promise<string | null>
  readonly onView: (view: WidgetView) => void
}

export type WidgetState = 'Loading' | 'Failed' | 'Opening' | 'Opened'
export type WidgetView = { readonly point: Point; readonly state: WidgetState } | null

type Frame = { readonly point: Point; readonly port: FramePort; lastMessageId: number }
type Opening = {
  readonly point: Point
  readonly objectId: string | null
  state: WidgetState
  frame: Frame | null
  openMessageId: number | null
  dirty: boolean
  readonly verdict: Verdict
}

export type HostWindow = ReturnType<typeof createHostWindow>

export function createHostWindow(deps: HostWindowDeps) {
  const frames = new Map<Point, Frame>()
  const loading = new Map<Point, Promise<Frame | null>>()
  const pending = new Set<string>()
  let current: Opening | null = null

  function setState(opening: Opening, state: WidgetState): void {
    opening.state = state
    if (opening === current) deps.onView({ point: opening.point, state })
  }

  function frameOf(point: Point): Promise<Frame | null> {
    const known = frames.get(point)
    if (known !== undefined) return Promise.resolve(known)
    const started = loading.get(point)
    if (started !== undefined) return started
    const load = deps.loadFrame(point).then((port) => {
      loading.delete(point)
      if (port === null) return null
      const frame = { point, port, lastMessageId: 0 }
      frames.set(point, frame)
      return frame
    })
    loading.set(point, load)
    return load
  }

  function nextId(frame: Frame): number {
    frame.lastMessageId += 1
    return frame.lastMessageId
  }

  function declares(point: Point, protocol: string): boolean {
    return deps.points.get(point)?.protocols.has(protocol) === true
  }

  /** The frame of what is shown now, once it has got its `Open`. */
  function openedFrame(): Frame | null {
    return current !== null && current.openMessageId !== null ? current.frame : null
  }

  /** Hides the widget. It is told nothing: the platform has no message for that. */
  function close(): void {
    current?.verdict.drop()
    current = null
    deps.onView(null)
  }

  return {
    async open(point: Point, objectId: string | null): Promise<void> {
      if (!deps.points.has(point)) {
        close()
        return
      }
      const opening: Opening = {
        point,
        objectId,
        state: 'Loading',
        frame: null,
        openMessageId: null,
        dirty: false,
        verdict: createVerdict(deps.appName),
      }
      current?.verdict.drop()
      current = opening
      deps.onView({ point, state: 'Loading' })
      const frame = await frameOf(point)
      // Meanwhile the page may show another document: the frame stays loaded, this opening is over.
      if (current !== opening) return
      if (frame === null) {
        setState(opening, 'Failed')
        return
      }
      opening.frame = frame
      opening.openMessageId = nextId(frame)
      // Without open-feedback nothing covers the frame, so that it shows at once whatever it showed before.
      setState(opening, declares(point, 'open-feedback') ? 'Opening' : 'Opened')
      frame.port.post({
        name: 'Open',
        messageId: opening.openMessageId,
        extensionPoint: point,
        objectId,
        displayMode: 'expanded',
      })
    },

    close,

    /** A user's edit. Not for what saving changed, nor for fields without the mark in the documentation. */
    change(objectState: JsonObject, changeHints: readonly ChangeHint[]): void {
      const frame = openedFrame()
      if (current === null || frame === null || !declares(current.point, 'change-handler')) return
      const messageId = nextId(frame)
      if (declares(current.point, 'validation-feedback')) current.verdict.changed(messageId)
      frame.port.post({
        name: 'Change',
        messageId,
        extensionPoint: current.point,
        changeHints,
        objectState,
      })
    },

    /** The widget's word on the latest change: null lets the document be saved, a text refuses it. */
    askVerdict(): Promise<string | null> {
      return current === null ? Promise.resolve(null) : current.verdict.ask()
    },

    /** The object is stored; the JSON API already shows the new state. */
    saved(): void {
      const frame = openedFrame()
      if (current === null || frame === null) return
      current.verdict.settled()
      if (current.objectId === null || !declares(current.point, 'save-handler')) return
      frame.port.post({
        name: 'Save',
        messageId: nextId(frame),
        extensionPoint: current.point,
        objectId: current.objectId,
      })
    },

    isDirty: (): boolean => current?.dirty === true,

    /** Everything that arrives by `message`; what no frame of ours has sent is ignored. */
    receive(source: unknown, data: unknown): void {
      const frame = [...frames.values()].find((one) => one.port.window === source)
      if (frame === undefined) return
      const protocols = deps.points.get(frame.point)?.protocols ?? new Set<string>()
      const read = readWidgetMessage(data, protocols)
      switch (read.kind) {
        case 'ignored':
          return
        case 'invalid':
          frame.port.post(read.answer)
          return
        case 'message':
          handle(frame, read.message)
      }
    },
  }

  function handle(frame: Frame, message: WidgetMessage): void {
    const opening = current?.frame === frame ? current : null
    if (opening === null) {
      // A verdict that comes too late dies with its page, without a word.
      if (message.name !== 'ValidationFeedback') {
        frame.port.post(wrongState(message, 'Closed', 'Opening, Opened'))
      }
      return
    }
    switch (message.name) {
      case 'OpenFeedback':
        if (opening.state !== 'Opening') frame.port.post(wrongState(message, opening.state, 'Opening'))
        else if (message.correlationId !== opening.openMessageId) {
          const reason = `последнее сообщение Open имеет messageId ${opening.openMessageId}`
          frame.port.post(badParameter(message, 'correlationId', reason))
        } else setState(opening, 'Opened')
        return
      case 'ValidationFeedback':
        opening.verdict.feedback(message.correlationId, message.valid ? null : message.message)
        return
      case 'SetDirty':
        // The flag belongs to one Open; a late one must not mark the next document.
        if (message.openMessageId === opening.openMessageId) opening.dirty = true
        return
      case 'ClearDirty':
        opening.dirty = false
        return
      case 'ShowDialogRequest':
        return exclusively(frame, message, async () => {
          const resolution = await deps.showDialog(message.dialogText, message.buttons)
          frame.port.post({ name: 'ShowDialogResponse', correlationId: message.messageId, ...resolution })
        })
      case 'NavigateRequest':
        frame.port.post({ name: 'NavigateResponse', correlationId: message.messageId })
        deps.navigate(message.path, message.target)
        return
      case 'UserContextRequest':
        return exclusively(frame, message, async () => {
          const token = await deps.userToken()
          frame.port.post(
            token === null
              ? hostFault(message, message.name, 'сервер не отвечает')
              : { name: 'UserContextResponse', correlationId: message.messageId, token },
          )
        })
    }
  }

  /** A second request of the same kind while the first one has no answer is error 1003. */
  function exclusively(frame: Frame, message: WidgetMessage, work: () => Promise<void>): void {
    const key = `${frame.point} ${message.name}`
    if (pending.has(key)) {
      frame.port.post(parallelRequest(message, message.name))
      return
    }
    pending.add(key)
    void work().finally(() => pending.delete(key))
  }
}
