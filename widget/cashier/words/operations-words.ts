import type { NotReady } from '../../../src/client/outage/readiness.ts'
import type { CashierOperation } from '../../../src/core/receipt/operations.ts'
import type { ResultStatus } from '../model/result.ts'
import type { Words } from './words.ts'

/** What happens to a card without a cashier, too. */
type OfCards = 'issue' | 'open' | 'block' | 'unblock'

/** The words of the operations screen, in a file of their own like the screen. */
export interface OperationsWords {
  title: string
  back: string
  none: string
  sounds: { on: string; off: string }
  /** The others have their names in the common words. */
  kinds: Record<Exclude<CashierOperation, keyof Words['operation']> | OfCards, string>
  saleName: (name: string) => string
  till: (number: number) => string
  /** What a card did, and why that could not be told. */
  history: { show: string; hide: string; left: (sum: string) => string; offline: string; failed: string }
  undo: string
  undoSure: string
  /** Before that, where its sale stands in MoySklad. */
  undoFirst: string
  undoYes: string
  undoNo: string
  states: Record<ResultStatus, string>
  ready: {
    title: string
    yes: string
    no: string
    checking: string
    why: Record<NotReady, string>
    loading: (percent: number) => string
    limit: (left: string, until: string) => string
    book: (cards: number, time: string) => string
  }
  shift: {
    title: string
    since: (time: string) => string
    sold: string
    charged: string
    returned: string
    cards: (count: number) => string
    charges: (count: number) => string
    unsent: string
    loss: string
    fine: string
  }
}
