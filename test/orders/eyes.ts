import type { SaleRow } from '../../src/core/sale/sale.ts'
import { certificateId } from '../../src/core/testing/builders.ts'
import type { SalePage } from '../../widget/cashier/testing/sale-page.ts'
import { look as lookAtFrame, type Part } from '../../widget/cashier/testing/screen.ts'
import type { Books, Deed, Paper, Screen } from './words.ts'

/** Reads the screen as the view paints it, and MoySklad's page around it. */
export const look = (page: SalePage): Screen => ({
  ...lookAtFrame(page.shown.checkout),
  isAsked: page.shown.changeId !== null,
  maySave: page.maySave,
  refused: page.refused,
})

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
