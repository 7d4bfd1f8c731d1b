import type { JournalRecord } from '../../../src/client/journal/database.ts'
import { receiptOf } from '../../../src/client/journal/records.ts'
import type { Draft } from '../../../src/core/draft/draft.ts'
import type { Checkout } from '../model/checkout.ts'
import type { Notice } from '../model/notice.ts'
import { statusOf } from '../model/result.ts'

/** A card and its part in a sale. */
export interface Part {
  last4: string
  /** Null for a card that is to be sold. */
  paysKopecks: number | null
}

/** «Это для этой продажи?» */
interface AskedDraft {
  parts: readonly Part[]
  document: string | null
  /** There is a button «Да». */
  mayBeYes: boolean
}

/** What stands before the eyes of a person at one frame, in the words of `test/orders` and of the fleet. */
export interface FrameScreen {
  /** A refusal over the whole screen: the cards that it is about. */
  red: readonly Part[] | null
  /** «Подготовлено. Спишем, когда вы сохраните продажу» */
  isGreen: boolean
  button: { does: 'redeem' | 'load'; kopecks: number; cards: number } | null
  /** Why MoySklad must not save, in the amber box. */
  fault: string | null
  /** The scan box asks for a card for a certificate. */
  wantsCard: boolean
  /** «К доплате», zero for «Доплата не нужна» */
  toPayKopecks: number | null
  /** «Ещё подарочная карта? Отсканируйте её» */
  offersAnother: boolean
  /** A sentence about the last scan, press or edit. */
  notice: string | null
  /** The cards of the sale, with their sums. */
  cards: readonly Part[]
  /** Cards that were only looked at. */
  seen: readonly string[]
  /** Of them: those whose faces say that nothing is taken from their card now. */
  told: readonly string[]
  questions: readonly AskedDraft[]
  /** «Продажа не проведена. Спишем, когда проведёте её и сохраните» */
  unposted: readonly Part[]
  /** What became of receipts. */
  results: readonly { status: string; parts: readonly Part[] }[]
  isBusy: boolean
}

/** Faces that say that nothing is taken from their card now. */
const tellsOfNothing = new Set(['looked', 'line', 'save_first'])

/** Reads the models of a frame as the view paints them. */
export function look(checkout: Checkout): FrameScreen {
  const { prepared, press, fault, toPayKopecks, another } = checkout.panel.value
  const { charging, desk, document } = checkout
  const red = checkout.refused.value
  const draft = checkout.draft.value
  const notice = checkout.notice.value
  const hasLine = checkout.line.value.reachable !== false
  // A saved sale only seems to lack cards before its drafts are found and its receipts are read.
  const isUnsure = document.opened.value?.documentId && (charging.searching.value || !document.saved.value)
  return {
    red: red && partsOfRecord(red.record),
    isGreen: prepared !== null,
    button: press,
    fault: fault?.code ?? null,
    wantsCard: !isUnsure && document.need.value.open.length > 0,
    toPayKopecks,
    offersAnother: another,
    notice: notice && said(notice),
    cards: draft ? partsOfDraft(draft) : [],
    seen: checkout.seen.value.map(({ last4 }) => last4),
    told: checkout.seen.value
      .filter((card) => tellsOfNothing.has(desk.whyNotIn(card)))
      .map(({ last4 }) => last4),
    questions: charging.questions.value.map((question) => ({
      parts: partsOfDraft(question.draft),
      document: question.documentId,
      mayBeYes: charging.mayBeRight(question) && (hasLine || charging.mayPromise(question.draft)),
    })),
    unposted: charging.unposted.value.flatMap(partsOfDraft),
    results: checkout.results.value.map((result) => ({
      status: statusOf(result),
      parts: partsOfRecord(result.record),
    })),
    isBusy: checkout.busy.value,
  }
}

/** The cards of a recorded receipt, by the faces that were recorded with it. */
const partsOfRecord = (record: JournalRecord): Part[] =>
  receiptOf(record).operations.flatMap((one): Part[] => {
    if (one.kind !== 'load' && one.kind !== 'redeem') return []
    const { last4 } = record.faces.find(({ cardId }) => cardId === one.cardId)!
    return [{ last4, paysKopecks: one.kind === 'redeem' ? one.amountKopecks : null }]
  })

export const partsOfDraft = ({ loads, redeems }: Draft): Part[] => [
  ...loads.map(({ last4 }) => ({ last4, paysKopecks: null })),
  ...redeems.map(({ last4, amountKopecks }) => ({ last4, paysKopecks: amountKopecks })),
]

const said = (notice: Notice): string =>
  notice.kind === 'refusal' ? notice.refusal.code : notice.kind === 'scan' ? notice.fault : notice.kind
