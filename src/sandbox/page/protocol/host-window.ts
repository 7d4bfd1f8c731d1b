import type { JsonObject } from './json.ts'
import { createFrameStore, nextId, type Frame, type FramePort } from './frame-store.ts'
import type { ChangeHint } from './host-messages.ts'
import { isPoint, pageOf, type Descriptor, type Place, type Point } from './points.ts'
import { createPopupWindow, type PopupView } from './popup-window.ts'
import { createServices, isForService, type ServiceDeps } from './services.ts'
import { createVerdict, type Verdict } from './verdict.ts'
import {
  badParameter,
  readWidgetMessage,
  wrongState,
  type ServiceMessage,
  type WidgetMessage,
} from './widget-messages.ts'

/**
 * MoySklad's side of the window protocol, for one browser tab.
 *
 * What is shown at a point now is an *opening*, with the states of the platform: `Opening` (covered by a loader) →
 * `Opened`; before that `Loading`, or `Failed` when the frame's page could not be loaded, which is tried again at the next
 * opening. Whether it was is not always known: then a frame that does not answer has failed. A frame of another page, or one that only waits for its `Open`, is `Closed`. Popups stand over all that and
 * do not mind which document is below.
 */
export type HostWindowDeps = Omit<ServiceDeps, 'popups' | 'popupNames'> & {
  readonly appName: string
  readonly descriptor: Descriptor
  /** Null when the page of the application did not load. Must not reject. */
  readonly loadFrame: (place: Place) => Promise<FramePort | null>
  readonly onView: (view: WidgetView) => void
  readonly onPopup: (view: PopupView) => void
}

export type WidgetState = 'Loading' | 'Failed' | 'Opening' | 'Opened'
export type WidgetView = { readonly point: Point; readonly state: WidgetState } | null

type Opening = {
  readonly point: Point
  readonly objectId: string | null
  state: WidgetState
  frame: Frame | null
  openMessageId: number | null
  dirty: boolean
  readonly verdict: Verdict
}

/** How long a frame has to give the first answer that is due where nobody knows whether it has loaded. */
const ANSWER_WITHIN_MS = 3000

export type HostWindow = ReturnType<typeof createHostWindow>

export function createHostWindow(deps: HostWindowDeps) {
  const { widgets, popups: popupPages } = deps.descriptor
  const frames = createFrameStore(deps.loadFrame)
  const popups = createPopupWindow(frames, deps.onPopup)
  const serve = createServices({ ...deps, popups, popupNames: new Set(popupPages.keys()) })
  let current: Opening | null = null

  function setState(opening: Opening, state: WidgetState): void {
    opening.state = state
    if (opening === current) deps.onView({ point: opening.point, state })
  }

  function declares(point: Point, protocol: string): boolean {
    return widgets.get(point)?.protocols.has(protocol) === true
  }

  /** An answer is due from now on. */
  function expectAnswer(opening: Opening, frame: Frame): void {
    if (frame.alive) return
    setTimeout(() => {
      if (frame.alive) return
      frames.drop(frame)
      if (opening.frame !== frame) return
      opening.frame = null
      opening.verdict.drop()
      setState(opening, 'Failed')
    }, ANSWER_WITHIN_MS)
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
      if (!widgets.has(point)) {
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
      const frame = await frames.at(point)
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
      if (opening.state === 'Opening') expectAnswer(opening, frame)
    },

    close,

    /** A user's edit. Not for what saving changed, nor for fields without the mark in the documentation. */
    change(objectState: JsonObject, changeHints: readonly ChangeHint[]): void {
      const frame = openedFrame()
      if (current === null || frame === null || !declares(current.point, 'change-handler')) return
      const messageId = nextId(frame)
      if (declares(current.point, 'validation-feedback')) {
        current.verdict.changed(messageId)
        expectAnswer(current, frame)
      }
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

    /** The cross of the popup. */
    closePopup(): void {
      popups.close({ popupResolution: 'closedByUser' })
    },

    /** Everything that arrives by `message`; what no frame of ours has sent is ignored. */
    receive(source: unknown, data: unknown): void {
      const frame = frames.bySource(source)
      if (frame === undefined) return
      frame.alive = true
      const protocols = pageOf(deps.descriptor, frame.place)?.protocols ?? new Set<string>()
      const read = readWidgetMessage(data, protocols)
      switch (read.kind) {
        case 'ignored':
          return
        case 'invalid':
          frame.port.post(read.answer)
          return
        case 'message':
          handle(frame, read.message, data)
      }
    },
  }

  /** @param data the message as it came: errors echo it whole */
  function handle(frame: Frame, message: WidgetMessage, data: unknown): void {
    const opening = current?.frame === frame ? current : null
    if (opening === null && !popups.isOpenIn(frame)) {
      // A verdict that comes too late dies with its page, without a word.
      if (message.name !== 'ValidationFeedback') {
        const expected = isPoint(frame.place) ? 'Opening, Opened' : 'Opened'
        frame.port.post(wrongState(data, 'Closed', expected))
      }
      return
    }
    if (isForService(message)) serve(frame, message, data)
    else if (message.name === 'ClosePopup') {
      const response = 'popupResponse' in message ? { popupResponse: message.popupResponse } : {}
      popups.close({ popupResolution: 'normal', ...response })
    } else if (opening !== null) handleOfWidget(frame, opening, message, data)
  }

  function handleOfWidget(
    frame: Frame,
    opening: Opening,
    message: Exclude<WidgetMessage, ServiceMessage | { name: 'ClosePopup' }>,
    data: unknown,
  ): void {
    switch (message.name) {
      case 'OpenFeedback':
        if (opening.state !== 'Opening') frame.port.post(wrongState(data, opening.state, 'Opening'))
        else if (message.correlationId !== opening.openMessageId) {
          const reason = `последнее сообщение Open имеет messageId ${opening.openMessageId}`
          frame.port.post(badParameter(data, 'correlationId', reason))
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
    }
  }
}
