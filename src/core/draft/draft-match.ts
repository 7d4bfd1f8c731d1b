import * as v from 'valibot'
import type { Draft, SaleDocument } from './draft.ts'
import { DocumentId } from '../ids.ts'
import { Kopecks } from '../money.ts'
import { sameSale } from '../sale/sale.ts'

/**
 * Which saved sale was a draft prepared for (M3)? Order decides, and each order is told by one clock or one counter:
 *
 * - the till's own: which sales it had when the draft was begun, and whether the sale is what the browser tab of the
 *   draft's form opened first after its last change (`matchAtTill`);
 * - the server's clock: which sales the server had read by the moment that the till had heard (`matchDraft`);
 * - MoySklad's clock: which of two sales is the older one (`matchDraft`).
 *
 * Moments of two clocks are never compared: MoySklad's may differ from ours by minutes.
 */

/**
 * same: it is the draft's by all that is known; doubtful: a person must say; other: it cannot be the draft's, or nothing
 * speaks for it.
 */
export type MatchVerdict = 'same' | 'doubtful' | 'other'

/** A sale as a person would name it. */
export const SaleBrief = v.strictObject({
  id: DocumentId,
  name: v.string(),
  /** `YYYY-MM-DD HH:mm` */
  moment: v.string(),
  sumKopecks: Kopecks,
  /** «Проведено»: a sale that is not posted is charged when it is (M5). */
  posted: v.boolean(),
})
export type SaleBrief = v.InferOutput<typeof SaleBrief>

export const briefOf = ({ id, name, moment, sale, applicable }: SaleDocument): SaleBrief => ({
  id,
  name,
  moment,
  sumKopecks: sale.sumKopecks,
  posted: applicable,
})

/** What the server knows of the order of a sale and a draft. */
export interface AccountOrder {
  /** When the server first read the sale, by its own clock; null where it reads it for the first time. */
  seenAtMs: number | null
  /** When the newest of the sales that it had read by the draft's `heardMs` was made, by MoySklad's clock; null for none. */
  newestMadeMs: number | null
}

/** What the till knows of the order of a sale and a draft. */
export interface TillOrder {
  /** The till had the sale when the draft was begun. */
  hadBefore: boolean
  /** The sale is the first thing that was opened after the draft's last change, in the browser tab of the draft's form. */
  openedAfter: boolean
}

/** The server's part: what the sale holds, and what the account knew of it before the draft. */
export function matchDraft(document: SaleDocument, draft: Draft, order: AccountOrder): MatchVerdict {
  const alike = sameSale(document.sale, draft.sale)
  if (draft.documentId !== null) {
    if (document.id !== draft.documentId) return 'other'
    return alike ? 'same' : 'doubtful'
  }
  if (order.seenAtMs !== null && order.seenAtMs <= draft.heardMs) return 'other'
  const employee = document.employeeId === null || document.employeeId === draft.employeeId
  if (alike) {
    // MoySklad made it before a sale that was read before the draft was begun. Only a step of its clock could do that to the
    // draft's own sale, so a person says.
    const older = order.newestMadeMs !== null && document.createdAtMs < order.newestMadeMs
    return employee && !older ? 'same' : 'doubtful'
  }
  // Whether MoySklad keeps the form's moment or writes that of saving is not documented, so it raises a question at most.
  const moment = draft.documentMoment !== null && document.moment === draft.documentMoment
  return employee && moment ? 'doubtful' : 'other'
}

/** A draft that has waited longer than this is a person's to decide. */
export const draftFreshMs = 12 * 60 * 60_000

/**
 * The till's part: takes from the server's verdict, and never adds to it.
 *
 * @param sale the one that the verdict is about
 * @param nowMs by the till's clock, as the draft's own moments
 */
export function matchAtTill(
  verdict: MatchVerdict,
  draft: Draft,
  sale: Pick<SaleBrief, 'sumKopecks'>,
  order: TillOrder,
  nowMs: number,
): MatchVerdict {
  // It names its sale: no order can say more.
  if (draft.documentId !== null) return verdict
  if (order.hadBefore) return 'other'
  // A sale of the same minute with another sum: nothing but the order of the draft's own tab speaks for it.
  if (verdict === 'doubtful' && !order.openedAfter && sale.sumKopecks !== draft.sale.sumKopecks)
    return 'other'
  if (verdict !== 'same') return verdict
  return order.openedAfter && nowMs - draft.updatedAtMs <= draftFreshMs ? 'same' : 'doubtful'
}
