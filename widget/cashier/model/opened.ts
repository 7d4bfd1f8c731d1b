import type { OpenedSale } from '../../../src/client/till/matching.ts'
import type { ExtensionPoint } from '../../../src/core/host/host-messages.ts'

/** The document on MoySklad's page, from one `Open` to the next (M4). */
export interface Opened extends OpenedSale {
  openId: number
  point: ExtensionPoint
  /** Which document it is could not be read: no card is taken for it. */
  unread: boolean
}
