import type { Notice } from '../model/notice.ts'
import type { Wish } from '../model/panel.ts'
import type { Fault } from '../model/verdict.ts'
import type { CaseCode } from '../../../src/core/receipt/outcome.ts'
import type { RefusalCode } from '../../../src/core/refusal.ts'
import type { CardState } from '../../../src/core/card/card.ts'
import type { Trouble } from '../../../src/client/trouble.ts'
import type { CaseDecision } from '../../../src/core/wire/cases.ts'

/**
 * Every sentence that a sale can need; screens in files of their own have their words beside them. Sums, dates and times come in as text that is formatted already; a function per
 * sentence keeps word order and number forms each language's own business.
 */
export interface Words {
  status: {
    online: string
    allSent: string
    unsent: (count: number, since: string) => string
    cases: (count: number) => string
    ready: string
    notReady: string
    checking: string
    operations: string
  }
  scan: {
    typeNumber: string
    numberField: string
    find: string
    certificate: (name: string, at: number, of: number) => string
    /** A card is waited for, and the keys are with MoySklad's page. */
    deaf: string
  }
  card: {
    state: Record<CardState, string>
    balance: string
    available: (sum: string) => string
    heldBy: (till: number) => string
    noExpiry: string
    until: (date: string) => string
    typed: string
    remove: string
    amount: string
    forCertificate: (name: string) => string
    toBeSold: string
    /** Why a card that was looked at takes no part. */
    why: Record<'goods' | 'certificate' | 'line' | 'looked', string>
    fromBook: (time: string) => string
  }
  sale: {
    redeem: (sum: string, cards: number) => string
    load: (sum: string, cards: number) => string
    toPay: (sum: string, qrForbidden: boolean) => string
    nothingToPay: string
    prepared: (what: Wish, posted: boolean) => string
    searching: string
    unposted: (what: Wish) => string
    paid: (face: string, sum: string) => string
    sold: (face: string, sum: string) => string
    by: (time: string, till: number | null) => string
    takeOff: string
    another: string
    forgotten: string
  }
  question: {
    offline: (time: string) => string
    which: (time: string) => string
    unchecked: (time: string) => string
    unsaved: (time: string) => string
    unposted: (time: string, what: Wish) => string
    doubtful: (time: string) => string
    sale: (name: string, time: string, sum: string) => string
    saleSum: (sum: string) => string
    yes: Record<Wish, (redeemed: string, loaded: string) => string>
    no: string
    letGo: string
    cannotPromise: string
    ghostRedeem: (sum: string, time: string) => string
    ghostLoad: (sum: string, time: string) => string
    ghostRedeemed: string
    ghostLoaded: string
    ghostCancel: string
    linkRedeem: (sum: string, time: string) => string
    linkLoad: (cards: string, time: string) => string
    linkYes: string
    linkNo: string
  }
  operation: { redeem: string; load: string }
  result: {
    undecided: string
    waiting: string
    waitingForLine: string
    otherWays: string
    wait: string
    cancel: string
    acceptOffline: string
    promised: string
    /** The balance is null where it may be another by now. */
    redeemed: (face: string, sum: string, balance: string | null) => string
    loaded: (face: string, sum: string) => string
    loadedPromise: (face: string) => string
    /** The sum is null where the sale is paid by now. */
    cancelling: (sum: string | null) => string
    cancelled: (sum: string | null) => string
    cancelledLoad: string
    undoing: string
    undone: (sum: string) => string
    undoneLoad: string
    notRedeemed: string
    collect: (sum: string) => string
    notLoaded: string
    notCancelled: string
    otherCard: string
    inReview: (code: CaseCode) => string
    loss: (sum: string) => string
    understood: string
    earlier: (time: string) => string
    changed: string
    decided: (choice: CaseDecision['choice']) => string
    linked: string
  }
  ring: {
    title: string
    sold: (name: string, sum: string) => string
    advance: (sum: string) => string
    discount: (sum: string) => string
    offset: (sum: string) => string
    rest: (sum: string) => string
    undo: string
  }
  refusal: (
    code: RefusalCode,
    detail: { sum: string | null; date: string | null; till: number | null },
  ) => string
  fault: (fault: Fault, sum: (kopecks: number) => string) => string
  scanFault: {
    goods: string
    unreadable: string
    checkDigit: string
    twice: string
    elsewhere: string
    asked: string
    left: string
  }
  storageFull: string
  notice: Record<Exclude<Notice['kind'], 'refusal' | 'scan' | 'lowered'>, string>
  lowered: (sum: string) => string
  memoryOnly: string
  saveFirst: string
  trouble: Record<Trouble, string>
}
