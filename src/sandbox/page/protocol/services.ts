import type { Frame } from './frame-store.ts'
import type { DialogResolution } from './host-messages.ts'
import type { PopupWindow } from './popup-window.ts'
import {
  badParameter,
  hostFault,
  parallelRequest,
  SERVICES,
  type ServiceMessage,
  type WidgetMessage,
} from './widget-messages.ts'

export type DialogButton = { readonly name: string; readonly caption: string }

export type ServiceDeps = {
  readonly showDialog: (text: string, buttons: readonly DialogButton[]) => Promise<DialogResolution>
  readonly navigate: (path: string, target: 'self' | 'blank') => void
  /** A new one-time token of the person who works here. Null when the host cannot get one. */
  readonly userToken: () => Promise<string | null>
  /** Id of the group that a person has chosen, null when none. */
  readonly selectGoodFolder: () => Promise<string | null>
  readonly popupNames: ReadonlySet<string>
  readonly popups: PopupWindow
}

export function isForService(message: WidgetMessage): message is ServiceMessage {
  return SERVICES.has(message.name)
}

/** What the page does for whoever asks: a widget or a popup. Each request is answered in the frame that it came from. */
export function createServices(deps: ServiceDeps) {
  const pending = new Set<string>()

  /** A second request of the same kind while the first one has no answer is error 1003. */
  function exclusively(frame: Frame, name: string, data: unknown, work: () => Promise<void>): void {
    const key = `${frame.place} ${name}`
    if (pending.has(key)) {
      frame.port.post(parallelRequest(data, name))
      return
    }
    pending.add(key)
    void work().finally(() => pending.delete(key))
  }

  async function showPopup(
    { port }: Frame,
    message: ServiceMessage & { name: 'ShowPopupRequest' },
  ): Promise<void> {
    const { messageId, popupName } = message
    const given = 'popupParameters' in message ? { popupParameters: message.popupParameters } : {}
    const resolution = await deps.popups.show({ popupName, ...given })
    port.post({ name: 'ShowPopupResponse', correlationId: messageId, popupName, ...resolution })
  }

  /** @param data the message as it came, which an error echoes */
  return function serve(frame: Frame, message: ServiceMessage, data: unknown): void {
    const { port } = frame
    const { name, messageId: correlationId } = message
    switch (message.name) {
      case 'NavigateRequest':
        port.post({ name: 'NavigateResponse', correlationId })
        deps.navigate(message.path, message.target)
        return
      case 'ShowDialogRequest':
        return exclusively(frame, name, data, async () => {
          const resolution = await deps.showDialog(message.dialogText, message.buttons)
          port.post({ name: 'ShowDialogResponse', correlationId, ...resolution })
        })
      case 'SelectGoodFolderRequest':
        return exclusively(frame, name, data, async () => {
          const goodFolderId = await deps.selectGoodFolder()
          const choice =
            goodFolderId === null ? { selected: false as const } : { selected: true as const, goodFolderId }
          port.post({ name: 'SelectGoodFolderResponse', correlationId, ...choice })
        })
      case 'UserContextRequest':
        return exclusively(frame, name, data, async () => {
          const token = await deps.userToken()
          port.post(
            token === null
              ? hostFault(data, name, 'сервер не отвечает')
              : { name: 'UserContextResponse', correlationId, token },
          )
        })
      case 'ShowPopupRequest':
        if (!deps.popupNames.has(message.popupName)) {
          const reason = `popup with name = '${message.popupName}' not found`
          port.post(badParameter(data, 'popupName', reason))
          return
        }
        // Two apps, or two widgets of one, may want the screen at once; nobody says what the platform does then.
        if (deps.popups.isOpen()) {
          port.post(parallelRequest(data, name))
          return
        }
        void showPopup(frame, message)
    }
  }
}
