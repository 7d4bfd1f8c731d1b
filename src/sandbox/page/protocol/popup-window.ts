import { nextId, type Frame, type FrameStore } from './frame-store.ts'
import type { PopupResolution } from './host-messages.ts'
import { popupPlace } from './points.ts'

type PopupState = 'Loading' | 'Failed' | 'Opened'
export type PopupView = { readonly name: string; readonly state: PopupState } | null

/** `popupParameters`, where the opener has named any: null and undefined are values too. */
export type PopupRequest = { readonly popupName: string; readonly popupParameters?: unknown }

type Opened = { readonly name: string; frame: Frame | null; close(resolution: PopupResolution): void }

export type PopupWindow = ReturnType<typeof createPopupWindow>

/**
 * The application's own modal, full-screen under the title of the application. There is one at a time. Its frame is cached
 * as those of the widgets are, so a popup that is opened again gets another `OpenPopup` in the page that it had.
 */
export function createPopupWindow(frames: FrameStore, onView: (view: PopupView) => void) {
  let opened: Opened | null = null

  return {
    async show(request: PopupRequest): Promise<PopupResolution> {
      const { popupName } = request
      let resolve: (resolution: PopupResolution) => void = () => undefined
      const resolved = new Promise<PopupResolution>((done) => (resolve = done))
      const popup: Opened = {
        name: popupName,
        frame: null,
        close(resolution) {
          opened = null
          onView(null)
          resolve(resolution)
        },
      }
      opened = popup
      onView({ name: popupName, state: 'Loading' })
      const frame = await frames.at(popupPlace(popupName))
      // Meanwhile a person may have pressed the cross.
      if (opened !== popup) return resolved
      popup.frame = frame
      onView({ name: popupName, state: frame === null ? 'Failed' : 'Opened' })
      frame?.port.post({ name: 'OpenPopup', messageId: nextId(frame), ...request })
      return resolved
    },
    isOpen: (): boolean => opened !== null,
    isOpenIn: (frame: Frame): boolean => opened?.frame === frame,
    /** What is open now ends so. */
    close(resolution: PopupResolution): void {
      opened?.close(resolution)
    },
  }
}
