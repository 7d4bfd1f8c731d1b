import type { ExtensionPoint } from '../../../src/core/host/host-messages.ts'
import type { DocumentId } from '../../../src/core/ids.ts'

/** The document on MoySklad's page, from one `Open` to the next (M4). */
export interface Opened {
  openId: number
  point: ExtensionPoint
  documentId: DocumentId | null
}
