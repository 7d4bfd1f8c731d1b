import type { SaleRow } from '../../src/core/sale/sale.ts'
import { certificateId } from '../../src/core/testing/builders.ts'
import { statusOf } from '../../widget/cashier/model/result.ts'
import type { SalePage } from '../../widget/cashier/testing/sale-page.ts'
import type { Books, Deed, Paper, Part, Screen } from './words.ts'

/** Faces that say that nothing is taken from their card now. */
const tellsOfNothing = new Set(['looked', 'line', 'save_first'])

/** Reads the screen as the view paints it. */
export function look(page: SalePage): Screen {
  const { checkout, changeId } = page.shown
  const { prepared, press, fault, toPayKopecks, another } = checkout.panel.value
  const { charging, desk, document, history } = checkout
  const [red] = history.attention.value
  const draft = checkout.draft.value
  const notice = checkout.notice.value
  const hasLine = checkout.line.value.reachable !== false
  // A saved sale only seems to lack cards before its drafts are found and its receipts are read.
  const isUnsure = document.opened.value?.documentId && (charging.searching.value || !document.saved.value)
  return {
    red: red ? partsOfReceipt(page, JSON.parse(red.record.receipt) as Recorded) : null,
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
      parts: partsOfReceipt(page, result.receipt),
    })),
    isBusy: checkout.busy.value,
    isAsked: changeId !== null,
    maySave: page.maySave,
    refused: page.refused,
  }
}

/** Reads the books of our server, and what no screen shows. */
export function readBooks(page: SalePage): Books {
  const { holds, posted } = page.ledger
  return {
    deeds: posted.flatMap(({ receipt, outcome }): Deed[] =>
      outcome.status === 'applied'
        ? partsOfReceipt(page, receipt).map((part) => ({
            ...part,
            document: receipt.sale?.documentId ?? null,
          }))
        : [],
    ),
    held: [...holds.values()].map(({ cardId }) => faceOf(page, cardId)),
    refused: posted.flatMap(({ outcome }) => (outcome.status === 'refused' ? [outcome.refusal.code] : [])),
    failures: page.logged,
  }
}

/** Reads the sale on MoySklad's page. */
export const readPaper = (page: SalePage): Paper => paperOf(page.rows, page.isPosted)

/** Reads the sales that MoySklad has saved. */
export const readSaved = ({ ledger }: SalePage): ReadonlyMap<string, Paper> =>
  new Map([...ledger.documents].map(([id, { sale, applicable }]) => [id, paperOf(sale.rows, applicable)]))

const paperOf = (rows: readonly SaleRow[], isPosted: boolean): Paper => ({
  rows: rows.map(({ productId, priceKopecks, discountPercent }) => ({
    what: productId === certificateId ? 'certificate' : 'goods',
    priceKopecks,
    discountPercent,
  })),
  isPosted,
})

interface Recorded {
  operations: readonly { kind: string }[]
}

const partsOfReceipt = (page: SalePage, { operations }: Recorded): Part[] =>
  (operations as readonly { kind: string; cardId: string; amountKopecks?: number }[]).map(
    ({ kind, cardId, amountKopecks }) => ({
      last4: faceOf(page, cardId),
      paysKopecks: kind === 'redeem' ? amountKopecks! : null,
    }),
  )

const faceOf = ({ ledger }: SalePage, cardId: string): string =>
  [...ledger.cards.values()].find(({ id }) => id === cardId)!.last4

type Shown = SalePage['shown']['checkout']

const partsOfDraft = ({ loads, redeems }: NonNullable<Shown['draft']['value']>): Part[] => [
  ...loads.map(({ last4 }) => ({ last4, paysKopecks: null })),
  ...redeems.map(({ last4, amountKopecks }) => ({ last4, paysKopecks: amountKopecks })),
]

const said = (notice: NonNullable<Shown['notice']['value']>): string =>
  notice.kind === 'refusal' ? notice.refusal.code : notice.kind === 'scan' ? notice.fault : notice.kind
