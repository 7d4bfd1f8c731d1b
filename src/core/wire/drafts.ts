import * as v from 'valibot'
import { Draft } from '../draft/draft.ts'
import { SaleBrief } from '../draft/draft-match.ts'
import { DocumentId, DraftId } from '../ids.ts'
import { SaleAnswer } from './receipts.ts'

/** Receipts that are being prepared, and the sales that they are for (M2, M3). */

export const DraftAnswer = v.strictObject({ stored: v.boolean() })

export const MatchRequest = v.strictObject({
  /** The document that was opened, or null: look for the drafts' documents yourself. */
  documentId: v.nullable(DocumentId),
  drafts: v.pipe(v.array(Draft), v.maxLength(20)),
})

export const MatchAnswer = v.strictObject({
  /** What GET sale would say of the document asked for; null when none was asked for. */
  opened: v.nullable(SaleAnswer),
  matches: v.array(
    v.strictObject({
      draftId: DraftId,
      /** Sales that may be the draft's, by what the server knows; the till takes away what it had before (M3). */
      candidates: v.array(v.strictObject({ sale: SaleBrief, verdict: v.picklist(['same', 'doubtful']) })),
      /** False where MoySklad has more sales since than were looked at: that none fits says nothing then. */
      complete: v.boolean(),
    }),
  ),
})
export type MatchAnswer = v.InferOutput<typeof MatchAnswer>
