import type { JsonObject } from './json.ts'
import type { Point } from './points.ts'

/** What the host sends to a widget, by MoySklad's vendor documentation, window protocol. */
export type HostMessage =
  | {
      name: 'Open'
      messageId: number
      extensionPoint: Point
      objectId: string | null
      displayMode: 'expanded'
    }
  | {
      name: 'Change'
      messageId: number
      extensionPoint: Point
      changeHints: readonly ChangeHint[]
      objectState: JsonObject
    }
  | { name: 'Save'; messageId: number; extensionPoint: Point; objectId: string }
  | ({ name: 'ShowDialogResponse'; correlationId: number } & DialogResolution)
  | { name: 'NavigateResponse'; correlationId: number }
  | ({ name: 'ShowPopupResponse'; correlationId: number; popupName: string } & PopupResolution)
  | { name: 'OpenPopup'; messageId: number; popupName: string; popupParameters?: unknown }
  | ({ name: 'SelectGoodFolderResponse'; correlationId: number } & (
      { selected: true; goodFolderId: string } | { selected: false }
    ))
  | { name: 'UserContextResponse'; correlationId: number; token: string }
  | InvalidMessageError

export type ChangeHint = '_fields' | 'positions'

export type DialogResolution =
  { dialogResolution: 'normal'; buttonName: string } | { dialogResolution: 'closedByUser' }

export type PopupResolution =
  { popupResolution: 'normal'; popupResponse?: unknown } | { popupResolution: 'closedByUser' }

export type InvalidMessageError = {
  name: 'InvalidMessageError'
  /** Null when the bad message had no usable `messageId`. */
  correlationId: number | null
  invalidMessage: unknown
  errors: readonly { code: number; error: string }[]
}
