import type { DraftId } from '../../core/ids.ts'
import type { JournalChange } from '../journal/records.ts'

/** What is another than it was, for whoever shows it or works with it: the frames of a till tell each other (J11). */
export type Change =
  | JournalChange
  /** A draft was given up. */
  | { kind: 'dropped'; draftId: DraftId }
  /** The till goes on in another journal, or is another till. */
  | { kind: 'identity' }
  | { kind: 'line'; reachable: boolean }
  /** Of this frame alone: the server has told it something of the till, or it has read the journal again. */
  | { kind: 'shown' }
